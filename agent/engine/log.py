"""The log of a run: events that are only ever appended, and read from each reader's own cursor."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Protocol

from agent.streaming.events import StreamEvent

WAKE_SECONDS = 0.001
"""Events in such quick succession wake a reader only once."""


Read = tuple[Sequence[StreamEvent], int, bool]
"""Events, the next cursor, and whether that was all there will ever be."""


class RunLog(Protocol):
    """What a run has noted; one thread appends, any thread reads."""

    def append(self, event: StreamEvent, size: int) -> None:
        """Note the next event, whose line in a recording has so many bytes."""

    def close(self) -> None:
        """Note that no event will follow."""

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """The events from `cursor` on, the next cursor, and whether that was all there will ever be.

        Waits at most `timeout` seconds for an event when there is none.
        """


class MemoryLog:
    """A log in this process's memory; appending on an asyncio loop wakes its readers soon after."""

    def __init__(self) -> None:
        self._events: list[StreamEvent] = []
        self.closed = False
        """Whether no event will follow."""
        self.bytes = 0
        """Of the lines that a recording would have."""
        self._news = threading.Condition()
        self._readers = 0
        self._waking = False

    def __len__(self) -> int:
        return len(self._events)

    @property
    def seconds(self) -> float:
        """When the last event happened."""
        return self._events[-1].at if self._events else 0.0

    def append(self, event: StreamEvent, size: int) -> None:
        """Note the next event, whose line in a recording has so many bytes."""
        self.bytes += size
        self._events.append(event)
        if self._readers and not self._waking:
            try:
                asyncio.get_running_loop().call_later(WAKE_SECONDS, self._wake)
            except RuntimeError:  # by whoever answers a run that nobody works on
                self._wake()
            else:
                self._waking = True

    def close(self) -> None:
        """Note that no event will follow."""
        self.closed = True
        self._wake()

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """The events from `cursor` on, the next cursor, and whether that was all; waits at most `timeout` seconds."""
        if timeout > 0 and cursor >= len(self._events):
            with self._news:
                self._readers += 1
                try:
                    self._news.wait_for(lambda: cursor < len(self._events) or self.closed, timeout)
                finally:
                    self._readers -= 1
        closed = self.closed  # read before the events: the last event is appended before the log is closed
        events = self._events[cursor:]
        return events, cursor + len(events), closed

    def _wake(self) -> None:
        self._waking = False
        with self._news:
            self._news.notify_all()


class ClosedLog:
    """A finished log, whose events are kept elsewhere."""

    def __init__(self, events: Sequence[StreamEvent]) -> None:
        self._events = events

    def append(self, event: StreamEvent, size: int) -> None:
        """There is no next event."""
        raise RuntimeError("This log has come to its end.")

    def close(self) -> None:
        """It is closed."""

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """The events from `cursor` on, the next cursor, and that this was all."""
        return self._events[cursor:], len(self._events), True
