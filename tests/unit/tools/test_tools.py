"""Every tool, asked for in plain words: the demo model finds it, and it shows what it is there to show."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.demo_model.brain import reply
from agent.demo_model.request import Function, parse
from agent.engine.in_process import InProcessBackend
from agent.graphs.without_langchain import describe
from agent.projections.items import ToolCall
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.streaming.events import RunRequest, StreamEvent
from agent.streaming.modes import RUN_MODES
from agent.tools import demo as tools
from agent.tools.catalog import TOOLS
from tests.runs import finish, started
from texts import LANGUAGES, Language, say

ROOT = Path(__file__).parents[3]
Answers = dict[str, tuple[list[ToolCall], list[StreamEvent]]]
PLAIN = tuple(tool_id for tool_id in TOOLS if "." not in tool_id)


@pytest.fixture(scope="module")
def backend() -> Iterator[InProcessBackend]:
    with InProcessBackend(Settings(limits=Limits(runs_per_minute=1_000, runs_per_session=20))) as backend:
        backend.wait_until_open()
        yield backend


@pytest.fixture(scope="module", params=["react", "without_langchain"])
def answers(backend: InProcessBackend, request: pytest.FixtureRequest) -> Answers:
    """All questions asked at once, so that the slow tools are slow at the same time."""
    runs = {
        question: backend.start(RunRequest(question, request.param, PLAIN, model="demo-fast")) for question in ASKED
    }
    found = {}
    for question, run in runs.items():
        events = finish(started(run))
        found[question] = (fold(events, RUN_MODES).calls, events)
    return found


SAFE = "open the safe in the office"
WARM = "how warm is it in the greenhouse?"
PRICES = "what do the things in the kitchen cost?"
VISIT = "plan a visit to the museum"
TWO = "search the archive for the lighthouse and take inventory of the garage"
ASKED = (SAFE, WARM, PRICES, VISIT, TWO)


def test_a_table_grows_by_rows(answers: Answers) -> None:
    ((call,), _) = answers[PRICES]
    assert call.name == "list_prices"
    assert [set(row) for row in call.output.rows] == [{"item", "price", "total"}] * 5


def test_a_chart_grows_by_points(answers: Answers) -> None:
    ((call,), _) = answers[WARM]
    assert call.name == "measure_temperature"
    assert len(call.output.points) == 25


def test_a_tool_that_fails_half_way_keeps_its_half_and_says_why(answers: Answers) -> None:
    ((call,), _) = answers[SAFE]
    assert (call.state, call.output.status) == ("failed", "Turning the second lock")
    assert call.result == "Error: The second lock of the safe in the office is stuck."


def test_the_graph_inside_a_tool_is_seen_in_its_namespace(answers: Answers) -> None:
    ((call,), events) = answers[VISIT]
    inside = [event for event in events if event.namespace]
    assert {event.node for event in inside if event.mode == "updates"} == {"look_around", "choose"}
    assert {event.call for event in inside} == {call.id}


def test_two_tools_of_different_speed_work_side_by_side(answers: Answers) -> None:
    slow, quick = answers[TWO][0]
    assert (slow.name, quick.name) == ("search_archive", "take_inventory")
    assert slow.started_at is not None
    assert quick.ended_at is not None
    assert slow.ended_at is not None
    assert slow.started_at < quick.ended_at < slow.ended_at
    assert (quick.output.progress, quick.output.status) == (1.0, "Shelf 8 of 8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["refund", "market_brief", "incident"])
def test_a_job_works_side_by_side_step_by_step_and_to_its_end(
    backend: InProcessBackend, page: str, language: Language
) -> None:
    catalog = pytest.importorskip("ui.shell.catalog")  # agent/ also runs where there is no Streamlit
    info = catalog.PAGES[page]
    question = say(language, f"page-{page}.ask-1")
    run = started(backend.start(RunRequest(question, info.graphs[0], info.tools, model="demo-fast")))
    transcript = fold(finish(run), info.modes)
    calls = transcript.calls
    assert [call.name for call in calls] == [TOOLS[tool_id].name for tool_id in info.tools]
    assert [call.state for call in calls if call.state != "finished"] == ["failed"] * (page == "incident")
    assert any(call.beside for call in calls) is (page != "incident")
    last = calls[-1].started_at
    assert last is not None
    assert all(call.ended_at is not None and call.ended_at <= last for call in calls[:-1])
    assert transcript.first_output_at is not None
    assert all(call.ended_at is not None and transcript.first_output_at < call.ended_at for call in calls)
    if language == "ko":
        for read in (*(f"{call.output.status} {call.output.rows} {call.result}" for call in calls), run.answer):
            assert re.search("[가-힣]", read)
            assert not re.search("[A-Za-z]{2,} [a-z]{2,}", read.removeprefix("Error: ")), read


@pytest.mark.parametrize("page", ["home", "refund", "market_brief", "incident", "ask_me_first", "mcp_tools"])
def test_every_question_that_is_offered_asks_the_same_of_the_tools_in_every_language(page: str) -> None:
    catalog = pytest.importorskip("ui.shell.catalog")  # agent/ also runs where there is no Streamlit
    models: Any = None  # no tool is run
    tools = [describe(TOOLS[tool_id].build(models)) for tool_id in catalog.PAGES[page].tools]
    for number in range(1, 1 + len(catalog.suggestions(catalog.PAGES[page]))):
        made = {lang: steps(say(lang, f"page-{page}.ask-{number}"), tools) for lang in LANGUAGES}
        names = {lang: [[call.name for call in step] for step in each] for lang, each in made.items()}
        assert names["en"][0]
        assert names["ko"] == names["en"]
        asked = [json.loads(call.arguments) for step in made["ko"] for call in step]
        chosen = [args[key] for args in asked for key in ("market", "policy", "service") if key in args]
        assert [option for option in chosen if option.isascii()] == []
        assert [args["order"] for args in asked if args.get("order", 1042) not in (1042, 2077)] == []
        assert [args["amount"] for args in asked if args.get("amount", 10) not in (10, 500, 54_000, 129_000)] == []
        assert [args["to"] for args in asked if not args.get("to", "a@example.com").endswith("@example.com")] == []


def steps(question: str, tools: list[dict[str, Any]]) -> list[tuple[Function, ...]]:
    """What the demo model calls, turn by turn, if all goes well but a restart."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": question}]
    found = []
    while calls := reply(parse(json.dumps({"model": "demo", "messages": messages, "tools": tools}).encode())).calls:
        found.append(calls)
        ids = {f"{len(found)}-{at}": call for at, call in enumerate(calls)}
        made = [
            {"id": id_, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for id_, call in ids.items()
        ]
        messages.append({"role": "assistant", "content": None, "tool_calls": made})
        for id_, call in ids.items():
            content = "Error: no" if call.name == "restart_service" else "Found."
            messages.append({"role": "tool", "tool_call_id": id_, "content": content})
    return found


@pytest.fixture
def plants() -> Iterator[str]:
    """The tool of CONTRIBUTING.md, typed in at the end of agent/tools/demo.py."""
    guide = ROOT.joinpath("CONTRIBUTING.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(@offered.*?)^```", guide, re.DOTALL | re.MULTILINE)
    assert code.count("\n") <= 10
    exec(compile(code, "CONTRIBUTING.md", "exec"), vars(tools))
    yield "water_plants"
    del TOOLS["water_plants"], vars(tools)["water_plants"]


@pytest.mark.parametrize("page", ["1_Custom_data.py", "4_Stream_lab.py"])
def test_the_tool_of_the_guide_is_offered_in_the_sidebar(plants: str, page: str) -> None:
    testing = pytest.importorskip("streamlit.testing.v1")  # agent/ also runs where there is no Streamlit
    app = testing.AppTest.from_file(str(ROOT / "pages" / page), default_timeout=30).run()
    assert not app.exception
    assert any("Water the plants" in option for option in app.pills(key="tools").options)


@pytest.mark.parametrize("graph", ["react", "prebuilt", "without_langchain"])
def test_the_tool_of_the_guide_works_in_every_agent_as_soon_as_it_is_written(
    backend: InProcessBackend, plants: str, graph: Any
) -> None:
    question = "Water the plants in the greenhouse"
    run = backend.start(RunRequest(question, graph, (*PLAIN, plants), model="demo-fast"))
    (call,) = fold(finish(started(run)), RUN_MODES).calls
    assert (call.name, call.output.progress) == (plants, 1.0)
    assert call.result == "Five plants watered in the greenhouse."
