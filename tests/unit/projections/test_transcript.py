"""What a reader sees of a run, from events written by hand; many are what other people's agents were seen to send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.projections.call_tree import DEEPEST
from agent.projections.items import Answer, Item, ToolCall, walk
from agent.projections.shapes.types import Elsewhere
from agent.projections.transcript import Transcript, fold
from agent.streaming import events as ev
from agent.streaming.events import JSON, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.unit.events import (
    FINISHED,
    STARTED,
    Event,
    Happened,
    answered,
    asks,
    began,
    log,
    piece,
    queued,
    returned,
    says,
    sent,
    task,
    token,
    updates,
    whole,
)
from texts import sentence


def shape(items: list[Item]) -> list[object]:
    """Items as the words of answers, and as calls by id with what is inside of them."""
    return [
        item.output.text.text if isinstance(item, Answer) else (item.id, *shape(item.items)) if item.items else item.id
        for item in items
    ]


def told(*happened: Event) -> list[object]:
    return shape(fold(log(*happened), RUN_MODES).items)


def only_call(events: list[StreamEvent]) -> ToolCall:
    (call,) = fold(events, RUN_MODES).calls
    return call


# Tools


def test_parallel_calls_keep_their_own_text() -> None:
    events = log(STARTED, sent("Bed", "a"), sent("Desk", "b"), sent("ding", "a"))
    assert [(call.id, call.output.text.text) for call in fold(events, RUN_MODES).calls] == [
        ("a", "Bedding"),
        ("b", "Desk"),
    ]


def test_a_tool_call_is_put_together_from_its_pieces() -> None:
    events = log(STARTED, piece("a", "", "get"), piece("a", '{"pl'), piece("a", 'ace": 1}'))
    assert [only_call(events[:count]).args for count in (3, 4)] == [None, {"place": 1}]
    call = only_call(events)
    assert (call.name, call.state, call.asked_at) == ("get", "asked", 3.0)


def test_the_pieces_of_parallel_calls_may_be_interleaved() -> None:
    events = log(piece("a", "", "one"), piece("b", "", "two"), piece("a", '{"x": 1}'), piece("b", '{"x": 2}'))
    assert [(call.name, call.args) for call in fold(events, RUN_MODES).calls] == [("one", {"x": 1}), ("two", {"x": 2})]


def test_a_server_that_repeats_the_name_with_every_piece_does_not_make_it_longer() -> None:
    call = only_call(log(piece("a", "{", "get"), piece("a", "}", "get")))
    assert (call.name, call.args) == ("get", {})


def test_arguments_that_never_became_whole_are_kept_as_what_they_are() -> None:
    call = only_call(log(piece("a", '{"place": "off', "get"), Happened(ev.Ended("failed", "It broke off."))))
    assert (call.args, call.state) == ('{"place": "off', "failed")


def test_a_tool_begins_with_what_a_person_has_changed_and_the_history_does_not_change_that_back() -> None:
    asked = asks(("a", {"to": "Ann"}), message="m")
    events = log(asked, began("a", args={"to": "Bob"}), asked)
    assert only_call(events).args == {"to": "Bob"}


def test_a_failed_tool_says_so_and_its_sibling_does_not() -> None:
    events = log(STARTED, answered("a", text="Error: no", failed=True), answered("b"))
    assert [call.state for call in fold(events, RUN_MODES).calls] == ["failed", "finished"]


def test_a_result_that_is_no_message_is_kept_as_json() -> None:
    assert only_call(log(began("a"), returned({"found": True}, "a"))).result == '{"found": true}'


def test_a_tools_message_says_more_than_the_end_of_the_tool() -> None:
    call = only_call(log(began("a"), returned("Error: no", "a"), answered("a", text="Error: no", failed=True)))
    assert (call.state, call.result, call.ended_at) == ("failed", "Error: no", 1.0)


def test_a_call_that_was_turned_down_never_began() -> None:
    """As a human-in-the-loop middleware tells it: in the update of its own hook."""
    no = ev.Message("tool", "User rejected the tool call", "t", call="a", name="send", failed=True)
    call = only_call(log(asks(("a", {})), updates(no, node="HumanInTheLoopMiddleware.after_model")))
    assert (call.state, call.result, call.attempts, call.started_at) == ("failed", no.text, 0, None)


def test_a_tool_call_handed_to_the_graph_is_known_before_it_runs() -> None:
    given = ev.State((ev.Message("ai", calls=(ev.AskedCall("1", "get_items", '{"place":"x"}'),)),))
    transcript = fold(log(STARTED, Happened(given), sent("hi", "1")), {"custom"})
    (call,) = transcript.calls
    assert (call.name, call.args, call.output.text.text, transcript.is_handed) == (
        "get_items",
        {"place": "x"},
        "hi",
        True,
    )


# Attempts


def test_a_tool_that_begins_again_sends_its_output_anew_in_its_place() -> None:
    """As after an interrupt: everything before it happens twice."""
    events = log(asks(("a", {}), ("b", {})), began("a"), sent("one ", "a"), sent("two", "a"), sent("other", "b"))
    events = [*events, *log(began("a"), sent("one ", "a"))]
    transcript = fold(events, RUN_MODES)
    assert [(call.id, call.output.text.text, call.attempts) for call in transcript.calls] == [
        ("a", "one ", 2),
        ("b", "other", 0),
    ]


def test_what_a_lost_process_had_not_done_is_written_anew_in_its_place() -> None:
    events = log(says("Whole."), asks(("a", {}), ("b", {})), began("a"), sent("one", "a"), returned("done", "a"))
    events = [*events, *log(began("b"), sent("half", "b"), token("Half a", message="m1"), ev.Retried())]
    assert shape(fold(events, RUN_MODES).items) == ["Whole.", "a", "b", ""]
    events = [*events, *log(sent("again", "b"), token("Half an answer.", message="m2"))]
    transcript = fold(events, RUN_MODES)
    assert shape(transcript.items) == ["Whole.", "a", "b", "Half an answer."]
    assert [call.output.text.text for call in transcript.calls] == ["one", "again"]


def test_what_the_state_of_the_next_attempt_lacks_is_said_anew_in_its_place() -> None:
    """A process dies after it has said that a node is done, and before that is saved."""
    question = ev.Message("human", "?", "q")
    kept, lost = ev.Message("ai", "Kept.", "m1"), ev.Message("ai", "Lost.", "m2")
    said = says("Kept.", message="m1"), ev.State((question, kept)), says("Lost.", message="m2")
    at_first: tuple[Event, ...] = (ev.State((question,)), *said, ev.Retried())
    assert shape(fold(log(*at_first), RUN_MODES).items) == ["Kept.", "Lost."]
    anew = ev.State((question, kept)), token("Anew", message="m3"), says("Anew.", message="m3")
    assert shape(fold(log(*at_first, *anew), RUN_MODES).items) == ["Kept.", "Anew."]
    from_there = ev.State((question, kept, lost)), says("More.", message="m3")
    assert shape(fold(log(*at_first, *from_there), RUN_MODES).items) == ["Kept.", "Lost.", "More."]


def test_what_the_next_attempt_finds_whole_is_shown_whole() -> None:
    """A process has saved what its node said, and died before it told of it."""
    question = ev.Message("human", "?", "q")
    events = log(ev.State((question,)), token("Half ", message="m1"), ev.Retried())
    events = [*events, *log(ev.State((question, ev.Message("ai", "Half a word.", "m1"))), token("More.", message="m2"))]
    assert shape(fold(events, RUN_MODES).items) == ["Half a word.", "More."]


def test_a_whole_message_says_what_its_pieces_lack() -> None:
    events = log(
        token("One ", message="m1"),
        token("three.", message="m1"),
        ev.Update((ev.Message("ai", "One two three.", "m1"),)),
    )
    assert shape(fold([*events, *log(FINISHED)], RUN_MODES).items) == ["One two three."]


def test_what_comes_before_the_first_sign_of_a_tool_is_its_first_attempts() -> None:
    call = only_call(log(sent("one ", "a"), began("a"), sent("two", "a")))
    assert (call.output.text.text, call.attempts, call.redone) == ("one two", 1, 0)


def test_a_retry_may_write_before_it_is_told_that_it_begins() -> None:
    failed = Happened(ev.ToolFailed(), ("a",))
    call = only_call(log(began("a"), sent("one", "a"), failed, sent("again ", "a"), began("a"), sent("and on", "a")))
    assert (call.output.text.text, call.attempts, call.state) == ("again and on", 2, "running")


def test_a_failure_that_the_model_is_told_of_keeps_what_was_sent() -> None:
    failed = Happened(ev.ToolFailed(), ("a",))
    call = only_call(log(began("a"), sent("one", "a"), failed, answered("a", text="Error: no", failed=True)))
    assert (call.output.text.text, call.state, call.result) == ("one", "failed", "Error: no")


def test_a_retry_does_its_inner_work_again_and_a_resumed_tool_goes_on_with_it() -> None:
    inner = (began("a"), token("thinking", "a", message="m1"), began("a", "in"), returned("x", "a", "in"))
    retried = log(*inner, Happened(ev.ToolFailed(), ("a",)), began("a"), token("anew", "a", message="m2"))
    assert shape(fold(retried, RUN_MODES).items) == [("a", "anew")]
    resumed = log(*inner, Happened(ev.Interrupted((ev.Interrupt("i"),))), STARTED, began("a"))
    assert shape(fold(resumed, RUN_MODES).items) == [("a", "thinking", "in")]


def test_a_sibling_that_works_on_while_a_person_is_asked_keeps_everything() -> None:
    asked = Happened(ev.Interrupted((ev.Interrupt("i", "Really?"),)))
    transcript = fold(log(began("a"), began("b"), sent("one ", "b"), asked, asked, sent("two", "b")), RUN_MODES)
    assert transcript.calls[1].output.text.text == "one two"
    assert [waiting.interrupt.value for waiting in transcript.waiting.values()] == ["Really?"]


def test_what_was_done_in_an_earlier_attempt_is_not_done_again() -> None:
    cached = Happened(ev.Update((ev.Message("tool", "fine", "t", call="b"),), cached=True), ("b",), "tools")
    done = answered("b", message="t")
    call = only_call(log(began("b"), sent("x", "b"), done, cached))
    assert (call.output.text.text, call.result, call.ended_at) == ("x", "fine", 2.0)


# Calls inside of calls


def test_the_calls_of_sub_agents_stand_inside_of_the_calls_that_they_are() -> None:
    inner = Happened(
        ev.Update((ev.Message("ai", calls=(ev.AskedCall("in-1", "search", {"q": "x"}),)),)), ("out-1",), "model"
    )
    events = log(
        asks(("out-1", {}), ("out-2", {})),
        began("out-1"),
        began("out-2"),
        inner,
        began("out-2", "in-2"),
        began("out-1", "in-1"),
        sent("found", "out-1", "in-1"),
    )
    transcript = fold(events, RUN_MODES)
    assert shape(transcript.items) == [("out-1", "in-1"), ("out-2", "in-2")]
    call = transcript.calls[1]
    assert (call.args, call.output.text.text, call.depth) == ({"q": "x"}, "found", 1)


def test_models_that_a_tool_asks_at_once_do_not_mix_their_words() -> None:
    """Two sub-agents in one tool, by asyncio.gather: their namespaces differ in a bare number."""
    one = [token(text, "a", message="m1").below("both:id") for text in ("sub ", "says ", "one")]
    two = [token(text, "a", message="m2").below("both:id", "1") for text in ("sub ", "says ", "two")]
    in_turn = [each for both in zip(one, two, strict=True) for each in both]
    assert told(began("a"), *in_turn) == [("a", "sub says one", "sub says two")]


def test_no_depth_of_calls_is_too_much() -> None:
    path = [f"c{depth}" for depth in range(2_000)]
    calls = fold(log(sent("x", *path)), RUN_MODES).calls
    assert max(call.depth for call in calls) == DEEPEST - 1
    assert len(calls) == len(path)


def test_nodes_of_a_graph_inside_of_a_tool_are_its_steps() -> None:
    inside = [task(name, "a").below("tools:1") for name in ("look_around", "choose")]
    assert only_call(log(task("tools", "a"), began("a"), *inside)).steps == ["look_around", "choose"]


# Words


def test_the_answer_is_not_repeated_when_its_whole_message_follows_its_tokens() -> None:
    assert told(token("Hel"), token("lo"), says("Hello", message="m"), FINISHED) == ["Hello"]


def test_what_a_node_writes_itself_is_known_by_its_words_when_it_is_told_whole() -> None:
    """A node without LangChain: its update is the whole message."""
    said: JSON = {"role": "assistant", "content": "Hel"}
    assert told(sent(said, node="agent"), says("Hello"), sent(said, node="agent"), says("Hello")) == ["Hello", "Hello"]


def test_a_message_told_in_another_place_than_it_was_written_in_is_one() -> None:
    """A task's words, and the entrypoint's value."""
    assert told(token("Hello", node="write"), says("Hello", message="m", node="workflow")) == ["Hello"]


def test_what_was_cut_off_in_the_stream_is_completed_by_the_whole_message() -> None:
    assert told(token("Hel"), says("Hello", message="m")) == ["Hello"]


def test_an_answer_before_a_tool_and_one_after_it_stay_two() -> None:
    events = (token("Let me look."), says("Let me look.", message="m"), asks(("a", {}), message="m2"), answered("a"))
    assert told(*events, token("Done", message="m3")) == ["Let me look.", "a", "Done"]


def test_what_is_said_beside_a_tool_call_is_said_once() -> None:
    events = (token("Let me look."), piece("a", "", "get"), asks(("a", {}), text="Let me look.", message="m"))
    assert told(*events, answered("a"), token("End", message="m2")) == ["Let me look.", "a", "End"]


def test_nodes_that_write_at_once_stay_apart() -> None:
    """Map-reduce: one node as often as there are subjects, word by word in turn."""
    words = [("m1", "in"), ("m2", "in"), ("m1", "ner cats"), ("m2", "ner dogs")]
    assert told(*(token(text, message=message, node="write") for message, text in words)) == [
        "inner cats",
        "inner dogs",
    ]


def test_answers_say_whose_they_are() -> None:
    events = log(
        token("2", message="m1", node="model").of("math", "math:1"),
        token("Six", message="m2", node="agent").of("poet", "poet:2"),
        token("Done", message="m3", node="supervisor"),
    )
    transcript = fold(events, RUN_MODES)
    assert [item.speaker for item in transcript.items if isinstance(item, Answer)] == ["math", "poet", "supervisor"]
    assert list(transcript.speakers) == ["math", "poet", "supervisor"]


HUMAN = ev.Message("human", "What is 2 + 2?", "h")
FOUR, FIVE = ev.Message("ai", "Four", "m1"), ev.Message("ai", "Surely four", "m2")


def test_a_supervisor_that_gives_the_whole_history_as_its_update_says_nothing_twice() -> None:
    inside = updates(FOUR, node="model").of("math", "math:1")
    assert told(inside, updates(HUMAN, FOUR, node="math"), updates(HUMAN, FOUR, FIVE, node="supervisor")) == [
        "Four",
        "Surely four",
    ]


def test_a_message_that_is_written_anew_stands_in_its_own_place() -> None:
    """As LangChain's middleware does that takes addresses and numbers out."""
    anew = ev.Message("ai", "[number]", "m1")
    assert told(updates(FOUR, node="model"), updates(FIVE), updates(anew, node="middleware")) == [
        "[number]",
        "Surely four",
    ]


def test_a_node_that_says_the_same_twice_is_heard_twice() -> None:
    """Two nodes at once, and one node in two turns."""
    assert told(says("Fine", node="a"), says("Fine", node="b"), says("Fine", node="b")) == ["Fine"] * 3


def test_the_conversation_before_is_not_told_again() -> None:
    given = Happened(ev.State((HUMAN, FOUR, ev.Message("human", "Sure?", "h2"))))
    assert told(given, updates(HUMAN, FOUR, ev.Message("human", "Sure?", "h2"), FIVE)) == ["Surely four"]


def test_only_what_models_say_is_answer_text() -> None:
    """A tool may write a person's words into the state, and a node a system message."""
    others = [ev.Message(role, "extra", f"{role}1") for role in ("human", "system", "other")]
    assert told(updates(*others), *(Happened(ev.Said(message)) for message in others), token("End")) == ["End"]


def test_a_model_that_does_not_stream_is_heard_in_the_mode_messages() -> None:
    assert told(whole("Hello"), says("Hello", message="m")) == ["Hello"]
    transcript = fold(log(whole("Hello"), says("Hello", message="m")), {"updates"})
    assert [item.visible for item in transcript.items] == [True]


def test_a_line_break_before_a_tool_call_is_no_answer() -> None:
    """Some models send one before each call."""
    transcript = fold(log(token("\n\n"), piece("a", "{}", "get"), answered("a")), RUN_MODES)
    assert shape(transcript.shown) == ["a"]


def test_what_a_node_writes_and_what_its_model_says_are_two() -> None:
    assert told(sent("Looking", node="agent"), token("Hello"), says("Hello", message="m")) == ["Looking", "Hello"]


def test_content_that_is_no_text_is_kept_once() -> None:
    image: JSON = {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}
    piece_of_it = Happened(ev.Token("m", "See: ", other=(image,)), node="agent")
    run = fold(log(piece_of_it, updates(ev.Message("ai", "See: ", "m", other=(image,)))), RUN_MODES)
    elsewhere = Elsewhere("https://example.com/x.png", is_image=True)
    assert [list(item.output.shapes.values()) for item in run.items] == [[elsewhere]]


# Reasoning


def test_reasoning_is_a_part_of_the_answer_and_ends_where_words_begin() -> None:
    events = log(STARTED, token("", reasoning="Let me "), token("", reasoning="see."), token("Four"), token("!"))
    (answer,) = fold(events, RUN_MODES).items
    thought = answer.output.reasoning
    assert (thought.text.text, thought.began_at, thought.ended_at) == ("Let me see.", 1.0, 3.0)
    assert answer.output.text.text == "Four!"


def test_a_chunk_may_end_the_reasoning_and_begin_the_answer() -> None:
    events = log(token("", reasoning="Let me see"), Happened(ev.Token("m", "Four", "."), node="agent"))
    (answer,) = fold(events, RUN_MODES).items
    assert (answer.output.reasoning.text.text, answer.output.text.text) == ("Let me see.", "Four")


@pytest.mark.parametrize(
    "happened",
    [
        piece("a", "{}", "get"),
        FINISHED,
        Happened(ev.Token("m", finish_reason="length"), node="agent"),
        says("", message="m"),
    ],
)
def test_reasoning_ends_with_a_call_an_end_or_its_message(happened: Happened) -> None:
    transcript = fold(log(token("", reasoning="Hm."), happened), RUN_MODES)
    assert transcript.items[0].output.reasoning.ended_at == 1.0


def test_reasoning_that_came_whole_is_kept() -> None:
    (answer,) = fold(log(says("Four", reasoning="Let me see.", message="m")), RUN_MODES).items
    assert (answer.output.reasoning.text.text, answer.output.text.text) == ("Let me see.", "Four")


def test_reasoning_is_no_first_output() -> None:
    assert fold(log(STARTED, token("", reasoning="Hm."), token("Four")), {"messages"}).first_output_at == 2.0


# Modes


def test_custom_chunks_are_shown_only_in_their_mode() -> None:
    events = log(STARTED, sent({"found": "books"}, "a"))
    (item,) = fold(events, {"custom"}).shown
    assert item.output.others == [{"found": "books"}]
    assert fold(events, {"messages"}).shown == []


def test_what_is_shown_inside_of_a_call_is_seen_there() -> None:
    transcript = fold(log(STARTED, token("x", "out"), sent("y", "out", "in")), {"custom"})
    (out,) = transcript.shown
    assert isinstance(out, ToolCall)
    assert [item.visible for item in out.items] == [False, True]


def test_without_a_mode_nothing_is_shown_until_the_end_and_then_everything() -> None:
    events = log(STARTED, asks(("a", {})), sent("x", "a"), answered("a", text="books"), says("Books."), FINISHED)
    assert fold(events[:-1], ()).shown == []
    ended = fold(events, ())
    assert (ended.calls[0].result, ended.answer, ended.calls[0].shows_output) == ("books", "Books.", False)
    assert ended.first_output_at == ended.ended_at == 5.0


def test_flipping_the_modes_gives_what_they_would_have_given_from_the_start() -> None:
    events = log(
        STARTED, asks(("a", {})), sent({"n": 1}, "a"), token("t", "a"), answered("a", text="r"), says("s"), FINISHED
    )
    for modes in ({"custom"}, {"messages"}, RUN_MODES, ()):
        transcript = Transcript(frozenset(modes))  # type: ignore[arg-type]
        for event in events:
            transcript.add(event)
        assert transcript == fold(events, modes)  # type: ignore[arg-type]


def test_that_a_tool_begins_is_no_first_output() -> None:
    events = log(STARTED, piece("a", "{}", "get"), began("a"), sent({"progress": 0}, "a"))
    assert fold(events[:-1], RUN_MODES).first_output_at is None
    assert fold(events, RUN_MODES).first_output_at == 3.0
    assert fold(events, {"tools"}).first_output_at is None


def test_keys_are_unique_and_stay_the_same_while_a_run_grows() -> None:
    inside = (began("m", "x"), token("b", "m", message="m2"))
    events = log(token("a"), says("a", message="m"), asks(("m", {})), *inside, token("c", message="m3"), FINISHED)
    keys = [item.key for item in walk(fold(events, RUN_MODES).items)]
    assert len(set(keys)) == len(keys) == 5
    for count in range(len(events)):
        assert {item.key for item in walk(fold(events[:count], ()).items)} <= set(keys)


# Ends


def test_stopping_closes_what_is_open_and_keeps_what_has_arrived() -> None:
    events = log(STARTED, sent("Bed", "a"), token("Hello"), Happened(ev.Ended("stopped", "Stopped.")))
    for modes in (RUN_MODES, ()):
        stopped = fold(events, modes)
        assert (stopped.state, stopped.message, stopped.answer) == ("stopped", "Stopped.", "Hello")
        (call,) = stopped.calls
        assert (call.state, call.output.text.text, call.shows_output) == ("stopped", "Bed", True)


def test_of_a_stopped_run_it_is_told_whether_there_is_anything_to_keep() -> None:
    stopped = Happened(ev.Ended.saying("stopped", sentence("ended-stopped")))
    for happened, why in (
        ([queued()], "Taken back before it began."),
        ([queued(), STARTED], "Stopped before anything had arrived."),
        ([queued(), STARTED, began("a")], "Stopped before anything had arrived."),
        ([queued(), STARTED, began("a"), sent("Bed", "a")], "Stopped. What had arrived is kept."),
        ([queued(), STARTED, token("Hello")], "Stopped. What had arrived is kept."),
    ):
        assert fold(log(*happened, stopped), RUN_MODES).message == why


def test_the_answer_of_a_graph_without_messages_is_its_last_value() -> None:
    ended = Happened(ev.Ended("finished", answer="plan: go\n\nresult: done"))
    assert told(sent("Planning", node="plan"), ended) == ["Planning", "plan: go\n\nresult: done"]
    last = Happened(ev.State(rest={"topic": "cats", "poem": "Cats\nsleep", "ok": True, "none": None}))
    assert told(last, FINISHED) == ["**topic**: cats\n\n**poem**: \n\nCats\nsleep\n\n**ok**: yes\n\n**none**: "]


def test_of_the_last_value_only_what_nobody_has_said_is_told() -> None:
    """As of a graph with a state of its own; the one that watches it has that as JSON."""
    last: dict[str, Any] = {"question": "why", "documents": ["one", "two"], "answer": "about why"}
    states = [Happened(ev.State(rest={"question": "why"})), Happened(ev.State(rest={**last}))]
    said = token("about  why", node="generate")
    assert told(states[0], sent({"searching": 1}, node="retrieve"), said, states[1], Happened(
        ev.Ended("finished", answer=json.dumps(last)))) == ["", "about  why", "**documents**: one, two"]  # fmt: skip


def test_a_run_that_goes_on_may_end_twice() -> None:
    ends = [Happened(ev.Ended("finished", answer=answer)) for answer in ("one", "two")]
    run = fold(log(ends[0], STARTED, ends[1]), RUN_MODES)
    assert (shape(run.items), len({item.key for item in run.items})) == (["one", "two"], 2)


def test_what_a_tool_returned_is_no_answer_of_its_own() -> None:
    assert told(answered("a", text="seen"), Happened(ev.Ended("finished", answer="seen"))) == ["a"]


def test_an_answer_that_has_been_said_is_not_said_again_at_the_end() -> None:
    assert told(token("Hello\nyou"), Happened(ev.Ended("finished", answer="Hello you"))) == ["Hello\nyou"]


def test_a_run_may_end_waiting_and_keeps_what_it_waits_for() -> None:
    question = ev.Interrupt("i", {"action_requests": [{"name": "send", "args": {}}]})
    transcript = fold(log(began("a"), Happened(ev.Interrupted((question,))), FINISHED), RUN_MODES)
    assert transcript.waiting["i"].interrupt == question


# What others send


def test_data_that_nothing_understands_is_kept_as_data() -> None:
    ui: JSON = {"type": "ui", "id": "1", "name": "weather", "props": "Rome"}
    events = log(sent(ui, "a"), Happened(ev.Unknown(17), ("a",)), Happened(ev.ToolDelta({"rows": 3}), ("a",)))
    assert only_call(events).output.others == [ui, 17, {"rows": 3}]


def test_words_outside_of_any_call_belong_to_their_node() -> None:
    """A node that writes a story with the stream writer, and another one that plans beside it."""
    events = (sent("Once ", node="write"), sent("Step 1", node="plan"), sent("upon", node="write"))
    assert told(*events) == ["Once upon", "Step 1"]


def test_a_call_without_pieces_of_anything_else_is_a_call() -> None:
    assert told(ev.Token("m", calls=(ev.CallPiece("a"),))) == ["a"]
