"""The stream lab as AppTest runs it: the real app and the real demo model, nothing replaced."""

import json
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from agent.engine.request_check import tools_for
from agent.graphs.registry import GRAPHS
from agent.pitfalls.comparison import comparisons
from agent.snippets.programs import program
from agent.snippets.ways import WAYS, sample
from agent.streaming.modes import STREAM_MODES
from tests.server.pages import ask, opened, run
from ui.shell.language import read_in

pytestmark = pytest.mark.usefixtures("quick_loops")


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    comparisons().close()


OFFICE = "what items are in the office?"


def open_lab(**query: str) -> AppTest:
    return opened("pages/4_Stream_lab.py", **{"model": "demo-fast", **query})


def open_lanes(**query: str) -> AppTest:
    app = open_lab(**query)
    look(app, "Lanes")
    return app


def look(app: AppTest, view: str) -> None:
    run(app.segmented_control(key="lab_view").set_value(view.lower()))


def test_it_offers_all_modes_graphs_and_tools() -> None:
    app = open_lab()
    assert app.pills(key="modes").value == ["custom", "messages", "updates"]
    assert len(app.pills(key="modes").options) == len(STREAM_MODES)
    assert len(app.selectbox(key="graph").options) == len(GRAPHS)
    tools = app.pills(key="tools").options
    assert len(tools) == len(set(tools)) == len(tools_for("react"))


def test_every_view_says_what_it_will_show_before_there_is_a_run() -> None:
    app = open_lab()
    for view in ("Timeline", "Lanes", "Inspector", "Metrics"):
        look(app, view)
        assert "Ask a question" in "".join(markdown.value for markdown in app.markdown)


def test_each_mode_fills_a_lane_and_a_rerun_shows_the_same() -> None:
    app = open_lanes(modes=",".join(STREAM_MODES))
    ask(app, OFFICE)
    lanes = app.dataframe[0].value
    assert list(lanes) == ["seconds", *STREAM_MODES]
    assert all("".join(lanes[mode]).strip() for mode in STREAM_MODES)
    assert 'get_items: {"custom_tool_data": "Desk"}' in "\n".join(lanes["custom"])
    app.run()
    assert app.dataframe[0].value.equals(lanes)


@pytest.fixture
def _korean_thread() -> Iterator[None]:
    """AppTest asks in the test's own thread what an option is called."""
    read_in("ko")
    yield
    read_in("en")


@pytest.mark.usefixtures("_korean_thread")
def test_the_columns_of_every_table_are_named_in_the_readers_language() -> None:
    app = open_lab(lang="ko")
    ask(app, "사무실에는 무엇이 있나요?")
    for view, modes in (("Lanes", STREAM_MODES), ("Inspector", ()), ("Metrics", ())):
        look(app, view)
        table = app.dataframe[0]
        looks = json.loads(table.proto.columns)
        assert [name for name in table.value if name not in modes and looks[name]["label"].isascii()] == [], view


def test_the_same_run_in_every_view() -> None:
    app = open_lab()
    ask(app, OFFICE)
    run = app.query_params["run"]
    look(app, "Timeline")
    assert any("get\\_items works" in markdown.value for markdown in app.markdown)
    look(app, "Metrics")
    first, whole, *others = [metric.label for metric in app.metric]
    assert (first, others) == ("First output", ["Tokens", "Tokens per second"])
    assert whole in ("Without streaming", "Complete after"), "so quick a run may be no sooner"
    assert list(app.dataframe[0].value["source"]) == ["agent", "get_items"]
    look(app, "Inspector")
    events = app.dataframe[0].value
    assert list(events["seq"]) == list(range(len(events)))
    assert {"run", *STREAM_MODES} == set(events["mode"])
    assert app.query_params["run"] == run


def test_the_inspector_filters_and_searches() -> None:
    app = open_lab()
    ask(app, OFFICE)
    look(app, "Inspector")
    app.multiselect(key="lab_modes").set_value(["custom"]).run()
    assert set(app.dataframe[0].value["mode"]) == {"custom"}
    app.text_input(key="lab_search").set_value("DESK LAMP").run()
    assert list(app.dataframe[0].value["content"]) == ['{"custom_tool_data": "Desk lamp"}']
    run(app.text_input(key="lab_search").set_value("no such text"))
    assert "0 of" in "".join(markdown.value for markdown in app.markdown)


def test_the_code_follows_the_choices() -> None:
    app = open_lab(graph="without_langchain", tools="get_items", modes="custom,messages")
    ask(app, OFFICE)
    look(app, "Code")
    sources = [
        program("without_langchain", mode, question=OFFICE, tools=["get_items"], model="demo-fast").strip()
        for mode in ("custom", "messages")
    ]
    assert [code.value.strip() for code in app.code[:2]] == sources
    assert any("prints nothing with this graph" in markdown.value for markdown in app.markdown)


def test_one_node_runs_here_as_well() -> None:
    app = open_lanes(graph="tool_node")
    ask(app, OFFICE)
    assert "Desk" in "\n".join(app.dataframe[0].value["custom"])


def test_an_older_run_can_be_chosen() -> None:
    app = open_lanes()
    ask(app, OFFICE)
    ask(app, "what items are in the bedroom?")
    assert "Nightstand" in "\n".join(app.dataframe[0].value["custom"])
    run(app.selectbox(key="lab_run_2").set_value(0))
    assert "Swivel chair" in "\n".join(app.dataframe[0].value["custom"])


def test_a_failed_run_keeps_its_lanes_and_can_be_tried_again() -> None:
    app = open_lanes(model="demo-flaky")
    ask(app, "count to 5")
    assert len(app.dataframe) == 1
    assert len(app.error) == 1
    assert [button.label for button in app.button if button.label == "Try again"] == ["Try again"]
    places = [getattr(element, "label", "") or element.type for element in app.main]
    assert places.index("error") < places.index("Try again") < places.index("View")


def test_without_modes_it_asks_for_some() -> None:
    app = open_lanes(modes="-")
    ask(app, OFFICE)
    assert any("Choose stream modes" in info.value for info in app.info)


def ways(app: AppTest) -> str:
    (drawn,) = (html.proto.body for html in app.get("html") if 'class="ways"' in html.proto.body)
    return str(drawn)


def test_all_ways_are_run_by_one_click_beside_each_other_and_stay_on_the_page() -> None:
    app = open_lab()
    look(app, "Ways")
    assert 'class="tick"' not in ways(app)
    run(app.button(key="run_ways").click())
    drawn = ways(app)
    rows = dict(zip(WAYS, drawn.split("<tr>")[2:], strict=True))
    assert [name for name in rows if "Yes<code>call_" in rows[name]] == [
        "runtime_writer",
        "output_delta",
        "projections",
    ]
    assert "By another id<code>lc_run--" in rows["model_tokens"]
    assert [name for name in rows if "experimental" in rows[name]] == ["projections"]
    assert [rows[name].count('class="track"') for name in WAYS] == [1, 2, 2, 2, 2]
    assert all(rows[name].count('class="tick"') == 10 for name in WAYS if name != "model_tokens")
    run(app)
    assert ways(app) == drawn
    other = open_lab()
    look(other, "Ways")
    assert 'class="tick"' not in ways(other)


def test_the_program_of_each_way_is_beside_its_table() -> None:
    app = open_lab()
    look(app, "Ways")
    for name in WAYS:
        run(app.pills(key="lab_way").set_value(name))
        assert [code.value.strip() for code in app.code] == [sample(name).strip()]


def test_ways_are_run_beside_a_question_at_work() -> None:
    app = open_lab()
    look(app, "Ways")
    run(app.button(key="run_ways").click())
    ask(app, OFFICE)
    assert 'class="tick"' in ways(app)
    assert any("Finished" in markdown.value for markdown in app.markdown)
