"""MCP tools in runs of our agents: beside the others, each report with its call, questions as cards, and Stop."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.mcp.servers import McpServer
from agent.projections.questions import questions_of
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.snippets.programs import program
from agent.streaming.events import JSON, RunRequest, Waiting
from agent.streaming.modes import RUN_MODES
from agent.tools.catalog import TOOLS
from tests.runs import finish, started, wait_for
from tests.serving import ROOT, wait_until
from tests.unit.mcp.test_calls import CLOCK, any_server
from tests.warm import FRESH

ME = "somebody"
TIME = "Get the current time in 'Asia/Seoul'"
WAREHOUSE = ("check_stock", "book_delivery")


@pytest.fixture(scope="module", autouse=True)
def _quick() -> None:
    """No quick clock here: a program of others starts no sooner."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mcp") / "pid"


@pytest.fixture(scope="module")
def backend(place: Path) -> Iterator[InProcessBackend]:
    hangs = McpServer("dock", FRESH, (*any_server("hangs").args, str(place)))
    asks = dataclasses.replace(any_server("asks two"), name="asker")
    servers = (CLOCK, McpServer("gone", "/no/such/command"), hangs, asks)
    before = set(TOOLS)
    with InProcessBackend(Settings(mcp=servers, limits=Limits(runs_per_minute=1_000, runs_per_session=20))) as backend:
        wait_until(lambda: all(state.state != "starting" for state in backend.mcp_servers()), 60, "all have answered")
        yield backend
    for tool_id in set(TOOLS) - before:
        del TOOLS[tool_id]


def run_of(backend: InProcessBackend, question: str, tools: tuple[str, ...], graph: str = "react") -> Run:
    return started(backend.start(RunRequest(question, graph, tools, model="demo-fast"), session=ME))


def test_a_servers_tools_are_offered_and_one_that_does_not_start_says_so(backend: InProcessBackend) -> None:
    states = {state.name: state for state in backend.mcp_servers()}
    assert [states[name].state for name in ("clock", "gone", "dock")] == ["ready", "failed", "ready"]
    assert "could not be started" in str(states["gone"].message)
    assert TOOLS["clock_get_current_time"].title == "Get current time"
    assert "dock_do_it_now" in TOOLS, "a name that every model takes"


@pytest.mark.parametrize("graph", ["react", "create_agent", "prebuilt", "without_langchain"])
def test_an_agent_calls_the_tool_of_a_server_that_others_have_written(backend: InProcessBackend, graph: str) -> None:
    run = run_of(backend, TIME, ("clock_get_current_time",), graph)
    (call,) = fold(finish(run), RUN_MODES).calls
    assert call.state == "finished"
    assert "Asia/Seoul" in str(call.result)


def test_the_program_that_is_shown_runs_and_tells_nothing_of_the_server(
    backend: InProcessBackend, tmp_path: Path
) -> None:
    source = program("without_langchain", "updates", question=TIME, tools=["clock_get_current_time"], model="demo-fast")
    assert sys.executable not in source
    path = tmp_path / "mcp.json"
    path.write_text(json.dumps({"mcpServers": {"clock": {"command": CLOCK.command, "args": list(CLOCK.args)}}}))
    env = os.environ | {"OPENAI_BASE_URL": str(backend.demo_url), "OPENAI_API_KEY": "no key", "PYTHONPATH": str(ROOT)}
    printed = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert "Asia/Seoul" in printed.stdout, printed.stderr


LANES = ("react", "create_agent", "without_langchain")


@pytest.fixture(scope="module")
def stock(backend: InProcessBackend) -> dict[str, Run]:
    """One run of each graph, all at work at the same time."""
    return {graph: run_of(backend, "Check the stock in Busan and in Oakland", WAREHOUSE, graph) for graph in LANES}


@pytest.mark.parametrize("graph", LANES)
def test_two_calls_at_once_each_have_their_own_reports(stock: dict[str, Run], graph: str) -> None:
    first, second = fold(finish(stock[graph]), RUN_MODES).calls
    for call, desks in ((first, 64), (second, 35)):
        name = call.args["warehouse"]  # type: ignore[index, call-overload]
        assert call.state == "finished", call.result
        assert (call.output.progress, call.output.status) == (1.0, f"Aisle 6 of 6 in {name}")
        assert len(call.output.others) == 3
        assert all(str(name) in str(line) for line in call.output.others)
        assert call.result == f"{desks} desks are in {name}."


BOOKED: JSON = {"action": "accept", "content": {"day": "Friday", "call_ahead": False}}


@pytest.mark.parametrize(
    ("graph", "answer", "result"),
    [
        ("react", BOOKED, "Done: 40 desks arrive from Busan on Friday."),
        ("create_agent", BOOKED, "Done: 40 desks arrive from Busan on Friday."),
        ("without_langchain", BOOKED, "Done: 40 desks arrive from Busan on Friday."),
        ("prebuilt", {"action": "decline"}, "Nothing was booked: the delivery from Busan was not wanted."),
    ],
)
def test_what_a_server_asks_a_person_waits_for_the_answer(
    backend: InProcessBackend, graph: str, answer: JSON, result: str
) -> None:
    run = run_of(backend, "Book a delivery of 40 desks from Busan", WAREHOUSE, graph)
    wait_until(lambda: run.state not in ("queued", "running"), 30, "it waits")
    (waits,) = [event.payload for event in run.read()[0] if isinstance(event.payload, Waiting)]
    (interrupt,) = waits.interrupts
    (question,) = questions_of(interrupt.value)
    assert (question.kind, question.tool) == ("form", "book_delivery")
    assert question.text == "When should the 40 desks from Busan arrive?"
    assert [field.name for field in question.fields] == ["day", "call_ahead"]
    started(backend.answer(run.id, interrupt.id, {"responses": {question.key: answer}}, session=ME))
    (call,) = fold(finish(run), RUN_MODES).calls
    assert call.result == result


def questions(run: Run) -> list[Waiting]:
    """What a run has waited for until now."""
    return [event.payload for event in run.read()[0] if isinstance(event.payload, Waiting)]


@pytest.mark.parametrize("attempt", range(3))
def test_of_several_questions_at_once_each_gets_its_own_answer_in_whatever_order_they_are_asked_again(
    backend: InProcessBackend, attempt: int
) -> None:
    """The server changes their order by chance, and asks two in the same words."""
    run = run_of(backend, "Do it now: asker_do_it_now", ("asker_do_it_now",))
    given = iter(["small", "large"])
    for asked in range(1, 4):
        wait_until(lambda asked=asked: len(questions(run)) == asked, 30, "it asks")  # type: ignore[misc]
        (interrupt,) = questions(run)[-1].interrupts
        (question,) = questions_of(interrupt.value)
        text = "red" if question.text == "What colour?" else next(given)
        answer: JSON = {"responses": {question.key: {"action": "accept", "content": {"text": text}}}}
        started(backend.answer(run.id, interrupt.id, answer, session=ME))
    (call,) = fold(finish(run), RUN_MODES).calls
    assert call.result == "What colour? red; What size? large; What size? small"


def test_the_warehouses_speak_the_language_of_the_question(backend: InProcessBackend) -> None:
    run = run_of(backend, "Oakland 창고의 재고를 확인해 주세요", WAREHOUSE)
    (call,) = fold(finish(run), RUN_MODES).calls
    assert call.result == "Oakland 창고에 책상이 35개 있어요."
    assert call.output.status == "Oakland 창고 통로 6곳 중 6번째"


def test_a_hosts_limits_hold_in_runs() -> None:
    with InProcessBackend(Settings(limits=Limits(mcp_answer_chars=10))) as backend:
        run = run_of(backend, "Check the stock in Oakland", WAREHOUSE)
        (call,) = fold(finish(run), RUN_MODES).calls
    assert call.state == "failed"
    assert "is longer than 10 characters" in str(call.result)


def test_stop_ends_the_child_in_mid_call(backend: InProcessBackend, place: Path) -> None:
    run = run_of(backend, "Do it now: dock_do_it_now", ("dock_do_it_now",))
    wait_for(run, lambda event: event.mode == "custom")
    run.stop()
    assert finish(run)[-1].payload.kind == "ended"
    wait_until(lambda: is_gone(place), 5, "the child has ended")


def test_the_end_of_the_app_ends_children_that_hang(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    hangs = McpServer("quay", FRESH, (*any_server("hangs").args, str(place)))
    with InProcessBackend(Settings(mcp=(hangs,))) as backend:
        wait_until(lambda: backend.mcp_servers()[0].state == "ready", 30, "it has answered")
        run = run_of(backend, "Do it now: quay_do_it_now", ("quay_do_it_now",))
        wait_for(run, lambda event: event.mode == "custom")
    del TOOLS["quay_do_it_now"]
    wait_until(lambda: is_gone(place), 5, "the child has ended")


def is_gone(place: Path) -> bool:
    """Whether the process whose id is written there has ended."""
    try:
        return bool(psutil.Process(int(place.read_text())).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
