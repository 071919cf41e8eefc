"""The tour goes by itself for as long as it is only watched."""

from __future__ import annotations

import pytest

from agent.demo_model import DemoServer
from tests.server.client import Visitor
from tests.server.conftest import Visit
from tests.server.steps import one_run

REQUESTS = {1: 2, 2: 3, 3: 3}
"""How often a step's run asks the model: before the tool, in it where it writes itself, and after it."""


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    """A visitor of Home, where the tour is offered."""
    visitor = visit("", view="simple")
    visitor.wait_until(lambda: visitor.has("button", "take_tour"), "the tour is offered")
    return visitor


def see(visitor: Visitor, *words: str) -> None:
    """Wait until all of this is on the page: for a run, the countdown and the next page at most."""
    visitor.wait_until(lambda: all(word in visitor.text for word in words), f"{words} are there", 40)


def press(visitor: Visitor, key: str, times: int = 1) -> None:
    """Click a button of the tour's card, which is drawn after the words on it."""
    visitor.wait_until(lambda: visitor.has("button", key), f"{key} is there")
    visitor.click(key, times)


def test_it_asks_and_points_and_goes_on_without_a_click(visitor: Visitor, model: DemoServer) -> None:
    with one_run(model, requests=sum(REQUESTS.values())):
        visitor.click("take_tour", times=2)
        see(visitor, "step 1 of 3", "Watch: the finds come one by one")
        see(visitor, "That is all: you saw the first of it after", "Next step in 8 seconds")
        see(visitor, "step 2 of 3", "Read along: the tool is still writing")
        see(visitor, "Now the answer, written word by word")
        see(visitor, "step 3 of 3", "The same picture with fewer parts")
        see(visitor, "That is all")
        visitor.wait_idle()
    assert [turn.question for turn in visitor.turns] == ["What items are in the bedroom?"]
    assert not visitor.run_id, "a second stop on the way back"
    press(visitor, "tour_finish")
    visitor.wait_until(lambda: visitor.idle and "step 3 of 3" not in visitor.text, "the tour is over")
    assert visitor.run_id


def test_a_touch_keeps_it_where_it_is_until_it_is_told_to_go_on(visitor: Visitor, model: DemoServer) -> None:
    with one_run(model, requests=REQUESTS[1] + REQUESTS[2]):
        visitor.click("take_tour")
        see(visitor, "Watch: the finds come one by one")
        visitor.wait_until(lambda: visitor.has("selectbox", "model"), "the sidebar is drawn")
        visitor.select("model", "demo-fast · all at once")
        see(visitor, "Continue the tour")
        visitor.wait_idle()  # it waits for nothing any more
        assert "step 1 of 3" in visitor.text
        assert "That is all" in visitor.text
        assert "Next step in" not in visitor.text
        press(visitor, "tour_next", times=2)
        see(visitor, "step 2 of 3", "Next step in 8 seconds")
        assert not visitor.keys("Continue the tour")
        press(visitor, "tour_stay")
        see(visitor, "Continue the tour")
        visitor.wait_idle()
    assert "step 2 of 3" in visitor.text


def test_told_to_go_on_while_a_run_is_at_work_it_watches_it_to_its_end(visitor: Visitor) -> None:
    visitor.click("take_tour")
    see(visitor, "Watch: the finds come one by one")
    press(visitor, "tour_stay")
    see(visitor, "Continue the tour")
    press(visitor, "tour_next")
    see(visitor, "step 1 of 3", "Next step in 8 seconds")


def test_it_asks_nothing_while_another_run_of_the_visitor_is_at_work(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    with one_run(model):
        visitor.ask("count to 400")
        visitor.wait_until(lambda: visitor.turns and visitor.turns[-1].answer, "the answer has begun")
        visitor.goto("")
        visitor.wait_until(lambda: visitor.has("button", "take_tour"), "the tour is offered")
        visitor.click("take_tour")
        see(visitor, "step 1 of 3", "Press the first question below")
        visitor.wait_idle()
        assert visitor.has("button", "suggestion_0")
        assert not visitor.turns


def test_on_the_way_back_nothing_is_asked_again(visitor: Visitor, model: DemoServer) -> None:
    with one_run(model, requests=REQUESTS[1] + REQUESTS[2]):
        visitor.click("take_tour")
        see(visitor, "step 1 of 3")
        press(visitor, "tour_next")
        see(visitor, "step 2 of 3")
        visitor.goto("Custom_data")
        see(visitor, "step 1 of 3", "Continue the tour", "That is all")
        visitor.wait_idle()
        press(visitor, "tour_next")
        see(visitor, "step 2 of 3", "That is all")
        assert len(visitor.turns) == 1
