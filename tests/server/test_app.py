"""The pages as AppTest runs them: the real app and the real demo model, nothing replaced."""

import os
import sys

import pytest
from streamlit.testing.v1 import AppTest

from agent.snippets.ways import TODAY, sample
from tests.server.pages import ask, boxes, opened, run, text
from tests.serving import ROOT
from ui.shell import pin
from ui.today import CHANGES

pytestmark = pytest.mark.usefixtures("quick_loops")

PAGES = {
    "custom_data": "pages/1_Custom_data.py",
    "llm_tokens": "pages/2_LLM_tokens.py",
    "without_langchain": "pages/3_Without_LangChain.py",
}
STARTS = {
    "custom_data": (["custom"], ["get_items"], "react"),
    "llm_tokens": (["messages"], ["get_items.llm"], "react"),
    "without_langchain": (["custom"], ["get_items.openai"], "without_langchain"),
}


def open_app(page: str = "", **query: str) -> AppTest:
    return opened(PAGES.get(page, "app.py"), **{"view": "technical", **query})


def test_home_answers_by_one_click() -> None:
    app = open_app(model="demo-fast")
    run(app.button(key="suggestion_0").click())
    assert "Okafor" in text(app)
    assert "run" in app.query_params


@pytest.mark.parametrize("page", PAGES)
def test_a_page_starts_with_the_modes_tools_and_agent_of_its_section(page: str) -> None:
    app = open_app(page)
    modes, tools, graph = STARTS[page]
    assert app.pills(key="modes").value == modes
    assert app.pills(key="tools").value == tools
    assert app.selectbox(key="graph").value == graph


def test_a_question_that_is_too_long_is_refused_with_a_sentence_and_stays_in_the_box() -> None:
    app, pasted = open_app("custom_data", model="demo-fast"), "x" * 5_000
    run(app.chat_input(key="question").set_value(pasted))
    assert [warning.value for warning in app.warning] == [
        "The question is longer than 4,000 characters. Shorten it, then ask again."
    ]
    assert app.chat_input(key="question").proto.value == pasted
    run(app)
    assert not app.warning
    assert not app.chat_message


def test_a_tool_that_writes_nothing_first_is_drawn_above_the_words_that_follow_it() -> None:
    app = open_app("without_langchain", model="demo-fast", tools="plan_visit")
    ask(app, "Plan a visit to the museum")
    assert len(boxes(app)) == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_question_is_answered_and_kept_for_the_next_rerun(page: str) -> None:
    app = open_app(page, model="demo-fast")
    ask(app, "what items are in the bedroom?")
    answered = text(app)
    assert "bedroom" in answered
    assert len(boxes(app)) == 1
    app.run()
    assert text(app) == answered
    assert boxes(app)[0].label.replace("\\", "").startswith("**get_items** · bedroom")


def test_flipping_the_modes_redraws_the_same_run() -> None:
    app = open_app("custom_data", model="demo-fast")
    ask(app, "what items are in the office?")
    run = app.query_params["run"]
    assert "tool\\_data" in text(app)
    app.pills(key="modes").set_value([]).run()
    assert "tool\\_data" not in text(app)
    assert "everything at once" in text(app)
    assert app.query_params["run"] == run
    app.pills(key="modes").set_value(["custom"]).run()
    assert "tool\\_data" in text(app)


def test_the_tool_node_runs_without_an_agent() -> None:
    app = open_app("without_langchain", model="demo-fast", graph="tool_node")
    ask(app, "what items are in the bedroom?")
    assert len(boxes(app)) == 1
    assert "Nightstand" in text(app)


def test_choices_come_from_the_url_and_nonsense_in_it_is_what_the_page_begins_with() -> None:
    app = open_app(
        "custom_data", modes="messages,nonsense,messages", tools="rm", model="gpt-99", tool_choice="x", graph="y"
    )
    assert app.pills(key="modes").value == ["messages"]
    assert app.pills(key="tools").value == ["get_items"]
    assert app.selectbox(key="model").value == "demo"
    assert app.selectbox(key="tool_choice").value == "auto"
    assert app.selectbox(key="graph").value == "react"


def test_choices_survive_going_to_another_page_and_back() -> None:
    app = open_app()
    app.switch_page(PAGES["custom_data"]).run()
    app.pills(key="modes").set_value(["custom", "tasks"]).run()
    app.selectbox(key="model").set_value("demo-fast").run()
    app.switch_page(PAGES["llm_tokens"]).run()
    assert app.pills(key="modes").value == ["messages"]
    assert app.selectbox(key="model").value == "demo-fast"
    app.switch_page(PAGES["custom_data"]).run()
    assert app.pills(key="modes").value == ["custom", "tasks"]


def test_a_conversation_is_found_again_by_the_run_in_the_url() -> None:
    app = open_app("custom_data", model="demo-fast")
    ask(app, "what items are in the office?")
    run = app.query_params["run"]
    again = open_app("custom_data", run=run)
    assert "what items are in the office?" in text(again)
    assert "Swivel chair" in text(again)
    elsewhere = open_app(run=run)
    assert "Swivel chair" in text(elsewhere), "the page that it was asked on"
    assert "is gone" in "".join(info.value for info in open_app("llm_tokens", run="nobodys").info)
    assert not open_app("llm_tokens", run="").info


def test_a_new_conversation_starts_empty() -> None:
    app = open_app("custom_data", model="demo-fast")
    ask(app, "what items are in the office?")
    app.button(key="new_conversation").click().run()
    assert "Swivel chair" not in text(app)
    assert "run" not in app.query_params


def test_an_empty_or_refused_question_is_one_sentence() -> None:
    app = open_app("custom_data")
    ask(app, "   ")
    assert [warning.value for warning in app.warning] == ["Type a question first."]
    assert not app.main.warning, "it stands at the question box, below the conversation"


def test_each_answer_has_its_timeline_below_it() -> None:
    app = open_app("custom_data", model="demo-fast")
    for place in ("office", "kitchen"):
        ask(app, f"what items are in the {place}?")
    named = [(node.type, getattr(node, "label", "")) for node in app.main]
    order = [kind for kind, label in named if kind == "chat_message" or label == "Who worked when"]
    assert [kind == "chat_message" for kind in order] == [True, True, False] * 2


@pytest.mark.parametrize("page", PAGES)
def test_the_code_beside_the_run_is_the_code_that_ran(page: str) -> None:
    from agent.snippets.source import graph_source, stream_call, tool_source

    app = open_app(page)
    modes, (tool,), graph = STARTS[page]
    assert not app.code
    app.session_state["code"] = True  # as a click on the expander does
    app.run()
    assert [code.value for code in app.code] == [stream_call(modes), tool_source(tool), graph_source(graph)]


@pytest.mark.parametrize("page", TODAY)
def test_a_page_of_the_how_to_says_what_has_changed_with_a_sample_beside(page: str) -> None:
    app = open_app(page)
    app.session_state["today"] = True  # as a click on the expander does
    run(app)
    assert [code.value.strip() for code in app.code] == [sample(TODAY[page]).strip()]
    (said,) = (each.value for each in app.markdown if each.value.startswith("- "))
    assert said.count("\n- ") + 1 == len(CHANGES[page])


def test_a_key_in_the_secrets_switches_to_the_hosts_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, pin._PIN, raising=False)
    app = AppTest.from_file(str(ROOT / PAGES["custom_data"]), default_timeout=30)
    app.secrets["openai"] = {"api_key": "sk-host", "base_url": "http://127.0.0.1:9/v1", "model": "alpha, beta"}
    app.run()
    try:
        assert app.selectbox(key="model").options == ["alpha", "beta"]
        assert pin.application().settings.api_key == "sk-host"
        assert "sk-host" not in os.environ.values()
    finally:
        pin.application().close()
