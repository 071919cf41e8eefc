from __future__ import annotations

from collections.abc import Collection, Mapping

from agent.projections.label import call_titles
from agent.projections.lanes import MOST_SLICES, Lanes
from agent.projections.transcript import fold
from agent.streaming import events as ev
from agent.streaming.events import JSON, StreamEvent
from agent.streaming.modes import STREAM_MODES, StreamMode
from tests.unit.events import Happened, began, log, piece, sent, task, token

OFFICE, GARAGE = "call_1", "call_2"


def lanes_of(
    events: list[StreamEvent],
    modes: Collection[StreamMode] = STREAM_MODES,
    titles: Mapping[str, str] | None = None,
) -> list[tuple[float, dict[StreamMode, str]]]:
    lanes = Lanes()
    for event in events:
        lanes.add(event)
    titles = call_titles(fold(events, STREAM_MODES).calls) if titles is None else titles
    return [(row.start, {mode: text for mode, text in row.cells.items() if text}) for row in lanes.rows(modes, titles)]


def test_the_same_instant_is_in_the_same_row_of_each_lane() -> None:
    updates = [Happened(ev.Update(), calls, node, at=at) for at, node, calls in (
        (0.03, "agent", ()), (0.12, "tools", (OFFICE,)), (0.13, "tools", ("other",)))]  # fmt: skip
    events = log(
        token("Hel").when(0.01), token("lo").when(0.02), updates[0], sent({"n": 1}, OFFICE).when(0.11), *updates[1:]
    )
    assert lanes_of(events, titles={OFFICE: "look"}) == [
        (0.0, {"messages": "agent: Hello", "updates": "agent"}),
        (0.05, {}),
        (0.1, {"custom": 'look: {"n": 1}', "updates": "2 updates: tools (look), tools"}),
    ]


def test_parallel_calls_keep_their_own_line_in_a_lane() -> None:
    words = [("Be", OFFICE), ("To", GARAGE), ("d", OFFICE), ("ol", GARAGE)]
    events = log(*(token(text, call).when(0.0) for text, call in words))
    (row,) = lanes_of(events, ["messages"], {OFFICE: "one", GARAGE: "two"})
    assert row == (0.0, {"messages": "one: Bed\ntwo: Tool"})


def test_what_goes_on_inside_of_a_call_stands_under_the_inner_call() -> None:
    events = log(sent("x", OFFICE, "inner").when(0.0))
    assert lanes_of(events, titles={OFFICE: "research", "inner": "search"}) == [(0.0, {"custom": "search: x"})]


def test_slices_grow_with_the_run_and_lose_nothing() -> None:
    events = log(*(sent("x", OFFICE).when(number / 10) for number in range(1000)))
    rows = lanes_of(events, ["custom"], {OFFICE: "t"})
    assert MOST_SLICES / 2 < len(rows) <= MOST_SLICES
    assert rows[1][0] == 3.2
    assert sum(text.count("x") for _, cells in rows for text in cells.values()) == 1000


def test_a_slice_with_many_chunks_says_how_many_and_which_was_last() -> None:
    events = log(*(sent({"n": number}, OFFICE).when(0.0) for number in range(1200)))
    assert lanes_of(events, titles={OFFICE: "t"}) == [(0.0, {"custom": 't: 1,200 chunks, last {"n": 1199}'})]
    long = log(sent("word " * 100, node="agent").when(0.0), sent("end", node="agent").when(0.0))
    assert lanes_of(long) == [(0.0, {"custom": "agent: " + "word " * 48 + "… (+263)"})]


def test_a_thousand_nodes_at_once_are_bounded() -> None:
    (row,) = lanes_of(log(*(sent("x" * 100, node=f"node {number}").when(0.0) for number in range(1000))))
    assert len(row[1]["custom"]) < 10_000


def test_each_mode_is_said_in_a_few_words() -> None:
    state: JSON = {"messages": [{}, {}]}
    happened = (
        ev.State((ev.Message("ai"), ev.Message("ai"))),
        ev.Checkpoint({"metadata": {"step": 1}, "values": state, "next": ["tools", "tools"]}),
        ev.Debug({"step": 2, "type": "task_result", "payload": {"name": "agent"}}),
        Happened(ev.Said(ev.Message("tool", "Desk", call=OFFICE)), (OFFICE,), "tools"),
    )
    events = log(*happened, task("agent"), task("agent", ended=True), began(OFFICE))
    at_once = [StreamEvent(e.seq, 0.0, e.payload, e.node, e.agent, e.calls, e.namespace) for e in events]
    assert lanes_of(at_once, titles={OFFICE: "look"}) == [
        (
            0.0,
            {
                "messages": 'look: returned "Desk"',
                "values": "2 messages",
                "tasks": "2 signs: begins agent, ends agent",
                "tools": "started (look)",
                "checkpoints": "step 1: 2 messages, then tools",
                "debug": "step 2 task result agent",
            },
        )
    ]


def test_odd_parts_are_said_too() -> None:
    happened = (
        ev.Checkpoint([1]), ev.Debug("x"), ev.State(rest={"topic": "cats"}), ev.Unknown({"x": 1}, "updates"),
        ev.Interrupted(()), ev.ToolDelta("half"), ev.ToolFinished(None),
    )  # fmt: skip
    rows = lanes_of(log(*(Happened(payload, at=0.0) for payload in happened)))
    assert rows == [
        (
            0.0,
            {
                "checkpoints": "step null: empty, then end",
                "debug": "step null entry",
                "values": '{"topic": "cats"}',
                "updates": 'updates: {"x": 1}\nasks a person',
                "tools": '2 events: delta "half", finished',
            },
        )
    ]


def test_reasoning_and_calls_stand_in_the_lane_of_their_mode() -> None:
    events = log(*(each.when(0.0) for each in (token("", reasoning="Hm. "), token("So."), piece("a", "{}", "get"))))
    assert lanes_of(events) == [(0.0, {"messages": "agent: Hm. So. · → get {}"})]


def test_a_call_stands_whole_where_it_began_and_is_being_prepared_until_then() -> None:
    pieces = [piece("a", '{"pla', "get_items").when(0.01), piece("b", "", "look").when(0.02)]
    assert lanes_of(log(*pieces)) == [(0.0, {"messages": "agent: preparing get_items… · preparing look…"})]
    pieces += [piece("a", 'ce": "x"}').when(0.07), piece("b", "{}").when(0.08)]
    assert lanes_of(log(*pieces))[0] == (0.0, {"messages": 'agent: → get_items {"place": "x"} · → look {}'})


def test_a_call_whose_arguments_are_no_json_is_whole_with_its_message() -> None:
    end = Happened(ev.Token("m", finish_reason="tool_calls"), (), "agent", at=0.0)
    events = [piece("a", "free text", "write").when(0.0)]
    assert lanes_of(log(*events)) == [(0.0, {"messages": "agent: preparing write…"})]
    assert lanes_of(log(*events, end)) == [(0.0, {"messages": "agent: → write free text"})]


def test_arguments_without_end_are_bounded() -> None:
    events = log(*(piece(f"c{n}", '{"a": "' + "x" * 100, "get").when(0.0) for n in range(300) for _ in range(30)))
    assert len(lanes_of(events)[0][1]["messages"]) < 1_000
