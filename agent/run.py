"""A run: one question put to one graph, and the log of what happened, which any thread may read.

A run belongs to nobody's script. It appends events to its log; whoever wants to watch reads the log from a cursor
of their own. So a click, a refresh or a lost connection ends a reader and never a run.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from agent.errors import LimitReached
from agent.events import JSON, RunRequest, RunState, StreamEvent
from agent.recording import Header, Recording, Writer, versions
from agent.settings import Limits
from agent.translator import Happening

log = logging.getLogger(__name__)

WAKE_SECONDS = 0.004
"""Events that follow each other so soon wake a reader once."""
FLUSH_SECONDS = 0.5
"""A killed server loses at most so much of a recording."""


class Run:
    """One run and its log. Safe to read and to stop from any thread; what is private here is the runner's."""

    def __init__(
        self, request: RunRequest, thread_id: str, session: str, stop: Callable[[Run], None], run_id: str = ""
    ) -> None:
        self.id = run_id or secrets.token_urlsafe(16)
        """Not guessable: who has it may read the run."""
        self.request = request
        self.thread_id = thread_id
        """The conversation that the run belongs to."""
        self.session = session
        self.asked_at = time.time()
        """Seconds since the epoch."""
        self.state: RunState = "queued"
        self.place = 0
        """Place in the queue, from 1; 0 when it is not waiting."""
        self.answer = ""
        """The text of the answer, once the run has finished."""
        self._stop = stop
        self._t0 = time.monotonic()
        self._events: list[StreamEvent] = []
        self._bytes = 0
        self._news = threading.Condition()
        self._readers = 0
        self._waking = False
        self._task: asyncio.Task[None] | None = None
        self._writer: Writer | None = None
        self._header: Header | None = None

    @property
    def header(self) -> Header:
        """What a recording of this run begins with."""
        if self._header is None:
            owner = digest(self.session)
            self._header = Header(self.id, self.asked_at, self.request, self.thread_id, owner, versions())
        return self._header

    @classmethod
    def replayed(cls, recording: Recording) -> Run:
        """A run that has ended, from its recording."""
        header = recording.header
        run = cls(header.request, header.thread_id, "", lambda _run: None, header.id)
        run.asked_at, run._header = header.asked_at, header
        run._events = list(recording.events)
        end: Any = run._events[-1].data
        run.state = end["state"]
        run.answer = end.get("answer", "")
        return run

    @property
    def ended(self) -> bool:
        """Whether no event will follow."""
        return self.state in ("finished", "stopped", "failed")

    def read(self, cursor: int = 0, timeout: float = 0.0) -> tuple[list[StreamEvent], int, bool]:
        """The events from `cursor` on, the next cursor, and whether that was all there will ever be.

        Waits at most `timeout` seconds for an event when there is none.
        """
        if timeout > 0 and cursor >= len(self._events):
            with self._news:
                self._readers += 1
                try:
                    self._news.wait_for(lambda: cursor < len(self._events) or self.ended, timeout)
                finally:
                    self._readers -= 1
        ended = self.ended  # read before the events: the last event is appended before the state changes
        events = self._events[cursor:]
        return events, cursor + len(events), ended

    def stop(self) -> None:
        """Stop the run: its request to the model is closed, what has arrived stays. Returns at once."""
        self._stop(self)

    def _append(self, happening: Happening, limits: Limits) -> None:
        if self.ended:
            return  # late output of something that could not be cancelled
        self._add(happening.mode, happening.data, happening.node, happening.tool_call_id, happening.namespace)
        self._bytes += _size(happening.data)
        if len(self._events) >= limits.output_events or self._bytes > limits.output_bytes:
            raise LimitReached("The answer reached the limit of its length here. What has arrived is kept.")

    def _add(self, mode: Any, data: JSON, *rest: Any) -> None:
        event = StreamEvent(len(self._events), self._now(), mode, data, *rest)
        self._events.append(event)
        self._keep(event)
        if self._readers and not self._waking:
            self._waking = True
            asyncio.get_running_loop().call_later(WAKE_SECONDS, self._wake)

    def _begin(self) -> None:
        self.state, self.place = "running", 0
        self._add("run", {"state": "running"})

    def _end(self, state: RunState, message: str = "") -> None:
        """End the log, then the work: nothing that comes after is recorded. Only on the loop's thread."""
        if self.ended:
            return
        said = {"message": message, "answer": self.answer}
        self._add("run", {"state": state, **{name: text for name, text in said.items() if text}})
        self._keep(None)
        self.state, self.place = state, 0
        self._wake()
        self._cancel()

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

    def _flush(self) -> None:
        """Hand to the disk what waits in a silence of the run, and look again soon. Only on the loop's thread."""
        if self._writer:
            try:
                self._writer.flush()
            except (OSError, ValueError):
                self._writer = None
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush)

    def _cancel(self) -> None:
        """Cancel until it is done: a tool may swallow a cancellation, and then go on to the next await."""
        if self._task and not self._task.done() and self._task is not _current_task():
            self._task.cancel()
            self._task.get_loop().call_later(0.5, self._cancel)

    def _wake(self) -> None:
        self._waking = False
        with self._news:
            self._news.notify_all()

    def _now(self) -> float:
        return round(time.monotonic() - self._t0, 4)


def digest(session: str) -> str:
    """What stands for a session in a recording: enough to find one's own runs, useless for anything else."""
    return hashlib.sha256(session.encode()).hexdigest()[:32] if session else ""


def _size(data: JSON) -> int:
    """About how many bytes an event's data takes, without writing it out."""
    if isinstance(data, dict):
        return sum(len(key) + 4 + _size(value) for key, value in data.items())
    if isinstance(data, list):
        return sum(2 + _size(value) for value in data)
    return len(data) if isinstance(data, str) else 8


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
