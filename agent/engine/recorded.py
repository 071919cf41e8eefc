"""Runs with a log in this process's memory that others may go on writing: ended, at work elsewhere, waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from agent.engine.log import MemoryLog, Read
from agent.engine.run import Run
from agent.store.database import DatabaseError
from agent.store.index import Entry
from agent.store.recording import KILLED, UNWRITTEN, BrokenRecording, Header, event_line, interruption
from agent.store.store import Store
from agent.store.tail import Tail
from agent.streaming import events as ev
from agent.streaming.events import JSON, StreamEvent
from texts import Spoken, sentence

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
"""Seconds between checks of a growing file."""
SIGN_OF_LIFE_SECONDS = 1.0
"""Seconds without news before asking whether somebody still works on the run."""
BYTES_IN_MEMORY = 4
"""Bytes of memory that one byte of a recording takes as events."""


DELETED = sentence("ended-deleted")


class KeptRun(Run):
    """A run with its log in memory. What other processes append to its recording is read on demand."""

    def __init__(self, store: Store, header: Header) -> None:
        self._memory = MemoryLog()
        super().__init__(header, self._memory)
        self.waits: ev.Waiting | None = None
        """What it waits for until it goes on."""
        self.asked: dict[str, ev.Interrupt] = {}
        """The questions to people, by id."""
        self.answers: dict[str, JSON] = {}
        """Their answers, by the question's id."""
        self.is_lost = False
        """Whether its recording lacks an end, which may still come if its process was only held up."""
        self.lock = threading.RLock()
        """Held while reading on; acquired before the store's."""
        self._store = store
        self._tail: Tail | None = None
        """The end of its recording, if others may write to it."""
        self._news_at = 0.0

    @property
    def open(self) -> list[ev.Interrupt]:
        """The questions that it waits for and nobody has answered."""
        return [each for each in self.waits.interrupts if each.id not in self.answers] if self.waits else []

    @property
    def seconds(self) -> float:
        """Length of the run so far."""
        return self._memory.seconds

    @property
    def memory(self) -> int:
        """Roughly how many bytes its log takes."""
        return self._memory.bytes * BYTES_IN_MEMORY

    @property
    def answer(self) -> str:
        """The text of the answer, once the run has finished."""
        self._take()
        return super().answer

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """The events from `cursor` on, the next cursor, and whether that was all; waits at most `timeout` seconds."""
        until = time.monotonic() + timeout
        while self._tail:
            self._take()
            events, after, ended = super().read(cursor)
            left = until - time.monotonic()
            if events or ended or left <= 0:
                return events, after, ended
            time.sleep(min(LOOK_SECONDS, left))
        return super().read(cursor, max(until - time.monotonic(), 0.0) if timeout else 0.0)

    def read_on(self) -> bool:
        """Read what others have appended to the recording, if anything; raises BrokenRecording."""
        with self.lock:
            before = len(self._memory)
            if self._tail and not self._memory.closed:
                try:
                    for event, size in self._tail.read():
                        if event.seq != len(self._memory):
                            raise BrokenRecording("A line of the file is not the next event of the run.")
                        self._note(event, size)
                        if self._memory.closed:
                            break
                except FileNotFoundError:  # it waits for its turn
                    pass
            return len(self._memory) > before

    def write(self, payload: ev.Payload) -> None:
        """Append to the log of a run that is nobody's and that the caller has claimed.

        Raises OSError, DatabaseError.
        """
        at = max(round(time.time() - self.header.asked_at, 4), self.seconds)
        event = StreamEvent(len(self._memory), at, payload)
        line = event_line(event)
        if self._tail:
            self._store.append(self.id, self._tail.offset, line)
            self.read_on()
        else:
            self._note(event, len(line))

    def distrust(self) -> None:
        """Make the next reader read it anew: what is known of it may not have been saved."""
        self.is_lost = bool(self._tail) and not self.unrecorded

    def lose_if_deleted(self) -> None:
        """End it if nothing of it is kept any more."""
        with self.lock:
            if not self._memory.closed and not self.unrecorded and self._store.entry(self.id) is None:
                self._lose(DELETED)

    def shorten(self) -> None:
        """Remove half a line that a killed process left in the recording; raises OSError."""
        if self._tail:
            self._tail.shorten()

    def _take(self) -> None:
        """Read on in the file, and find out whether more will come."""
        if not self._tail:
            return
        with self.lock:
            if self._memory.closed:
                return
            try:
                if self.read_on():
                    self._news_at = time.monotonic()
                elif time.monotonic() - self._news_at > SIGN_OF_LIFE_SECONDS:
                    self._news_at = time.monotonic()
                    self._ask_for_life()
            except BrokenRecording:
                self._lose(sentence("ended-damaged"))
            except DatabaseError as error:  # which may come back
                log.warning("What others have noted of a run is read later: %s", error)

    def _ask_for_life(self) -> None:
        entry = self._store.entry(self.id)
        self.place = self._store.place(self.id) if entry and entry.at_work and entry.state == "queued" else 0
        if entry and (entry.at_work or entry.state == "waiting"):
            return
        if self.read_on():  # its last lines may have come in between
            return
        if entry and not entry.broken and self._store.is_sought(self.header):
            return
        if entry and not entry.broken and self.open:
            self._store.rest(self.id)  # its process was gone before it could say so
            return
        self._lose(UNWRITTEN if entry and entry.broken else KILLED if entry else DELETED)

    def _note(self, event: StreamEvent, size: int) -> None:
        """Add the next event of the log, and what it says about the run."""
        self._memory.append(event, size)
        match event.payload:
            case ev.Started() | ev.Resumed():
                self.state, self.waits = "running", None
            case ev.Interrupted(interrupts=interrupts):
                self.asked |= {interrupt.id: interrupt for interrupt in interrupts}
            case ev.Waiting(interrupts=interrupts) as waits:
                self.asked |= {interrupt.id: interrupt for interrupt in interrupts}
                self.state, self.waits = "waiting", waits
            case ev.Answered(interrupt=interrupt, answer=answer):
                self.answers.setdefault(interrupt, answer)
                if self.waits and not self.open:
                    self.state = "queued"
            case ev.Ended() as ended:
                self._answer, self.state, self.waits = ended.answer, ended.state, None
                self._memory.close()

    def _lose(self, why: Spoken) -> None:
        self._memory.append(interruption(len(self._memory), self._memory.seconds, why), len(str(why)))
        self.state, self.is_lost = "stopped", True
        self._memory.close()


class RecordedRun(KeptRun):
    """A run whose recording is, or was, written by some other process."""

    def __init__(self, store: Store, entry: Entry, stop: Callable[[KeptRun], None]) -> None:
        super().__init__(store, entry.header)
        self._stop = stop
        self.state = "stopped" if entry.interrupted or entry.broken else entry.state
        self._tail = store.tail(self.id)

    def stop(self) -> None:
        """Stop it, or tell the process working on it; returns at once."""
        if not self.ended:
            self._stop(self)
