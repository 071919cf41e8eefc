"""A run that waited two hours for a person, as each projection tells it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from agent.projections.items import Pause
from agent.projections.lanes import Lanes
from agent.projections.metrics import first_output, measure
from agent.projections.replay import LONGEST_PAUSE, Playback, Played, length, moments
from agent.projections.timeline import Row, Span, describe, timeline
from agent.projections.transcript import Transcript, fold
from agent.streaming.events import Answered, Interrupt, Interrupted, Resumed, StreamEvent, TaskEnded, Waiting
from agent.streaming.modes import RUN_MODES
from tests.unit.events import (
    FINISHED,
    STARTED,
    Happened,
    answered,
    asks,
    began,
    log,
    queued,
    returned,
    sent,
    task,
    token,
)
from tests.unit.projections.arbitrary import some_run

HOURS = 7_200.0
ASKED = Interrupt("i", "Really?")
RUN = log(
    queued().when(0.0),
    Happened(STARTED, at=0.0),
    task("agent", id="1").when(0.0),
    asks(("s", {"to": "Ann"}), ("l", {"place": "attic"}), message="m").when(1.0),
    task("agent", id="1", ended=True).when(1.0),
    task("tools", "s", id="2").when(1.0),
    task("tools", "l", id="3").when(1.0),
    began("s").when(1.0),
    began("l").when(1.0),
    sent("about to send", "s").when(1.5),
    Happened(Interrupted((ASKED,)), at=1.5),
    Happened(TaskEnded("2", "tools", interrupts=(ASKED,)), ("s",), "tools", at=1.5),
    sent("seen", "l").when(2.0),
    returned("attic", "l").when(2.0),
    answered("l", text="attic", message="t").when(2.0),
    task("tools", "l", id="3", ended=True).when(2.0),
    Happened(Waiting((ASKED,), "here@1"), at=2.0),
    Happened(Answered("i", "yes"), at=HOURS + 1.0),
    Happened(Resumed(), at=HOURS + 2.0),
    task("tools", "s", id="2").when(HOURS + 2.0),
    began("s").when(HOURS + 2.0),
    sent("about to send", "s").when(HOURS + 2.5),
    sent(" sent", "s").when(HOURS + 3.0),
    returned("done", "s").when(HOURS + 3.0),
    answered("s", text="done", message="u").when(HOURS + 3.0),
    task("tools", "s", id="2", ended=True).when(HOURS + 3.0),
    task("agent", id="4").when(HOURS + 3.0),
    token("All done.", message="n").when(HOURS + 4.0),
    task("agent", id="4", ended=True).when(HOURS + 4.0),
    Happened(FINISHED, at=HOURS + 4.0),
)
TITLES = {"s": "Send", "l": "Look"}


def until(wanted: type) -> list[StreamEvent]:
    return RUN[: next(place for place, event in enumerate(RUN) if isinstance(event.payload, wanted)) + 1]


def test_the_one_that_asked_begins_anew_in_its_place_and_the_other_stays() -> None:
    run = fold(RUN, RUN_MODES)
    send, look = run.calls
    assert (send.output.text.text, send.result, send.attempts, send.redone) == ("about to send sent", "done", 1, 1)
    assert (send.earlier, send.started_at, send.ended_at) == ([(1.0, 2.0)], HOURS + 2.0, HOURS + 3.0)
    assert (look.output.text.text, look.attempts, look.earlier) == ("seen", 1, [])
    assert run.pauses == [Pause(2.0, HOURS + 2.0)]
    assert (run.asked["i"].call, run.asked["i"].answer, run.asked["i"].answered_at) == ("s", "yes", HOURS + 1.0)


def test_it_is_waiting_until_all_is_answered_and_queued_until_it_goes_on() -> None:
    waiting, answered_, resumed = (fold(until(kind), RUN_MODES) for kind in (Waiting, Answered, Resumed))
    assert [run.state for run in (waiting, answered_, resumed)] == ["waiting", "queued", "running"]
    assert (list(waiting.waiting), list(answered_.waiting)) == (["i"], [])
    assert [call.state for call in waiting.calls] == ["waiting", "finished"]


def test_nobody_is_told_to_have_waited_for_two_hours_without_streaming() -> None:
    run = fold(RUN, RUN_MODES)
    metrics = measure(RUN, run, TITLES)
    assert (metrics.whole, metrics.first_output) == (4.0, 1.5)
    assert run.worked(HOURS) == 2.0
    assert first_output(RUN, ["messages"]) == 4.0
    assert {source.name: (source.began, source.ended) for source in metrics.sources if source.began is not None} == {
        "Send": (2.0, 3.0),
        "Look": (1.0, 2.0),
    }


def test_the_picture_draws_the_pause_as_one() -> None:
    picture = timeline(RUN, fold(RUN, RUN_MODES), TITLES)
    rows: dict[str, Row] = {row.name: row for row in picture.rows}
    assert picture.end == 4.0
    assert rows["person"].spans == [Span("paused", 2.0, 2.0, HOURS)]
    assert [(span.start, span.end) for span in rows["Send"].spans] == [(1.0, 2.0), (2.0, 3.0)]
    assert rows["Send"].ticks == [1.5, 2.5, 3.0]
    assert "2.00 s: 7200.0 s of waiting for a person" in describe(picture)


def test_lanes_leave_the_pause_out() -> None:
    lanes = Lanes()
    for event in RUN:
        lanes.add(event)
    assert lanes.width < 0.5
    assert lanes.rows(["messages"], {})[-1].start <= 4.0


def test_a_replay_jumps_over_the_pause() -> None:
    shown = moments(RUN)
    assert length(shown) == pytest.approx(4.0 + LONGEST_PAUSE)
    played = Played(RUN, shown, Playback(0.0, 100.0), lambda: 102.0)
    assert fold(played.read()[0], RUN_MODES).state == "waiting"
    played = Played(RUN, shown, Playback(0.0, 100.0), lambda: 103.1)
    assert fold(played.read()[0], RUN_MODES).state == "running"


@settings()  # the first image loads its decoder
@given(some_run())
def test_moments_only_go_forward_and_none_is_later_than_it_was(events: list[StreamEvent]) -> None:
    shown = moments(events)
    assert len(shown) == len(events)
    assert all(before <= after for before, after in pairwise(shown))
    assert all(moment <= event.at for moment, event in zip(shown, events, strict=True))


@settings()  # the first image loads its decoder
@given(some_run())
def test_worked_time_only_goes_forward(events: list[StreamEvent]) -> None:
    run = Transcript(frozenset(RUN_MODES))
    before = 0.0
    for event in events:
        run.add(event)
        worked = run.worked(event.at)
        assert -1e-6 <= before - 1e-6 <= worked + 1e-3
        before = worked
