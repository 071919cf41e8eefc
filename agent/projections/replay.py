"""The position of a replay in its run: pure arithmetic over a clock that is passed in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.streaming.events import StreamEvent


def count_at(events: Sequence[StreamEvent], moment: float) -> int:
    """How many of a run's events had happened at a moment, in seconds since the run was asked for."""
    return bisect_right(events, moment, key=lambda event: event.at)


def length(events: Sequence[StreamEvent]) -> float:
    """Seconds from the question to the last event."""
    return events[-1].at if events else 0.0


@dataclass(frozen=True, slots=True)
class Playback:
    """A running replay: from which moment, since when by the clock, and how much faster."""

    begin: float
    since: float
    speed: float = 1.0

    def moment(self, now: float) -> float:
        """The moment of the run shown at this time of the clock."""
        return self.begin + max(0.0, now - self.since) * self.speed


class Played:
    """A run's events as a log that grows with a clock."""

    def __init__(self, events: Sequence[StreamEvent], playback: Playback, clock: Callable[[], float]) -> None:
        self._events, self._playback, self._clock = events, playback, clock

    def read(self, cursor: int = 0, timeout: float = 0.0) -> tuple[list[StreamEvent], int, bool]:
        """The events from `cursor` up to now, the next cursor, and whether those were the last; never waits."""
        until = max(count_at(self._events, self._playback.moment(self._clock())), cursor)
        return list(self._events[cursor:until]), until, until >= len(self._events)
