"""Runs that this process works on, or has worked on until they waited for a person."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from agent.engine.recorded import KeptRun
from agent.engine.run import digest
from agent.errors import LimitReached
from agent.projections.metrics import seconds_worked
from agent.settings import Limits
from agent.store.places import Turn
from agent.store.recorder import Track
from agent.store.recording import FIRST, KILLED, Header, event_line, versions
from agent.store.store import Store
from agent.streaming.adapter import Happening
from agent.streaming.events import (
    JSON,
    Answered,
    Ended,
    Queued,
    Resumed,
    RunRequest,
    Started,
    StreamEvent,
    Waiting,
)
from texts import Spoken, sentence


class ActiveRun(KeptRun):
    """A run as its backend knows it. Only `stop` and what readers use are safe outside the loop's thread.

    `events` are those that it has already, as one that was taken over from another process.
    """

    def __init__(
        self,
        header: Header,
        store: Store,
        session: str,
        stop: Callable[[ActiveRun], None],
        api_key: str | None = None,
        events: Iterable[StreamEvent] = (),
    ) -> None:
        super().__init__(store, header)
        self.session = session
        self.task: asyncio.Task[None] | None = None
        """Its work, which ends with the run."""
        self.rests = False
        """Whether nobody is working on it and any process may take it over: it waits for a person, and everything is
        written.
        """
        self.is_fork = False
        """Whether it goes on beside another run, from where that one waited."""
        self.is_deleted = False
        """Whether it was deleted, so that nothing of it must be kept."""
        self._key = api_key
        self._stop = stop
        self._track: Track | None = None
        for event in events:
            self._note(event, len(event_line(event)))
        self.worked = 0.0
        """Seconds that it had worked when it last began, waited or ended."""
        self._t0 = time.monotonic() - max(time.time() - header.asked_at, self.seconds)
        if not len(self._memory):
            self._add(Happening(Queued(header.request)))

    def stop(self) -> None:
        """Stop the run, from any thread."""
        self._stop(self)

    def take_key(self) -> str | None:
        """The visitor's own key, which is given out once."""
        key, self._key = self._key, None
        return key

    @property
    def unrecorded(self) -> Spoken:
        """Why the run will be lost when the server restarts, although others are not; empty if all is well."""
        return self._track.lost if self._track else ""

    @property
    def turn(self) -> Turn:
        """How it stands in the queue over all processes."""
        return self._track.turn if self._track else Turn()

    @property
    def is_alone(self) -> bool:
        """Whether this process alone decides when its turn comes: the others do not know of it."""
        return not self._track or self._track.is_alone

    @property
    def is_mine(self) -> bool:
        """Whether this process works on it, or will."""
        return not self.ended and not self.rests

    @property
    def events(self) -> list[StreamEvent]:
        """Its log so far."""
        return list(self._memory.read()[0])

    def record(self, track: Track) -> None:
        """Record the run; to be called before it is handed to the loop."""
        for event in self._memory.read()[0]:
            track.add(event_line(event))
        self._track = track

    def begin(self) -> None:
        """Note that its turn has come, or has come again."""
        self._add(Happening(Resumed() if self.waits else Started()))
        self._tell()

    def append(self, happening: Happening, limits: Limits) -> None:
        """Note what has happened; raises LimitReached when no more is kept of one run."""
        if self.ended:
            return  # late output of something that could not be cancelled
        self._add(happening)
        if len(self._memory) >= limits.output_events or self._memory.bytes > limits.output_bytes:
            raise LimitReached(sentence("ended-too-long"))

    def hear(self, interrupt: str, answer: JSON, api_key: str | None = None) -> None:
        """Note an answer that was given while the run was still at work; later ones are noted by whoever claims it."""
        if self.is_mine:
            self._key = api_key or self._key
        if self.state == "running" and interrupt in self.asked and interrupt not in self.answers:
            self._add(Happening(Answered(interrupt, answer)))

    def wait(self, waits: Waiting) -> None:
        """Note that it waits for a person; all may have been answered by now."""
        if self.ended:
            return
        self._add(Happening(waits))
        if self.open:
            self._tell()

    def fork(self, answers: Mapping[str, JSON]) -> None:
        """Answer all that it waits for, as a copy of another run that goes on beside it."""
        self.is_fork = True
        for interrupt in self.open:
            self._add(Happening(Answered(interrupt.id, answers[interrupt.id])))

    def rest(self) -> None:
        """Let go of it, once all is written: any process may take it over."""
        if self.state != "waiting" or self.rests:
            return
        if self._track and not self._track.lost:
            self._tail = self._store.tail_of(self._track)
        self.rests = True

    def resume(self, track: Track | None, session: str, api_key: str | None) -> None:
        """Take it over: this process works on it again. Without a `track`, a run that could not be recorded stays
        unrecorded.
        """
        self._tail, self.rests = None, False
        self._track, self.session, self._key = track or self._track, session, api_key
        self._tell()

    def let_go(self) -> None:
        """Let go of it: another process works on it, and its readers start over."""
        if not self.ended or (self._track and not self._track.ended):  # its end here is known to nobody else
            self._track = None
            self._lose(KILLED)
            self._cancel()

    def end(
        self, state: Literal["finished", "stopped", "failed"], said: Spoken = "", answer: str = "", checkpoint: str = ""
    ) -> None:
        """End the log, then the work: nothing that follows is recorded."""
        if self.ended or self.rests:
            return
        self._key = None
        self._add(Happening(Ended.saying(state, said, answer, checkpoint)))
        self._tell()
        self._cancel()

    def _add(self, happening: Happening) -> None:
        at = max(round(time.monotonic() - self._t0, 4), self.seconds)
        event = StreamEvent(len(self._memory), at, *happening)
        line = event_line(event)
        if self._track:
            self._track.add(line)
        self._note(event, len(line))

    def _tell(self) -> None:
        self.place = 0
        self.worked = seconds_worked(self._memory.read()[0])
        if self._track:
            self._track.note(self.state, self.seconds, self.seconds - self.worked)

    def _cancel(self) -> None:
        """Cancel until it is done: a tool may swallow a cancellation, and then go on to the next await."""
        if self.task and not self.task.done() and self.task is not _current_task():
            self.task.cancel()
            self.task.get_loop().call_later(0.5, self._cancel)


def new_header(
    request: RunRequest,
    thread_id: str,
    session: str,
    *,
    parent: str = FIRST,
    own_key: bool = False,
    on_server: bool = False,
) -> Header:
    """The header of a new run's recording."""
    owner = digest(session)
    return Header(
        secrets.token_urlsafe(16),
        time.time(),
        request,
        thread_id,
        owner,
        versions(),
        parent=parent,
        own_key=own_key,
        on_server=on_server,
    )


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
