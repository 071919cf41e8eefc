import json

import pytest

from agent.engine.in_process import InProcessBackend
from agent.projections.transcript import fold
from agent.settings import Settings
from agent.store.recording import BrokenRecording, Header, Recording, dump, parse, versions
from agent.store.store import Store
from agent.streaming.events import RUN_MODES, RunRequest, StreamEvent

REQUEST = RunRequest("what items are in the office?", "react", ("get_items",), model="demo-fast")
HEADER = Header("abcdefgh1234", 1_700_000_000.0, REQUEST, "thread", "owner", versions())
QUEUED = StreamEvent(0, 0.0, "run", {"state": "queued"})
CHUNK = StreamEvent(1, 0.5, "custom", {"found": "Bücher"}, "tools", "call_1", ("tools:1",))
FINISHED = StreamEvent(2, 1.5, "run", {"state": "finished", "answer": "Books."})
EVENTS = (QUEUED, CHUNK, FINISHED)


def test_a_recording_is_read_back_as_it_was_written():
    assert parse(dump(HEADER, EVENTS)) == Recording(HEADER, EVENTS)


def test_a_file_that_ends_in_mid_run_is_a_run_that_was_interrupted():
    for text in (dump(HEADER, EVENTS[:2]), dump(HEADER, EVENTS[:2]) + '{"seq": 2, "at'):
        recording = parse(text)
        assert recording.interrupted
        assert recording.events[:2] == EVENTS[:2]
        assert fold(recording.events, ()).state == "stopped"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"toolstream": 99}',
        '{"toolstream": 1, "id": "../../etc/passwd", "asked_at": 1, "request": {"question": "q", "tools": []}}',
        '{"toolstream": 1, "id": "abcdefgh", "asked_at": "x", "request": {"question": "q", "tools": []}}',
        '{"toolstream": 1, "id": "abcdefgh", "asked_at": 1, "request": {"question": 5, "tools": []}}',
        "[" * 100_000,
        dump(HEADER, (CHUNK,)),
        dump(HEADER, (QUEUED, QUEUED)),
        dump(HEADER, EVENTS).replace('"mode":"run"', '"mode":5'),
        dump(HEADER, EVENTS).replace('"seq":1', '"wrong":1'),
        "x" * 20_000_001,
    ],
)
def test_a_broken_or_foreign_file_is_one_sentence(text):
    with pytest.raises(BrokenRecording, match=r"^The|^A|^Line"):
        parse(text + "\n{}")


def test_a_run_is_recorded_as_it_happens_and_found_again_after_a_restart(tmp_path):
    settings = Settings(recordings=tmp_path)
    with InProcessBackend(settings, Store.of(settings)) as backend:
        run = backend.start(REQUEST, session="somebody")
        events, cursor, ended = [], 0, False
        while not ended:
            new, cursor, ended = run.read(cursor, 0.5)
            events += new
    lines = (tmp_path / f"{run.id}.jsonl").read_text().splitlines()
    assert "somebody" not in lines[0]
    assert [StreamEvent.from_json(json.loads(line)) for line in lines[1:]] == events
    with InProcessBackend(settings, Store.of(settings)) as restarted:
        again = restarted.get(run.id)
        assert (again.state, again.answer, again.request) == ("finished", run.answer, REQUEST)
        assert fold(again.read()[0], RUN_MODES) == fold(events, RUN_MODES)
        assert restarted.get("no-such-run-here") is None


def test_a_folder_that_cannot_be_written_does_not_keep_a_run_from_working(tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings = Settings(recordings=tmp_path / "file")
    with InProcessBackend(settings, Store.of(settings)) as backend:
        run = backend.start(REQUEST)
        while not run.ended:
            run.read(10_000, 0.1)
        assert run.state == "finished"
