import pytest

from agent.projections.narration import Narration, Sentence, narrate, tool_title
from agent.streaming.events import RunRequest, StreamEvent

STARTED = ("run", {"state": "running"})
FINISHED = ("run", {"state": "finished"})
READ = Sentence(1.0, "The assistant read the question.")
ASKED = Sentence(2.0, "The assistant asks the tool “Look up items” about “office”.")


def queued(*tools, graph="react"):
    return ("run", {"state": "queued", "request": RunRequest("?", graph, tools or ("get_items",)).to_json()})


def asked(*calls, name="get_items"):
    asked = [{"id": call, "name": name, "args": {"place": place}} for call, place in calls]
    return ("updates", {"agent": {"messages": [{"type": "ai", "tool_calls": asked}]}})


def began(call):
    return ("tools", {"event": "tool-started"}, call)


def sent(chunk, call="a"):
    return ("custom", chunk, call)


def done(call, content="fine", status="success"):
    message = {"type": "tool", "tool_call_id": call, "content": content, "name": "get_items", "status": status}
    return ("updates", {"tools": {"messages": [message]}}, call)


def token(text, call=None):
    return ("messages", {"id": "m", "text": text}, call)


def log(*happenings):
    """Events from (mode, data, tool call id, namespace), a second apart."""
    return [
        StreamEvent(seq, float(seq), mode, data, tool_call_id=rest[0] if rest else None, namespace=tuple(rest[1:]))
        for seq, (mode, data, *rest) in enumerate(happenings)
    ]


def told(*happenings):
    return narrate(log(*happenings))


def working(*happenings):
    """What is said of one call of a tool that is still at work."""
    return told(queued(), STARTED, asked(("a", "office")), began("a"), *happenings)[-1]


def test_a_whole_run():
    events = [queued(), STARTED, asked(("a", "office")), began("a"), sent({"found": "Desk"}), sent({"found": "Lamp"})]
    events += [done("a"), token("There is a desk."), FINISHED]
    assert told(*events) == [
        READ,
        ASKED,
        Sentence(6.0, "Look up items · office is done after 3.0 s, with 2 items."),
        Sentence(7.0, "It wrote the answer."),
        Sentence(8.0, "All done."),
    ]


def test_each_moment_has_its_last_sentence():
    happenings = [queued(), STARTED, asked(("a", "office")), began("a"), sent({"found": "Desk"}), done("a"), token("A")]
    narration, last = Narration(), []
    for event in log(*happenings):
        narration.add(event)
        last.append(narration.sentences[-1])
    assert last == [
        Sentence(0.0, "Waiting for its turn…", "now"),
        Sentence(1.0, "The assistant reads the question…", "now"),
        ASKED,
        Sentence(3.0, "Look up items · office: at work…", "now"),
        Sentence(3.0, "Look up items · office: 1 item so far…", "now"),
        Sentence(5.0, "The assistant reads what came back…", "now"),
        Sentence(6.0, "Now it writes the answer…", "now"),
    ]


def test_tools_at_the_same_time_each_have_their_own_sentences():
    events = [queued(), STARTED, asked(("a", "office"), ("b", "bedroom")), began("a"), began("b"), sent("one two", "b")]
    assert told(*events, done("a")) == [
        READ,
        ASKED,
        Sentence(2.0, "At the same time it asks the tool “Look up items” about “bedroom”."),
        Sentence(6.0, "Look up items · office is done after 3.0 s."),
        Sentence(4.0, "Look up items · bedroom: 2 words so far…", "now"),
    ]


@pytest.mark.parametrize(
    ("chunks", "sentence"),
    [
        ([{"progress": 0.25, "status": "Shelf 2 of 8"}], "25% done · Shelf 2 of 8…"),
        ([{"status": "Turning the first lock"}], "Turning the first lock…"),
        ([{"row": {"item": "Desk"}}], "1 row so far…"),
        ([{"point": {"second": n, "degrees": 20}} for n in range(3)], "3 measurements so far…"),
        (["Cer", "tainly! ", "Here"], "2 words so far…"),
        ([{"progress": 0.5}, {"row": {"item": "Desk"}}], "50% done, 1 row so far…"),
    ],
)
def test_what_a_tool_sends_is_told_by_its_shape(chunks, sentence):
    assert working(*map(sent, chunks)) == Sentence(3.0, f"Look up items · office: {sentence}", "now")


def test_the_steps_of_a_graph_inside_a_tool():
    steps = [("tasks", {"id": name, "name": name, "input": {}}, "a", "tools:1") for name in ("look_around", "choose")]
    assert working(steps[0]) == Sentence(3.0, "Look up items · office: Look around…", "now")
    events = [queued(), STARTED, asked(("a", "office")), began("a"), *steps, done("a")]
    assert told(*events)[2] == Sentence(6.0, "Look up items · office is done after 3.0 s, in 2 steps.")


def test_a_tool_that_failed_says_why():
    failed = done("a", "Error: The lock is stuck.", "error")
    assert told(queued(), STARTED, asked(("a", "office")), began("a"), failed)[2] == Sentence(
        4.0, "Look up items · office failed after 1.0 s: The lock is stuck.", "failed"
    )


def test_a_run_that_failed_and_one_that_was_stopped():
    begun = [queued(), STARTED, asked(("a", "office")), began("a"), sent({"found": "Desk"})]
    assert told(*begun, ("run", {"state": "stopped", "message": "Stopped."})) == [
        READ,
        ASKED,
        Sentence(5.0, "Look up items · office was stopped after 2.0 s, with 1 item.", "stopped"),
        Sentence(5.0, "It was stopped. What had arrived is kept.", "stopped"),
    ]
    assert told(*begun, ("run", {"state": "failed", "message": "The model fell silent."}))[2:] == [
        Sentence(5.0, "Look up items · office failed after 2.0 s.", "failed"),
        Sentence(5.0, "It broke off: The model fell silent.", "failed"),
    ]


def test_what_is_said_before_a_tool_is_not_the_answer():
    assert told(queued(), STARTED, token("Let me look."), asked(("a", "office"))) == [
        READ,
        Sentence(2.0, "The assistant said what it is about to do."),
        Sentence(3.0, "The assistant asks the tool “Look up items” about “office”."),
    ]


def test_a_lone_tool_has_no_assistant():
    events = [queued(graph="tool_node"), STARTED, asked(("a", "office")), began("a"), done("a"), FINISHED]
    assert told(*events) == [
        Sentence(2.0, "The tool “Look up items” is asked about “office”."),
        Sentence(4.0, "Look up items · office is done after 1.0 s."),
        Sentence(5.0, "All done."),
    ]


def test_arguments_are_told_when_they_are_complete_and_not_without_end():
    piece = {"id": "m", "text": "", "tool_calls": [{"index": 0, "id": "a", "name": "get_items", "args": '{"pla'}]}
    assert told(queued(), STARTED, ("messages", piece)) == [
        Sentence(1.0, "The assistant reads the question…", "now"),
    ]
    assert told(queued(), STARTED, asked(("a", "x" * 100)))[-1].text.endswith(f"“{'x' * 59}…”.")


def test_tools_are_called_by_their_titles_and_unknown_ones_in_words():
    assert tool_title("get_items", ("get_items.llm",)) == "Describe items"
    assert tool_title("get_items") == "Look up items"
    assert tool_title("read_the_mail") == "Read the mail"
    assert tool_title("") == "A tool"
