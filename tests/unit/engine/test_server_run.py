"""A run of an Agent Server, whatever its stream looks like: each word once, and an end.

The events are those of a real graph, as `attributed` sends them; the server is one that sends them in any order, leaves
some out, breaks off or falls silent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from agent import attributed
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.projections.items import Answer
from agent.projections.transcript import Transcript, fold
from agent.settings import Limits, Settings
from agent.store.store import Store
from agent.streaming.attributed import COUNTED
from agent.streaming.events import Retried
from agent.streaming.modes import RUN_MODES
from tests.protocol_server import Event, ProtocolServer, ScriptedRun, protocol_server
from tests.runs import finish, has_words, request, started, wait_for
from tests.serving import wait_until
from tests.unit.examples import examples
from tests.unit.streaming.scripted import scripted

ASKED = request(tool_choice="none")
WORDS = "the desk is broad and the day is spread out on it"
METADATA = ("metadata", {"run_id": "0", "attempt": 1})
MODES: Any = ["messages", "custom", "updates", "values", "tasks"]


def _end(status: str = "success") -> Event:
    return "end", {"status": status}


@cache
def attempt(number: int) -> list[Event]:
    """What one attempt at a run streams, as a server sends it; it begins after those of lower numbers."""
    model = scripted(lambda _: AIMessage(WORDS, id=f"lc_run--{number}"))

    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent)
    builder.add_edge(START, "agent")
    graph = attributed(builder.compile())

    async def told() -> list[Event]:
        given: Any = {"messages": [{"role": "user", "content": "how is it?", "id": "question"}]}
        config: Any = {"metadata": {COUNTED: " ".join(MODES)}}
        parts: list[Event] = []
        async for namespace, mode, data in graph.astream(given, config, stream_mode=MODES, subgraphs=True):
            plain = json.loads(json.dumps(data, default=lambda one: one.model_dump()))
            parts.append(("|".join((mode, *namespace)), plain))
        return parts

    if number > 1:
        attempt(number - 1)  # has begun before
    return asyncio.run(told())


@contextmanager
def followed(*script: ScriptedRun, seconds: float = 60) -> Iterator[tuple[ProtocolServer, InProcessBackend]]:
    with protocol_server(*script) as server:
        limits = Limits(server_seconds=seconds, runs_per_minute=1_000)
        settings = Settings(
            base_url="http://127.0.0.1:9/v1", openai_models=("demo-fast",), agent_server=(server.url,), limits=limits
        )
        with InProcessBackend(settings) as backend:
            yield server, backend


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[ProtocolServer, InProcessBackend]]:
    with followed() as both:
        yield both


def asked(shared: tuple[ProtocolServer, InProcessBackend], scripted_run: ScriptedRun) -> Run:
    """A run that is streamed like this."""
    server, backend = shared
    server.script.append(scripted_run)
    return started(backend.start(ASKED))


def told(run: Run) -> Transcript:
    return fold(finish(run), RUN_MODES)


def answers(transcript: Transcript) -> list[str]:
    return [item.output.text.text for item in transcript.items if isinstance(item, Answer)]


def tokens(events: Sequence[Event]) -> list[int]:
    return [place for place, (name, _) in enumerate(events) if name.startswith("messages")]


def unstamped(events: Sequence[Event]) -> list[Event]:
    """As a graph streams it that is not `attributed`."""
    plain = [(name, json.loads(json.dumps(data))) for name, data in events]
    for _, data in plain:
        for part in data if isinstance(data, list) else [data]:
            part.pop("@attempt", None)
    return [(name, data) for name, data in plain if not (isinstance(data, dict) and "@part" in data)]


# What a server leaves out


@pytest.mark.parametrize("is_stamped", [True, False], ids=["stamped", "unstamped"])
def test_what_a_server_leaves_out_where_a_stream_is_joined_is_asked_for(is_stamped: bool) -> None:
    """aegra with Redis loses what happens between its replay and the moment at which it listens."""
    events = [METADATA, *(attempt(1) if is_stamped else unstamped(attempt(1))), _end()]
    some = tokens(events)[3:5]
    with followed(ScriptedRun(events, left_out=[some])) as (server, backend):
        run = started(backend.start(ASKED))
        assert answers(told(run)) == [WORDS]
        assert run.state == "finished"
        assert not any(isinstance(event.payload, Retried) for event in run.read()[0])
        assert server.begun[0].joined == 2, "the rest is read on from the first connection"


@pytest.mark.parametrize("breaks_after", [[], [99, 2, 2]], ids=["left out", "broken off"])
def test_what_is_asked_for_in_vain_is_asked_for_again(breaks_after: list[int]) -> None:
    events = [METADATA, *attempt(1), _end()]
    whole = range(tokens(events)[-1] + 1, len(events) - 1)
    lost = [tokens(events)[4], *whole]
    left_out = [lost] if breaks_after else [lost, lost, lost]
    with followed(ScriptedRun(events, left_out, breaks_after)) as (_, backend):
        assert answers(told(started(backend.start(ASKED)))) == [WORDS]


@settings(max_examples=examples(20), deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_each_word_comes_once_whatever_connections_leave_out_or_break(
    shared: tuple[ProtocolServer, InProcessBackend], seed: int
) -> None:
    events = [METADATA, *attempt(1), _end()]
    lots = Random(seed)
    places = range(1, len(events) - 1)
    left_out = [lots.sample(places, lots.randint(0, 6)) for _ in range(lots.randint(0, 4))]
    breaks_after = [lots.randint(1, len(events)) for _ in range(lots.randint(0, 3))]
    run = asked(shared, ScriptedRun(events, left_out, breaks_after))
    assert answers(told(run)) == [WORDS]
    assert run.state == "finished"


def test_what_is_lost_for_good_is_in_the_whole_answer() -> None:
    events = attempt(1)
    lost = tokens(events)[2]
    with followed(ScriptedRun([METADATA, *events[:lost], *events[lost + 1 :], _end()])) as (_, backend):
        assert answers(told(started(backend.start(ASKED)))) == [WORDS]


# Two attempts


@settings(max_examples=examples(20), deadline=None)
@given(seed=st.integers(0, 1_000_000))
@example(seed=52_114).via("the first one has said nothing when the server begins anew, and speaks then")
def test_of_two_attempts_at_once_the_newer_one_counts_to_its_own_end(
    shared: tuple[ProtocolServer, InProcessBackend], seed: int
) -> None:
    """A worker was held up for longer than its lease, and goes on beside the next one; it may also end first."""
    old, new = list(attempt(1)), list(attempt(2))
    lots = Random(seed)
    before = lots.randint(0, len(old))
    after = lots.choice([len(old), lots.randint(before, len(old))])
    says_end = after == len(old) and lots.random() < 0.5
    first, rest = old[:before], [*old[before:after], *([_end()] if says_end else [])]
    mixed = []
    while rest and new:
        mixed.append(lots.choice([rest, new]).pop(0))
    mixed += [*rest, *new]
    run = asked(shared, ScriptedRun([METADATA, *first, METADATA, *mixed, _end()]))
    assert answers(told(run)) == [WORDS]
    assert run.state == "finished"
    assert sum(isinstance(event.payload, Retried) for event in run.read()[0]) <= 1


def test_an_attempt_that_has_begun_before_does_not_take_over_again() -> None:
    """It was held up before it had said a word."""
    events = [METADATA, *attempt(2)[:4], *attempt(1)[:6], *attempt(2)[4:], _end()]
    with followed(ScriptedRun(events)) as (_, backend):
        run = started(backend.start(ASKED))
        assert answers(told(run)) == [WORDS]
        assert not any(isinstance(event.payload, Retried) for event in run.read()[0])


def test_an_attempt_that_finds_all_done_says_what_was_done() -> None:
    """The first one has saved the answer, and ended before it said all of it."""
    whole = [event for event in attempt(2) if event[0] == "values"][-1]
    words, done = [*attempt(1)[:6]], attempt(2)[-1]
    message = words[-1][1][0]["id"]  # type: ignore[index]
    text = json.dumps(whole[1])
    id_ = whole[1]["messages"][-1]["id"]  # type: ignore[index]
    found = json.loads(text.replace(id_, message)) | {"@attempt": ["9", 1]}
    ends: Event = "custom", {**done[1], "@attempt": ["9", 2]}  # type: ignore[dict-item]
    with followed(ScriptedRun([METADATA, *words, METADATA, ("values", found), ends, _end()])) as (_, backend):
        run = started(backend.start(ASKED))
        assert answers(told(run)) == [WORDS]
        assert run.answer == WORDS


# Ends


@pytest.mark.parametrize("status", ["success", "running"])
def test_a_stream_that_is_silent_after_the_last_word_ends_all_the_same(status: Any) -> None:
    with followed(ScriptedRun([METADATA, *attempt(1)], is_silent=True, status=status)) as (_, backend):
        run = started(backend.start(ASKED))
        assert answers(told(run)) == [WORDS]
        assert run.state == "finished"


@pytest.mark.parametrize("status", ["success", "error", "interrupted"])
def test_a_stream_that_says_nothing_of_its_end_ends_as_the_server_says(status: Any) -> None:
    events = [METADATA, *unstamped(attempt(1))]
    with followed(ScriptedRun(events, is_silent=True, status=status)) as (_, backend):
        run = started(backend.start(ASKED))
        assert answers(told(run)) == [WORDS]
        assert run.state == {"success": "finished", "error": "failed", "interrupted": "stopped"}[status]


def test_a_run_that_nobody_works_on_is_asked_for_once_more_and_goes_on_from_its_checkpoint() -> None:
    lost = ScriptedRun([METADATA, *attempt(1)[:6]], is_silent=True, status="running")
    with followed(lost, ScriptedRun([METADATA, *attempt(2), _end()]), seconds=20) as (server, backend):
        run = started(backend.start(ASKED))
        server.state = {"metadata": {"toolstream_run": f"{run.id} 0"}}
        assert answers(told(run)) == [WORDS]
        assert run.state == "finished"
        assert lost.cancelled
        second = server.begun[1].options
        assert (second.get("input"), second["checkpoint"]) == (None, {"checkpoint_ns": ""})


def test_a_run_that_nobody_ever_takes_up_is_told_after_three_times() -> None:
    statuses: tuple[Any, ...] = ("pending", "running")
    with ExitStack() as stack:
        servers, runs = [], []
        for status in statuses:  # they wait at the same time
            scripted_run = ScriptedRun(is_silent=True, status=status)
            server, backend = stack.enter_context(followed(scripted_run, seconds=5))
            servers.append(server)
            runs.append(started(backend.start(ASKED)))
        for run in runs:
            assert told(run).message.startswith("Nobody on the Agent Server works on this run.")
        assert [len(server.begun) for server in servers] == [3, 3]


@pytest.mark.parametrize("kind", ["PoolTimeout", "OperationalError"])
def test_a_run_that_a_servers_database_has_ended_is_asked_for_once_more(kind: str) -> None:
    failed = [METADATA, *attempt(1)[:6], ("error", {"error": kind, "message": "secret"}), _end("error")]
    script = ScriptedRun(failed, status="error"), ScriptedRun([METADATA, *attempt(2), _end()])
    with followed(*script) as (server, backend):
        run = started(backend.start(ASKED))
        assert answers(told(run)) == [WORDS]
        assert run.state == "finished"
        assert server.begun[1].options["input"]["messages"], "there was no checkpoint yet"


def test_what_a_graph_fails_of_is_not_tried_again() -> None:
    failed = [*attempt(1)[:6], ("custom", {"@part": "error", "data": None, "kind": "ValueError", "@attempt": ["9", 1]})]
    with followed(ScriptedRun([METADATA, *failed, _end("error")], status="error")) as (server, backend):
        transcript = told(started(backend.start(ASKED)))
        assert transcript.message.startswith("An error ended this run on the Agent Server (ValueError).")
        assert len(server.begun) == 1


# Web processes


def test_what_is_read_on_by_another_process_is_written_as_it_comes_for_others_to_see(tmp_path: Path) -> None:
    events = [METADATA, *attempt(1)]
    some = tokens(events)[3]
    run_there = ScriptedRun(events[:some], is_silent=True, status="running")
    with protocol_server(run_there) as server, Store(tmp_path, Limits()) as store:
        of_server = Settings(
            base_url="http://127.0.0.1:9/v1",
            openai_models=("demo-fast",),
            agent_server=(server.url,),
            recordings=tmp_path,
        )
        with InProcessBackend(of_server, Store.of(of_server)) as first:
            run = started(first.start(ASKED))
            wait_for(run, has_words)
        with InProcessBackend(of_server, Store.of(of_server)):
            run_there.events = events
            lines = store.tail(run.id)
            assert lines
            read = [event for event, _ in lines.read()]

            def words() -> list[str]:
                read.extend(event for event, _ in lines.read())
                return answers(fold(read, RUN_MODES))

            wait_until(lambda: words() == [WORDS], 20, lambda: f"all of it is written: {read}")
            entry = store.entry(run.id)
            assert entry
            assert (entry.state, entry.at_work) == ("running", True)
            assert entry.seconds > 0
            run_there.status = "success"


# Starts


@pytest.mark.parametrize("is_started", [True, False])
def test_a_start_whose_answer_is_lost_starts_one_run(is_started: bool) -> None:
    with followed(ScriptedRun([METADATA, *attempt(1), _end()])) as (server, backend):
        server.breaks_off = [lambda _: is_started]
        run = started(backend.start(ASKED))
        assert answers(told(run)) == [WORDS]
        assert run.state == "finished"
        assert len(server.begun) == 1
