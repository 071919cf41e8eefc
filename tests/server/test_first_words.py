"""What is asked on a page that stands still is drawn there at once: a browser takes longer for the page than for it."""

from __future__ import annotations

from functools import partial
from itertools import takewhile

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.server.client import Path, Visitor
from tests.server.conftest import Visit
from tests.server.steps import QUESTION, arrived, complete


def drawn(visitor: Visitor, since: int = 0) -> list[ForwardMsg]:
    """The messages from this one on that came before a script began."""
    messages = map(ForwardMsg.FromString, visitor.frames[since:])
    return list(takewhile(lambda message: message.WhichOneof("type") != "new_session", messages))


def words(messages: list[ForwardMsg]) -> str:
    """What these messages say."""
    return " ".join(message.delta.new_element.markdown.body for message in messages)


def test_a_question_is_drawn_before_its_script_begins(visit: Visit) -> None:
    visitor = visit(tool_choice="none", model="demo-fast", view="simple")
    visitor.wait_idle()
    for turn in (1, 2, 3):
        start = len(visitor.frames)
        visitor.ask(f"count to {turn}0")
        complete(visitor, turns=turn)
        visitor.wait_idle()
        first = drawn(visitor, start)
        assert f"count to {turn}0" in words(first)
        assert ":shimmer[" in words(first), "and what it waits for"
        assert [len(visitor.turns), len(visitor.errors)] == [turn, 0]
        assert [each.question for each in visitor.turns] == [f"count to {number + 1}0" for number in range(turn)]


def test_what_stood_in_place_of_the_first_question_goes_with_it(visit: Visit) -> None:
    visitor = visit(tool_choice="none", model="demo-fast")
    visitor.wait_idle()
    suggested = visitor.path("button", "suggestion_0")
    start = len(visitor.frames)
    visitor.click("suggestion_0")
    complete(visitor)
    emptied = [message for message in drawn(visitor, start) if message.delta.new_element.HasField("empty")]
    assert any(suggested[: len(path)] == path for path in (tuple(each.metadata.delta_path) for each in emptied))


def test_what_is_asked_while_another_run_is_at_work_waits_for_its_script(visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.ask(QUESTION)
    arrived(visitor, 20)
    start = len(visitor.frames)
    visitor.ask("count to 30")
    visitor.wait_until(lambda: len(visitor.turns) == 2, "the second question is there")
    assert "count to 30" not in words(drawn(visitor, start))
    visitor.click("stop")
    complete(visitor, turns=2)


def test_a_question_that_takes_the_place_of_another_is_drawn_in_its_place_alone(visit: Visit) -> None:
    visitor = visit(tool_choice="none", model="demo-fast")
    visitor.wait_idle()
    visitor.ask("count to 10")
    complete(visitor)
    visitor.wait_idle()
    start = len(visitor.frames)
    visitor.click(f"again_{visitor.run_id}")
    visitor.wait_until(lambda: visitor.scripts > 2, "it is asked again")
    complete(visitor)
    assert not words(drawn(visitor, start)).strip()


def test_stop_is_one_button_before_its_script_and_after(visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    for turn in (1, 2):
        start = len(visitor.frames)
        visitor.ask(QUESTION)
        visitor.wait_until(partial(_twice, visitor, start), "Stop is drawn at once, and by the script")
        assert set(_stops(visitor, start)) == {(visitor.path("button", "stop"), visitor.widget_id("button", "stop"))}
        visitor.click("stop")
        complete(visitor, turns=turn)


def _stops(visitor: Visitor, since: int) -> list[tuple[Path, str]]:
    """Where each Stop was drawn, and its id."""
    messages = map(ForwardMsg.FromString, visitor.frames[since:])
    drawn = ((tuple(message.metadata.delta_path), message.delta.new_element.button.id) for message in messages)
    return [(path, button) for path, button in drawn if button.endswith("-stop")]


def _twice(visitor: Visitor, since: int) -> bool:
    return len(_stops(visitor, since)) > 1
