"""Records runs as they happen, on a thread of its own: the loop that brings in tokens never waits for a disk."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from agent.store.index import Index, News, Progress
from agent.store.recording import Header, header_line
from agent.streaming.events import END_STATES, JSON, RunState
from texts import Spoken, sentence

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
"""Seconds of a recording that a killed server loses at most."""
PRUNE_SECONDS = 60.0
"""Seconds between checks for what is too old or too much; the first is at startup."""

NOT_WRITTEN = sentence("ended-unrecorded")


class Listener(Protocol):
    """Whoever works on this process's runs; called from the recorder's thread, which does not wait."""

    def on_stop(self, run_id: str) -> None:
        """A run was asked to stop, by any process."""

    def on_deleted(self, run_id: str) -> None:
        """A run was deleted."""

    def on_answer(self, run_id: str, interrupt: str, answer: JSON) -> None:
        """A question of a run was answered."""

    def on_rest(self, run_id: str) -> None:
        """A run that waits for a person is fully written, and nobody's from now on."""

    def on_queue(self, queued: set[str], held: set[str]) -> None:
        """These queued runs are held: their parent waits for a person, or is at work elsewhere."""

    def on_orphan(self, header: Header) -> None:
        """A run in the queue is this process's from now on: its own has ended."""

    def on_unanswered(self, run_id: str) -> None:
        """A run of any process has waited for a person for too long."""


class Track:
    """One run on its way to its file, which nobody keeps open. `add` and `note` are safe from any thread, and never
    wait.
    """

    def __init__(self, path: Path | None, header: Header, wake: Callable[[], None], size: int = 0) -> None:
        self.id = header.id
        self.lost: Spoken = ""
        """Why the run is not recorded, in a sentence for its visitor; empty while all is well."""
        self._path, self._wake = path, wake
        self._lines: deque[str] = deque([] if size else [header_line(header)])
        self._stands: tuple[RunState, float, float] = "queued", 0.0, 0.0
        self._written: tuple[RunState, float, float] = self._stands
        """The run's state when its lines were last written."""
        self._size = size
        self._deleted = False
        self._noted: Progress | None = None

    def add(self, line: str) -> None:
        """Append a line, within FLUSH_SECONDS."""
        if self._path and not self.lost and not self._deleted:
            self._lines.append(line)

    def note(self, state: RunState, seconds: float, rested: float = 0.0) -> None:
        """Note the run's state; it is written at once when the run begins or ends.

        `seconds` have passed since it was asked; `rested` of them it waited for its turn or for a person.
        """
        self._stands = state, seconds, rested
        self._wake()

    @property
    def ended(self) -> bool:
        """Whether everything has been written."""
        return self._written[0] in END_STATES

    @property
    def rests(self) -> bool:
        """Whether everything of a run that waits for a person has been written, and the index knows."""
        return bool(self._noted and self._noted.state == "waiting" and not self._noted.broken)

    @property
    def size(self) -> int:
        """Bytes of its file."""
        return self._size

    def flush(self) -> None:
        """Write what is pending; a run waiting for its turn has no file yet."""
        stands = self._stands  # looked at first: what it says is then among the lines
        if self._path and not self.lost and stands[0] != "queued":
            try:
                self._append(self._path)
            except (OSError, ValueError) as error:
                log.warning("A run is not recorded any further: %s", error)
                self.give_up()
        if self._deleted:  # meanwhile
            self._unlink()
        self._written = stands

    def _append(self, path: Path) -> None:
        lines: list[str] = []
        with contextlib.suppress(IndexError):  # until there is none
            while True:
                lines.append(self._lines.popleft())
        if not lines:
            return
        if not self._size:
            path.parent.mkdir(parents=True, exist_ok=True)
        # A file that was there before and has gone was deleted: it does not come back.
        flags = os.O_WRONLY | os.O_APPEND | (0 if self._size else os.O_CREAT)
        with open(os.open(path, flags, 0o666), "a", encoding="utf-8") as file:
            file.writelines(lines)
            self._size = file.tell()

    def give_up(self) -> None:
        """Stop writing this run."""
        self.lost = NOT_WRITTEN
        self._lines.clear()

    def forget(self) -> None:
        """Stop writing this deleted run, and leave nothing behind."""
        self._deleted = True
        self._lines.clear()
        self._unlink()

    def _unlink(self) -> None:
        if self._path:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def progress(self) -> Progress | None:
        """What the index does not know yet."""
        now = Progress(self.id, *self._written, self._size, bool(self.lost))
        return now if now != self._noted else None

    def noted(self, progress: Progress) -> None:
        """Remember what the index knows."""
        self._noted = progress


class Recorder:
    """Writes all of this process's runs, renews its lease, and learns which of them others have stopped or deleted."""

    def __init__(self, folder: Path | None, index: Index, prune: Callable[[], None]) -> None:
        self.listener: Listener | None = None
        self._folder, self._index, self._prune = folder, index, prune
        self._open: dict[str, Track] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._wake.set()
        self._closing = False
        self._pruned_at = -math.inf
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def start(self, header: Header) -> Track:
        """Start recording a run."""
        track = Track(self._folder and self._folder / f"{header.id}.jsonl", header, self._wake.set)
        try:
            self._index.add(header)
        except sqlite3.Error as error:
            log.warning("A run is not recorded: %s", error)
            track.give_up()
            return track
        with self._lock:
            self._open[track.id] = track
        self._wake.set()
        return track

    def resume(self, header: Header, *, has_begun: bool = True) -> Track:
        """Continue a run that this process has taken over, after what its file holds."""
        path = self._folder and self._folder / f"{header.id}.jsonl"
        size = path.stat().st_size if path and path.exists() else 1  # else it was deleted, and does not come back
        size = size if has_begun else 0
        track = Track(path, header, self._wake.set, size)
        with self._lock:
            self._open[track.id] = track
        self._wake.set()
        return track

    def forget(self, run_id: str) -> None:
        """Stop writing a deleted run."""
        with self._lock:
            track = self._open.pop(run_id, None)
        if track:
            track.forget()

    def close(self) -> None:
        """Write everything pending, and end the thread; waits a few seconds at most."""
        self._closing = True
        self._wake.set()
        self._thread.join(5.0)

    def _work(self) -> None:
        while not self._closing:
            # Without a run at work there is nothing to write, no lease to renew and nobody to stop.
            self._wake.wait(FLUSH_SECONDS if self._open else PRUNE_SECONDS)
            self._wake.clear()
            self._look()
        self._look()  # what has come since

    def _look(self) -> None:
        try:
            self._tick()
            if time.monotonic() - self._pruned_at > PRUNE_SECONDS:
                self._pruned_at = time.monotonic()
                self._prune()
        except Exception:
            log.exception("Runs could not be recorded for a moment")

    def _tick(self) -> None:
        with self._lock:
            tracks = list(self._open.values())
        if not tracks:
            return
        for track in tracks:
            track.flush()
        progress = {track: change for track in tracks if (change := track.progress())}
        try:
            news = self._index.note(progress.values())
        except sqlite3.Error as error:
            log.warning("The index of runs could not be written, and is with the next tick: %s", error)
            return
        for track, change in progress.items():
            track.noted(change)
        done = [track for track in tracks if track.ended or track.rests]
        with self._lock:
            for track in done:
                if self._open.get(track.id) is track:
                    del self._open[track.id]
        if listener := self.listener:
            self._tell(listener, news, tracks)

    def _tell(self, listener: Listener, news: News, tracks: Iterable[Track]) -> None:
        if news.queued:
            listener.on_queue(news.queued, news.held)
        for answer in news.answers:
            listener.on_answer(*answer)
        for track in tracks:
            if track.rests:
                listener.on_rest(track.id)
            elif track.ended:
                continue
            elif track.id not in news.known:
                self.forget(track.id)
                listener.on_deleted(track.id)
            elif track.id in news.stopping:
                listener.on_stop(track.id)
