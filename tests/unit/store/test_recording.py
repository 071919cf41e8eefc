from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.projections.transcript import fold
from agent.settings import Settings
from agent.store.index import read_entry
from agent.store.recording import (
    BrokenRecording,
    Header,
    Recording,
    dump,
    parse,
    read,
    versions,
)
from agent.store.store import Store
from agent.store.upload import check
from agent.streaming.events import (
    Answered,
    Custom,
    Ended,
    Interrupt,
    Queued,
    RunRequest,
    StreamEvent,
    Unknown,
    Waiting,
)
from agent.streaming.modes import RUN_MODES, STREAM_MODES

REQUEST = RunRequest("what items are in the office?", "react", ("get_items",), model="demo-fast")
HEADER = Header("abcdefgh1234", 1_700_000_000.0, REQUEST, "thread", "owner", versions())
QUEUED = StreamEvent(0, 0.0, Queued(REQUEST))
CHUNK = StreamEvent(1, 0.5, Custom({"found": "Bücher"}), "tools", "math", ("call_1",), ("tools:1",))
FINISHED = StreamEvent(2, 1.5, Ended("finished", answer="Books."))
EVENTS = (QUEUED, CHUNK, FINISHED)
WHOLE = dump(HEADER, EVENTS)
FORMAT_1 = sorted(Path(__file__).with_name("format_1").glob("*.jsonl"))
HUGE = "9" * 400


def test_a_recording_is_read_back_as_it_was_written() -> None:
    assert parse(WHOLE) == Recording(HEADER, EVENTS)


def test_a_file_that_ends_in_mid_run_is_a_run_that_was_interrupted() -> None:
    for text in (dump(HEADER, EVENTS[:2]), dump(HEADER, EVENTS[:2]) + '{"seq": 2, "at'):
        recording = parse(text)
        assert recording.interrupted
        assert recording.events[:2] == EVENTS[:2]
        assert fold(recording.events, ()).state == "stopped"


ONE, OTHER = Interrupt("i", "Really?"), Interrupt("j", {"question": "And that?"}, {"type": "string"})
WAITS = (QUEUED, CHUNK, StreamEvent(2, 1.0, Waiting((ONE, OTHER), "thread@1")))
ANSWERED = (*WAITS, StreamEvent(3, 9.0, Answered("j", "yes")))


@pytest.mark.parametrize("events", [WAITS, ANSWERED])
def test_a_file_that_ends_with_a_question_waits_still(events: tuple[StreamEvent, ...], tmp_path: Path) -> None:
    recording = parse(dump(HEADER, events))
    assert (recording.events, recording.interrupted) == (events, False)
    assert (fold(recording.events, ()).state, Run.replayed(recording).state) == ("waiting", "waiting")
    path = tmp_path / "abcdefgh1234.jsonl"
    path.write_text(dump(HEADER, events))
    assert (read_entry(path).state, read_entry(path).interrupted) == ("waiting", False)
    with Store(tmp_path) as store:
        found = store.entry("abcdefgh1234")
        assert found
        assert (found.state, found.interrupted, found.at_work) == ("waiting", False, False)


def test_one_whose_questions_were_all_answered_and_that_did_not_go_on_was_interrupted() -> None:
    events = (*ANSWERED, StreamEvent(4, 9.5, Answered("i", "no")))
    assert parse(dump(HEADER, events)).interrupted


def test_a_recording_of_before_runs_could_wait_is_read_as_it_is() -> None:
    assert parse(WHOLE.replace('"toolstream":3', '"toolstream":2', 1)) == Recording(HEADER, EVENTS)


def test_a_line_of_a_later_version_may_say_more() -> None:
    more = WHOLE.replace('"seq":1', '"mood":"good","seq":1').replace('"label":""', '"label":"","colour":"red"')
    assert parse(more) == Recording(HEADER, EVENTS)


BROKEN = {
    "nothing": "",
    "no JSON": "not json",
    "a list": "[]",
    "no keys": "{}",
    "a format to come": '{"toolstream": 99}',
    "a path for an id": WHOLE.replace("abcdefgh1234", "../../etc/passwd"),
    "a moment that is text": WHOLE.replace("1700000000.0", '"x"'),
    "a moment that never comes": WHOLE.replace("1700000000.0", HUGE),
    "no moment": WHOLE.replace("1700000000.0", "NaN"),
    "a number for a question": WHOLE.replace('"what items are in the office?"', "5", 1),
    "text for a switch": WHOLE.replace('"all_modes":false', '"all_modes":"no"', 1),
    "depth in the header": "[" * 100_000,
    "a first event that is the second": dump(HEADER, (CHUNK,)),
    "an event twice": dump(HEADER, (QUEUED, QUEUED)),
    "time that runs back": WHOLE.replace('"at":1.5', '"at":0.1'),
    "a kind that is a number": WHOLE.replace('"kind":"custom"', '"kind":5'),
    "an unknown kind": WHOLE.replace('"kind":"custom"', '"kind":"dream"'),
    "an unknown state": WHOLE.replace('"state":"finished"', '"state":"bored"'),
    "no place": WHOLE.replace('"seq":1', '"wrong":1'),
    "a place too far": WHOLE.replace('"seq":1', f'"seq":{HUGE}'),
    "a time without end": WHOLE.replace('"at":0.5', f'"at":{HUGE}'),
    "a time that is none": WHOLE.replace('"at":0.5', '"at":NaN'),
    "a call that is none": WHOLE.replace('["call_1"]', "[null]"),
    "depth in an event": WHOLE.replace('"Bücher"', "[" * 5_000 + "]" * 5_000),
    "too much": "x" * 20_000_001,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_or_foreign_file_is_one_sentence(text: str) -> None:
    for reading in (parse, lambda text: check(io.BytesIO(text.encode("utf-8", "replace")), io.BytesIO())):
        with pytest.raises(BrokenRecording, match=r"^(The|A|Line) [^\n]*\.$"):
            reading(text + "\n{}")


@pytest.mark.parametrize("path", FORMAT_1, ids=lambda path: path.stem)
def test_recordings_of_format_1_are_read(path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    recording = read(path)
    assert not recording.interrupted
    assert Counter(event.mode for event in recording.events) == Counter(line["mode"] for line in lines[1:])
    assert [event.at for event in recording.events] == [line["at"] for line in lines[1:]]
    attributed = {line["tool_call_id"] for line in lines[1:]} - {None}
    assert {call for event in recording.events for call in event.calls} == attributed
    assert not [event for event in recording.events if isinstance(event.payload, Unknown)]
    transcript = fold(recording.events, RUN_MODES)
    assert transcript.answer == lines[-1]["data"]["answer"]
    assert [call.state for call in transcript.calls] == [
        "failed" if path.stem == "a-failure" else "finished" for _ in attributed
    ]
    assert parse(dump(recording.header, recording.events)) == recording
    entry = read_entry(path)
    assert (entry.state, entry.seconds, entry.interrupted) == ("finished", lines[-1]["at"], False)


KEYS = st.sampled_from(["messages", "type", "content", "tool_calls", "id", "text", "x"])
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
)


@given(DATA, st.sampled_from([*STREAM_MODES, "of another world"]))
def test_whatever_was_in_an_event_of_format_1_is_read(data: object, mode: str) -> None:
    header = {**json.loads(WHOLE.splitlines()[0]), "toolstream": 1}
    event = {"seq": 0, "at": 0, "mode": mode, "node": None, "tool_call_id": "c", "namespace": [], "data": data}
    assert len(parse(json.dumps(header) + "\n" + json.dumps(event)).events) == 2


def test_a_run_is_recorded_as_it_happens_and_found_again_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(recordings=tmp_path)
    with InProcessBackend(settings, Store.of(settings)) as backend:
        run = backend.start(REQUEST, session="somebody")
        assert isinstance(run, Run)
        events: list[StreamEvent] = []
        cursor, ended = 0, False
        while not ended:
            new, cursor, ended = run.read(cursor, 0.5)
            events += new
    lines = (tmp_path / f"{run.id}.jsonl").read_text().splitlines()
    assert "somebody" not in lines[0]
    assert [StreamEvent.from_json(line) for line in lines[1:]] == events
    with InProcessBackend(settings, Store.of(settings)) as restarted:
        again = restarted.get(run.id)
        assert again
        assert (again.state, again.answer, again.request) == ("finished", run.answer, REQUEST)
        assert fold(again.read()[0], RUN_MODES) == fold(events, RUN_MODES)
        assert restarted.get("no-such-run-here") is None


def test_a_folder_that_cannot_be_written_does_not_keep_a_run_from_working(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(recordings=tmp_path / "file")
    with InProcessBackend(settings, Store.of(settings)) as backend:
        run = backend.start(REQUEST)
        assert isinstance(run, Run)
        while not run.ended:
            run.read(10_000, 0.1)
        assert run.state == "finished"


def test_half_a_character_is_in_no_recording() -> None:
    with pytest.raises(BrokenRecording, match="Line 3 of the file is not an event"):
        parse(WHOLE.replace("Bücher", r"\ud800"))
