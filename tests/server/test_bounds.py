"""Every bound ends in a sentence, and is charged for a new run only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.demo_model import DemoServer
from tests.server.client import Visitor
from tests.server.steps import NUMBERS, QUESTION, complete, numbers
from tests.serving import App, app_server, pointed_at, wait_until


@pytest.fixture(scope="module")
def bounded(model: DemoServer) -> Iterator[App]:
    bounds = {"PROMPT_CHARS": "100", "RUNS_PER_MINUTE": "2", "OUTPUT_EVENTS": "60", "RUN_SECONDS": "1"}
    env = pointed_at(model) | {f"TOOLSTREAM_{name}": value for name, value in bounds.items()}
    env["OPENAI_MODEL"] = "demo,demo-fast,demo-flaky:no_head"
    with app_server(env) as app:
        yield app
        assert "Traceback" not in app.log()


@pytest.fixture
def visitor(bounded: App) -> Iterator[Visitor]:
    with Visitor(bounded.url, tool_choice="none") as visitor:
        visitor.wait_idle()
        yield visitor


def said(visitor: Visitor, sentence: str) -> None:
    """Wait until the page says so and is drawn to its end."""
    visitor.wait_until(lambda: visitor.idle and sentence in visitor.text, f"it says: {sentence}")


def test_a_question_beyond_the_bound_reaches_no_model(visitor: Visitor) -> None:
    visitor.ask("repeat exactly: " + "x" * 100)
    said(visitor, "longer than 100 characters")
    assert not visitor.turns


def test_runs_a_minute_are_counted_without_reruns_and_refusals(visitor: Visitor) -> None:
    visitor.ask(" ")
    said(visitor, "Type a question first.")
    visitor.ask("count to 3")
    complete(visitor)
    for _ in range(5):
        visitor.rerun()
        complete(visitor)
    visitor.ask("count to 4")
    complete(visitor, turns=2)
    visitor.ask("count to 5")
    said(visitor, "That was 2 questions in a minute. Wait ")
    assert len(visitor.turns) == 2
    visitor.rerun()
    visitor.wait_idle()
    assert "That was 2 questions" not in visitor.text


def test_an_answer_that_is_too_long_is_ended_and_what_came_is_kept(visitor: Visitor, model: DemoServer) -> None:
    visitor.ask(QUESTION)
    complete(visitor)
    assert visitor.turns[0].notes == ["The answer reached its length limit here. What has arrived is kept."]
    assert 30 < len(numbers(visitor)) < 60
    assert numbers(visitor) == NUMBERS[: len(numbers(visitor))]
    wait_until(lambda: model.stats.active == 0, 1, "the model server has lost its client")


def test_a_run_that_takes_too_long_is_ended(bounded: App, model: DemoServer) -> None:
    with Visitor(bounded.url, tool_choice="none", model="demo-flaky:no_head") as visitor:
        visitor.wait_idle()
        visitor.ask(QUESTION)
        complete(visitor)
        assert visitor.turns[0].notes == ["The run reached its limit of 1 seconds. What has arrived is kept."]
    wait_until(lambda: model.stats.active == 0, 1, "the model server has lost its client")
