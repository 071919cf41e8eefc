from __future__ import annotations

from agent.projections.label import call_titles
from agent.projections.timeline import MAX_ROWS, MAX_TICKS, Picture, Span, describe, timeline
from agent.projections.transcript import fold
from agent.streaming.events import Message, StreamEvent
from agent.streaming.modes import STREAM_MODES
from tests.unit.events import (
    FINISHED,
    STARTED,
    Happened,
    answered,
    began,
    log,
    piece,
    queued,
    sent,
    task,
    token,
    updates,
)

OFFICE = "call_1"
RUN = log(
    queued().when(0.0),
    Happened(STARTED, at=0.0),
    task("agent", id="1").when(0.2),
    piece(OFFICE, "", "look").when(0.5),
    piece(OFFICE, '{"place": "office"}').when(0.6),
    task("agent", id="1", ended=True).when(0.7),
    task("tools", OFFICE, id="2").when(0.8),
    sent({"progress": 0.5}, OFFICE).when(1.0),
    answered(OFFICE, text="Desk").when(1.2),
    task("tools", OFFICE, id="2", ended=True).when(1.2),
    task("agent", id="3").when(1.2),
    token("A ", message="m2").when(1.5),
    token("desk.", message="m2").when(1.6),
    task("agent", id="3", ended=True).when(1.6),
    Happened(FINISHED, at=1.7),
)


def picture(events: list[StreamEvent]) -> Picture:
    transcript = fold(events, STREAM_MODES)
    return timeline(events, transcript, call_titles(transcript.calls))


def rows(events: list[StreamEvent]) -> list[tuple[str, int]]:
    return [(row.label, row.depth) for row in picture(events).rows]


def test_the_timeline_says_who_worked_when() -> None:
    found = picture(RUN)
    assert [(row.name, row.kind, row.spans) for row in found.rows] == [
        (
            "agent",
            "model",
            [
                Span("waiting", 0.2, 0.5),
                Span("working", 0.5, 0.7),
                Span("waiting", 1.2, 1.5),
                Span("working", 1.5, 1.6),
            ],
        ),
        ("look", "tool", [Span("working", 0.8, 1.2)]),
    ]
    assert [row.ticks for row in found.rows] == [[1.5, 1.6], [1.0]]
    assert (found.first_output, found.end, found.chunks) == (1.0, 1.7, 3)
    assert describe(found) == [
        "0.20 to 0.50 s: agent waits for its first output",
        "0.50 to 0.70 s: agent writes",
        "0.80 to 1.20 s: look works",
        "1.20 to 1.50 s: agent waits for its first output",
        "1.50 to 1.60 s: agent writes",
        "1.00 s: the first output",
    ]


def test_who_still_works_works_until_the_last_event() -> None:
    assert picture(RUN[:8]).rows[-1].spans == [Span("working", 0.8, 1.0)]


def test_a_node_is_called_by_its_own_name_and_a_model_is_whoever_speaks() -> None:
    events = log(task("grade"), task("grade", ended=True), task("model"), token("Hi", node="model"))
    assert [(row.label, row.kind) for row in picture([*events, *RUN[-1:]]).rows] == [
        ("grade", "step"),
        ("model", "model"),
    ]


def test_a_call_that_took_no_time_has_a_row_all_the_same() -> None:
    quick = [began("a").when(0.3), answered("a", text="Desk").when(0.3)]
    (row,) = picture([*log(*quick), *RUN[-1:]]).rows
    assert (row.call and row.call.id, row.spans) == ("a", [Span("working", 0.3, 0.3)])


def test_a_graph_inside_a_tool_has_rows_below_it() -> None:
    inside = [
        task("choose", OFFICE, ended=ended).below("tools:1").when(at) for at, ended in ((0.9, False), (1.0, True))
    ]
    found = picture([*RUN[:7], *log(*inside)]).rows[-1]
    assert (found.name, found.depth, found.spans) == ("look › choose", 1, [Span("working", 0.9, 1.0)])


def test_the_calls_of_a_sub_agent_stand_below_its_call() -> None:
    events = log(
        began("out", name="research"),
        began("other", name="measure"),
        task("model", "out").below("tools:1"),
        token("Hm", "out", message="i", node="model").below("tools:1"),
        began("out", "in", name="search"),
        sent("x", "out", "in"),
        answered("out", "in"),
    )
    assert rows(events) == [("research", 0), ("model", 1), ("search", 1), ("measure", 0)]
    assert [row.name for row in picture(events).rows][1:3] == ["research › model", "research › search"]


def test_agents_that_are_nodes_have_rows_below_their_node() -> None:
    inside = (task("model").below("math:1"), token("2", node="model").below("math:1"))
    assert rows(log(task("math"), *inside, task("math", ended=True))) == [("math", 0), ("model", 1)]


def test_a_node_that_works_several_times_at_once_has_as_many_rows() -> None:
    """Map-reduce: whose words they are is known by their message."""
    begun = [task("write", id=str(number)) for number in (1, 2)]
    words = [token("x", message=f"m{number}", node="write") for number in (1, 2, 2, 2)]
    ended = [task("write", id=str(number), ended=True) for number in (1, 2)]
    found = picture(log(*begun, *words, *ended)).rows
    assert [(row.label, row.ticks) for row in found] == [("write", [2.0]), ("write (2)", [3.0, 4.0, 5.0])]


def test_a_node_that_runs_tools_has_no_row_beside_its_calls() -> None:
    """A tool node on a plain edge is one task for all calls of a message."""
    assert rows(log(task("act"), began("a").on("act"), began("b").on("act"), answered("a"), answered("b"))) == [
        ("get_items", 0),
        ("get_items (2)", 0),
    ]


def test_a_model_that_does_not_stream_waits_until_it_is_done() -> None:
    events = log(task("model"), updates(Message("ai", "Hi"), node="model"), task("model", ended=True))
    (row,) = picture(events).rows
    assert (row.kind, row.spans) == ("model", [Span("waiting", 0.0, 2.0)])


def test_many_chunks_are_down_sampled_and_many_rows_are_left_out() -> None:
    found = picture([*RUN[:5], *log(*(token("x").when(0.6 + number / 1e5) for number in range(9_000)))])
    assert found.chunks == 9_000
    assert MAX_TICKS / 2 < len(found.rows[0].ticks) <= MAX_TICKS
    many = picture(log(*(began(f"c{number}") for number in range(100))))
    assert (len(many.rows), many.more) == (MAX_ROWS, 40)
