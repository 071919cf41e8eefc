"""How often a process that many streams share does a piece of work: at once while it has time to spare."""

from __future__ import annotations

import time
from collections.abc import Callable

BUSY = 0.4
"""The share of one core from which on a process takes its time: the interpreter can use no more than one.

Between lag and processor time: measured with 30 visitors, see docs/cost.md.
"""
LATE = 0.005
"""Seconds that what waits comes late to its turn, on the whole, on a machine that others keep busy."""
LOOK_SECONDS = 0.25
"""How often the rest is adapted."""
FEW_SECONDS, MOST_SECONDS = 0.01, 0.5
"""A rest begins and ends with a share of the few, and is never longer than the most."""


class Pace:
    """How long to rest before the next piece of work, so that more of it comes together and costs less.

    Whoever rests notes how late they went on, from any thread: a note that is lost to another one does no harm.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.process_time
    ) -> None:
        self.rest = 0.0
        """Seconds; 0 while there is time to spare."""
        self._clock, self._used = clock, used
        self._looked, self._used_then = clock(), used()
        self._late = 0.0

    def note(self, late: float) -> None:
        """Note that something went on so many seconds later than it wanted to."""
        self._late += (late - self._late) / 32
        now = self._clock()
        if (passed := now - self._looked) < LOOK_SECONDS:
            return
        used, self._looked = self._used(), now
        share, self._used_then = (used - self._used_then) / passed, used
        load = max(share / BUSY, self._late / LATE)
        rest = (self.rest + FEW_SECONDS) * min(max(load, 0.8), 1.5) - FEW_SECONDS
        self.rest = min(max(rest, 0.0), MOST_SECONDS)


PACE = Pace()
"""The process's."""
