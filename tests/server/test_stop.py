"""Stop: the request to the model is closed at once, what has arrived stays, the next question works."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from agent.demo_model import DemoServer
from tests.server.client import ME, Visitor
from tests.server.conftest import Visit
from tests.server.steps import NUMBERS, QUESTION, arrived, asked, complete, numbers
from tests.serving import wait_until

Stops = Callable[..., None]

SOON = 1.0
"""Seconds. It takes a tenth of that on an idle machine."""


@pytest.fixture
def stops(model: DemoServer) -> Callable[..., None]:
    """Click on Stop, and see the model server lose its clients soon."""

    def stops(visitor: Visitor, clients: int = 1) -> None:
        before = model.stats.hung_up
        clicked = time.monotonic()
        visitor.click("stop")
        wait_until(lambda: model.stats.hung_up - before >= clients, 5, f"{clients} requests are closed")
        took = time.monotonic() - clicked
        assert took < SOON
        assert model.stats.hung_up - before == clients
        assert model.stats.active == 0

    return stops


def stopped(visitor: Visitor, turns: int = 1, said: str = "Stopped. What had arrived is kept.") -> None:
    complete(visitor, turns)
    assert visitor.turns[-1].notes == [said]
    assert not visitor.has("button", "stop")


def over(visitor: Visitor) -> None:
    """Wait until nothing is at work: who leaves with the click may not be heard."""
    visitor.wait_until(lambda: visitor.idle and not visitor.has("button", "stop"), "nothing is at work")


def test_stop_twice_in_a_row_keeps_what_came_and_the_next_question_works(visit: Visit, stops: Stops) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    for turn in (1, 2):
        visitor.ask(QUESTION)
        asked(visitor, turn)
        arrived(visitor, 30)
        stops(visitor)
        stopped(visitor, turn)
        assert 30 <= len(numbers(visitor)) < 400
        assert numbers(visitor) == NUMBERS[: len(numbers(visitor))]
    visitor.ask("count to 5")
    complete(visitor, turns=3)
    assert numbers(visitor) == NUMBERS[:5]


def test_stop_before_the_first_token(visit: Visit, stops: Stops, model: DemoServer) -> None:
    visitor = visit(tool_choice="none", model="demo-flaky:no_head")
    visitor.wait_idle()
    asked = model.stats.requests
    visitor.ask("count to 5")
    wait_until(lambda: model.stats.requests > asked and model.stats.active, 5, "the request is there")
    visitor.wait_until(lambda: visitor.has("button", "stop"), "Stop is offered")
    stops(visitor)
    stopped(visitor, said="Stopped before anything had arrived.")
    assert numbers(visitor) == []


def test_stop_in_a_tool(visit: Visit, stops: Stops) -> None:
    visitor = visit()
    visitor.wait_idle()
    visitor.ask(f"what is in '{QUESTION}'?")
    visitor.wait_until(
        lambda: visitor.turns and visitor.turns[-1].boxes and visitor.turns[-1].boxes[0].text, "it talks"
    )
    stops(visitor)
    stopped(visitor)
    box = visitor.turns[-1].boxes[0]
    assert box.text.split() == NUMBERS[: len(box.text.split())]
    assert "stopped" in box.label


def test_stop_with_two_tools_at_work(visit: Visit, stops: Stops) -> None:
    visitor = visit()
    visitor.wait_idle()
    visitor.ask("What items are in the office and the bedroom?")
    visitor.wait_until(
        lambda: visitor.turns and [bool(box.text) for box in visitor.turns[-1].boxes] == [True, True], "both talk"
    )
    stops(visitor, clients=2)
    stopped(visitor)
    assert all("stopped" in box.label for box in visitor.turns[-1].boxes)


def test_a_question_in_the_queue_can_be_taken_back(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    asked = model.stats.requests
    for page in ("LLM_tokens", "Custom_data", "Without_LangChain"):  # the third waits: two at a time for one visitor
        visitor.goto(page)
        visitor.wait_idle()
        visitor.select("tool_choice", "none: no tool may be called")
        visitor.wait_idle()
        visitor.ask(QUESTION)
        visitor.wait_until(lambda: visitor.turns, "the question is there")
    visitor.wait_until(lambda: "Waiting for its turn" in visitor.turns[-1].waiting, "the third waits")
    visitor.wait_until(lambda: visitor.keys("Take this question back"), "it can be taken back")
    (take_back,) = visitor.keys("Take this question back")
    visitor.click(take_back)
    stopped(visitor, said="Taken back before it began.")
    assert not visitor.keys("Take this question back")
    assert model.stats.active == 2
    assert model.stats.requests - asked == 2
    visitor.goto("LLM_tokens")
    complete(visitor)
    assert numbers(visitor) == NUMBERS


@pytest.mark.parametrize("page", ["Custom_data", "Stream_lab"])
def test_a_model_that_says_nothing_is_told_of_and_can_be_asked_again(visit: Visit, page: str) -> None:
    visitor = visit(page, model="demo-flaky:no_head", modes="messages,custom")
    visitor.wait_idle()
    visitor.ask("count to 5")
    visitor.wait_until(lambda: "No word for" in visitor.text, "it is told since when", 40)
    visitor.wait_until(lambda: _anew(visitor), "there is a way out", 40)
    (again,) = _anew(visitor)
    visitor.click(again)
    visitor.wait_until(lambda: not _anew(visitor), "it is asked anew", 30)
    assert "2 of 2" in visitor.text
    visitor.click("stop")
    over(visitor)


@pytest.mark.parametrize("page", ["LLM_tokens", "Stream_lab"])
def test_a_question_asked_in_one_tab_appears_in_another_that_follows_a_run(visit: Visit, page: str) -> None:
    one = visit(page, headers=ME, tool_choice="none")
    one.wait_idle()
    one.ask(QUESTION)
    one.wait_until(lambda: one.run_id, "it is asked")
    other = visit(page, headers=ME, run=one.run_id, tool_choice="none")
    other.wait_until(lambda: QUESTION in other.text, "the conversation is there")
    other.ask("count to 5")
    one.wait_until(lambda: "count to 5" in one.text, "it appears")
    other.click("stop")
    over(other)


def _anew(visitor: Visitor) -> list[str]:
    return [key for key in visitor.keys("Ask again") if key.startswith("ask_anew_")]
