"""An Agent Server that was there before: what it offers is watched, and whatever goes wrong there is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from langgraph_sdk import get_client

from agent.demo_model import DemoServer
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.graphs.inputs import fields_of
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.streaming.events import JSON, Custom, Noted, RunRequest
from agent.streaming.modes import RUN_MODES
from tests.agent_servers import OTHERS, AgentServer
from tests.runs import finish, started, wait_for
from tests.server.client import Visitor
from tests.server.steps import complete
from tests.serving import app_server, free_port, wait_until

OWNER = "somebody"


@pytest.fixture(scope="module")
def backend(others: AgentServer) -> Iterator[InProcessBackend]:
    with InProcessBackend(Settings(agent_server=(others.url,))) as backend:
        wait_until(
            lambda: backend.own_graphs() and all(state.state != "loading" for state in backend.own_graphs()),
            30,
            "it has answered",
        )
        yield backend


def ask(backend: InProcessBackend, graph: str, inputs: JSON = None) -> Run:
    return started(
        backend.start(RunRequest("what is in the office?", f"own:{graph}", (), model="", inputs=inputs), session=OWNER)
    )


def test_what_it_offers_is_listed_with_what_each_takes(backend: InProcessBackend) -> None:
    states = {state.name: state for state in backend.own_graphs()}
    assert set(states) == set(OTHERS)
    assert [name for name in OTHERS if states[name].state == "failed"] == ["broken"]
    assert str(states["broken"].message).startswith("The Agent Server could not load the graph broken.")
    takes = {name: state.own.takes_messages for name, state in states.items() if state.own}
    assert takes == {
        "plain": True,
        "marked": True,
        "form": False,
        "failing": False,
        "slow": False,
        "short": False,
        "stops": True,
    }
    form = states["form"].own
    assert form
    assert [field.name for field in fields_of(form.input_schema)] == ["topic", "notes"]


@pytest.mark.parametrize(("graph", "calls"), [("plain", 0), ("marked", 3)])
def test_without_the_line_chunks_come_without_their_call_and_with_it_they_do_not(
    backend: InProcessBackend, graph: str, calls: int
) -> None:
    run = ask(backend, graph)
    events = finish(run)
    assert run.state == "finished"
    chunks = [event for event in events if isinstance(event.payload, Custom)]
    assert [len(event.calls) for event in chunks] == [bool(calls)] * 3
    notes = [event.payload.message for event in events if isinstance(event.payload, Noted)]
    assert [note.split(",")[0] for note in notes] == (
        [] if calls else ["The Agent Server does not say which tool call some of this belongs to"]
    )
    (call,) = fold(events, RUN_MODES).calls
    assert (call.name, call.state, call.result) == ("get_items", "finished", "three in the office")


def test_a_graph_without_messages_takes_its_input_and_waits_and_goes_on(backend: InProcessBackend) -> None:
    run = ask(backend, "form", {"topic": "bees", "notes": []})
    wait_until(lambda: run.read()[0] and run.state in ("waiting", "failed"), 20, "it waits")
    (asked,) = fold(run.read()[0], RUN_MODES).asked
    started(backend.answer(run.id, asked, "yes", session=OWNER))
    finish(run)
    assert json.loads(run.answer)["notes"] == ["about bees", "a person said yes"]


def test_it_stops_where_it_was_compiled_to_and_goes_on(backend: InProcessBackend) -> None:
    run = ask(backend, "stops")
    wait_until(lambda: run.read()[0] and run.state in ("waiting", "failed"), 20, "it waits")
    (asked,) = fold(run.read()[0], RUN_MODES).asked.values()
    assert asked.interrupt.value == {"type": "breakpoint", "next": ["tools"]}
    started(backend.answer(run.id, asked.interrupt.id, None, session=OWNER))
    (call,) = fold(finish(run), RUN_MODES).calls
    assert (run.state, call.state, call.result) == ("finished", "finished", "three in the office")


def test_what_its_graph_raises_ends_the_run_and_is_not_passed_on(backend: InProcessBackend) -> None:
    run = ask(backend, "failing", {"topic": "bees", "notes": []})
    events = finish(run)
    assert run.state == "failed"
    assert str(fold(events, RUN_MODES).message).startswith("An error ended this run on the Agent Server")
    assert "sk-secret" not in str(events)


def test_a_run_that_somebody_stops_there_is_stopped_here(backend: InProcessBackend, others: AgentServer) -> None:
    run = ask(backend, "slow", {"topic": "bees", "notes": []})
    wait_for(run, lambda event: isinstance(event.payload, Custom))
    asyncio.run(_stop_all(others.url))
    events = finish(run)
    assert run.state == "stopped"
    assert str(fold(events, RUN_MODES).message).startswith("Somebody stopped this run")


async def _stop_all(url: str) -> None:
    async with get_client(url=url, api_key=None) as client:
        for thread in await client.threads.search(limit=100):
            for run in await client.runs.list(thread["thread_id"]):
                if run["status"] in ("pending", "running"):
                    await client.runs.cancel(thread["thread_id"], run["run_id"])


def test_a_page_offers_it_and_says_what_cannot_be_loaded(others: AgentServer) -> None:
    with app_server({"TOOLSTREAM_AGENT_SERVER": others.url}) as app:
        with Visitor(app.url, "Your_agent", graph="own:plain") as visitor:
            visitor.wait_until(lambda: visitor.idle and "on the Agent Server" in visitor.text, "it is offered", 30)
            visitor.ask("what is in the office?")
            complete(visitor)
            assert "three in the office" in visitor.text
        with Visitor(app.url, "Your_agent", graph="own:broken") as visitor:
            visitor.wait_until(lambda: "could not load the graph broken" in visitor.text, "it is said why not")
        assert "Traceback" not in app.log()


# Servers that are none, or not there


@pytest.mark.parametrize("header", [None, "x-api-key: wrong"])
def test_an_address_where_nothing_answers_is_told_and_the_app_lives(header: str | None) -> None:
    settings = Settings(
        agent_server=(f"http://127.0.0.1:{free_port()}",), agent_server_header=header, limits=Limits(server_seconds=1)
    )
    with InProcessBackend(settings) as backend:
        run = started(backend.start(RunRequest("what is in the office?", model="demo-fast"), session=OWNER))
        events = finish(run)
        assert str(fold(events, RUN_MODES).message).startswith("The Agent Server that works on runs does not answer.")
        wait_until(lambda: backend.own_graphs()[0].state == "failed", 20, "that is told on the page as well")


def test_an_address_of_something_else_is_told(model: DemoServer) -> None:
    with InProcessBackend(Settings(agent_server=(model.base_url,), limits=Limits(server_seconds=1))) as backend:
        run = started(backend.start(RunRequest("what is in the office?", model="demo-fast"), session=OWNER))
        finish(run)
        assert run.state == "failed"
