"""Runs on a real Agent Server, aegra on PostgreSQL and `langgraph dev`: the same runs as in this process."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import psycopg
import pytest

from agent.demo_model import DemoServer
from agent.engine.in_process import InProcessBackend
from agent.graphs.registry import GRAPHS
from agent.projections.decisions import Decision, resume_value
from agent.projections.questions import questions_of
from agent.projections.transcript import fold
from agent.settings import Settings
from agent.streaming.events import JSON, Interrupt, RunRequest, State, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.agent_servers import AgentServer
from tests.postgres import Server
from tests.runs import counting, finish, has_words, request, started, wait_for
from tests.server.client import ME, Visitor
from tests.server.steps import NUMBERS, QUESTION, arrived, complete, numbers
from tests.serving import app_server, pointed_at, wait_until

OWNER = "somebody"
REFUND = (
    "The headphones of order 1042 arrived damaged. refund 129 dollars for order 1042 and send an email to "
    "okafor@example.com"
)
MODELS = ("demo-fast", "demo", "demo-flaky:unauthorized")


@pytest.fixture(params=["aegra", "langgraph_dev"])
def server(request: pytest.FixtureRequest) -> AgentServer:
    found: AgentServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def there(server: AgentServer, model: DemoServer) -> Iterator[InProcessBackend]:
    """A backend whose runs work on a server."""
    settings = Settings(base_url=model.base_url, openai_models=MODELS, agent_server=(server.url,))
    with InProcessBackend(settings) as backend:
        yield backend


@pytest.fixture(scope="module")
def here(model: DemoServer) -> Iterator[InProcessBackend]:
    """One whose runs work in this process."""
    with InProcessBackend(Settings(base_url=model.base_url, openai_models=MODELS)) as backend:
        yield backend


def happened(events: list[StreamEvent]) -> Counter[object]:
    """What has happened where, in whatever order parallel calls have done it."""
    return Counter(
        (event.payload.kind, event.node, event.agent, tuple(call[-2:] for call in event.calls), len(event.namespace))
        for event in events  # a call's id differs from run to run, but for its end
    )


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_run_there_is_the_run_it_would_be_here(there: InProcessBackend, here: InProcessBackend, graph: str) -> None:
    tools = ("get_items",) if GRAPHS[graph].only_tool else ("get_items.openai", "list_prices", "plan_visit")
    asked = RunRequest("what is in the office, what does it cost, and plan a visit", graph, tools, model="demo-fast")
    run, same = (started(backend.start(asked, session=OWNER)) for backend in (there, here))
    events, expected = finish(run), finish(same)
    assert run.state == same.state == "finished"
    assert run.answer == same.answer
    assert happened(events) == happened(expected)
    assert all(event.source for event in events if event.mode != "run")


def test_stop_closes_the_request_to_the_model_and_keeps_what_has_arrived(
    there: InProcessBackend, model: DemoServer
) -> None:
    run = started(there.start(counting(1_000), session=OWNER))
    wait_for(run, has_words)
    run.stop()
    wait_until(lambda: model.stats.active == 0, 5, "the model server has nothing more to send")
    assert has_words(finish(run)[-2])
    assert run.state == "stopped"


def test_a_conversation_goes_on_where_it_was_and_what_was_stopped_is_not_part_of_it(there: InProcessBackend) -> None:
    first = started(there.start(request(), session=OWNER))
    finish(first)
    stopped = started(there.start(counting(1_000), session=OWNER, thread_id=first.thread_id))
    wait_for(stopped, has_words)
    stopped.stop()
    third = started(there.start(request("and in the kitchen?"), session=OWNER, thread_id=first.thread_id))
    states = [event.payload for event in finish(third) if isinstance(event.payload, State)]
    said = [message.text for message in states[-1].messages if message.role == "human"]
    assert said == [first.request.question, third.request.question]
    assert third.state == "finished"


def test_what_the_model_server_answers_instead_of_an_answer_is_told_as_it_is_here(
    there: InProcessBackend, here: InProcessBackend
) -> None:
    asked = request(model="demo-flaky:unauthorized")
    ends = [finish(started(backend.start(asked, session=OWNER)))[-1].payload for backend in (there, here)]
    assert ends[0] == ends[1]


@pytest.mark.parametrize("graph", ["react", "create_agent", "prebuilt", "without_langchain"])
def test_it_waits_for_a_person_goes_on_and_can_be_answered_otherwise(there: InProcessBackend, graph: str) -> None:
    run = started(there.start(RunRequest(REFUND, graph, ("refund", "send_email"), model="demo-fast"), session=OWNER))
    wait_until(lambda: run.read()[0] and run.state in ("waiting", "failed"), 30, "it waits")
    before = fold(run.read()[0], RUN_MODES)
    assert [call.state for call in before.calls] == ["waiting", "waiting"]
    given = {id_: decided(asked.interrupt, "approve") for id_, asked in before.asked.items()}
    for id_, answer in given.items():
        started(there.answer(run.id, id_, answer, session=OWNER))
    told = fold(finish(run), RUN_MODES)
    assert [(call.name, call.state) for call in told.calls] == [("refund", "finished"), ("send_email", "finished")]
    assert all(call.attempts <= 1 for call in told.calls)
    assert "were refunded" in run.answer
    rejected = {id_: decided(asked.interrupt, "reject") for id_, asked in before.asked.items()}
    other = started(there.answer_otherwise(run.id, rejected, session=OWNER))
    finish(other)
    assert other.state == "finished"
    assert "were refunded" not in other.answer


def decided(asked: Interrupt, kind: Literal["approve", "reject"]) -> JSON:
    questions = questions_of(asked.value, asked.schema)
    return resume_value(questions, [Decision(kind) for _ in questions])


def test_a_question_in_korean_is_answered_in_korean(there: InProcessBackend) -> None:
    run = started(there.start(request("주문 1042를 129달러 환불해 줘", tool="refund"), session=OWNER))
    wait_until(lambda: run.read()[0] and run.state in ("waiting", "failed"), 30, "it waits")
    (asked,) = fold(run.read()[0], RUN_MODES).asked.values()
    assert isinstance(asked.interrupt.value, dict)
    assert not str(asked.interrupt.value["message"]).isascii()


def test_a_page_shows_it_live(aegra: AgentServer, model: DemoServer) -> None:
    env = pointed_at(model) | {"TOOLSTREAM_AGENT_SERVER": aegra.url}
    with app_server(env) as app, Visitor(app.url, tool_choice="none") as visitor:
        visitor.wait_idle()
        visitor.ask("count to 300")
        arrived(visitor, 20)
        assert model.stats.active == 1
        visitor.click("stop")
        complete(visitor)
        assert visitor.turns[0].notes == ["Stopped. What had arrived is kept."]
        wait_until(lambda: model.stats.active == 0, 5, "the model server has nothing more to send")
        visitor.ask("count to 5")
        complete(visitor, turns=2)
        assert numbers(visitor) == ["1", "2", "3", "4", "5"]
        assert "Traceback" not in app.log()


@pytest.mark.parametrize(
    ("how", "is_in_postgres"), [(signal.SIGKILL, False), (signal.SIGTERM, False), (signal.SIGKILL, True)]
)
def test_the_run_goes_on_when_its_web_process_dies_and_another_one_reads_on(
    server: AgentServer, model: DemoServer, database: Server, tmp_path: Path, how: signal.Signals, is_in_postgres: bool
) -> None:
    env = pointed_at(model) | {"TOOLSTREAM_AGENT_SERVER": server.url, "TOOLSTREAM_RECORDINGS": str(tmp_path)}
    env |= {"TOOLSTREAM_DATABASE_URL": _another(database)} if is_in_postgres else {}
    before = model.stats
    with app_server(env) as two:
        with app_server(env) as one, Visitor(one.url, headers=ME, tool_choice="none") as owner:
            owner.wait_idle()
            owner.ask(QUESTION)
            arrived(owner, 20)
            run_id = owner.run_id
            one.process.send_signal(how)
            one.process.wait(10)
        with Visitor(two.url, headers=ME, run=run_id) as visitor:
            complete(visitor, timeout=40)
            assert numbers(visitor) == NUMBERS
            assert visitor.turns[0].notes == []
        assert "Traceback" not in two.log()
    assert model.stats.requests == before.requests + 1
    assert model.stats.hung_up == before.hung_up


def _another(database: Server) -> str:
    """A database beside the one in which aegra keeps its own."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'pages'").fetchone():
            connection.execute("CREATE DATABASE pages")
    return database.url.replace("/postgres?", "/pages?")
