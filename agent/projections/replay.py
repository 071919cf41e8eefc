"""The position of a replay in its run: pure arithmetic over a clock that is passed in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from agent.streaming.events import Ended, Queued, Resumed, Started, StreamEvent, Waiting

LONGEST_PAUSE = 1.0
"""Seconds that a replay takes for a pause in which the run waited for a person."""


def moments(events: Iterable[StreamEvent]) -> list[float]:
    """When each event is shown, in seconds: as it happened, but without the waits for a person and for its turn."""
    found: list[float] = []
    events = list(events)
    first = next((event for event in events if not isinstance(event.payload, Queued)), None)
    cut, since = first.at if first and isinstance(first.payload, Started) else 0.0, None
    for event in events:
        if since is not None and isinstance(event.payload, Resumed | Ended):
            cut, since = cut + max(event.at - since - LONGEST_PAUSE, 0.0), None
        elif since is None and isinstance(event.payload, Waiting):
            since = event.at
        at = event.at if since is None else min(event.at, since + LONGEST_PAUSE)
        found.append(max(at - cut, found[-1] if found else 0.0))
    return found


def count_at(moments: Sequence[float], moment: float) -> int:
    """How many of a run's events are shown at a moment."""
    return bisect_right(moments, moment)


def length(moments: Sequence[float]) -> float:
    """Seconds from the question to the last event."""
    return moments[-1] if moments else 0.0


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
    """A run's events as a log that grows with a clock, each at its moment."""

    def __init__(
        self,
        events: Sequence[StreamEvent],
        moments: Sequence[float],
        playback: Playback,
        clock: Callable[[], float],
    ) -> None:
        self._events, self._moments = events, moments
        self._playback, self._clock = playback, clock

    def read(self, cursor: int = 0, timeout: float = 0.0) -> tuple[list[StreamEvent], int, bool]:
        """The events from `cursor` up to now, the next cursor, and whether those were the last; never waits."""
        until = max(count_at(self._moments, self._playback.moment(self._clock())), cursor)
        return list(self._events[cursor:until]), until, until >= len(self._events)
