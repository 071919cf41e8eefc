"""Runs that other programs have started on an Agent Server, aegra and `langgraph dev`, are watched from here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from agent.engine.in_process import InProcessBackend
from agent.engine.others_runs import OthersRun
from agent.errors import Refusal
from agent.projections.items import Answer
from agent.projections.transcript import Transcript, fold
from agent.settings import Limits, Settings
from agent.store.recording import anonymous, dump
from agent.store.store import Store
from agent.streaming.events import Custom, RunRequest, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.agent_servers import AgentServer
from tests.runs import finish, refused, started, wait_for
from tests.server.client import ME, Visitor
from tests.serving import app_server, wait_until

ME_TOO, OTHER = "me", "somebody else"
QUESTION: dict[str, Any] = {"messages": [{"role": "user", "content": "what is in the office?"}]}
TOPIC: dict[str, Any] = {"topic": "bees", "notes": []}
T = TypeVar("T")


@pytest.fixture(params=["others", "others_in_dev"])
def server(request: pytest.FixtureRequest) -> AgentServer:
    found: AgentServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def backend(server: AgentServer) -> Iterator[InProcessBackend]:
    with InProcessBackend(Settings(agent_server=(server.url,), agent_server_runs=True)) as backend:
        yield backend


def ask(server: AgentServer, ask: Callable[[LangGraphClient], Coroutine[Any, Any, T]]) -> T:
    """Ask the server as another program does."""

    async def asked() -> T:
        async with get_client(url=server.url, api_key=None) as client:
            return await ask(client)

    return asyncio.run(asked())


def begin(server: AgentServer, graph: str, given: dict[str, Any], *modes: Any, resumable: bool = False) -> OthersRun:
    """Start a run there, in a thread of its own."""

    async def begun(client: LangGraphClient) -> OthersRun:
        thread = (await client.threads.create())["thread_id"]
        options: Any = {"input": given, "stream_mode": list(modes), "stream_resumable": resumable}
        run = await client.runs.create(thread, graph, **options)
        return OthersRun(thread, run["run_id"], graph, "", 0.0)

    return ask(server, begun)


def status(server: AgentServer, run: OthersRun) -> str:
    async def told(client: LangGraphClient) -> str:
        return str((await client.runs.get(run.thread, run.id))["status"])

    return ask(server, told)


def cancel(server: AgentServer, run: OthersRun) -> None:
    async def cancelled(client: LangGraphClient) -> None:
        await client.runs.cancel(run.thread, run.id)

    ask(server, cancelled)


def answers(told: Transcript) -> list[str]:
    """What is said outside of calls."""
    return [item.output.text.text for item in told.items if isinstance(item, Answer)]


def notes(events: list[StreamEvent]) -> set[str]:
    return {note.key for note in fold(events, RUN_MODES).notes if not isinstance(note, str)}


@pytest.mark.parametrize(
    ("modes", "lacks"),
    [
        (("messages-tuple", "custom", "updates"), {"server-unattributed"}),
        (("messages",), set()),
        (("values",), {"server-watched-whole"}),
        (("custom",), {"server-unattributed", "server-watched-whole"}),
    ],
)
def test_whatever_its_starter_asked_for_its_call_and_its_answer_are_there_once_also_when_it_is_watched_again(
    backend: InProcessBackend, server: AgentServer, modes: tuple[str, ...], lacks: set[str]
) -> None:
    there = begin(server, "plain", QUESTION, *modes, resumable=True)
    is_kept = modes != ("messages",)  # of which `langgraph dev` keeps nothing, so it may be late the first time
    for _ in range(2 if is_kept else 1):
        run = started(backend.watch(there.thread, there.id, session=ME_TOO))
        events = finish(run)
        told = fold(events, RUN_MODES)
        assert (run.state, run.request.question) == ("finished", "what is in the office?")
        (call,) = told.calls
        assert (call.name, call.state, call.result) == ("get_items", "finished", "three in the office")
        assert [text for text in answers(told) if "three in the office" in text] == [run.answer]
        assert notes(events) - (set() if is_kept else {"server-watched-late"}) == lacks


def test_with_the_line_in_its_graph_what_is_watched_is_in_its_call(
    backend: InProcessBackend, server: AgentServer
) -> None:
    there = begin(server, "marked", QUESTION, "messages-tuple", "custom", "updates", resumable=True)
    run = started(backend.watch(there.thread, session=ME_TOO))
    events = finish(run)
    assert [len(event.calls) for event in events if isinstance(event.payload, Custom)] == [1, 1, 1]
    assert notes(events) == set()
    assert run.request.graph == "own:marked"


def test_to_stop_watching_stops_nothing_there_and_it_is_listed_until_it_ends(
    backend: InProcessBackend, server: AgentServer
) -> None:
    there = begin(server, "slow", TOPIC, "custom", "updates")
    try:
        wait_until(lambda: [run.id for run in listed(backend)] == [there.id], 20, "it is listed")
        (run,) = listed(backend)
        assert (run.assistant, json.loads(run.asked)) == ("slow", TOPIC)
        watched = started(backend.watch(there.thread, there.id, session=ME_TOO))
        assert backend.watch(there.thread, session=ME_TOO) is watched, "a second click is the same run"
        wait_for(watched, lambda event: isinstance(event.payload, Custom))
        watched.stop()
        told = fold(finish(watched), RUN_MODES)
        assert (watched.state, told.message) == (
            "stopped",
            "You stopped watching. The run itself continues on the Agent Server.",
        )
        assert status(server, there) == "running"
    finally:
        cancel(server, there)
    wait_until(lambda: listed(backend) == [], 20, "it is no longer listed")


def listed(backend: InProcessBackend) -> list[OthersRun]:
    found = backend.others_at_work()
    assert isinstance(found, list), found
    return found


def test_what_was_before_and_is_not_kept_is_told(backend: InProcessBackend, others_in_dev: AgentServer) -> None:
    settings = Settings(agent_server=(others_in_dev.url,), agent_server_runs=True)
    there = begin(others_in_dev, "plain", QUESTION, "messages-tuple")  # which `langgraph dev` keeps nothing of
    wait_until(lambda: status(others_in_dev, there) == "success", 20, "it has ended")
    with InProcessBackend(settings) as backend:
        events = finish(started(backend.watch(there.thread, session=ME_TOO)))
        assert notes(events) == {"server-watched-late"}
        assert "three in the office" in fold(events, RUN_MODES).answer


def test_one_that_waits_for_a_person_can_be_answered_only_where_it_was_started(
    backend: InProcessBackend, server: AgentServer
) -> None:
    there = begin(server, "form", TOPIC, "custom", "updates")
    run = started(backend.watch(there.thread, session=ME_TOO))
    told = fold(finish(run), RUN_MODES)
    assert run.state == "stopped"
    assert told.message.startswith("This run now waits for a person.")
    assert len(told.asked) == 1


def test_how_it_failed_and_that_it_was_stopped_there_is_told(backend: InProcessBackend, server: AgentServer) -> None:
    failing = started(backend.watch(begin(server, "failing", TOPIC, "updates").thread, session=ME_TOO))
    assert fold(finish(failing), RUN_MODES).message.startswith("An error ended this run on the Agent Server")
    there = begin(server, "slow", TOPIC, "custom")
    run = started(backend.watch(there.thread, session=ME_TOO))
    wait_for(run, lambda event: isinstance(event.payload, Custom))
    cancel(server, there)
    assert fold(finish(run), RUN_MODES).message.startswith("Somebody stopped this run")


def test_the_time_that_is_watched_has_a_limit_that_stops_nothing_there(server: AgentServer) -> None:
    there = begin(server, "slow", TOPIC, "custom")
    settings = Settings(agent_server=(server.url,), agent_server_runs=True, limits=Limits(run_seconds=1.5))
    try:
        with InProcessBackend(settings) as backend:
            run = started(backend.watch(there.thread, session=ME_TOO))
            assert fold(finish(run), RUN_MODES).message.startswith("This run was watched for 1.5 seconds")
            assert status(server, there) == "running"
    finally:
        cancel(server, there)


def test_the_host_decides_and_what_visitors_ask_here_is_nobody_elses(others: AgentServer) -> None:
    there, settings = begin(others, "slow", TOPIC, "custom"), Settings(agent_server=(others.url,))
    with InProcessBackend(settings) as closed, InProcessBackend(replace(settings, agent_server_runs=True)) as backend:
        for outcome in (closed.others_at_work(), closed.watch(there.thread, session=ME_TOO)):
            assert isinstance(outcome, Refusal)
            assert str(outcome.sentence) == "The host of this app does not show the runs of others."
        wait_until(lambda: all(state.state != "loading" for state in backend.own_graphs()), 30, "it has answered")
        asked = RunRequest("bees", "own:slow", (), model="", inputs=TOPIC)
        own = started(backend.start(asked, session=OTHER))
        wait_for(own, lambda event: isinstance(event.payload, Custom))
        assert [run.id for run in listed(backend)] == [there.id]

        async def of_ours(client: LangGraphClient) -> list[str]:
            return [thread["thread_id"] for thread in await client.threads.search(status="busy")]

        (thread,) = set(ask(others, of_ours)) - {there.thread}
        assert refused(backend.watch(thread, session=ME_TOO)).startswith("That run was asked on pages like these.")
        own.stop()
        finish(own)
        cancel(others, there)


def test_what_is_none_is_told(backend: InProcessBackend) -> None:
    assert refused(backend.watch(str(uuid4()), session=ME_TOO)) == "The Agent Server knows no such run."
    assert refused(backend.watch(str(uuid4()), str(uuid4()), session=ME_TOO)) == "The Agent Server knows no such run."


def test_a_recording_of_it_goes_on_with_the_next_process_and_tells_nobody_where_it_is_from(
    others: AgentServer, tmp_path: Path
) -> None:
    settings = Settings(agent_server=(others.url,), agent_server_runs=True, recordings=tmp_path)
    there = begin(others, "short", TOPIC, "custom", "updates")
    with InProcessBackend(settings, Store.of(settings)) as one:
        run = started(one.watch(there.thread, session=ME_TOO))
        wait_for(run, lambda event: isinstance(event.payload, Custom))
    with InProcessBackend(settings, Store.of(settings)) as two:
        wait_until(lambda: (found := two.get(run.id)) and found.state == "finished", 30, "it has ended")
        found = two.get(run.id)
        assert found
        events = finish(found)
        assert [event.payload.data for event in events if isinstance(event.payload, Custom)] == [
            {"number": number} for number in range(30)
        ]
        assert there.thread not in dump(anonymous(found.header), events)
        assert there.id not in dump(anonymous(found.header), ())


def test_the_page_of_runs_lists_it_shows_it_live_and_offers_to_watch_no_more(others: AgentServer) -> None:
    env = {"TOOLSTREAM_AGENT_SERVER": others.url}
    with app_server(env) as app, Visitor(app.url, "Runs", headers=ME) as visitor:
        visitor.wait_idle()
        assert "Watch a run" not in visitor.text
    there = begin(others, "slow", TOPIC, "custom", "updates")
    with (
        app_server(env | {"TOOLSTREAM_AGENT_SERVER_RUNS": "1"}) as app,
        Visitor(app.url, "Runs", headers=ME) as visitor,
    ):
        visitor.wait_idle()
        visitor.open("watch")
        visitor.wait_until(lambda: visitor.has("button", f"watch_{there.id}"), "it is listed")
        visitor.click(f"watch_{there.id}")
        visitor.wait_until(lambda: '"number"' in visitor.text or "number" in visitor.text, "it is shown")
        visitor.wait_until(lambda: visitor.has("button", "stop_watching"), "it can be left")
        visitor.click("stop_watching")
        visitor.wait_until(lambda: "You stopped watching." in visitor.text, "it is said")
        assert "Traceback" not in app.log()
    assert status(others, there) == "running"
    cancel(others, there)
