"""A run that waited for its turn: its figures are those of one that began at once, and the wait is told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.projections.label import call_titles
from agent.projections.lanes import Lanes
from agent.projections.metrics import Metrics, measure
from agent.projections.narration import narrate
from agent.projections.replay import length, moments
from agent.projections.timeline import Row, Span, describe, timeline
from agent.projections.transcript import fold
from agent.streaming.events import Ended, StreamEvent
from agent.streaming.modes import STREAM_MODES
from tests.unit.events import log, queued
from tests.unit.projections.test_timeline import RUN

WAITED = 8.0
LATE = [event if event.seq == 0 else replace(event, at=event.at + WAITED) for event in RUN]


def metrics(events: list[StreamEvent]) -> Metrics:
    transcript = fold(events, STREAM_MODES)
    return measure(events, transcript, call_titles(transcript.calls))


def rows(events: list[StreamEvent]) -> list[Row]:
    transcript = fold(events, STREAM_MODES)
    return timeline(events, transcript, call_titles(transcript.calls)).rows


def test_the_figures_begin_when_its_turn_has_come() -> None:
    late, at_once = metrics(LATE), metrics(RUN)
    assert (late.first_output, late.whole) == (at_once.first_output, at_once.whole) == (1.0, 1.7)
    assert [source.first for source in late.sources] == [source.first for source in at_once.sources]
    assert narrate(fold(LATE, STREAM_MODES)) == narrate(fold(RUN, STREAM_MODES))
    lanes, lanes_at_once = Lanes(), Lanes()
    for event, event_at_once in zip(LATE, RUN, strict=True):
        lanes.add(event)
        lanes_at_once.add(event_at_once)
    assert lanes.rows(STREAM_MODES, {}) == lanes_at_once.rows(STREAM_MODES, {})


def test_the_wait_is_told_apart() -> None:
    queue, *others = rows(LATE)
    assert (queue.kind, queue.spans) == ("queue", [Span("paused", 0.0, 0.0, WAITED)])
    assert [(row.spans, row.ticks) for row in others] == [(row.spans, row.ticks) for row in rows(RUN)]
    transcript = fold(LATE, STREAM_MODES)
    said = describe(timeline(LATE, transcript, call_titles(transcript.calls)))
    assert said[0] == "Before it began: 8.0 s in the queue"


def test_a_replay_does_not_wait_for_its_turn_once_more() -> None:
    assert length(moments(LATE)) == pytest.approx(1.7)
    assert moments(LATE)[:2] == [0.0, 0.0]


def test_one_that_was_taken_back_has_worked_no_time() -> None:
    transcript = fold(log(queued(), Ended("stopped")), STREAM_MODES)
    assert transcript.ended_at == 1.0
    assert transcript.worked(1.0) == 0.0
