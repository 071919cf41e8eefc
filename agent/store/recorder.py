"""Records runs as they happen, on a thread of its own: the loop that brings in tokens never waits for a disk."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from agent.store.database import DatabaseError
from agent.store.folder import Recordings
from agent.store.index import Index, News, Progress
from agent.store.recording import Header, header_line
from agent.streaming.events import END_STATES, JSON, RunState
from texts import Spoken, sentence

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
"""Seconds of a recording that a killed server loses at most."""
SEEK_SECONDS = 3.0
"""Seconds between checks for runs on an Agent Server that nobody reads any more."""
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

    def on_queue(self, queued: set[str], held: set[str], rivals: dict[str, int]) -> None:
        """Of these queued runs, some are held: their parent waits for a person, or is at work elsewhere; and some have
        so many of the same visitor before them in other processes.
        """

    def on_orphan(self, header: Header) -> None:
        """A run in the queue is this process's from now on: its own has ended."""

    def on_adrift(self, header: Header, has_begun: bool) -> None:
        """A run on an Agent Server is this process's from now on: its own has ended."""

    def on_taken(self, run_id: str) -> None:
        """A run of this process is another one's from now on: this one gave no sign of life for too long."""

    def on_unanswered(self, run_id: str) -> None:
        """A run of any process has waited for a person for too long."""


class Track:
    """One run on its way to its recording. `add` and `note` are safe from any thread, and never wait."""

    def __init__(self, recordings: Recordings | None, header: Header, wake: Callable[[], None], size: int = 0) -> None:
        self.id = header.id
        self.lost: Spoken = ""
        """Why the run is not recorded, in a sentence for its visitor; empty while all is well."""
        self._recordings, self._wake = recordings, wake
        self._lines: deque[str] = deque([] if size else [header_line(header)])
        self._stands: tuple[RunState, float, float] = "queued", 0.0, 0.0
        self._piece = b""
        """What is being written, the same until it is known to be kept."""
        self._with_it: tuple[RunState, float, float] = self._stands
        """The run's state after that."""
        self._written: tuple[RunState, float, float] = self._stands
        """The run's state when its lines were last written."""
        self._size = size
        self._deleted = False
        self._noted: Progress | None = None

    def add(self, line: str) -> None:
        """Append a line, within FLUSH_SECONDS."""
        if self._recordings and not self.lost and not self._deleted:
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
        """Bytes of its recording."""
        return self._size

    def flush(self) -> None:
        """Write what is pending; of a run waiting for its turn nothing is written yet. Raises DatabaseError."""
        if not self._piece:
            self._with_it = self._stands  # looked at first: what it says is then among the lines
        if self._recordings and not self.lost and self._with_it[0] != "queued":
            try:
                self._piece = self._piece or self._pending()
                if self._piece:
                    self._recordings.append(self.id, self._size, self._piece)
            except (OSError, ValueError) as error:
                log.warning("A run is not recorded any further: %s", error)
                self.give_up()

    def flushed(self) -> None:
        """Note that what was written is kept."""
        self._size += len(self._piece)
        self._piece = b""
        self._written = self._with_it
        if self._deleted:  # meanwhile
            self._delete()

    def _pending(self) -> bytes:
        lines: list[str] = []
        with contextlib.suppress(IndexError):  # until there is none
            while True:
                lines.append(self._lines.popleft())
        return "".join(lines).encode()

    def give_up(self) -> None:
        """Stop writing this run."""
        self.lost = NOT_WRITTEN
        self._piece = b""
        self._lines.clear()

    def forget(self) -> None:
        """Stop writing this deleted run, and leave nothing behind."""
        self._deleted = True
        self._lines.clear()
        self._delete()

    def _delete(self) -> None:
        if self._recordings:
            with contextlib.suppress(OSError, DatabaseError):
                self._recordings.delete(self.id)

    def progress(self) -> Progress | None:
        """What the index does not know yet."""
        now = Progress(self.id, *self._written, self._size, bool(self.lost))
        return now if now != self._noted else None

    def noted(self, progress: Progress) -> None:
        """Remember what the index knows."""
        self._noted = progress


class Recorder:
    """Writes all of this process's runs, renews its lease, and learns which of them others have stopped or deleted."""

    def __init__(
        self,
        recordings: Recordings | None,
        index: Index,
        prune: Callable[[], None],
        seek: Callable[[], None] | None = None,
    ) -> None:
        self.listener: Listener | None = None
        self._recordings, self._index, self._prune, self._seek = recordings, index, prune, seek
        self._open: dict[str, Track] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._wake.set()
        self._closing = False
        self._pruned_at = self._sought_at = -math.inf
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def start(self, header: Header) -> Track:
        """Start recording a run."""
        track = Track(self._recordings, header, self._wake.set)
        try:
            self._index.add(header)
        except DatabaseError as error:
            log.warning("A run is not recorded: %s", error)
            track.give_up()
            return track
        with self._lock:
            self._open[track.id] = track
        self._wake.set()
        return track

    def resume(self, header: Header, *, has_begun: bool = True) -> Track:
        """Continue a run that this process has taken over, after what is recorded of it.

        Raises OSError, DatabaseError.
        """
        size = 0
        if has_begun:  # if nothing is recorded, it was deleted, and does not come back
            size = (self._recordings and self._recordings.size(header.id)) or 1
        track = Track(self._recordings, header, self._wake.set, size)
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
            self._wake.wait(FLUSH_SECONDS if self._open else SEEK_SECONDS if self._seek else PRUNE_SECONDS)
            self._wake.clear()
            self._look()
        self._look()  # what has come since

    def _look(self) -> None:
        try:
            self._tick()
            if self._seek and not self._closing and time.monotonic() - self._sought_at > SEEK_SECONDS:
                self._sought_at = time.monotonic()
                self._seek()
            if time.monotonic() - self._pruned_at > PRUNE_SECONDS:
                self._pruned_at = time.monotonic()
                self._prune()
        except DatabaseError as error:
            log.warning("What is to be done now and then is done later: %s", error)
        except Exception:
            log.exception("Runs could not be recorded for a moment")

    def _tick(self) -> None:
        with self._lock:
            tracks = list(self._open.values())
        if not tracks:
            return
        try:
            with self._index.mine() as mine:  # after this process was held up, others may have taken some over
                written = [track for track in tracks if track.id in mine]
                for track in written:
                    track.flush()
            for track in written:
                track.flushed()
            progress = {track: change for track in tracks if (change := track.progress())}
            news = self._index.note(progress.values())
        except DatabaseError as error:
            log.warning("Runs could not be written, and are with the next tick: %s", error)
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
            listener.on_queue(news.queued, news.held, news.rivals)
        for answer in news.answers:
            listener.on_answer(*answer)
        for track in tracks:
            if track.rests:
                listener.on_rest(track.id)
            elif track.ended:
                continue
            elif track.id not in news.known and self._index.get(track.id):
                with self._lock:
                    self._open.pop(track.id, None)
                listener.on_taken(track.id)
            elif track.id not in news.known:
                self.forget(track.id)
                listener.on_deleted(track.id)
            elif track.id in news.stopping:
                listener.on_stop(track.id)
