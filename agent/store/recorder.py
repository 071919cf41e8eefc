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
from agent.store.places import Turn
from agent.store.recording import Header, header_line
from agent.streaming.events import END_STATES, JSON, RunState
from texts import Spoken, sentence

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
"""Seconds of a recording that a killed server loses at most."""
SEEK_SECONDS = 3.0
"""Seconds between checks for runs on an Agent Server that nobody reads any more."""
STRANGE_SECONDS = 30.0
"""Seconds after which a process lets go of runs that are noted as its, and that it does not know."""
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

    def on_queue(self) -> None:
        """Runs in the queue stand otherwise than before, or may."""

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
        self.turn = Turn()
        """How it stands in the queue over all processes."""
        self.is_alone = False
        """Whether this process alone knows of it: its place in the queue is one in this process."""
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
        lease_seconds: float,
        seek: Callable[[], None] | None = None,
    ) -> None:
        self.listener: Listener | None = None
        self._lease_seconds = lease_seconds
        self._silent_since: float | None = None
        """When the database last did not answer."""
        self._strange: dict[str, float] = {}
        """Runs noted as this process's, and not among its own: since when they are seen."""
        self._recordings, self._index, self._prune, self._seek = recordings, index, prune, seek
        self._open: dict[str, Track] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._wake.set()
        self._closing = False
        self._pruned_at = self._sought_at = -math.inf
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def start(self, header: Header, *, is_known: bool = True) -> Track:
        """Start recording a run; raises Crowded."""
        track = Track(self._recordings, header, self._wake.set)
        try:
            if is_known:
                track.turn = self._index.add(header)
        except DatabaseError as error:
            log.warning("A run is not recorded: %s", error)
            is_known = False
        if not is_known:
            track.is_alone = True
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
            self._go_alone(tracks)
            return
        self._silent_since = None
        for track, change in progress.items():
            track.noted(change)
        done = [track for track in tracks if track.ended or track.rests]
        with self._lock:
            for track in done:
                if self._open.get(track.id) is track:
                    del self._open[track.id]
        if listener := self.listener:
            self._tell(listener, news, tracks)
        self._line_up(tracks, news)
        self._let_go(news.known)

    def _line_up(self, tracks: Iterable[Track], news: News) -> None:
        """Find out how those stand that wait for their turn."""
        waiting = [track for track in tracks if not track.turn.has_come and track.id in news.known]
        found = self._index.places.take({track.id for track in waiting}) if news.queued else {}
        for track in waiting:
            track.is_alone = False
            track.turn = found.get(track.id, track.turn) if track.id in news.queued else Turn(has_come=True)
        if waiting and self.listener:
            self.listener.on_queue()

    def _go_alone(self, tracks: Iterable[Track]) -> None:
        """Go on without the others when nothing could be noted for so long that all of their leases are over.

        Where nothing can be read either, no run could begin.
        """
        now = time.monotonic()
        self._silent_since = self._silent_since or now
        if now - self._silent_since <= self._lease_seconds:
            return
        with contextlib.suppress(DatabaseError):
            self._index.get("")
            for track in tracks:
                track.is_alone = not track.turn.has_come
            if self.listener:
                self.listener.on_queue()

    def _let_go(self, known: set[str]) -> None:
        """Let go of what is noted as this process's by mistake, as when the answer to a commit was lost."""
        now = time.monotonic()
        with self._lock:
            strange = known - self._open.keys()
        self._strange = {run_id: self._strange.get(run_id, now) for run_id in strange}
        if gone := [run_id for run_id, since in self._strange.items() if now - since > STRANGE_SECONDS]:
            self._index.disown(gone)

    def _tell(self, listener: Listener, news: News, tracks: Iterable[Track]) -> None:
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
