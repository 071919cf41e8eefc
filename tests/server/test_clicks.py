"""Whatever is clicked, and how fast: each input is acted upon, and once."""

from __future__ import annotations

import time

from agent.demo_model import DemoServer
from tests.server.conftest import Visit
from tests.server.steps import QUESTION, arrived, complete, numbers, one_run, redrawn


def test_clicks_while_a_page_is_opened_leave_its_choices_whole(visit: Visit) -> None:
    for visitor in (visit() for _ in range(40)):
        redrawn(visitor)
        for milliseconds in range(6):
            time.sleep(milliseconds / 1000)  # each meets the script somewhere else
            visitor.rerun()
        visitor.wait_idle()
        assert visitor.has("button_group", "tools")
        visitor.close()


def test_a_click_right_after_a_question_leaves_it_asked_once(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none", model="demo-fast")
    visitor.wait_idle()
    with one_run(model, requests=12):
        for milliseconds in range(12):
            visitor.ask(f"count to {milliseconds + 1}")
            time.sleep(milliseconds / 1000)  # each meets the script somewhere else
            visitor.rerun()
            complete(visitor, turns=milliseconds + 1)


def test_two_clicks_on_a_suggestion_ask_once(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none", model="demo-fast")
    visitor.wait_idle()
    with one_run(model):
        visitor.click("suggestion_0", times=2)
        complete(visitor)


def test_two_clicks_on_stop_leave_the_next_question_alone(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.ask(QUESTION)
    arrived(visitor, 20)
    visitor.ask("count to 30")
    visitor.wait_until(lambda: len(visitor.turns) == 2, "the second question is there")
    visitor.click("stop", times=2)
    complete(visitor, turns=2)
    assert visitor.turns[0].notes
    assert len(numbers(visitor)) == 30


def test_a_key_is_forgotten_while_a_run_is_followed(visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.ask(QUESTION)
    arrived(visitor, 20)
    visitor.type("typed_key_0", "sk-of-a-visitor")
    visitor.wait_until(lambda: visitor.has("button", "forget_key"), "the key is in use")
    visitor.click("forget_key")
    visitor.rerun()  # a browser sends what was typed along with both
    visitor.wait_until(lambda: visitor.has("text_input", "typed_key_1"), "another key can be typed")
    visitor.click("stop")
    complete(visitor)
    assert not visitor.has("button", "forget_key")
