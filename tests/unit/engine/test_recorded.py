"""Two processes on one folder: each finds, follows and stops the runs of the other. Here, each is a backend."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.engine.active import ActiveRun, new_header
from agent.engine.in_process import InProcessBackend
from agent.engine.recorded import RecordedRun
from agent.engine.run import Run
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.store.database import BUSY_SECONDS
from agent.store.recorder import NOT_WRITTEN
from agent.store.recording import UNWRITTEN, event_line, read
from agent.store.store import FILE, Store
from agent.streaming.events import Ended, Started, State, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.runs import counting, finish, found, has_words, refused, request, started, wait_for
from tests.serving import ROOT, wait_until

ME = "somebody"


def backend(folder: Path, url: str | None = None, **limits: float) -> InProcessBackend:
    bounds = Limits(**limits)  # type: ignore[arg-type]
    settings = Settings(demo_rate=20, recordings=folder, database_url=url, limits=bounds)
    return InProcessBackend(settings, Store.of(settings))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[InProcessBackend]:
    with backend(tmp_path) as here:
        here.wait_until_open()
        yield here


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[InProcessBackend]:
    with backend(tmp_path) as elsewhere:
        elsewhere.wait_until_open()
        yield elsewhere


def written(folder: Path, run: Run) -> None:
    wait_until(lambda: not read(folder / f"{run.id}.jsonl").interrupted, 5, "its end is written")


def test_a_run_at_work_elsewhere_is_followed_to_its_end(here: InProcessBackend, elsewhere: InProcessBackend) -> None:
    run = started(elsewhere.start(counting(300), session=ME))
    wait_for(run, has_words)
    mirrored = found(here, run.id)
    wait_for(mirrored, has_words)
    assert not run.ended, "it is followed while it works"
    assert (mirrored.state, mirrored.request, mirrored.thread_id) == ("running", run.request, run.thread_id)
    (entry,) = here.of(ME)
    assert (entry.state, entry.interrupted) == ("running", False)
    assert finish(mirrored) == finish(run)
    assert (mirrored.state, mirrored.answer) == ("finished", run.answer)
    assert [turn.id for turn in here.thread(run.thread_id)] == [run.id]


def test_a_run_at_work_elsewhere_is_stopped_from_here(here: InProcessBackend, elsewhere: InProcessBackend) -> None:
    run = started(elsewhere.start(counting(5_000), session=ME))
    wait_for(run, has_words)
    mirrored = found(here, run.id)
    asked = time.monotonic()
    mirrored.stop()
    finish(mirrored)
    assert time.monotonic() - asked < 3
    assert (run.state, mirrored.state) == ("stopped", "stopped")


def test_a_run_that_waits_elsewhere_is_one(here: InProcessBackend, elsewhere: InProcessBackend) -> None:
    first = started(elsewhere.start(counting(5_000), session=ME))
    second = started(elsewhere.start(request(), session=ME, thread_id=first.thread_id))
    mirrored = found(here, second.id)
    assert (mirrored.state, mirrored.read()) == ("queued", ([], 0, False))
    here.stop(second.id)
    assert finish(mirrored)[-1].payload == finish(second)[-1].payload
    first.stop()


def test_the_next_question_can_be_asked_here_and_knows_the_turns(
    here: InProcessBackend, elsewhere: InProcessBackend
) -> None:
    first = started(elsewhere.start(counting(30), session=ME))
    thanks = request("thank you")
    second = started(here.start(thanks, session=ME, thread_id=first.thread_id))
    finish(first)
    sent = next(event.payload for event in finish(second) if isinstance(event.payload, State))
    assert first.answer in [message.text for message in sent.messages]


def test_what_is_deleted_here_stops_elsewhere_and_is_gone_for_both(
    here: InProcessBackend, elsewhere: InProcessBackend, tmp_path: Path
) -> None:
    run = started(elsewhere.start(counting(5_000), session=ME))
    wait_for(run, has_words)
    assert here.forget(run.id) is None
    assert elsewhere.get(run.id) is None
    finish(run)
    assert here.of(ME) == elsewhere.of(ME) == []
    assert not (tmp_path / f"{run.id}.jsonl").exists()


_ASKS = """
import sys
from pathlib import Path
from agent.engine.in_process import InProcessBackend
from agent.settings import Limits, Settings
from agent.store.store import FILE, Store
from tests.runs import counting, wait_for, has_words
limits = Limits(lease_seconds=float(sys.argv[2]))
backend = InProcessBackend(Settings(limits=limits), Store(Path(sys.argv[1]), limits))
run = backend.start(counting(5_000), session="somebody")
wait_for(run, has_words)
print(run.id, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="others do not tell when a process was started")
def test_a_run_whose_process_was_killed_is_interrupted_at_once(here: InProcessBackend, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _ASKS, str(tmp_path), "600"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        mirrored = found(here, process.stdout.readline().strip())
        wait_for(mirrored, has_words)
        assert here.of(ME)[0].at_work
        process.kill()
        wait_until(lambda: here.of(ME)[0].interrupted, 5, "it is known, also before anybody has waited for its end")
        process.wait()
    events = finish(mirrored)
    assert "The server stopped in the middle" in fold(events, RUN_MODES).message
    (entry,) = here.of(ME)
    assert (entry.interrupted, mirrored.state) == (True, "stopped")


def test_a_process_that_was_only_held_up_is_believed_again(here: InProcessBackend, tmp_path: Path) -> None:
    with Store(tmp_path, Limits(lease_seconds=-1)) as held_up:
        run = ActiveRun(new_header(request(), "thread", ME), held_up, ME, lambda run: None)
        run.record(held_up.record(run.header))
        run.begin()
        wait_until(lambda: held_up.entry(run.id).state == "running", 5, "it is written")  # type: ignore[union-attr]
        assert fold(finish(found(here, run.id)), ()).state == "stopped"
        run.end("finished", answer="Books.")
    again = found(here, run.id)
    assert fold(finish(again), ()).state == "finished"
    assert again.answer == "Books."


def test_a_failed_write_is_told_with_its_run_and_the_next_is_recorded(here: InProcessBackend, tmp_path: Path) -> None:
    first = started(here.start(counting(20), session=ME))
    second = started(here.start(request(), session=ME, thread_id=first.thread_id))
    (tmp_path / f"{second.id}.jsonl").mkdir()
    finish(second)
    wait_until(lambda: second.unrecorded, 5, "it is known")
    assert second.unrecorded == NOT_WRITTEN
    assert found(here, second.id) is second
    third = started(here.start(request(), session=ME, thread_id=first.thread_id))
    finish(third)
    assert third.unrecorded == ""
    written(tmp_path, third)
    assert {entry.header.id for entry in here.of(ME)} == {first.id, second.id, third.id}


def test_a_database_that_is_held_up_holds_up_no_stream(here: InProcessBackend, tmp_path: Path) -> None:
    run = started(here.start(counting(5_000), session=ME))
    wait_for(run, has_words)
    held_up = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    held_up.execute("BEGIN IMMEDIATE")
    begun, gaps, cursor = time.monotonic(), [0.0], run.read()[1]
    while (now := time.monotonic()) - begun < BUSY_SECONDS + 1:
        events, cursor, _ = run.read(cursor, 5.0)
        assert events
        gaps.append(time.monotonic() - now)
    held_up.execute("ROLLBACK")
    held_up.close()
    assert max(gaps) < 1
    run.stop()
    finish(run)
    written(tmp_path, run)
    assert run.unrecorded == ""


def test_what_waits_goes_on_beside_a_process_that_is_held_up_in_a_transaction(tmp_path: Path) -> None:
    with backend(tmp_path, runs_at_once=1, lease_seconds=1.0) as here:
        first, second, third = (started(here.start(counting(5_000), session=who)) for who in "abc")
        wait_for(first, has_words)
        wait_until(lambda: (second.place, third.place) == (1, 2), 5, "they wait")
        held_up = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        held_up.execute("BEGIN IMMEDIATE")
        first.stop()
        wait_for(second, has_words, 20)
        assert third.place == 1
        held_up.execute("ROLLBACK")
        held_up.close()
        second.stop()
        wait_for(third, has_words)
        assert [run.unrecorded for run in (second, third)] == ["", ""]
        wait_until(lambda: [entry.state for entry in here.of("b")] == ["stopped"], 5, "it is noted")


def test_of_a_run_that_could_not_be_written_to_its_end_is_said_why(here: InProcessBackend, tmp_path: Path) -> None:
    with Store(tmp_path) as full:
        run = ActiveRun(new_header(request(), "thread", ME), full, ME, lambda run: None)
        track = full.record(run.header)
        run.record(track)
        run.begin()
        wait_until((tmp_path / f"{run.id}.jsonl").exists, 5, "it is written")
        track.give_up()
        run.end("finished", answer="Books.")
        wait_until(lambda: full.entry(run.id).broken, 5, "it is noted")  # type: ignore[union-attr]
    assert fold(finish(found(here, run.id)), ()).message == str(UNWRITTEN)


def test_runs_that_are_let_go_of_are_read_from_the_store(tmp_path: Path) -> None:
    with backend(tmp_path, memory_megabytes=0.2) as here:
        runs = [started(here.start(request("count to 100", tool_choice="none"), session=ME)) for _ in range(6)]
        events = [finish(run) for run in runs]
        for run in runs:
            written(tmp_path, run)
        read_again = found(here, runs[0].id)
        assert isinstance(read_again, RecordedRun)
        assert [finish(found(here, run.id)) for run in runs] == events
        kept = [run for run in here._known._runs.values() if run.ended]
        assert 0 < sum(run.memory for run in kept) < 2 * 200_000
        assert len(here.of(ME)) == 6


def test_a_damaged_recording_is_read_as_far_as_it_goes(here: InProcessBackend, tmp_path: Path) -> None:
    run = started(here.start(request(), session=ME))
    events = finish(run)
    written(tmp_path, run)
    path = tmp_path / f"{run.id}.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:6]) + event_line(StreamEvent(99, 1.0, Ended("finished"))))
    with backend(tmp_path) as restarted:
        damaged = finish(found(restarted, run.id))
    assert damaged[:5] == events[:5]
    assert "damaged" in fold(damaged, ()).message


def test_a_visitors_limits_hold_over_all_processes(here: InProcessBackend, elsewhere: InProcessBackend) -> None:
    at_work = [started(elsewhere.start(counting(5_000), session=ME)) for _ in range(2)]
    for run in at_work:
        wait_for(run, has_words)
    third, others = started(here.start(counting(3), session=ME)), started(here.start(counting(3), session="else"))
    finish(others)
    assert not any(isinstance(event.payload, Started) for event in third.read()[0]), "two are at work elsewhere"
    at_work[0].stop()
    assert isinstance(finish(third)[-1].payload, Ended)
    at_work[1].stop()
    for _ in range(17):
        started(here.start(counting(1), session=ME))
    for backend in (here, elsewhere):
        assert "20 questions in a minute" in refused(backend.start(counting(1), session=ME))
