import json
import os
import time

import pytest

from agent.engine.in_process import InProcessBackend
from agent.projections.transcript import fold
from agent.settings import Settings
from agent.store.recording import BrokenRecording, Header, Recording, Recordings, dump, parse, versions
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


def test_a_store_lists_the_newest_first_and_only_ones_own(tmp_path):
    store = Recordings(tmp_path)
    for number, owner in enumerate(("me", "you", "me")):
        header = Header(f"run-number-{number}", float(number), REQUEST, owner=owner)
        (tmp_path / f"{header.id}.jsonl").write_text(dump(header, EVENTS))
    (tmp_path / "foreign-file.jsonl").write_text("hello")
    assert [entry.header.id for entry in store.entries("me")] == ["run-number-2", "run-number-0"]
    entry = store.entries("you")[0]
    assert (entry.state, entry.seconds) == ("finished", 1.5)
    store.delete("run-number-1")
    assert len(store.entries()) == 2
    assert store.read("../secrets") is None


def test_the_oldest_go_first_when_there_is_too_much(tmp_path):
    for age, name in ((3, "the-oldest-run"), (2, "an-older-run"), (1, "a-newer-run")):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("x" * 1_000)
        os.utime(path, (time.time() - age * 86_400,) * 2)
    Recordings(tmp_path, max_bytes=2_500).prune()
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a-newer-run", "an-older-run"]
    Recordings(tmp_path, max_days=1.5).prune()
    assert [path.stem for path in tmp_path.iterdir()] == ["a-newer-run"]


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
