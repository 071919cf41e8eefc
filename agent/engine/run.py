"""A run: one question put to one graph, and the log of what happened, which any thread may read.

A run belongs to nobody's script. It appends events to its log; whoever wants to watch reads the log from a cursor
of their own. So a click, a refresh or a lost connection ends a reader and never a run.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any, Literal

from agent.engine.log import ClosedLog, MemoryLog, Read, RunLog
from agent.errors import LimitReached
from agent.settings import Limits
from agent.store.recorder import Track
from agent.store.recording import Header, Recording, answer_of, ends, event_line, versions
from agent.streaming.adapter import Happening
from agent.streaming.events import END_STATES, Ended, Queued, RunRequest, RunState, Started, StreamEvent

BYTES_IN_MEMORY = 4
"""Bytes of memory that one byte of a recording takes as events."""


class Run:
    """One run and its log, as its readers know it. Safe to use from any thread."""

    def __init__(self, header: Header, events: RunLog) -> None:
        self.header = header
        """What a recording of this run begins with."""
        self.state: RunState = "queued"
        self.place = 0
        """Place in the queue, from 1; 0 when it is not waiting."""
        self._answer = ""
        self._log = events

    @classmethod
    def replayed(cls, recording: Recording) -> Run:
        """A run that has ended, from its recording."""
        run = cls(recording.header, ClosedLog(recording.events))
        end = recording.events[-1]
        run.state, run._answer = ends(end) or "stopped", answer_of(end)
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

    @property
    def answer(self) -> str:
        """The text of the answer, once the run has finished."""
        return self._answer

    @property
    def unrecorded(self) -> str:
        """Why the run is gone when the server restarts, although others are not; empty if all is well."""
        return ""

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """The events from `cursor` on, the next cursor, and whether that was all there will ever be.

        Waits at most `timeout` seconds for an event when there is none.
        """
        return self._log.read(cursor, timeout)

    def stop(self) -> None:
        """Stop the run, if it has not ended: its request to the model is closed, what has arrived stays.

        Returns at once.
        """


class RunInMemory(Run):
    """A run whose log is in this process's memory."""

    def __init__(self, header: Header) -> None:
        self._memory = MemoryLog()
        super().__init__(header, self._memory)

    @property
    def seconds(self) -> float:
        """Length of the run so far."""
        return self._memory.seconds

    @property
    def memory(self) -> int:
        """About how many bytes its log takes."""
        return self._memory.bytes * BYTES_IN_MEMORY


class ActiveRun(RunInMemory):
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
        super().__init__(header)
        self.session = session
        self.task: asyncio.Task[None] | None = None
        """Its work, which ends with the run."""
        self._key = api_key
        self._stop = stop
        self._t0 = time.monotonic()
        self._track: Track | None = None
        self._add(Happening(Queued(request)))

    def stop(self) -> None:
        """Stop the run, from any thread."""
        self._stop(self)

    def take_key(self) -> str | None:
        """The visitor's own key, which is given out once."""
        key, self._key = self._key, None
        return key

    @property
    def unrecorded(self) -> str:
        """Why the run is gone when the server restarts, although others are not; empty if all is well."""
        return self._track.lost if self._track else ""

    def record(self, track: Track) -> None:
        """Record the run; to be called before it is handed to the loop."""
        for event in self._log.read()[0]:
            track.add(event_line(event))
        self._track = track

    def begin(self) -> None:
        """Note that its turn has come."""
        self._add(Happening(Started()))
        self._become("running")

    def append(self, happening: Happening, limits: Limits) -> None:
        """Note what has happened; raises LimitReached when that is all that is kept of one run."""
        if self.ended:
            return  # late output of something that could not be cancelled
        self._add(happening)
        if len(self._memory) >= limits.output_events or self._memory.bytes > limits.output_bytes:
            raise LimitReached("The answer reached the limit of its length here. What has arrived is kept.")

    def end(self, state: Literal["finished", "stopped", "failed"], message: str = "", answer: str = "") -> None:
        """End the log, then the work: nothing that comes after is recorded."""
        if self.ended:
            return
        self._add(Happening(Ended(state, message, answer)))
        self._answer, self._key = answer, None
        self._become(state)
        self._log.close()
        self._cancel()

    def _add(self, happening: Happening) -> None:
        event = StreamEvent(len(self._memory), round(time.monotonic() - self._t0, 4), *happening)
        line = event_line(event)
        self._log.append(event, len(line))
        if self._track:
            self._track.add(line)

    def _become(self, state: RunState) -> None:
        self.state, self.place = state, 0
        if self._track:
            self._track.note(state, time.monotonic() - self._t0)

    def _cancel(self) -> None:
        """Cancel until it is done: a tool may swallow a cancellation, and then go on to the next await."""
        if self.task and not self.task.done() and self.task is not _current_task():
            self.task.cancel()
            self.task.get_loop().call_later(0.5, self._cancel)


def digest(session: str) -> str:
    """What stands for a session in a recording: enough to find one's own runs, useless for anything else."""
    return hashlib.sha256(session.encode()).hexdigest()[:32] if session else ""


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
