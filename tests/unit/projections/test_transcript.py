from agent.projections.transcript import Answer, ToolCall, fold
from agent.streaming.events import StreamEvent

STARTED = ("run", {"state": "running"})
FINISHED = ("run", {"state": "finished"})
ALL = {"custom", "messages", "updates", "values", "tasks", "tools"}


def log(*happenings):
    """Events from (mode, data, tool call id) triples, a second apart."""
    return [
        StreamEvent(seq, float(seq), mode, data, tool_call_id=call[0] if call else None)
        for seq, (mode, data, *call) in enumerate(happenings)
    ]


def token(text, call=None):
    return ("messages", {"id": "m", "text": text}, call)


def asked(call, place):
    return (
        "updates",
        {
            "agent": {
                "messages": [{"type": "ai", "tool_calls": [{"id": call, "name": "get", "args": {"place": place}}]}]
            }
        },
    )


def answered(call, content, status="success"):
    message = {"type": "tool", "tool_call_id": call, "content": content, "name": "get", "status": status}
    return ("updates", {"tools": {"messages": [message]}}, call)


def said(content):
    return ("updates", {"agent": {"messages": [{"type": "ai", "content": content}]}})


def test_parallel_calls_keep_their_own_text():
    events = log(STARTED, token("Bed", "a"), token("Desk", "b"), token("ding", "a"))
    assert [(call.id, call.output.text.text) for call in fold(events, {"messages"}).tools] == [
        ("a", "Bedding"),
        ("b", "Desk"),
    ]


def test_custom_chunks_are_shown_only_in_their_mode():
    events = log(STARTED, ("custom", {"found": "books"}, "a"))
    assert fold(events, {"custom"}).tools[0].output.others == [{"found": "books"}]
    assert fold(events, {"messages"}).shown == []


def test_without_a_mode_nothing_is_shown_until_the_end_and_then_everything():
    events = log(STARTED, asked("a", "office"), answered("a", "books"), said("There are books."), FINISHED)
    assert fold(events[:-1], ()).shown == []
    ended = fold(events, ())
    assert (ended.tools[0].result, ended.answer) == ("books", "There are books.")
    assert ended.first_shown_at == ended.ended_at == 4.0


def test_the_answer_is_not_repeated_when_its_whole_message_follows_its_tokens():
    events = log(STARTED, token("Hel"), token("lo"), said("Hello"), FINISHED)
    answers = [item for item in fold(events, ALL).items if isinstance(item, Answer)]
    assert [answer.output.text.text for answer in answers] == ["Hello"]


def test_an_answer_before_a_tool_and_one_after_it_stay_two():
    events = log(
        STARTED,
        token("Let me look."),
        said("Let me look."),
        asked("a", "x"),
        answered("a", "y"),
        token("Done"),
    )
    kinds = [type(item) for item in fold(events, ALL).items]
    assert kinds == [Answer, ToolCall, Answer]


def test_what_is_said_beside_a_tool_call_is_said_once():
    call = {"id": "a", "name": "get", "args": {"place": "x"}}
    piece = {"id": "m", "text": "", "tool_calls": [{"index": 0, "id": "a", "name": "get", "args": ""}]}
    whole = {"agent": {"messages": [{"type": "ai", "content": "Let me look.", "tool_calls": [call]}]}}
    events = log(
        STARTED, token("Let me look."), ("messages", piece), ("updates", whole), answered("a", "y"), token("End")
    )
    kinds = [item.output.text.text if isinstance(item, Answer) else item.id for item in fold(events, ALL).items]
    assert kinds == ["Let me look.", "a", "End"]


def test_a_tool_call_is_put_together_from_its_pieces():
    first = {"id": "m", "text": "", "tool_calls": [{"index": 0, "id": "a", "name": "get", "args": ""}]}
    more = [{"id": "m", "text": "", "tool_calls": [{"index": 0, "args": text}]} for text in ('{"pl', 'ace": 1}')]
    (call,) = fold(log(STARTED, *(("messages", data) for data in (first, *more))), {"messages"}).tools
    assert (call.name, call.arguments, call.state) == ("get", '{"place": 1}', "asked")


def test_a_failed_tool_says_so_and_its_sibling_does_not():
    events = log(STARTED, answered("a", "Error: no", "error"), answered("b", "fine"))
    assert [call.state for call in fold(events, {"updates"}).tools] == ["failed", "finished"]


def test_stopping_closes_what_is_open_and_keeps_what_has_arrived():
    events = log(STARTED, token("Bed", "a"), token("Hello"), ("run", {"state": "stopped", "message": "Stopped."}))
    for modes in (ALL, set()):
        stopped = fold(events, modes)
        assert (stopped.state, stopped.message) == ("stopped", "Stopped.")
        assert [(call.state, call.output.text.text, call.shows_output) for call in stopped.tools] == [
            ("stopped", "Bed", True)
        ]
        assert stopped.answer == "Hello"


def test_a_tool_call_handed_to_the_graph_is_known_before_it_runs():
    given = {"messages": [{"type": "ai", "tool_calls": [{"id": "1", "name": "get_items", "args": '{"place":"x"}'}]}]}
    (call,) = fold(log(STARTED, ("values", given), ("custom", "hi", "1")), {"custom"}).tools
    assert (call.name, call.arguments, call.output.text.text) == ("get_items", '{"place":"x"}', "hi")


def test_flipping_the_modes_gives_what_they_would_have_given_from_the_start():
    events = log(
        STARTED,
        asked("a", "x"),
        ("custom", {"n": 1}, "a"),
        token("t", "a"),
        answered("a", "r"),
        said("s"),
        FINISHED,
    )
    for modes in ({"custom"}, {"messages"}, ALL, set()):
        transcript = fold([], modes)
        for event in events:
            transcript.add(event)
        assert transcript == fold(events, modes)
