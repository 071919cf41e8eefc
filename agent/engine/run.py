"""A run: one question put to one graph, and the log of what happened, which any thread may read.

A run belongs to nobody's script. It appends events to its log; whoever wants to watch reads the log from a cursor
of their own. So a click, a refresh or a lost connection ends a reader and never a run.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from agent.engine.log import MemoryLog
from agent.errors import LimitReached
from agent.settings import Limits
from agent.store.recording import Header, Recording, Writer, versions
from agent.streaming.adapter import Happening
from agent.streaming.events import END_STATES, Ended, Queued, RunRequest, RunState, Started, StreamEvent

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
"""A killed server loses at most so much of a recording."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a list of runs says of one."""

    header: Header
    state: RunState
    seconds: float
    """Length of the run so far."""
    interrupted: bool = False
    """Whether its server ended before the run did."""


class Run:
    """One run and its log, as its readers know it. Safe to use from any thread."""

    def __init__(self, header: Header, events: MemoryLog) -> None:
        self.header = header
        """What a recording of this run begins with."""
        self.state: RunState = "queued"
        self.place = 0
        """Place in the queue, from 1; 0 when it is not waiting."""
        self.answer = ""
        """The text of the answer, once the run has finished."""
        self._log = events

    @classmethod
    def replayed(cls, recording: Recording) -> Run:
        """A run that has ended, from its recording."""
        run = cls(recording.header, MemoryLog(recording.events, closed=True))
        if isinstance(end := recording.events[-1].payload, Ended):
            run.state, run.answer = end.state, end.answer
        return run

    @property
    def id(self) -> str:
        """Not guessable: who has it may read the run."""
        return self.header.id

    @property
    def request(self) -> RunRequest:
        """What was asked for."""
        return self.header.request

    @property
    def thread_id(self) -> str:
        """The conversation that the run belongs to."""
        return self.header.thread_id

    @property
    def ended(self) -> bool:
        """Whether no event will follow."""
        return self.state in END_STATES

    def read(self, cursor: int = 0, timeout: float = 0.0) -> tuple[list[StreamEvent], int, bool]:
        """The events from `cursor` on, the next cursor, and whether that was all there will ever be.

        Waits at most `timeout` seconds for an event when there is none.
        """
        return self._log.read(cursor, timeout)

    def stop(self) -> None:
        """Stop the run, if it has not ended: its request to the model is closed, what has arrived stays.

        Returns at once.
        """


class ActiveRun(Run):
    """A run as its backend knows it. Only `stop` and what readers use are safe outside the loop's thread."""

    def __init__(
        self,
        request: RunRequest,
        thread_id: str,
        session: str,
        stop: Callable[[ActiveRun], None],
        api_key: str | None = None,
    ) -> None:
        header = Header(secrets.token_urlsafe(16), time.time(), request, thread_id, digest(session), versions())
        super().__init__(header, MemoryLog())
        self.session = session
        self.task: asyncio.Task[None] | None = None
        """Its work, which ends with the run."""
        self._key = api_key
        self._stop = stop
        self._t0 = time.monotonic()
        self._bytes = 0
        self._writer: Writer | None = None
        self._add(Happening(Queued(request)))

    def stop(self) -> None:
        """Stop the run, from any thread."""
        self._stop(self)

    def take_key(self) -> str | None:
        """The visitor's own key, which is given out once."""
        key, self._key = self._key, None
        return key

    def record(self, writer: Writer) -> None:
        """Record the run; to be called before it is handed to the loop."""
        self._writer = writer
        for event in self._log.read()[0]:
            self._keep(event)

    def flush(self) -> None:
        """Hand to the disk what waits in a silence of the run, and look again soon."""
        if self._writer:
            try:
                self._writer.flush()
            except (OSError, ValueError):
                self._writer = None
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def begin(self) -> None:
        """Note that its turn has come."""
        self.state, self.place = "running", 0
        self._add(Happening(Started()))

    def append(self, happening: Happening, limits: Limits) -> None:
        """Note what has happened; raises LimitReached when that is all that is kept of one run."""
        if self.ended:
            return  # late output of something that could not be cancelled
        self._add(happening)
        self._bytes += _size(happening.payload)
        if len(self._log) >= limits.output_events or self._bytes > limits.output_bytes:
            raise LimitReached("The answer reached the limit of its length here. What has arrived is kept.")

    def end(self, state: Literal["finished", "stopped", "failed"], message: str = "") -> None:
        """End the log, then the work: nothing that comes after is recorded."""
        if self.ended:
            return
        self._add(Happening(Ended(state, message, self.answer)))
        self._keep(None)
        self.state, self.place, self._key = state, 0, None
        self._log.close()
        self._cancel()

    def _add(self, happening: Happening) -> None:
        event = StreamEvent(len(self._log), round(time.monotonic() - self._t0, 4), *happening)
        self._log.append(event)
        self._keep(event)

    def _cancel(self) -> None:
        """Cancel until it is done: a tool may swallow a cancellation, and then go on to the next await."""
        if self.task and not self.task.done() and self.task is not _current_task():
            self.task.cancel()
            self.task.get_loop().call_later(0.5, self._cancel)

    def _keep(self, event: StreamEvent | None) -> None:
        """Record an event; None is the end. A full disk ends the recording and not the run."""
        writer = self._writer
        if writer is None:
            return
        try:
            if event:
                writer.add(event)
                return
            self._writer = None
            writer.close()
        except (OSError, ValueError) as error:
            self._writer = None
            log.warning("A run is not recorded any further: %s", error)


def digest(session: str) -> str:
    """What stands for a session in a recording: enough to find one's own runs, useless for anything else."""
    return hashlib.sha256(session.encode()).hexdigest()[:32] if session else ""


def _size(value: object) -> int:
    """About how many bytes an event takes as JSON, without writing it out."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + 4 + _size(inner) for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return sum(2 + _size(inner) for inner in value)
    return 8 + sum(_size(getattr(value, name)) for name in getattr(value, "__slots__", ()))


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
