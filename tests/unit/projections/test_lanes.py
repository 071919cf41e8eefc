"""Lanes, timeline, figures and inspector of the stream lab, from events written by hand."""

from agent.projections.inspector import PAGE, Filter, how_known, pages, row
from agent.projections.lanes import MOST_SLICES, Lanes, call_titles, short
from agent.projections.metrics import figures
from agent.projections.timeline import MOST_TICKS, Span, describe, timeline
from agent.projections.transcript import fold
from agent.streaming.events import STREAM_MODES, StreamEvent

OFFICE, GARAGE = "call_1", "call_2"


def log(*events):
    """Events from `(at, mode, data, ...)`, with their places filled in."""
    return [StreamEvent(seq, at, mode, data, *rest) for seq, (at, mode, data, *rest) in enumerate(events)]


def task(at, node, call=None, ended=False, task_id=None, namespace=()):
    data = {"id": task_id or f"{node}-{call}-{namespace}", "name": node}
    data |= {"result": {}, "error": None} if ended else {"input": [{"id": call, "name": "look", "args": {}}]}
    return (at, "tasks", data, node, call, namespace)


def token(at, text, call=None):
    return (at, "messages", {"id": "m", "text": text}, "tools" if call else "agent", call)


def lanes_of(events, modes=STREAM_MODES, titles=None):
    lanes = Lanes()
    for event in events:
        lanes.add(event)
    titles = call_titles(fold(events, STREAM_MODES)) if titles is None else titles
    return [(row.start, {mode: text for mode, text in row.cells.items() if text}) for row in lanes.rows(modes, titles)]


RUN = log(
    (0.0, "run", {"state": "queued"}),
    (0.2, "run", {"state": "running"}),
    task(0.2, "agent", task_id="a"),
    (0.5, "messages", {"id": "m", "text": "", "tool_calls": [{"index": 0, "id": OFFICE, "name": "look"}]}, "agent"),
    (0.6, "messages", {"id": "m", "text": "", "tool_calls": [{"index": 0, "args": '{"place": "office"}'}]}, "agent"),
    task(0.7, "agent", ended=True, task_id="a"),
    task(0.8, "tools", OFFICE),
    (1.0, "custom", {"progress": 0.5}, "tools", OFFICE),
    (1.2, "messages", {"type": "tool", "content": "Desk", "tool_call_id": OFFICE}, "tools", OFFICE),
    task(1.2, "tools", OFFICE, ended=True),
    task(1.2, "agent", task_id="b"),
    token(1.5, "A "),
    token(1.6, "desk."),
    (1.6, "messages", {"id": "m", "text": "", "usage": {"input_tokens": 9, "output_tokens": 4}}, "agent"),
    task(1.6, "agent", ended=True, task_id="b"),
    (1.7, "run", {"state": "finished"}),
)


def test_the_same_instant_is_in_the_same_row_of_each_lane():
    events = log(
        token(0.01, "Hel"),
        token(0.02, "lo"),
        (0.03, "updates", {"agent": {}}, "agent"),
        (0.11, "custom", {"n": 1}, "tools", OFFICE),
        (0.12, "updates", {"tools": {}}, "tools", OFFICE),
        (0.13, "updates", {"tools": {}}, "tools", GARAGE),
    )
    assert lanes_of(events, titles={OFFICE: "look"}) == [
        (0.0, {"messages": "agent: Hello", "updates": "agent"}),
        (0.05, {}),
        (0.1, {"custom": 'look: {"n": 1}', "updates": "2 updates: tools (look), tools"}),
    ]


def test_parallel_calls_keep_their_own_line_in_a_lane():
    events = log(token(0.0, "Be", OFFICE), token(0.0, "To", GARAGE), token(0.0, "d", OFFICE), token(0.0, "ol", GARAGE))
    (row,) = lanes_of(events, ["messages"], {OFFICE: "one", GARAGE: "two"})
    assert row == (0.0, {"messages": "one: Bed\ntwo: Tool"})


def test_slices_grow_with_the_run_and_lose_nothing():
    events = log(*((number / 10, "custom", "x", "tools", OFFICE) for number in range(1000)))
    rows = lanes_of(events, ["custom"], {OFFICE: "t"})
    assert MOST_SLICES / 2 < len(rows) <= MOST_SLICES
    assert rows[1][0] == 3.2
    assert sum(text.count("x") for _, cells in rows for text in cells.values()) == 1000


def test_a_slice_with_many_chunks_says_how_many_and_which_was_last():
    events = log(*((0.0, "custom", {"n": number}, "tools", OFFICE) for number in range(1200)))
    assert lanes_of(events, titles={OFFICE: "t"}) == [(0.0, {"custom": 't: 1,200 chunks, last {"n": 1199}'})]
    long = log((0.0, "custom", "word " * 100, "agent"), (0.0, "custom", "end", "agent"))
    assert lanes_of(long) == [(0.0, {"custom": "agent: " + "word " * 48 + "… (+263)"})]


def test_each_mode_is_said_in_a_few_words():
    state = {"messages": [{}, {}]}
    events = log(
        (0.0, "values", state),
        (0.0, "tasks", {"id": "1", "name": "agent", "input": {}}, "agent"),
        (0.0, "tasks", {"id": "1", "name": "agent", "result": {}}, "agent"),
        (0.0, "tools", {"event": "tool-started", "tool_call_id": OFFICE}, "tools", OFFICE),
        (0.0, "checkpoints", {"metadata": {"step": 1}, "values": state, "next": ["tools", "tools"]}),
        (0.0, "debug", {"step": 2, "type": "task_result", "payload": {"name": "agent"}}),
        (0.0, "messages", {"type": "tool", "content": "Desk", "tool_call_id": OFFICE}, "tools", OFFICE),
    )
    assert lanes_of(events, titles={OFFICE: "look"}) == [
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


def test_calls_of_the_same_tool_are_told_apart_by_what_they_were_asked():
    calls = [{"id": OFFICE, "name": "look", "args": {"place": "office"}}]
    one = log((0.0, "updates", {"agent": {"messages": [{"type": "ai", "tool_calls": calls}]}}, "agent"))
    assert call_titles(fold(one, STREAM_MODES)) == {OFFICE: "look"}
    calls = [*calls, {"id": GARAGE, "name": "look", "args": {"place": "garage"}}]
    two = log((0.0, "updates", {"agent": {"messages": [{"type": "ai", "tool_calls": calls}]}}, "agent"))
    assert call_titles(fold(two, STREAM_MODES)) == {OFFICE: "look · office", GARAGE: "look · garage"}


def test_short_is_json_on_one_line_of_bounded_length():
    assert short({"a": "b\nc"}) == '{"a": "b\\nc"}'
    assert len(short({"a": "x" * 100_000})) == 100


def picture(events):
    transcript = fold(events, STREAM_MODES)
    return timeline(events, transcript, call_titles(transcript))


def test_the_timeline_says_who_worked_when():
    found = picture(RUN)
    assert found.spans == [
        Span("queue", "waiting", 0.0, 0.2),
        Span("model", "waiting", 0.2, 0.5),
        Span("model", "model", 0.5, 0.7),
        Span("look", "tool", 0.8, 1.2),
        Span("model", "waiting", 1.2, 1.5),
        Span("model", "model", 1.5, 1.6),
    ]
    assert found.rows == ["queue", "model", "look"]
    assert found.ticks == [
        (0.5, "model"),
        (0.6, "model"),
        (1.0, "look"),
        (1.5, "model"),
        (1.6, "model"),
        (1.6, "model"),
    ]
    assert (found.first_token, found.end) == (0.5, 1.7)
    assert describe(found) == [
        "0.00 to 0.20 s: queue waits for its turn",
        "0.20 to 0.50 s: model waits for its first chunk",
        "0.50 to 0.70 s: model writes",
        "0.80 to 1.20 s: look works",
        "1.20 to 1.50 s: model waits for its first chunk",
        "1.50 to 1.60 s: model writes",
        "0.50 s: the first token",
    ]


def test_who_still_works_works_until_the_last_event():
    assert picture(RUN[:8]).spans[-1] == Span("look", "tool", 0.8, 1.0)


def test_a_graph_inside_a_tool_has_rows_of_its_own():
    inside = ("tools:1",)
    events = [
        *RUN[:7],
        *log(task(0.9, "choose", OFFICE, False, None, inside), task(1.0, "choose", OFFICE, True, None, inside)),
    ]
    assert Span("look › choose", "step", 0.9, 1.0) in picture(events).spans


def test_many_chunks_are_down_sampled():
    events = [*RUN[:5], *log(*(token(0.6 + number / 1e5, "x") for number in range(9_000)))]
    found = picture(events)
    assert found.chunks == 9_002
    assert MOST_TICKS / 2 < len(found.ticks) <= MOST_TICKS


def measured(events):
    transcript = fold(events, STREAM_MODES)
    return figures(events, transcript, call_titles(transcript))


def test_figures_take_usage_where_it_is_reported():
    found = measured(RUN)
    assert (found.first_token, found.first_sign, found.whole) == (0.5, 0.5, 1.7)
    model, look = found.sources
    assert (model.source, model.tokens, model.reported, model.tokens_in, model.chunks) == ("model", 4, True, 9, 5)
    assert round(model.per_second or 0, 6) == 10  # two turns of a chunk more in 0.1 s
    assert (look.source, look.tokens, look.chunks, look.first) == ("look", 0, 1, 1.0)
    assert (look.began, look.ended, look.per_second) == (0.8, 1.2, None)
    assert (found.tokens, found.tokens_in, found.counted) == (4, 9, [])


def test_figures_count_chunks_where_no_usage_is_reported_and_say_so():
    said = {"role": "assistant", "content": "x"}
    events = log(
        *((number / 10, "custom", said, "tools", OFFICE) for number in range(11)), (2.0, "run", {"state": "finished"})
    )
    found = measured(events)
    assert (found.tokens, found.counted, found.first_token) == (11, ["tool"], 0.0)
    assert found.per_second == 10


def test_sources_that_write_at_the_same_time_share_the_time():
    events = log(*((at, "custom", "x", "tools", call) for at in (0.0, 1.0) for call in (OFFICE, GARAGE)))
    assert measured(events).per_second == 2


def test_nothing_is_measured_of_nothing():
    found = measured([])
    assert (found.first_token, found.whole, found.sources, found.tokens, found.per_second) == (None, 0.0, [], 0, None)


def test_filters_are_combined():
    assert [event.seq for event in Filter(modes=("custom",)).select(RUN)] == [7]
    assert [event.seq for event in Filter(nodes=("tools",), calls=(OFFICE,)).select(RUN)] == [6, 7, 8, 9]
    assert [event.seq for event in Filter(search="DESK").select(RUN)] == [8, 12]
    assert Filter(nodes=("tools",), search="desk.").select(RUN) == []
    assert Filter().select(RUN) == RUN


def test_pages_hold_all_rows():
    assert [pages(count) for count in (0, 1, PAGE, PAGE + 1, 20_000)] == [1, 1, 1, 2, 100]


def test_a_row_is_what_a_reader_needs():
    assert row(RUN[7], {OFFICE: "look"}) == {
        "seq": 7,
        "ms": 1000.0,
        "mode": "custom",
        "node": "tools",
        "tool call": "look",
        "namespace": "",
        "bytes": 17,
        "content": '{"progress": 0.5}',
    }


def test_the_inspector_says_how_a_call_is_known():
    custom, answer, begin = (how_known(event) for event in (RUN[7], RUN[8], RUN[6]))
    assert custom.startswith("Signed by the wrapper around the tool call (agent/streaming/attribution.py)")
    assert answer == "LangGraph says so: the tool's message names the call it answers."
    assert begin.startswith("The task's input is the call")
    inside = StreamEvent(0, 0.0, "values", {}, None, OFFICE, ("tools:1",))
    assert how_known(inside).startswith("The task in its namespace")
    words = StreamEvent(0, 0.0, "messages", {"text": "x"}, "tools", OFFICE)
    assert how_known(words).startswith("The metadata of the call's config")
    assert how_known(RUN[0]) == ""
