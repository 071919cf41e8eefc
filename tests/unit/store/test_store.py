"""One folder, and all that is kept in it."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.settings import Limits
from agent.store import database
from agent.store.comments import Comment
from agent.store.database import Sqlite
from agent.store.index import Entry
from agent.store.recorder import NOT_WRITTEN, Track
from agent.store.recording import Header, dump, event_line, read, versions
from agent.store.store import FILE, Store
from agent.streaming.events import JSON, Custom, Ended, Queued, RunRequest, StreamEvent
from tests.serving import wait_until

REQUEST = RunRequest("what items are in the office?", "react", ("get_items",), model="demo-fast")
EVENTS = (
    StreamEvent(0, 0.0, Queued(REQUEST)),
    StreamEvent(1, 0.5, Custom({"found": "Bücher"}), "tools", None, ("call_1",), ("tools:1",)),
    StreamEvent(2, 1.5, Ended("finished", answer="Books.")),
)

Open = Callable[..., Store]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open the folder as one process would; each time as another one."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.5)
    stores: list[Store] = []

    def opened(**limits: float) -> Store:
        stores.append(Store(tmp_path, Limits(**limits)))  # type: ignore[arg-type]
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


def header(run_id: str, owner: str = "me", asked_at: float | None = None) -> Header:
    return Header(run_id, time.time() if asked_at is None else asked_at, REQUEST, "thread", owner, versions())


def begin(store: Store, run_id: str, owner: str = "me") -> Track:
    track = store.record(header(run_id, owner))
    track.add(event_line(EVENTS[0]))
    track.note("running", 0.0)
    return track


def end(track: Track) -> None:
    for event in EVENTS[1:]:
        track.add(event_line(event))
    track.note("finished", 1.5)
    wait_until(lambda: track.ended or track.lost, 5, "it is written")


def entry(store: Store, run_id: str) -> Entry:
    found = store.entry(run_id)
    assert found
    return found


def test_all_processes_list_the_newest_first_and_only_ones_own(opened: Open, tmp_path: Path) -> None:
    store, elsewhere = opened(), opened()
    for number, owner in enumerate(("me", "you", "me")):
        end(begin(store, f"run-number-{number}", owner))
    for each in (store, elsewhere):
        wait_until(lambda each=each: entry(each, "run-number-2").state == "finished", 5, "it has ended")  # type: ignore[misc]
        assert [one.header.id for one in each.entries("me")] == ["run-number-2", "run-number-0"]
        assert [one.header.id for one in each.thread("thread")] == [f"run-number-{n}" for n in range(3)]
        assert (entry(each, "run-number-1").seconds, each.entry("../secrets")) == (1.5, None)
    store.comments.add(Comment("run-number-0", "ann", 1, "good"))
    elsewhere.forget("run-number-0")
    assert store.comments.all() == []
    assert [one.header.id for one in store.entries("me")] == ["run-number-2"]
    assert not (tmp_path / "run-number-0.jsonl").exists()


def test_what_was_written_is_read_back(opened: Open, tmp_path: Path) -> None:
    end(begin(opened(), "run-number-1"))
    recording = read(tmp_path / "run-number-1.jsonl")
    assert (recording.header.id, recording.events, recording.interrupted) == ("run-number-1", EVENTS, False)


def test_no_run_holds_a_file_open_and_one_that_waits_has_none(opened: Open, tmp_path: Path) -> None:
    store = opened()
    waiting = store.record(header("run-that-waits"))
    waiting.add(event_line(EVENTS[0]))
    working = begin(store, "run-at-work")
    wait_until((tmp_path / "run-at-work.jsonl").exists, 5, "it is written")
    handles = [os.readlink(handle) for handle in Path("/proc/self/fd").iterdir() if handle.is_symlink()]
    assert [name for name in handles if name.endswith(".jsonl")] == []
    assert not (tmp_path / "run-that-waits.jsonl").exists()
    assert entry(store, "run-that-waits").at_work
    end(working)
    waiting.note("stopped", 1.0)
    wait_until(lambda: waiting.ended, 5, "it is written")
    assert (tmp_path / "run-that-waits.jsonl").exists()


def test_a_failed_write_ends_the_recording_of_that_run_only(opened: Open, tmp_path: Path) -> None:
    store = opened()
    end(begin(store, "an-earlier-run"))
    store.links.make("an-earlier-run")
    token = store.links.token_of("an-earlier-run")
    (tmp_path / "run-number-1.jsonl").mkdir()
    failing, other = begin(store, "run-number-1"), begin(store, "run-number-2")
    end(failing)
    end(other)
    assert (failing.lost, other.lost) == (NOT_WRITTEN, "")
    wait_until(lambda: entry(store, "run-number-1").broken, 5, "it is noted")
    end(begin(store, "run-number-3"))
    assert [read(tmp_path / f"run-number-{number}.jsonl").events for number in (2, 3)] == [EVENTS, EVENTS]
    assert token
    assert store.links.run_of(token) == "an-earlier-run"
    assert store.forget("an-earlier-run") is None
    assert not (tmp_path / "an-earlier-run.jsonl").exists()


def test_when_the_index_cannot_be_written_a_run_is_not_recorded_and_the_next_one_is(
    opened: Open, tmp_path: Path
) -> None:
    store = opened()
    with _locked(tmp_path):
        lost = begin(store, "run-number-1")
    assert lost.lost == NOT_WRITTEN
    assert store.entry("run-number-1") is None
    end(begin(store, "run-number-2"))
    assert read(tmp_path / "run-number-2.jsonl").events == EVENTS


class _locked:
    """Another process that writes for longer than anybody waits."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / FILE, isolation_level=None)

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *exc: object) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


def test_what_is_deleted_elsewhere_stops_and_is_not_written_again(opened: Open, tmp_path: Path) -> None:
    store, elsewhere = opened(), opened()
    heard = Heard()
    store.listen(heard)
    track = begin(store, "run-number-1")
    wait_until((tmp_path / "run-number-1.jsonl").exists, 5, "it is written")
    assert elsewhere.forget("run-number-1") is None
    track.add(event_line(EVENTS[1]))
    wait_until(lambda: heard.deleted == ["run-number-1"], 5, "it is heard of")
    end(begin(store, "run-number-2"))
    assert not (tmp_path / "run-number-1.jsonl").exists()


def test_what_cannot_be_deleted_goes_on(opened: Open, tmp_path: Path) -> None:
    store = opened()
    track = begin(store, "run-number-1")
    with _locked(tmp_path):
        assert store.forget("run-number-1")
    end(track)
    assert read(tmp_path / "run-number-1.jsonl").events == EVENTS


def test_a_run_that_has_ended_after_all_is_no_longer_called_interrupted(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "a-late-run.jsonl").write_text(dump(header("a-late-run"), EVENTS[:2]))
    assert entry(opened(), "a-late-run").interrupted
    (tmp_path / "a-late-run.jsonl").write_text(dump(header("a-late-run"), EVENTS))
    late = entry(opened(), "a-late-run")
    assert (late.state, late.seconds, late.interrupted) == ("finished", 1.5, False)


def test_a_stop_is_heard_by_the_process_that_works_on_the_run(opened: Open) -> None:
    store, elsewhere = opened(), opened()
    heard = Heard()
    store.listen(heard)
    track = begin(store, "run-number-1")
    elsewhere.ask_to_stop("run-number-1")
    wait_until(lambda: "run-number-1" in heard.stopped, 5, "it is heard of")
    end(track)


class Heard:
    """Notes what the store tells a process of its runs."""

    def __init__(self) -> None:
        self.stopped: list[str] = []
        self.deleted: list[str] = []
        self.rested: list[str] = []
        self.unanswered: list[str] = []
        self.orphans: list[str] = []
        self.adrift: list[tuple[str, bool]] = []
        self.taken: list[str] = []
        self.answers: list[tuple[str, str, JSON]] = []

    def on_stop(self, run_id: str) -> None:
        self.stopped.append(run_id)

    def on_deleted(self, run_id: str) -> None:
        self.deleted.append(run_id)

    def on_answer(self, run_id: str, interrupt: str, answer: JSON) -> None:
        self.answers.append((run_id, interrupt, answer))

    def on_rest(self, run_id: str) -> None:
        self.rested.append(run_id)

    def on_queue(self) -> None:
        pass

    def on_orphan(self, header: Header) -> None:
        self.orphans.append(header.id)

    def on_adrift(self, header: Header, has_begun: bool) -> None:
        self.adrift.append((header.id, has_begun))

    def on_taken(self, run_id: str) -> None:
        self.taken.append(run_id)

    def on_unanswered(self, run_id: str) -> None:
        self.unanswered.append(run_id)


def keep(folder: Path, run_id: str, days: float, size: int = 0) -> None:
    """A recording of long ago, with so many bytes."""
    text = dump(header(run_id, asked_at=time.time() - days * 86_400), EVENTS)
    (folder / f"{run_id}.jsonl").write_text(text.replace("Books.", "x" * size))


def test_the_oldest_go_at_the_start_when_there_is_too_much(opened: Open, tmp_path: Path) -> None:
    for days, name in ((3, "the-oldest-run"), (2, "an-older-run"), (1, "a-newer-run")):
        keep(tmp_path, name, days, 100_000)
    opened(recording_megabytes=0.25)
    wait_until(lambda: len(list(tmp_path.glob("*.jsonl"))) == 2, 5, "the oldest has gone")
    opened(recording_days=1.5)
    wait_until(lambda: len(list(tmp_path.glob("*.jsonl"))) == 1, 5, "the older one has gone")
    assert (tmp_path / "a-newer-run.jsonl").exists()


def test_the_oldest_go_while_another_run_is_at_work_with_link_and_comments(opened: Open, tmp_path: Path) -> None:
    keep(tmp_path, "an-older-run", 2)
    store = opened(recording_days=30)
    store.links.make("an-older-run")
    token = store.links.token_of("an-older-run")
    store.comments.add(Comment("an-older-run", "ann", 1, "good"))
    store.comments.add(Comment("sample-home", "ann", 1, "good", at=time.time() - 3 * 86_400))
    track = begin(store, "run-at-work")
    elsewhere = opened(recording_days=1, recording_megabytes=0.00001)
    wait_until(lambda: store.entry("an-older-run") is None, 5, "it has gone")
    assert token
    assert store.links.run_of(token) is None
    assert store.comments.all() == []
    elsewhere.prune()
    assert entry(elsewhere, "run-at-work").at_work
    end(track)


def test_what_folders_held_before_is_taken_over_once(opened: Open, tmp_path: Path) -> None:
    keep(tmp_path, "an-older-run", 1)
    (tmp_path / "an-interrupted-run.jsonl").write_text(dump(header("an-interrupted-run"), EVENTS[:2]))
    (tmp_path / "foreign-file.jsonl").write_text("hello")
    (tmp_path / "renamed-run.jsonl").write_text(dump(header("another-name"), EVENTS))
    review = tmp_path / "review"
    review.mkdir()
    (review / "shares.json").write_text(json.dumps({"token-1": "an-older-run", "token-2": "other-run", "odd": 5}))
    said = [("an-older-run", 1, "good"), ("an-older-run", 0, "better"), ("other-run", 1, "a"), ("other-run", None, "")]
    lines = [{"run_id": run, "author": "ann", "thumb": thumb, "text": text, "at": 1e9} for run, thumb, text in said]
    recent = [{**line, "at": time.time()} for line in lines]
    (review / "feedback.jsonl").write_text("".join(json.dumps(line) + "\n" for line in recent) + '{"run_id": "cut o')

    store = opened()
    assert {one.header.id for one in store.entries("me")} == {"an-older-run", "an-interrupted-run"}
    assert (entry(store, "an-older-run").state, entry(store, "an-older-run").seconds) == ("finished", 1.5)
    assert entry(store, "an-interrupted-run").interrupted
    assert store.links.run_of("token-1") == "an-older-run"
    assert [(comment.text, comment.thumb) for comment in store.comments.all()] == [("better", 0)]
    assert not review.exists()

    store.links.revoke("an-older-run")
    review.mkdir()
    (review / "shares.json").write_text(json.dumps({"token-1": "an-older-run"}))  # an older process still at work
    assert opened().links.run_of("token-1") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"token": 5}', "\x00"])
def test_broken_files_of_before_are_taken_for_none(opened: Open, tmp_path: Path, text: str) -> None:
    (tmp_path / "review").mkdir()
    for name in ("shares.json", "feedback.jsonl"):
        (tmp_path / "review" / name).write_text(text)
    store = opened()
    assert store.links.run_of("token") is None
    assert store.comments.all() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [('"at":0.0', f'"at":{"9" * 400}'), ('"asked_at":1000000000.0', f'"asked_at":{"9" * 400}')],
    ids=["at", "asked_at"],
)
def test_a_foreign_file_with_a_number_of_400_digits_is_no_recording(
    opened: Open, tmp_path: Path, before: str, after: str
) -> None:
    text = dump(header("a-foreign-run", asked_at=1e9), EVENTS[:1])
    assert before in text
    (tmp_path / "a-foreign-run.jsonl").write_text(text.replace(before, after))
    store = opened(recording_days=100_000)
    assert [one.seconds for one in store.entries("me")] in ([], [0.0])


def test_a_folder_that_cannot_be_used_is_no_folder(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / FILE).write_text("not a database " * 1_000)
    for folder in (tmp_path / "file", tmp_path / "broken"):
        with Store(folder) as store:
            assert not store.records
            store.links.make("run-number-1")
            assert store.links.token_of("run-number-1")
        assert "Nothing is kept beyond the next restart" in caplog.text
        caplog.clear()


def test_a_comment_after_a_crash_in_mid_write_is_kept(tmp_path: Path) -> None:
    Sqlite(tmp_path / FILE).close()
    killed = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    killed.execute("BEGIN IMMEDIATE")
    killed.execute("INSERT INTO comments VALUES ('run-1', 'ann', 1, 'half', 1.0)")
    killed.close()
    with Store(tmp_path) as store:
        assert store.comments.add(Comment("run-1", "bob", 1, "next")) is None
    with Store(tmp_path) as again:
        assert [comment.text for comment in again.comments.all()] == ["next"]


def test_a_run_is_as_long_as_it_has_worked(opened: Open) -> None:
    store = opened()
    track = store.record(header("run-number-1"))
    track.add(event_line(EVENTS[0]))
    track.note("waiting", 70.0, 60.0)
    wait_until(lambda: track.rests, 5, "it is written")
    assert (entry(store, "run-number-1").seconds, entry(store, "run-number-1").state) == (10.0, "waiting")
    with store.claim("run-number-1") as claim:
        claim.end("stopped", 170.0)
    assert (entry(store, "run-number-1").seconds, entry(store, "run-number-1").state) == (10.0, "stopped")


def test_a_database_from_before_such_times_were_noted_is_read(opened: Open, tmp_path: Path) -> None:
    end(begin(opened(), "run-number-1"))
    wait_until(lambda: entry(opened(), "run-number-1").state == "finished", 5, "it has ended")
    before = sqlite3.connect(tmp_path / FILE)
    before.execute("ALTER TABLE runs DROP COLUMN rested")
    before.commit()
    before.close()
    assert entry(opened(), "run-number-1").seconds == 1.5
