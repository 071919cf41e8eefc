"""What is drawn of a run, where, and how often: on a stand-in for the page, and on Streamlit itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from streamlit.testing.v1 import AppTest

from agent.engine.log import ClosedLog
from agent.engine.run import Run
from agent.projections.items import walk
from agent.projections.transcript import Transcript, fold
from agent.store.recording import Header
from agent.streaming.events import (
    JSON,
    Answered,
    Ended,
    Interrupt,
    Interrupted,
    Resumed,
    RunRequest,
    StreamEvent,
    Token,
    ToolFailed,
    Waiting,
)
from agent.streaming.modes import RUN_MODES, StreamMode
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
    token,
    whole,
)
from tests.unit.examples import examples
from tests.unit.projections.arbitrary import ODD, RUN, some_run
from tests.unit.projections.asked import ASKED
from tests.unit.ui.paper import Paper
from ui.run.cards import Cards
from ui.run.drawing import Drawing, first_output_line
from ui.run.output import SHOWN_ROWS, Look
from ui.run.view import MAX_ITEMS, RunView, has_grown, shape


class Live:
    """A run that is drawn while it grows."""

    def __init__(self, *modes: StreamMode, technical: bool = False) -> None:
        self.run = Transcript(frozenset(modes or RUN_MODES))
        self.paper = Paper()
        self.view = RunView(self.paper.place, Look(technical))
        self._seconds = 0.0

    def draw(self, *happened: Event) -> list[str]:
        """Take these events in one by one, drawing after each; returns what was written."""
        written = len(self.paper.log)
        for event in log(*happened):
            self.run.add(replace(event, at=self._seconds))
            self.view.draw(self.run)
            self._seconds += 1
        return self.paper.log[written:]

    @property
    def texts(self) -> list[str]:
        return [re.sub(r"\\(.)", r"\1", text) for text in self.paper.texts()]


def at_once(run: Transcript, *, technical: bool = False) -> Paper:
    paper = Paper()
    RunView(paper.place, Look(technical)).draw(run)
    return paper


def test_nothing_new_means_nothing_written() -> None:
    live = Live()
    live.draw(*[Happened(event.payload, event.calls, event.node) for event in RUN])
    assert live.paper.log
    written = len(live.paper.log)
    for _ in range(3):
        live.view.draw(live.run)
    assert len(live.paper.log) == written


def test_a_text_that_grows_is_written_block_by_block_and_its_tail_again() -> None:
    live = Live()
    live.draw(token("first\n\n"), token("second\n\nth"))
    assert live.draw(token("ird")) == ["third"]
    assert live.texts == ["first", "second", "third"]


def test_an_item_that_appears_above_others_is_drawn_above_them() -> None:
    """A sentence before a tool call, in a mode in which neither is seen at first."""
    live = Live("custom")
    live.draw(token("Let me look."), asks(("a", {}), text="Let me look.", message="m"), sent({"found": "Desk"}, "a"))
    assert live.texts == ["running **Look up items**", "- Desk"]
    live.draw(token("A desk.", message="m2"), FINISHED)
    assert live.texts == ["Let me look.", ":material/check: **Look up items** · 2.0 s", "- Desk", "A desk."]


def test_an_insertion_draws_anew_only_what_follows_it() -> None:
    live = Live("messages")
    hidden = asks(("a", {}), message="m2")
    live.draw(token("First"), says("First", message="m"), hidden, token("Last", message="m3"))
    assert live.texts == ["First", "Last"]
    written = live.draw(token("word", "a", message="in"))
    assert "First" not in written
    assert live.texts == ["First", "running **Look up items**", "word", "Last"]


def test_a_call_that_appears_before_its_neighbour_changes_places_in_their_group() -> None:
    live = Live("custom")
    live.draw(asks(("a", {"n": 1}), ("b", {"n": 2})), sent("from b", "b"), sent("from a", "a"))
    labels = ["running **Look up items** · 1", "from a", "running **Look up items** · 2", "from b"]
    assert live.texts == labels


def test_only_calls_that_work_side_by_side_stand_side_by_side() -> None:
    live = Live()
    live.draw(asks(("a", {"n": 1})), began("a"), returned("x", "a"))
    live.draw(asks(("b", {"n": 2}), message="m2"), began("b"), returned("x", "b"))
    assert not live.paper.grids()
    live.draw(asks(("c", {"n": 3}), ("d", {"n": 4}), message="m3"), began("c"), began("d"))
    assert live.paper.grids() == [[f"running **Look up items** · {n}" for n in (3, 4)]]


def test_a_group_that_grows_beyond_a_row_keeps_what_stands_there() -> None:
    live = Live()
    live.draw(*(began(f"c{n}") for n in range(4)))
    assert live.draw(began("c4")) == ["running **Look up items**"]
    assert len(live.texts) == 5


def test_a_box_that_was_open_is_open_when_its_tool_is_done() -> None:
    live = Live()
    live.draw(began("a"), sent("x", "a"), returned("done", "a"))
    box = live.paper.box("Look up items")
    assert (box.text.startswith("complete"), box.expanded) == (True, True)


def test_a_call_that_was_opened_while_it_waited_for_a_person_is_drawn_as_it_goes_on() -> None:
    live = Live()
    for event in log(asks(("a", {"n": 1}), ("b", {"n": 2})), Happened(Waiting((Interrupt("i", "Really?"),)))):
        live.run.add(event)
    live.view.draw(live.run)
    assert all(text.endswith("waits for an answer") for text in live.texts)
    live.draw(Happened(Answered("i", "yes")), Happened(Resumed()), began("a"), sent("x", "a"), returned("done", "a"))
    live.draw(began("b"), returned("gone", "b"))
    assert not any("waits for an answer" in text for text in live.texts)
    assert "x" in live.texts


@pytest.mark.parametrize(
    ("result", "technical", "is_told"),
    [
        ("Desk, Desk lamp", False, False),
        ("Found: a desk and a lamp", False, True),
        ("Desk, Desk lamp", True, True),
    ],
)
def test_a_result_that_stands_there_in_parts_is_not_told_once_more(result: str, technical: bool, is_told: bool) -> None:
    live = Live(technical=technical)
    live.draw(began("a"), sent({"found": "Desk"}, "a"), sent({"found": "Desk lamp"}, "a"), returned(result, "a"))
    assert any(result in text for text in live.texts) == is_told


def test_what_goes_on_inside_of_a_call_stands_in_its_box() -> None:
    happened = (
        began("out", name="research"),
        sent({"found": "x"}, "out"),
        token("Let me search.", "out", message="i"),
        began("out", "in", name="search", args={"q": "cats"}),
        sent("inner", "out", "in"),
        returned("3 cats", "out", "in"),
        answered("out", text="done"),
    )
    for technical in (False, True):
        live = Live(technical=technical)
        live.draw(*happened)
        outer = live.paper.box("esearch")
        inner = outer.box("earch**")
        assert (outer.expanded, inner.expanded) == (True, technical)
        assert any("inner" in text for text in inner.texts())
        assert any("3 cats" in text for text in inner.texts())
        assert outer.texts()[-1].endswith("done")


def test_a_call_may_appear_inside_of_another_above_what_is_there() -> None:
    live = Live("custom")
    live.draw(began("out"), token("Words", "out", message="i"), sent("x", "out", "in"), Happened(Ended("stopped")))
    order = [text for text in live.texts if text in ("Words", "x")]
    assert order == ["Words", "x"]


def test_an_attempt_begins_with_an_empty_box_in_the_same_place() -> None:
    live = Live()
    live.draw(began("a"), sent("one", "a"), sent({"row": {"n": 1}}, "a"), began("b"), sent("other", "b"))
    live.draw(Happened(ToolFailed(), ("a",)), began("a"), sent("two", "a"))
    assert live.texts == [
        "running **Look up items** · attempt 2",
        "two",
        "running **Look up items**",
        "other",
    ]


def test_reasoning_is_folded_in_its_own_place_and_says_how_long_it_took() -> None:
    live = Live()
    live.draw(token("", reasoning="Let me "), token("", reasoning="see."))
    assert live.texts[:2] == [":gray[Thinking for 1 s]", "running What it thinks"]
    assert live.draw(token("", reasoning="So.")) == [":gray[Thinking for 2 s]", "Let me see.So."]
    live.draw(token("Four"), token("!"))
    box = live.paper.box("Thought")
    assert (box.text, box.expanded, box.texts()) == ("complete Thought for 3 s", False, ["Let me see.So."])
    assert live.texts[-1] == "Four!"
    assert at_once(live.run).texts()[0].endswith("Thought for 3 s")
    assert at_once(live.run, technical=True).texts()[0].endswith("Reasoning · 3.0 s")


def test_answers_say_whose_they_are_once_there_are_several() -> None:
    live = Live()
    live.draw(token("Plan", message="1", node="plan_trip"))
    assert live.texts == ["Plan"]
    live.draw(token("Go", message="2", node="write"))
    assert live.texts == [":small[:gray[Plan trip]]", "Plan", ":small[:gray[Write]]", "Go"]


def test_a_result_that_was_seen_growing_is_not_repeated() -> None:
    live = Live()
    live.draw(began("a"), token("Bed and ", "a", message="i"), token("lamp", "a", message="i"))
    live.draw(answered("a", text="Bed and lamp"))
    assert [text for text in live.texts if "lamp" in text] == ["Bed and lamp"]


def test_values_are_drawn_in_words() -> None:
    rows = [{"item": "Desk", "sold": True, "by": None, "tags": ["a", "b"], "count": 3}, {"item": "Lamp", "count": None}]
    live = Live()
    live.draw(began("a", args={"tidy": False, "by": None}), *(sent({"row": row}, "a") for row in rows))
    assert live.texts == [
        "running **Look up items** · tidy: no",
        "{'item': ['Desk', 'Lamp'], 'sold': ['yes', None], 'by': [None, None], 'tags': ['a, b', None], "
        "'count': [3, None]}",
    ]


def test_tables_and_charts_are_bounded_whatever_their_columns_are_called() -> None:
    live = Live()
    live.draw(*(sent({"row": {"n": n, "": 1, ":": 2}}, "a") for n in range(3)))
    assert "'column" not in live.texts[-1]
    live.draw(*(sent({"point": {"a.b": n, "c:d": n, "[x]": n}}, "b") for n in range(SHOWN_ROWS + 3)))
    assert live.texts[-1].count(f"{SHOWN_ROWS}.0") == 4, "two lines, each with its own points"


def test_a_line_begins_with_its_second_point() -> None:
    live = Live()
    live.draw(began("a"), sent({"point": {"month": 0, "sold": 100}}, "a"))
    assert live.texts[-1] == "- 0 · 100\n"
    live.draw(sent({"point": {"month": 2, "sold": 104}}, "a"))
    assert live.texts[-1] == "{'x': [0.0, 2.0], 'y': [100.0, 104.0], 'line': ['sold', 'sold']}"


def test_how_far_it_was_is_gone_once_a_call_has_finished_and_stays_where_it_failed() -> None:
    for end, is_told in ((answered("a", text="Enough"), False), (Happened(ToolFailed(), ("a",)), True)):
        live = Live()
        live.draw(began("a"), sent({"progress": 1.0, "status": "Aisle 6 of 6"}, "a"), sent({"row": {"n": 1}}, "a"))
        assert "100% Aisle 6 of 6" in live.texts
        live.draw(end)
        assert ("100% Aisle 6 of 6" in live.texts) is is_told


def test_a_call_that_leaves_nothing_else_keeps_its_last_status() -> None:
    live = Live()
    live.draw(began("a"), sent({"status": "Swept"}, "a"), answered("a", text=""))
    assert ":gray[Swept]" in live.texts


def test_a_result_that_says_itself_what_it_is_has_no_other_name_before_it() -> None:
    for result, shown in (("Done: paid", "Done: paid"), ("64 desks", "Result: 64 desks"), ("9: 30", "Result: 9: 30")):
        live = Live()
        live.draw(began("a"), sent({"status": "Paying"}, "a"), answered("a", text=result))
        assert live.texts[-1] == shown


def test_many_items_are_bounded_and_the_last_is_seen() -> None:
    answers = [token(f"answer {n}", message=str(n), node="write") for n in range(MAX_ITEMS + 20)]
    texts = at_once(fold(log(*answers), RUN_MODES)).texts()
    assert texts[-2:] == [f"answer {MAX_ITEMS + 19}", ":gray[20 more are not shown here.]"]
    assert len(texts) == MAX_ITEMS + 1


def test_only_a_shape_that_has_grown_can_be_drawn_over_the_one_before() -> None:
    events = log(began("a"), token("x", "a", message="i"), sent("y", "a", "in"), token("End"), FINISHED)
    shapes = [shape(fold(events[:count], RUN_MODES).shown) for count in range(len(events))]
    assert all(has_grown(before, now) for before, now in zip(shapes, shapes[1:], strict=False))
    assert not has_grown(shapes[-1], shapes[0])
    flipped = [shape(fold(events[:-1], modes).shown) for modes in (("custom",), ("messages",))]  # type: ignore[arg-type]
    assert not has_grown(*flipped)
    redone = fold([*events[:3], *log(began("a"))], RUN_MODES)
    assert not has_grown(shapes[3], shape(redone.shown))


def drawn_live(events: Sequence[StreamEvent], modes: Sequence[StreamMode], *, technical: bool) -> Paper:
    run, paper = Transcript(frozenset(modes)), Paper()
    view = RunView(paper.place, Look(technical))
    for event in events:
        run.add(event)
        view.draw(run)
    return paper


@pytest.mark.parametrize("technical", [False, True])
@pytest.mark.parametrize("modes", [(), ("custom",), ("messages",), ("tasks",), RUN_MODES])
def test_a_run_looks_the_same_live_and_drawn_at_once(modes: Sequence[StreamMode], technical: bool) -> None:
    live = drawn_live(RUN, modes, technical=technical).texts()
    again = at_once(fold(RUN, modes), technical=technical).texts()
    assert [text.split(" ", 1)[-1] for text in live] == [text.split(" ", 1)[-1] for text in again]


@example(log(answered("a", text="Once", failed=True), answered("a", text="", failed=True)))
@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(some_run())
def test_any_events_leave_nothing_behind_and_lose_nothing(events: list[StreamEvent]) -> None:
    for modes in (RUN_MODES, ("custom",)):
        live = drawn_live(events, modes, technical=True)
        again = at_once(fold(events, modes), technical=True)
        kinds = [[each.kind for each in paper.seen() if each.text.strip()] for paper in (live, again)]
        assert sorted(kinds[0]) == sorted(kinds[1])


@example(
    list(log(began("a"), sent({"progress": 0.5}, "a"), sent({"found": "Desk"}, "a"), returned("x", "a"), FINISHED))
)
@given(some_run())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_script_that_draws_over_the_one_before_leaves_nothing_of_it(events: list[StreamEvent]) -> None:
    """As one does that draws further questions below, and ends only when they are answered."""
    live = Live()
    for event in events:
        live.run.add(event)
        live.view.draw(live.run)
    live.paper.anew()
    RunView(live.paper.place, Look(False)).draw(live.run)
    assert live.paper.texts() == at_once(live.run).texts()


def test_a_text_that_is_put_right_in_the_end_leaves_all_else_where_it_is() -> None:
    shown = Token("m", "Onc", "Hm.", ({"metric": 3, "label": "desks"}, {"odd": [1]}))
    events = log(STARTED, Happened(shown, node="agent"), whole("Two desks and a lamp."), FINISHED)
    live = drawn_live(events, RUN_MODES, technical=True).texts()
    assert any("desks" in text for text in live)
    assert sorted(live) == sorted(at_once(fold(events, RUN_MODES), technical=True).texts())


def test_a_message_that_is_written_anew_replaces_what_was_drawn_of_it() -> None:
    live = Live()
    live.draw(token("To a@b.co\n\nand c@d.co", message="m"), says("To a@b.co\n\nand c@d.co", message="m"))
    live.draw(says("To one\n\nand another", message="m"))
    assert live.texts == ["To one", "and another"]


def test_nothing_is_claimed_where_streaming_changed_nothing() -> None:
    live, all_at_once = log(STARTED, token("Words")), log(STARTED, token("Words").when(6.0))
    assert "Without streaming" in first_output_line(fold([*live, *log(Happened(FINISHED, at=6.0))], RUN_MODES))
    line = first_output_line(fold([*all_at_once, *log(Happened(FINISHED, at=6.0))], RUN_MODES))
    assert line == "First output after **6.0 s**."


def test_all_done_is_said_once_all_is_there() -> None:
    run = Run(Header("12345678", 0.0, RunRequest("?")), ClosedLog(()))
    paper = Paper()
    drawing = Drawing(paper.place, Cards(run, False, answers=False), RUN_MODES, "played")
    drawing.add(log(STARTED, token("Two desks")))
    drawing.draw()
    written = len(paper.log)
    drawing.add(log(token(" and a lamp."), FINISHED))
    drawing.draw()
    words = [text for text in paper.log[written:] if text != "empty"]
    assert words[0] == "Two desks and a lamp."
    assert "All done" in words[-1]


def _stalled() -> None:
    import time

    import streamlit as st

    from agent.engine.log import ClosedLog
    from agent.engine.run import Run
    from agent.store.recording import Header
    from agent.streaming.events import RunRequest
    from ui.run.cards import Cards
    from ui.run.drawing import Drawing

    since = time.time() - st.session_state["seconds"]
    run = Run(Header("12345678", since, RunRequest("?")), ClosedLog(()))
    drawing = Drawing(st.container(), Cards(run, True, answers=False), {"messages"}, st.session_state["clock"])
    drawing.add(st.session_state["events"])
    drawing.draw()
    st.text(drawing.stalls)


@pytest.mark.parametrize(
    ("seconds", "clock", "said"),
    [
        (-9.0, "live", ["Thinking", "False"]),
        (1.5, "live", ["Thinking · N s", "False"]),
        (12.5, "live", ["No word for N s", "True"]),
        (12.5, "played", ["Thinking", "False"]),
        (12.5, "still", ["False"]),
    ],
)
def test_a_silence_is_told_by_the_clock_and_only_of_a_run_that_is_at_work(
    seconds: float, clock: str, said: list[str]
) -> None:
    app = AppTest.from_function(_stalled, default_timeout=30)
    app.session_state["events"] = log(queued(), STARTED)
    app.session_state["seconds"], app.session_state["clock"] = seconds, clock
    app.run()
    assert not app.exception
    words = [re.sub(r":\w+\[(.*)\]", r"\1", element.value) for element in [*app.markdown, *app.text]]
    assert [re.sub(r"\d+", "N", word) for word in words if word] == said


@pytest.mark.parametrize("clock", ["played", "still"])
def test_a_replay_does_not_wait_for_its_turn(clock: str) -> None:
    app = AppTest.from_function(_stalled, default_timeout=30)
    app.session_state["events"], app.session_state["seconds"] = log(queued()), 0.0
    app.session_state["clock"] = clock
    app.run()
    assert not app.exception
    assert [element.value for element in app.markdown if element.value] == []


def _draw() -> None:
    import streamlit as st

    from agent.engine.log import ClosedLog
    from agent.engine.run import Run
    from agent.projections.narration import narrate
    from agent.projections.transcript import Transcript
    from agent.store.recording import Header
    from agent.streaming.events import RunRequest
    from ui.run.cards import Cards
    from ui.run.drawing import show_end
    from ui.run.output import Look
    from ui.run.view import RunView

    run = Run(Header("12345678", 0.0, RunRequest("?")), ClosedLog(()))
    for technical in (False, True):
        transcript = Transcript(frozenset({"custom", "messages"}))
        view = RunView(st.container(), Look(technical), 0, Cards(run, technical, answers=False))
        for event in st.session_state["events"]:
            transcript.add(event)
            view.tell(narrate(transcript))
            view.draw(transcript)
        show_end(st.container(), transcript)
    transcript.ended_at = None  # as if it could still be answered
    RunView(st.container(), Look(True), 0, Cards(run, True, answers=True)).draw(transcript)


def draw_with_streamlit(events: list[StreamEvent]) -> AppTest:
    app = AppTest.from_function(_draw, default_timeout=30)
    app.session_state["events"] = events
    app.run()
    assert not app.exception
    return app


def test_streamlit_draws_a_run_with_calls_inside_of_calls() -> None:
    asked = Happened(Interrupted((Interrupt("i", {"question": "Really?"}),)))
    app = draw_with_streamlit([*RUN[:-1], *log(piece("z", "{"), STARTED, asked, FINISHED)])
    assert any("Once upon" in element.value for element in app.markdown)
    assert sum("**Really?** · was not answered" in element.value for element in app.markdown) == 2
    assert [button.label for button in app.button] == ["Send", "Yes", "No"]


def test_streamlit_draws_a_question_whose_id_is_no_text() -> None:
    app = draw_with_streamlit(log(STARTED, Happened(Interrupted((Interrupt("\ud83d", "Really?"),)))))
    assert app.button


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(some_run())
def test_streamlit_draws_any_events(events: list[StreamEvent]) -> None:
    assert len(list(walk(fold(events, RUN_MODES).items))) >= 0
    draw_with_streamlit(events)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(ODD, ODD)
@example([], {"action_requests": [], "properties": "approve", "enum": []})
def test_streamlit_draws_whatever_is_asked(value: JSON, schema: JSON) -> None:
    draw_with_streamlit(log(STARTED, Happened(Interrupted((Interrupt("i", value, schema),)))))


@pytest.mark.parametrize("name", ASKED)
def test_streamlit_draws_what_is_asked_in_every_form(name: str) -> None:
    asked = ASKED[name]
    app = draw_with_streamlit(log(STARTED, Happened(Interrupted((Interrupt("i", asked.value, asked.schema),)))))
    assert app.button
