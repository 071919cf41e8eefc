"""Branches and conversations on the pages: what is shown is what the model knows, and nothing of the rest is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from agent.engine.application import Application
from agent.settings import Limits, Settings
from agent.streaming.events import State
from tests.runs import finish, request, started
from tests.server.client import Visitor
from tests.server.conftest import Visit
from tests.server.pages import ask, run
from tests.server.steps import QUESTION, arrived, asked, complete, redrawn
from tests.serving import ROOT
from ui.chat.turns import first_shown

PAGE, RUNS = "pages/2_LLM_tokens.py", "pages/6_Runs.py"
ME, OTHER = "me-and-22-characters--", "another-22-characters-"
OFFICE, BEDROOM, KITCHEN = (f"What items are in the {place}?" for place in ("office", "bedroom", "kitchen"))


@pytest.fixture(autouse=True)
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """An application of this test's own in the place of the process's."""
    from ui.shell import pin

    settings = Settings(recordings=tmp_path / "runs", limits=Limits(runs_per_minute=1_000))
    with Application(settings) as own:
        monkeypatch.setattr(pin, "application", lambda: own)
        yield own


def opened(file: str = PAGE, who: str = ME, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / file), default_timeout=40)
    app.session_state["session_id"] = who
    for name, value in {"model": "demo-fast", **query}.items():
        app.query_params[name] = value
    return run(app)


def questions(app: AppTest) -> list[str]:
    """The questions that are shown."""
    return [message.markdown[0].value for message in app.chat_message if message.avatar == ":material/person:"]


def last(app: AppTest) -> str:
    """The run that is shown last: the URL says so."""
    value = app.query_params["run"]
    return str(value[0] if isinstance(value, list) else value)


def test_of_a_long_conversation_the_last_turns_are_drawn_and_the_others_at_a_click(application: Application) -> None:
    asked = [f"count to {number}" for number in range(1, 42)]
    for question in asked:
        turn = started(application.runs.start(request(question, page="llm_tokens"), thread_id="long", session=ME))
        finish(turn)
    app = opened(run=turn.id)
    assert questions(app) == asked[20:]
    run(button(app, "Show 20 earlier questions").click())
    assert questions(app) == asked
    assert not [each for each in app.button if each.key == "earlier_turns"]


@pytest.mark.parametrize(("turns", "first"), [(0, 0), (1, 0), (39, 0), (40, 20), (59, 20), (60, 40), (200, 180)])
def test_the_first_turn_that_is_shown_changes_once_in_twenty_questions(turns: int, first: int) -> None:
    assert first_shown(turns) == first


def test_the_words_of_a_question_come_before_what_stands_above_is_drawn_again(visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.ask("count to 3")
    complete(visitor)
    seen = len(visitor.frames)
    visitor.ask("count to 40")
    complete(visitor, turns=2)
    assert [turn.answer for turn in visitor.turns] == [numbers_to(3), numbers_to(40)]
    first, second = (
        next(at for at, frame in enumerate(visitor.frames[seen:]) if words in frame)
        for words in (b"count to 3", b"count to 40")
    )
    assert second < first


def numbers_to(last: int) -> str:
    return " ".join(map(str, range(1, last + 1)))


def button(app: AppTest, label: str, place: int = -1) -> Any:
    return [each for each in app.button if each.label == label][place]


def edit(app: AppTest, question: str, place: int = -1) -> None:
    """Ask something else in the place of a question."""
    run(button(app, "Edit", place).click())
    app.text_area[0].set_value(question)
    run(button(app, "Ask").click())


def turn_to(app: AppTest, number: int) -> None:
    """Switch the first question that has several versions."""
    run(app.pagination[0].set_value(number))


def known(application: Application, run_id: str) -> list[str]:
    """The questions that the model knew when it answered."""
    found = application.runs.get(run_id)
    assert found
    state = next(event.payload for event in found.read()[0] if isinstance(event.payload, State))
    return [message.text for message in state.messages if message.role == "human"]


@pytest.fixture
def page() -> AppTest:
    """A page on which two questions were asked."""
    page = opened()
    ask(page, OFFICE)
    ask(page, "thank you")
    return page


def test_without_another_version_there_is_nothing_to_switch(page: AppTest) -> None:
    assert questions(page) == [OFFICE, "thank you"]
    assert not page.pagination
    assert "Compare" not in [each.label for each in page.button]


def test_a_question_asked_again_stands_in_its_place_and_the_old_answer_beside_it(page: AppTest) -> None:
    first = last(page)
    run(button(page, "Ask again").click())
    assert questions(page) == [OFFICE, "thank you"]
    assert last(page) != first
    turn_to(page, 1)
    assert last(page) == first
    turn_to(page, 2)
    assert questions(page) == [OFFICE, "thank you"]


def test_what_is_shown_after_an_edit_is_what_the_model_knows(page: AppTest, application: Application) -> None:
    edit(page, BEDROOM, 0)
    assert questions(page) == [BEDROOM]
    assert known(application, last(page)) == [BEDROOM]
    ask(page, "and now?")
    assert questions(page) == known(application, last(page)) == [BEDROOM, "and now?"]
    turn_to(page, 1)
    assert questions(page) == [OFFICE, "thank you"]
    ask(page, "on the old branch")
    assert questions(page) == known(application, last(page)) == [OFFICE, "thank you", "on the old branch"]


def test_the_newest_messages_are_there_again_after_a_look_at_an_older_branch(page: AppTest) -> None:
    edit(page, BEDROOM, 0)
    ask(page, "more")
    ask(page, "and more")
    turn_to(page, 1)
    turn_to(page, 2)
    assert questions(page) == [BEDROOM, "more", "and more"]


def test_the_chosen_branch_is_shown_after_a_refresh_and_in_a_second_tab(page: AppTest) -> None:
    edit(page, BEDROOM, 0)
    turn_to(page, 1)
    assert questions(opened(run=last(page))) == [OFFICE, "thank you"]


def test_many_versions_of_many_questions_are_all_kept(page: AppTest) -> None:
    for _ in range(9):
        run(button(page, "Ask again").click())
    for number in range(9):
        edit(page, f"version {number}", 0)
    again = opened(run=last(page))
    assert again.pagination[0].proto.num_pages == 10
    assert questions(again) == ["version 8"]
    turn_to(again, 1)
    assert questions(again) == [OFFICE, "thank you"]
    assert again.pagination[0].proto.num_pages == 10


def test_a_second_click_asks_nothing_more(page: AppTest, application: Application) -> None:
    click = button(page, "Ask again")
    run(click.click())
    run(click.click())
    assert [item.runs for item in application.runs.conversations(ME)] == [3]


def test_an_edit_without_words_asks_nothing_and_one_that_is_given_up_leaves_all_as_it_was(
    page: AppTest, application: Application
) -> None:
    edit(page, "  \n", 0)
    assert page.text_area, "it can still be typed"
    run(button(page, "Cancel").click())
    assert questions(page) == [OFFICE, "thank you"]
    assert [item.runs for item in application.runs.conversations(ME)] == [2]


@pytest.mark.parametrize(
    "text", ["$x$ and ![a](http://a.b/c.png)", "<b>?</b>", "מה יש במשרד?", "a\n\n# b", "x" * 4_000]
)
def test_any_text_can_be_edited_and_comes_back_as_it_was(page: AppTest, application: Application, text: str) -> None:
    edit(page, text, 0)
    run(button(page, "Edit").click())
    assert page.text_area[0].value == text
    assert known(application, last(page)) == [text]


def test_two_branches_stand_side_by_side_from_where_they_part(page: AppTest) -> None:
    edit(page, KITCHEN)
    edit(page, BEDROOM)
    run(button(page, "Compare").click())
    assert questions(page) == [OFFICE, KITCHEN, BEDROOM]
    assert [column.chat_message[0].markdown[0].value for column in page.columns] == [KITCHEN, BEDROOM]
    assert "Ask again" not in [each.label for each in page.button]
    left = page.segmented_control(key="compared_0")
    run(left.set_value(0))
    assert questions(page) == [OFFICE, "thank you", BEDROOM]
    run(page.segmented_control(key="compared_1").set_value(0))
    assert questions(page) == [OFFICE, BEDROOM, "thank you"], "they change places"
    run(button(page, "End the comparison").click())
    assert questions(page) == [OFFICE, BEDROOM]


def test_a_new_question_in_a_comparison_goes_on_with_the_branch_that_was_shown(
    page: AppTest, application: Application
) -> None:
    edit(page, KITCHEN)
    run(button(page, "Compare").click())
    ask(page, "and now?")
    assert known(application, last(page)) == [OFFICE, KITCHEN, "and now?"]


# Conversations


def more(page: AppTest, option: str, place: int = 0) -> None:
    """Choose from the menu of a conversation."""
    run(page.menu_button[place].set_value(option))


def titles(page: AppTest) -> list[str]:
    return [each.label.strip("*") for each in page.button if str(each.key).startswith("go_on_whole")]


@pytest.fixture
def two(page: AppTest) -> AppTest:
    """The page of runs of somebody who has had two conversations."""
    run(page.button(key="new_conversation").click())
    ask(page, BEDROOM)
    return opened(RUNS)


def test_conversations_are_listed_the_newest_first_and_only_ones_own(two: AppTest) -> None:
    assert titles(two) == [BEDROOM, OFFICE]
    assert titles(opened(RUNS, OTHER)) == []


def test_a_conversation_is_gone_on_with_on_its_page(two: AppTest, application: Application) -> None:
    thread = application.runs.conversations(ME)[1].thread_id
    button(two, f"**{OFFICE}**", 0).click()
    two.run()
    assert two.session_state["threads"] == {"llm_tokens": thread}


def test_the_sidebar_has_them_as_well(page: AppTest) -> None:
    first = last(page)
    run(page.button(key="new_conversation").click())
    assert questions(page) == []
    page.session_state["conversations"] = True
    run(page)
    run([each for each in page.button if str(each.key).startswith("go_on_short")][0].click())
    assert (questions(page), last(page)) == ([OFFICE, "thank you"], first)


@pytest.mark.parametrize("name", ["Office *plans* ![x](http://a.b/c.png)", "🙂" * 100, "שלום", "'; DROP TABLE runs"])
def test_a_conversation_is_renamed_and_named_by_its_question_again(two: AppTest, name: str) -> None:
    more(two, "rename")
    two.text_input[0].set_value(name)
    run(button(two, "Rename").click())
    assert not two.warning
    more(two, "rename")
    assert two.text_input[0].value == name
    two.text_input[0].set_value(" ")
    run(button(two, "Rename").click())
    assert titles(two) == [BEDROOM, OFFICE]


def test_deleting_asks_first_and_leaves_nothing(two: AppTest, application: Application, tmp_path: Path) -> None:
    more(two, "delete")
    run(button(two, "Keep it as it is").click())
    assert titles(two) == [BEDROOM, OFFICE]
    more(two, "delete", 1)
    run(button(two, "Delete for good", 0).click())
    assert titles(two) == titles(opened(RUNS)) == [BEDROOM]
    assert len(application.runs.of(ME)) == len(list((tmp_path / "runs").glob("*.jsonl"))) == 1


def test_a_deleted_conversation_is_no_longer_shown_where_it_was_open(page: AppTest, application: Application) -> None:
    second_tab = opened(run=last(page))
    page.session_state["conversations"] = True
    run(page)
    for label in ("More", "Delete", "Delete for good"):
        run(button(page, label).click())
    assert questions(page) == []
    run(second_tab)
    assert questions(second_tab) == []
    ask(second_tab, KITCHEN)
    assert questions(second_tab) == [KITCHEN]
    assert [item.title for item in application.runs.conversations(ME)] == [KITCHEN]


def test_what_was_deleted_meanwhile_is_said(two: AppTest, application: Application) -> None:
    more(two, "rename")
    application.runs.forget_thread(application.runs.conversations(ME)[0].thread_id, session=ME)
    two.text_input[0].set_value("Too late")
    run(button(two, "Rename").click())
    assert "not one of your conversations" in two.warning[0].value


# While an answer is written


def test_an_answer_is_written_on_in_the_old_branch_while_the_new_one_is_shown(visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.ask(QUESTION)
    arrived(visitor, 20)
    first = visitor.run_id
    _begin_to_edit(visitor, first)
    visitor.type(f"edited_{first}", "count to 3", "text_area")
    scripts = visitor.scripts
    visitor.click(_submit(visitor, "Ask"))
    redrawn(visitor, scripts)
    asked(visitor, 1)
    visitor.wait_until(lambda: visitor.idle and visitor.turns[0].answer.split() == ["1", "2", "3"], "the new answer")
    assert "2 of 2" in visitor.text


def _begin_to_edit(visitor: Visitor, run_id: str) -> None:
    scripts = visitor.scripts
    visitor.click(f"edit_{run_id}")
    redrawn(visitor, scripts)
    visitor.wait_until(lambda: visitor.has("text_area", f"edited_{run_id}"), "the question can be edited")


def _submit(visitor: Visitor, label: str) -> str:
    return visitor.keys(label)[0]


def test_who_looks_into_another_conversation_meanwhile_finds_the_answer_at_work_and_stops_it(visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.ask(QUESTION)
    arrived(visitor, 10)
    scripts = visitor.scripts
    visitor.click("new_conversation")
    redrawn(visitor, scripts)
    visitor.wait_idle()
    assert visitor.turns == []
    visitor.goto("Runs")
    visitor.wait_until(lambda: bool(visitor.keys(f"**{QUESTION}**")), "the conversation is in the list")
    visitor.click(visitor.keys(f"**{QUESTION}**")[0])
    arrived(visitor, 30)
    visitor.click("stop")
    complete(visitor)


def test_stop_is_there_only_where_what_it_stops_is_shown() -> None:
    page = opened("pages/11_Ask_me_first.py")
    ask(page, "Refund 54 dollars for order 2077")
    run(button(page, "Approve").click())
    run(button(page, "Ask again").click())
    assert [each.label for each in page.button].count("Stop") == 1
    turn_to(page, 1)
    assert "Stop" not in [each.label for each in page.button]
    turn_to(page, 2)
    assert [each.label for each in page.button].count("Stop") == 1
