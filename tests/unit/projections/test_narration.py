from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from agent.projections.narration import MAX_SENTENCES, Sentence, narrate
from agent.projections.transcript import Transcript, fold
from agent.store.recording import read
from agent.streaming.events import (
    JSON,
    Answered,
    Ended,
    Interrupt,
    Interrupted,
    Resumed,
    StreamEvent,
    ToolFailed,
    Waiting,
)
from agent.streaming.modes import RUN_MODES
from tests.serving import ROOT
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
)
from tests.unit.examples import examples
from tests.unit.projections.arbitrary import some_run

READ = Sentence(0.0, "The assistant read the question.")
ASKED = Sentence(2.0, "The assistant asks the tool “Look up items” about “office”.")
OFFICE: JSON = {"place": "office"}
BEDROOM: JSON = {"place": "bedroom"}
BEGUN = (queued(), STARTED, asks(("a", OFFICE)), began("a"))


def told(*happened: Event) -> list[Sentence]:
    return narrate(fold(log(*happened), RUN_MODES))


def working(*happened: Happened) -> Sentence:
    """What is said of one call of a tool that is still at work."""
    return told(*BEGUN, *happened)[-1]


def test_a_whole_run() -> None:
    events: list[Event] = [*BEGUN, sent({"found": "Desk"}, "a"), sent({"found": "Lamp"}, "a"), answered("a")]
    assert told(*events, token("There is a desk."), FINISHED) == [
        READ,
        ASKED,
        Sentence(3.0, "Look up items · office took 3.0 s: 2 items."),
        Sentence(7.0, "It wrote the answer."),
        Sentence(8.0, "All done."),
    ]


def test_each_moment_has_its_last_sentence() -> None:
    run, last = Transcript(), []
    for event in log(*BEGUN, sent({"found": "Desk"}, "a"), answered("a"), token("A")):
        run.add(event)
        last += narrate(run)[-1:]  # nothing before it begins: at which place it waits is said below
    assert last == [
        Sentence(0.0, "Reading the question…", "now"),
        ASKED,
        Sentence(3.0, "Look up items · office: at work…", "now"),
        Sentence(3.0, "Look up items · office: 1 item so far…", "now"),
        Sentence(5.0, "The assistant reads what came back…", "now"),
        Sentence(6.0, "Now it writes the answer…", "now"),
    ]


def test_tools_at_the_same_time_each_have_their_own_sentences() -> None:
    events: list[Event] = [
        queued(),
        STARTED,
        asks(("a", OFFICE), ("b", BEDROOM)),
        began("a"),
        began("b"),
        sent("one two", "b"),
    ]
    assert told(*events, answered("a")) == [
        READ,
        ASKED,
        Sentence(2.0, "At the same time it asks the tool “Look up items” about “bedroom”."),
        Sentence(3.0, "Look up items · office took 3.0 s."),
        Sentence(4.0, "Look up items · bedroom: 2 words so far…", "now"),
    ]


@pytest.mark.parametrize(
    ("chunks", "sentence"),
    [
        ([{"progress": 0.25, "status": "Shelf 2 of 8"}], "25% done · Shelf 2 of 8…"),
        ([{"status": "Turning the first lock"}], "Turning the first lock…"),
        ([{"row": {"item": "Desk"}}], "1 row so far…"),
        ([{"point": {"second": n, "degrees": 20}} for n in range(3)], "3 points so far…"),
        (["Cer", "tainly! ", "Here"], "2 words so far…"),
        ([{"progress": 0.5}, {"row": {"item": "Desk"}}], "50% done, 1 row so far…"),
        ([{"row": {"n": n}} for n in range(1_200)], "1,200 rows so far…"),
    ],
)
def test_what_a_tool_sends_is_told_by_its_shape(chunks: list[JSON], sentence: str) -> None:
    assert working(*(sent(chunk, "a") for chunk in chunks)) == Sentence(
        3.0, f"Look up items · office: {sentence}", "now"
    )


def test_words_of_a_model_inside_a_tool_are_counted_as_the_tools() -> None:
    assert working(token("one two three", "a")).text == "Look up items · office: 3 words so far…"


def test_the_steps_of_a_graph_inside_a_tool() -> None:
    steps = [task(name, "a").below("tools:1") for name in ("look_around", "choose")]
    assert working(steps[0]) == Sentence(3.0, "Look up items · office: Look around…", "now")
    assert told(*BEGUN, *steps, answered("a"))[2] == Sentence(3.0, "Look up items · office finished 2 steps in 3.0 s.")


def test_a_sub_agent_asks_for_itself() -> None:
    inner = (asks(("in", {"query": "cats"}), name="search", node="model"), began("a", "in"))
    inner = (Happened(inner[0].payload, ("a",), "model"), inner[1])
    assert [sentence.text for sentence in told(*BEGUN, *inner)[2:]] == [
        "Look up items · office: Search, 1 tool call so far…",
        "Look up items asks the tool “Search” about “cats”.",
        "Search · cats: at work…",
    ]


def test_what_goes_on_inside_of_a_call_follows_it() -> None:
    asked = asks(("a", OFFICE), ("b", BEDROOM))
    inside = (began("a", "in", name="search"), returned("x", "a", "in"))
    sentences = told(queued(), STARTED, asked, began("a"), began("b"), *inside, answered("b"))
    assert [(sentence.depth, sentence.text) for sentence in sentences[3:]] == [
        (0, "Look up items · office: 1 tool call so far…"),
        (1, "The tool “Search” is asked."),
        (1, "Search took 1.0 s."),
        (0, "Look up items · bedroom took 3.0 s."),
    ]


def test_a_tool_that_failed_says_why() -> None:
    failed = answered("a", text="Error: The lock is stuck.", failed=True)
    assert told(*BEGUN, failed)[2] == Sentence(
        3.0, "Look up items · office failed after 1.0 s: The lock is stuck.", "failed"
    )


def test_a_tool_that_is_tried_again_says_so() -> None:
    again = working(sent("x", "a"), Happened(ToolFailed(), ("a",)), began("a"))
    assert again.text == "Look up items · office (attempt 2): at work…"


def test_a_run_that_failed_and_one_that_was_stopped() -> None:
    begun: list[Event] = [*BEGUN, sent({"found": "Desk"}, "a")]
    assert told(*begun, Ended("stopped", "Stopped.")) == [
        READ,
        ASKED,
        Sentence(3.0, "Look up items · office was stopped after 2.0 s, with 1 item.", "stopped"),
        Sentence(5.0, "It was stopped.", "stopped"),
    ]
    assert told(*begun, Ended("failed", "The model fell silent."))[2:] == [
        Sentence(3.0, "Look up items · office failed after 2.0 s.", "failed"),
        Sentence(5.0, "It broke off.", "failed"),
    ]


@pytest.mark.parametrize("end", [Ended("failed", "The model fell silent."), Ended("stopped", "Stopped.")])
def test_an_answer_that_broke_off_was_not_written(end: Ended) -> None:
    begun: list[Event] = [queued(), STARTED, token("There is a")]
    assert told(*begun, end)[1].text == "It wrote part of the answer."
    assert told(*begun, says("There is a desk.", message="m"), end)[1].text == "It wrote the answer."
    others: list[Event] = [STARTED, token("a", message="1", node="plan"), token("b", message="2", node="write"), end]
    assert [sentence.text for sentence in told(*others)[1:3]] == [
        "Plan has written some of its part.",
        "Write wrote part of the answer.",
    ]


def test_a_cause_is_not_told_beside_the_run_that_failed_of_it() -> None:
    failed = answered("a", text="Error: The lock is stuck.", failed=True)
    assert [
        sentence.text for sentence in told(*BEGUN, failed, Ended("failed", "Open safe: The lock is stuck."))[2:]
    ] == [
        "Look up items · office failed after 1.0 s.",
        "It broke off.",
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "recordings").glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_steps_of_a_recorded_run_are_in_order_of_time_at_every_moment(path: Path) -> None:
    run = Transcript(frozenset(RUN_MODES))
    for event in read(path).events:
        run.add(event)
        assert_in_order(narrate(run))


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(some_run())
def test_the_steps_of_any_run_are_in_order_of_time(events: list[StreamEvent]) -> None:
    assert_in_order(narrate(fold(events, RUN_MODES)))


def assert_in_order(sentences: list[Sentence]) -> None:
    """What is told of a run, or of a call in it, begins one after the other."""
    last: dict[int, float] = {}
    for sentence in sentences:
        last = {depth: at for depth, at in last.items() if depth <= sentence.depth}
        assert sentence.at >= last.get(sentence.depth, 0.0)
        last[sentence.depth] = sentence.at


def test_what_is_said_before_a_tool_is_not_the_answer() -> None:
    assert told(queued(), STARTED, token("Let me look."), asks(("a", OFFICE))) == [
        READ,
        Sentence(2.0, "The assistant said what it is about to do."),
        Sentence(3.0, "The assistant asks the tool “Look up items” about “office”."),
    ]


def test_thinking_is_told_while_it_lasts_and_how_long_it_took() -> None:
    thinking = (queued(), STARTED, token("", reasoning="Hm."))
    assert told(*thinking)[-1] == Sentence(2.0, "The assistant is thinking…", "now")
    assert [sentence.text for sentence in told(*thinking, token("", reasoning="Yes."), token("Four"))[1:]] == [
        "The assistant thought for 2 s.",
        "Now it writes the answer…",
    ]


def test_a_graph_without_a_model_has_no_assistant() -> None:
    events: list[Event] = [queued(graph="mine"), STARTED, began("a"), returned("x", "a"), Ended("finished", answer="x")]
    texts = [sentence.text for sentence in told(*events)]
    assert texts[0] == "The tool “Look up items” is asked."
    assert not any("ssistant" in text for text in texts)


def test_several_who_speak_are_called_by_their_names() -> None:
    events = (STARTED, token("Step 1", message="m1", node="plan_trip"), says("Step 1", message="m1", node="plan_trip"))
    asked = asks(("a", OFFICE), node="write", message="m2")
    texts = [sentence.text for sentence in told(*events, asked, answered("a"), token("Go", message="m3", node="write"))]
    assert texts == [
        "Plan trip read the question.",
        "Plan trip has written its part.",
        "Write asks the tool “Look up items” about “office”.",
        "Write writes the answer…",
    ]


def test_a_question_to_a_person_is_told() -> None:
    asked = Happened(Interrupted((Interrupt("i", {"question": "Really?"}),)))
    assert told(*BEGUN, asked)[-1] == Sentence(4.0, "It waits for a person: Really?", "now")
    assert "All done." not in [sentence.text for sentence in told(*BEGUN, asked, FINISHED)]


def test_a_person_who_is_asked_is_told_of_with_what_was_decided() -> None:
    value: JSON = {"action": "get_items", "place": "office", "message": "It wants to look into the **office**."}
    question = Interrupt("i", value)
    call = (queued(), STARTED, asks(("a", OFFICE)), began("a"), Interrupted((question,)))
    waiting = [sentence.text for sentence in told(*call, Waiting((question,)))]
    asked = "It waits for a person: It wants to look into the office."
    assert waiting == [READ.text, ASKED.text, asked]  # once, and not of the call as well
    within = (began("a", "b"), returned("x", "a", "b"), Interrupted((question,)), Waiting((question,)))
    inside = [sentence.text for sentence in told(*call[:-1], *within)]
    assert "Look up items · office waits for an answer." in inside  # above what has happened in it
    decided = (Waiting((question,)), Answered("i", {"action": "approve", "place": "attic"}), Resumed())
    assert told(*call, *decided)[-1] == Sentence(5.0, "A person answered: Approved with changes: place: attic")
    answered = (Waiting((question,)), Answered("i", "only the attic"), Resumed())
    assert told(*call, *answered)[-1] == Sentence(5.0, "A person answered: only the attic")


def test_a_call_that_waited_for_a_person_when_it_was_stopped_has_worked_until_then() -> None:
    question = Interrupt("i", "Really?")
    waiting = (*BEGUN, Interrupted((question,)), Waiting((question,)))
    stopped = told(*waiting, Happened(Ended("stopped"), at=3_600.0))
    assert "Look up items · office was stopped after 2.0 s." in [sentence.text for sentence in stopped]


def test_arguments_are_told_when_they_are_complete_and_not_without_end() -> None:
    assert told(queued(), STARTED, piece("a", '{"pla', "get_items")) == [
        Sentence(0.0, "The assistant read the question."),
    ]
    assert told(queued(), STARTED, asks(("a", {"place": "x" * 100})))[-1].text.endswith(f"“{'x' * 59}…”.")


def test_a_thousand_calls_are_not_a_thousand_sentences() -> None:
    asked = asks(*((f"c{n}", {"n": n}) for n in range(1_000)))
    sentences = told(queued(), STARTED, asked, FINISHED)
    assert (len(sentences), sentences[-1].text) == (MAX_SENTENCES, "All done.")
