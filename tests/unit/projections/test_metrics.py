from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from agent.projections.label import call_titles
from agent.projections.metrics import Metrics, first_output, measure, seconds_worked
from agent.projections.transcript import fold
from agent.streaming.events import Ended, Message, StreamEvent, Update, Usage
from agent.streaming.modes import STREAM_MODES, StreamMode
from tests.unit.events import FINISHED, Happened, began, log, sent, task, token, updates, usage
from tests.unit.examples import examples
from tests.unit.projections.arbitrary import some_run
from tests.unit.projections.test_pause import RUN as PAUSED
from tests.unit.projections.test_queue import LATE
from tests.unit.projections.test_timeline import OFFICE, RUN


def measured(events: list[StreamEvent]) -> Metrics:
    transcript = fold(events, STREAM_MODES)
    return measure(events, transcript, call_titles(transcript.calls))


def test_what_makes_no_difference_to_a_reader_is_none() -> None:
    assert measured(RUN).is_sooner
    came_at_once = [replace(event, at=6.0) if event.seq > 1 else event for event in RUN]
    found = measured(came_at_once)
    assert (found.first_output, found.whole, found.is_sooner) == (6.0, 6.0, False)


def test_usage_is_taken_where_it_is_reported() -> None:
    found = measured([*RUN[:-1], *log(usage(9, 4, "m2").when(1.6), Happened(FINISHED, at=1.7))])
    assert (found.first_output, found.whole) == (1.0, 1.7)
    agent, look = found.sources
    assert (agent.name, agent.tokens, agent.reported, agent.read, agent.chunks) == ("agent", 4, 4, 9, 5)
    assert round(agent.per_second or 0, 6) == 10  # two turns of a chunk more in 0.1 s
    assert (look.name, look.tokens, look.chunks, look.first) == ("look", 0, 1, 1.0)
    assert (look.began, look.ended, look.per_second) == (0.8, 1.2, None)
    assert (found.tokens, found.read, found.reported, found.is_counted) == (4, 9, 4, False)


def test_usage_of_one_message_is_counted_once_wherever_it_is_told() -> None:
    message = Message("ai", "Hi", "m", usage=Usage(9, 4))
    assert measured(log(usage(9, 4), updates(message), updates(message))).reported == 4
    assert measured(log(updates(message), updates(message))).reported == 4
    assert measured(log(Happened(Update(usage=Usage(9, 4)), node="agent"))).reported == 4


def test_chunks_are_counted_where_no_usage_is_reported() -> None:
    said = {"role": "assistant", "content": "x"}
    events = log(*(sent(said, OFFICE).when(number / 10) for number in range(11)), Happened(FINISHED, at=2.0))
    found = measured(events)
    assert (found.tokens, found.is_counted, found.first_output, found.per_second) == (11, True, 0.0, 10)


def test_sources_that_write_at_the_same_time_share_the_time() -> None:
    events = log(*(sent("x", call).when(at) for at in (0.0, 1.0) for call in (OFFICE, "call_2")))
    assert measured(events).per_second == 2


def test_the_words_of_models_inside_of_a_tool_are_the_tools_and_of_several_nodes_each_ones() -> None:
    events = log(
        task("plan"),
        token("a", message="1", node="plan"),
        token("b", "c", message="2", node="model"),
        token("c", message="3", node="model").of("math"),
        began("c"),
    )
    assert [(source.name, source.chunks) for source in measured(events).sources] == [
        ("plan", 1),
        ("get_items", 1),
        ("math", 1),
    ]


def test_nothing_is_measured_of_nothing() -> None:
    found = measured([])
    assert (found.first_output, found.whole, found.sources, found.tokens, found.per_second) == (None, 0.0, (), 0, None)


def test_the_first_output_depends_on_what_is_shown() -> None:
    events = log(began("a"), token("x", "a"), token("Answer"), Happened(Ended("finished")))
    shown: list[list[StreamMode]] = [["messages"], [], ["custom"]]
    assert [first_output(events, modes) for modes in shown] == [1.0, 3.0, 3.0]
    assert first_output(events[:1], shown[0]) is None


@pytest.mark.parametrize("events", [LATE, LATE[:1], LATE[1:], PAUSED, PAUSED[:12], [], log(began("a"), FINISHED)])
def test_how_long_a_run_has_worked_is_one_figure_everywhere(events: list[StreamEvent]) -> None:
    transcript = fold(events, STREAM_MODES)
    whole = measure(events, transcript, {}).whole
    assert seconds_worked(events) == whole


@settings(max_examples=examples(50))
@given(some_run())
def test_it_is_so_for_any_run(events: list[StreamEvent]) -> None:
    assert seconds_worked(events) == measure(events, fold(events, STREAM_MODES), {}).whole
