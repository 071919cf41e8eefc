from __future__ import annotations

import pytest

from agent.projections.moment import Moment, moment_of
from agent.projections.transcript import Transcript
from agent.streaming.events import Ended
from agent.streaming.modes import StreamMode
from tests.unit.events import FINISHED, STARTED, Event, answered, asks, began, log, queued, sent, token

RUN: tuple[Event, ...] = (
    queued(),
    STARTED,
    asks(("a", {})),
    began("a"),
    sent("a desk", "a"),
    answered("a"),
    token("There is"),
    token(" a desk."),
)


def moments(*events: Event, modes: tuple[StreamMode, ...] = ("custom", "messages")) -> list[Moment]:
    run, reached = Transcript(frozenset(modes)), []
    for event in log(*events):
        run.add(event)
        reached.append(moment_of(run))
    return reached


def test_a_run_has_a_moment_for_its_tool_its_answer_and_its_end() -> None:
    assert moments(*RUN, FINISHED) == [*["asked"] * 4, *["works"] * 2, *["answers"] * 2, "finished"]


def test_words_of_a_model_inside_a_tool_are_the_tools() -> None:
    inside = token("A de", "a")
    assert moments(*RUN[:4], inside, modes=("messages",))[-1] == "works"


def test_an_answer_beside_a_tool_at_work_is_not_the_last_one() -> None:
    assert moments(queued(), STARTED, asks(("a", {})), began("a"), token("I look."))[-1] == "asked"


def test_nothing_is_pointed_at_that_is_not_shown() -> None:
    assert moments(*RUN, modes=()) == ["asked"] * len(RUN)
    assert moments(*RUN, modes=("custom",))[-1] == "works"


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_run_that_breaks_off_is_broken(state: str) -> None:
    assert moments(*RUN, Ended(state))[-1] == "broken"  # type: ignore[arg-type]
