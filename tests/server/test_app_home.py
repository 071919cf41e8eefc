"""Home, the view and the tour, as AppTest runs them."""

import re

import pytest

from agent.engine.samples import HOME, SAMPLES, recorded, recording
from agent.streaming.events import Custom
from tests.server.pages import boxes, opened, run, text
from texts import LANGUAGES, Language, say
from ui.home import race

pytestmark = pytest.mark.usefixtures("quick_loops")


def test_the_two_waiting_times_come_from_the_recording() -> None:
    home = recording(HOME, "en")
    first = next(event.at for event in home.events if isinstance(event.payload, Custom) and event.calls)
    verdict = re.search('class="verdict">(.*?)</p>', race(home))
    assert verdict
    whole = home.events[-1].at
    assert verdict[1] == f"First words after <b>{first:.1f} s</b> instead of <s>{whole:.1f} s</s>"
    assert first < whole / 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_of_the_race_comes_when_it_came(language: Language) -> None:
    home = recording(HOME, language)
    html = race(home)
    for event in home.events:
        if isinstance(event.payload, Custom) and event.calls:
            assert f"--t:{event.at:.2f}s" in html
    assert len(html) < 12_000, "it is sent at each visit"


def test_the_recording_says_when_and_by_what_it_was_made() -> None:
    assert any("Recorded on" in line.value and "not an AI" in line.value for line in opened().caption)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sample_is_a_recording_of_its_question(language: Language) -> None:
    for sample in SAMPLES:
        found = recording(sample, language)
        assert not found.interrupted
        assert found.header.request.question == say(language, sample.question)
        assert found.header.label
        assert recorded(found.header.id) is found


def test_a_live_run_replaces_the_race() -> None:
    app = opened(model="demo-fast")
    assert boxes(app) == []
    app.button(key="play_again")
    run(app.button(key="suggestion_0").click())
    assert [box.label.split("**")[1] for box in boxes(app)] == ["Look up the order", "Check the policy"]
    assert not [button for button in app.button if button.key == "play_again"]


@pytest.mark.parametrize("view", ["simple", "technical"])
def test_the_view_decides_how_a_run_is_told(view: str) -> None:
    app = opened("pages/1_Custom_data.py", model="demo-fast", view=view)
    run(app.chat_input(key="question").set_value("what items are in the office?"))
    simple = view == "simple"
    assert ("custom\\_tool\\_data" in text(app)) is not simple
    assert ("The assistant asks the tool “Look up items” about “office”" in text(app)) is simple
    assert boxes(app)[0].label.replace("\\", "").startswith("**Look up items** · office" if simple else "**get_items**")


def test_the_view_is_simple_at_first_in_the_url_and_kept_from_page_to_page() -> None:
    app = opened()
    assert app.segmented_control(key="view").value == "simple"
    run(app.segmented_control(key="view").set_value("technical"))
    assert app.query_params["view"] in ("technical", ["technical"])
    app.switch_page("pages/2_LLM_tokens.py").run()
    assert app.segmented_control(key="view").value == "technical"


@pytest.mark.parametrize("view", ["simple", "technical"])
def test_the_keys_for_driving_the_page_exist_in_both_views(view: str) -> None:
    app = opened("pages/1_Custom_data.py", view=view, tools="get_items,list_prices", modes="tasks", graph="prebuilt")
    assert app.pills(key="tools").value == ["get_items", "list_prices"]
    assert app.pills(key="modes").value == ["tasks"]
    assert app.selectbox(key="graph").value == "prebuilt"
    assert app.selectbox(key="tool_choice").value == "auto"
    assert app.selectbox(key="model").value == "demo"


def test_the_toggle_and_the_modes_agree() -> None:
    app = opened("pages/1_Custom_data.py")
    assert app.toggle(key="show_work").value
    run(app.toggle(key="show_work").set_value(False))
    assert app.pills(key="modes").value == []
    run(app.pills(key="modes").set_value(["tasks"]))
    assert app.toggle(key="show_work").value
    run(app.toggle(key="show_work").set_value(False))
    run(app.toggle(key="show_work").set_value(True))
    assert app.pills(key="modes").value == ["custom"]


def test_without_showing_work_the_narration_comes_with_the_end() -> None:
    app = opened("pages/1_Custom_data.py", model="demo-fast", modes="-")
    run(app.chat_input(key="question").set_value("what items are in the office?"))
    assert "All done" in text(app)


def test_a_finished_run_can_be_shown_to_others() -> None:
    app = opened("pages/8_Refund.py", model="demo-fast")
    run(app.chat_input(key="question").set_value("Look up order 1042 and check the refund policy"))
    (picture,) = [button for button in app.get("download_button") if button.proto.label == "Picture"]
    assert picture
