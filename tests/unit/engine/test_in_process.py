"""Runs in this process, against the demo model's real server."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from agent.demo_model.server import Stats
from agent.engine.active import ActiveRun
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.graphs.registry import GRAPHS
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.streaming.adapter import Happening
from agent.streaming.events import JSON, Checkpoint, Custom, Debug, RunRequest, Started, State, StreamEvent, Token
from agent.streaming.modes import RUN_MODES
from tests.runs import OFFICE, finish, refused, request, started, wait_for
from tests.serving import wait_until

BOTH = "what items are in the office and the bedroom?"
AGENTS = [
    ("react", "get_items"),
    ("react", "get_items.llm"),
    ("react", "get_items.openai"),
    ("prebuilt", "get_items.llm"),
    ("without_langchain", "get_items.openai"),
    ("without_langchain", "take_inventory"),
    ("tool_node", "get_items.openai"),
]


@pytest.fixture(scope="module")
def backend() -> Iterator[InProcessBackend]:
    limits = Limits(runs_per_minute=1_000, runs_per_session=10)
    with InProcessBackend(Settings(demo_rate=40, limits=limits)) as backend:
        backend.wait_until_open()
        yield backend


def ask(
    backend: InProcessBackend, question: str = OFFICE, graph: str = "react", tool: str = "get_items.llm", **more: Any
) -> ActiveRun:
    """Start a run; what is not of the request is given to the backend."""
    how = {name: more.pop(name) for name in ("thread_id", "session", "address", "api_key") if name in more}
    run = started(backend.start(request(question, graph, tool, **more), **how))
    assert isinstance(run, ActiveRun)
    return run


def demo(backend: InProcessBackend) -> Stats:
    """What the demo model's server has seen."""
    server = backend._engine.builder.demo
    assert server
    return server.stats


def field(value: JSON, name: str) -> Any:
    """A field of a JSON object."""
    assert isinstance(value, dict)
    return value[name]


def begun_at(run: Run) -> float:
    """Seconds until a run's turn came."""
    return next(event.at for event in run.read()[0] if isinstance(event.payload, Started))


def wait(true: Callable[[], object]) -> None:
    wait_until(true, 5, "it is so")


@pytest.mark.parametrize(("graph", "tool"), AGENTS)
def test_every_agent_answers_with_every_kind_of_tool(backend: InProcessBackend, graph: str, tool: str) -> None:
    run = ask(backend, graph=graph, tool=tool)
    events = finish(run)
    assert run.state == "finished"
    assert [event.seq for event in events] == list(range(len(events)))
    assert [event.at for event in events] == sorted(event.at for event in events)
    transcript = fold(events, RUN_MODES)
    assert [(call.name, call.state) for call in transcript.calls] == [(tool.split(".")[0], "finished")]
    assert run.answer


@pytest.mark.parametrize(
    ("graph", "tool", "mode"),
    [
        ("react", "get_items", "custom"),
        ("react", "get_items.llm", "messages"),
        ("prebuilt", "get_items", "custom"),
        ("prebuilt", "get_items.llm", "messages"),
        ("without_langchain", "get_items.openai", "custom"),
        ("without_langchain", "get_items", "custom"),
    ],
)
def test_every_chunk_of_two_parallel_calls_is_attributed_to_its_own(
    backend: InProcessBackend, graph: str, tool: str, mode: str
) -> None:
    run = ask(backend, BOTH, graph, tool, model="demo")
    events = finish(run)
    office, bedroom = fold(events, RUN_MODES).calls
    assert [office.args, bedroom.args] == [{"place": "office"}, {"place": "bedroom"}]
    of_tools = [event for event in events if event.mode == mode and event.node == "tools"]
    assert of_tools
    assert all(event.calls in ((office.id,), (bedroom.id,)) for event in of_tools)
    order = [event.call == bedroom.id for event in of_tools]
    assert order != sorted(order), "they did not run at the same time"
    for call in (office, bedroom):
        words = "".join(item.output.text.text for item in call.items)
        told = ", ".join(str(field(chunk, "custom_tool_data")) for chunk in call.output.others)
        assert (words or call.output.text.text or told) == call.result


def test_all_modes_are_recorded_whatever_the_page_shows(backend: InProcessBackend) -> None:
    events = finish(ask(backend, all_modes=False))
    assert {event.mode for event in events} == {"run", "messages", "updates", "values", "tasks", "tools"}
    assert "custom" in {event.mode for event in finish(ask(backend, tool="get_items"))}


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_run_for_developers_records_checkpoints_and_debug_too(backend: InProcessBackend, graph: str) -> None:
    events = finish(ask(backend, graph=graph, tool="get_items", all_modes=True))
    kept = [event.payload.data for event in events if isinstance(event.payload, Checkpoint)]
    assert [field(checkpoint, "next") for checkpoint in (kept[0], kept[-1])] == [["__start__"], []]
    debug = {field(event.payload.data, "type") for event in events if isinstance(event.payload, Debug)}
    assert debug == {"checkpoint", "task", "task_result"}
    others = [event for event in events if event.mode not in ("checkpoints", "debug")]
    assert fold(events, {"custom"}).items == fold(others, {"custom"}).items


def test_two_readers_see_the_same_log_each_at_its_own_cursor(backend: InProcessBackend) -> None:
    run = ask(backend)
    first: list[StreamEvent] = []
    second: list[StreamEvent] = []
    readers = [threading.Thread(target=lambda into=into: into.extend(finish(run))) for into in (first, second)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert first == second == run.read()[0]


def test_the_next_question_knows_the_finished_turns(backend: InProcessBackend) -> None:
    first = ask(backend, "what items are in the office?")
    second = ask(backend, "thank you", thread_id=first.thread_id)
    finish(second)
    sent = next(event.payload.messages for event in second.read()[0] if isinstance(event.payload, State))
    assert [message.role for message in sent] == ["human", "ai", "tool", "ai", "human"]
    assert [message.text for message in sent][-2:] == [first.answer, "thank you"]


def test_only_who_has_asked_in_a_conversation_asks_on_in_it(backend: InProcessBackend) -> None:
    first = ask(backend, "what items are in the office?", session="owner")
    guest = backend.start(request("thank you"), thread_id=first.thread_id, session="guest")
    assert "not one of your conversations" in refused(guest)
    assert [run.id for run in backend.thread(first.thread_id)] == [first.id]
    finish(ask(backend, "thank you", thread_id=first.thread_id, session="owner"))


def test_runs_of_one_thread_wait_for_each_other(backend: InProcessBackend) -> None:
    first = ask(backend, model="demo")
    second = ask(backend, thread_id=first.thread_id)
    wait_for(first, lambda event: event.mode == "messages")
    wait_until(lambda: second.place == 1 or second.ended, 5, "it has its place in the queue")
    assert (second.state, second.place) == ("queued", 1)
    finish(second)
    assert first.ended
    assert begun_at(second) > 0


def test_stop_closes_the_upstream_request_and_keeps_what_has_arrived(backend: InProcessBackend) -> None:
    run = ask(backend, "count to 5000", tool="get_items", model="demo", tool_choice="none")
    wait_for(run, lambda event: isinstance(event.payload, Token) and "20" in event.payload.text)
    hung_up = demo(backend).hung_up
    asked = time.monotonic()
    run.stop()
    events = finish(run)
    assert time.monotonic() - asked < 1
    wait(lambda: demo(backend).hung_up == hung_up + 1)
    assert run.state == "stopped"
    assert fold(events, {"messages"}).answer.startswith("1 2 3")
    after = finish(ask(backend, thread_id=run.thread_id))
    assert fold(after, ()).state == "finished"


@pytest.mark.parametrize("graph", ["react", "without_langchain"])
def test_stop_reaches_two_parallel_tools(backend: InProcessBackend, graph: str) -> None:
    tool = "get_items.llm" if graph == "react" else "get_items.openai"
    run = ask(backend, BOTH, graph, tool, model="demo")
    wait_for(run, lambda event: event.call and event.mode in ("messages", "custom"))
    wait(lambda: demo(backend).active == 2)
    run.stop()
    wait(lambda: demo(backend).active == 0)
    assert [call.state for call in fold(finish(run), ()).calls] == ["stopped", "stopped"]


def test_a_run_stopped_in_the_queue_never_begins(backend: InProcessBackend) -> None:
    first = ask(backend, model="demo")
    second = ask(backend, thread_id=first.thread_id)
    second.stop()
    assert [event.payload.kind for event in finish(second)] == ["queued", "ended"]
    finish(first)
    assert first.state == "finished"


def test_stopping_twice_or_after_the_end_changes_nothing(backend: InProcessBackend) -> None:
    run = ask(backend)
    events = finish(run)
    run.stop()
    run.stop()
    finish(ask(backend))
    assert run.read()[0] == events


@pytest.mark.parametrize("choice", ["required", "get_items"])
def test_a_forced_choice_holds_for_the_first_model_call_only(backend: InProcessBackend, choice: str) -> None:
    for graph, tool in (("react", "get_items.llm"), ("prebuilt", "get_items.llm"), ("without_langchain", "get_items")):
        run = ask(backend, "hello", graph, tool, tool_choice=choice)
        assert len(fold(finish(run), ()).calls) == 1
        assert run.state == "finished"


def test_no_tool_is_called_when_none_may_be(backend: InProcessBackend) -> None:
    for graph, tool in (("react", "get_items"), ("prebuilt", "get_items"), ("without_langchain", "get_items")):
        run = ask(backend, graph=graph, tool=tool, tool_choice="none")
        assert fold(finish(run), ()).calls == []
        assert run.answer


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"question": "  "}, "Type a question"),
        ({"question": "\u200b\u2060\ufeff \u3164"}, "Type a question"),
        ({"question": "x" * 5_000}, "4,000 characters"),
        ({"model": "gpt-99"}, "model is not offered"),
        ({"graph": "nonsense"}, "no such agent"),
        ({"tools": ("rm",)}, "no tool rm"),
        ({"graph": "without_langchain", "tools": ("get_items.llm",)}, "no tool get_items.llm"),
        ({"tools": ("get_items", "get_items.llm")}, "same name"),
        ({"tools": (), "tool_choice": "required"}, "not among the chosen"),
        ({"tool_choice": "take_inventory"}, "not among the chosen"),
    ],
)
def test_a_request_that_cannot_be_run_is_refused_with_a_sentence(
    backend: InProcessBackend, changed: dict[str, object], sentence: str
) -> None:
    asked = RunRequest(OFFICE, "react", ("get_items",), model="demo")
    assert sentence in refused(backend.start(replace(asked, **changed)))  # type: ignore[arg-type]


def test_a_run_that_nobody_reads_ends_by_its_deadline() -> None:
    with InProcessBackend(Settings(demo_rate=20, limits=Limits(run_seconds=10))) as backend:
        backend.wait_until_open()
        run = ask(backend, "count to 1000", model="demo", tool="get_items", tool_choice="none")
        wait(lambda: run.ended)
        transcript = fold(run.read()[0], ())
        assert (transcript.state, "limit of 10 seconds" in transcript.message) == ("failed", True)
        assert transcript.answer.startswith("1 2")
        wait(lambda: demo(backend).active == 0)


@pytest.mark.parametrize("limits", [Limits(output_events=50), Limits(output_bytes=5_000)])
def test_an_answer_without_end_is_ended_and_kept(limits: Limits) -> None:
    with InProcessBackend(Settings(limits=limits)) as backend:
        run = ask(backend, "count to 100000", tool="get_items", tool_choice="none")
        transcript = fold(finish(run), ())
        assert (transcript.state, "length limit" in transcript.message) == ("failed", True)
        assert transcript.answer.startswith("1 2")
        wait(lambda: demo(backend).active == 0)


def test_the_limit_of_steps_is_a_sentence() -> None:
    with InProcessBackend(Settings(limits=Limits(steps=2))) as backend:
        transcript = fold(finish(ask(backend)), ())
        assert (transcript.state, "limit of steps" in transcript.message) == ("failed", True)


def test_a_visitors_limits_are_theirs_alone() -> None:
    with InProcessBackend(Settings(limits=Limits(runs_per_minute=2))) as backend:
        for _ in range(2):
            ask(backend, session="greedy")
        assert "2 questions in a minute" in refused(backend.start(request(), session="greedy"))
        finish(ask(backend, session="other"))


def test_the_queue_is_first_come_first_served_and_passes_over_who_has_their_share() -> None:
    with InProcessBackend(Settings(demo_rate=60, limits=Limits(runs_at_once=2, runs_per_session=1))) as backend:
        runs = [ask(backend, "count to 60", model="demo", tool_choice="none", session=who) for who in "aabc"]
        wait_for(runs[2], lambda event: isinstance(event.payload, Started))
        assert [(run.state, run.place) for run in runs] == [
            ("running", 0),
            ("queued", 1),
            ("running", 0),
            ("queued", 2),
        ]
        for run in runs:
            finish(run)
        begun = [run.header.asked_at + begun_at(run) for run in runs]
        assert begun[0] < begun[2] < min(begun[1], begun[3])


def test_without_recordings_the_longest_unread_runs_are_forgotten_when_there_are_too_many_bytes() -> None:
    with InProcessBackend(Settings(limits=Limits(memory_megabytes=0.4, runs_per_minute=100))) as backend:
        runs: list[ActiveRun] = []
        while len(backend.of("me")) == len(runs):
            runs.append(ask(backend, "count to 100", tool_choice="none", session="me"))
            finish(runs[-1])
            assert backend.get(runs[0].id) is runs[0]
            assert len(runs) < 50
        kept = [run for run in runs if backend.get(run.id)]
        assert sum(run.memory for run in kept) <= 400_000
        assert kept == [runs[0], *runs[-len(kept) + 1 :]]
        assert [entry.header.id for entry in backend.of("me")] == [run.id for run in reversed(kept)]


def test_closing_ends_what_runs_and_says_so() -> None:
    backend = InProcessBackend(Settings(demo_rate=20))
    run = ask(backend, "count to 1000", model="demo", tool_choice="none")
    wait_for(run, lambda event: event.mode == "messages")
    begun = time.monotonic()
    backend.close()
    assert time.monotonic() - begun < 2
    assert fold(run.read()[0], ()).message.startswith("The server is restarting")
    backend.close()


def test_late_output_never_reaches_a_run_that_has_ended(backend: InProcessBackend) -> None:
    run = ask(backend)
    events = finish(run)
    run.append(Happening(Custom("late")), Limits())
    assert run.read()[0] == events


def test_a_run_takes_no_more_memory_than_it_is_said_to() -> None:
    # While all that is allocated is noted, nobody is quick: what a run is given up for would be counted in, too.
    limits = Limits(runs_per_minute=1_000, runs_per_session=10, run_seconds=3_600, read_seconds=3_600)
    with InProcessBackend(Settings(demo_rate=40, limits=limits)) as backend:
        backend.wait_until_open()
        taken, said = _memory(backend)
    assert said / 3 < taken < said


def _memory(backend: InProcessBackend) -> tuple[int, int]:
    """How many bytes five runs at once take, and how many they are said to."""

    def five() -> list[ActiveRun]:
        runs = [ask(backend, BOTH, all_modes=True) for _ in range(5)]
        for run in runs:
            finish(run)
        wait(lambda: not backend.is_at_work())
        gc.collect()
        return runs

    five()  # as many connections as are needed at once stay open
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        runs = five()
        assert all(run.state == "finished" for run in runs)
        return tracemalloc.get_traced_memory()[0] - before, sum(run.memory for run in runs)
    finally:
        tracemalloc.stop()


def test_runs_are_counted_for_an_address_where_it_is_known() -> None:
    with InProcessBackend(Settings(limits=Limits(runs_per_minute_and_address=2))) as backend:
        for visitor in ("ann", "bob"):
            ask(backend, session=visitor, address="192.0.2.1")
        assert "from your network" in refused(backend.start(request(), session="eve", address="192.0.2.1"))
        ask(backend, session="eve", address="192.0.2.2")
        for number in range(5):
            ask(backend, session=f"visitor {number}")
