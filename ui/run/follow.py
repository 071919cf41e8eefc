"""The one loop that reads a log: for conversations, the lab, shared runs, replays and Home.

A click ends the reader at its next check of the browser, and never the run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from agent.pace import PACE
from agent.streaming.events import StreamEvent, Waiting
from ui.shell.browser import PATIENCE, pause, wait_for_browser

QUICKEST, SLOWEST = 1 / 75, 1 / 15
"""Seconds between two drawings: the least, and what the load of many readers may make of it."""
SHARE = 1 / 8
"""The share of the process's time that all drawing may take before there is less of it; sending takes several times as
much.
"""

_following = 0
_count = threading.Lock()


class Readable(Protocol):
    """A log: a run's, or what a clock lets through of one."""

    def read(self, cursor: int = 0, timeout: float = 0.0) -> tuple[Sequence[StreamEvent], int, bool]:
        """The events from `cursor` on, the next cursor, and whether that was all; waits at most `timeout` seconds."""


class Drawn(Protocol):
    """The drawing of a log."""

    def add(self, events: Sequence[StreamEvent]) -> None:
        """Note what has happened."""

    def draw(self, *, ended: bool) -> None:
        """Draw it; once more at the end of the log."""

    @property
    def is_due(self) -> bool:
        """Whether the passing of time alone has changed what there is to see."""

    @property
    def rest(self) -> float:
        """Seconds until the next check of the log."""

    @property
    def waits(self) -> bool:
        """Whether nothing will happen until a person has answered: nobody follows a run for that long."""


class Reader:
    """Reads a log from its beginning and has it drawn."""

    def __init__(self, log: Readable, drawn: Drawn) -> None:
        self._log, self._drawn = log, drawn
        self._cursor = 0
        self._took = 0.0
        """Seconds that the last drawing took, with the wait for its turn."""
        self.ended = False
        """Whether there is nothing more to read."""

    def take(self, patience: float = 0.0) -> bool:
        """Read on, waiting for news at most `patience` seconds; returns whether there was any."""
        events, self._cursor, self.ended = self._log.read(self._cursor, patience)
        self._drawn.add(events)
        return bool(events)

    def look(self, patience: float = 0.0) -> None:
        """Read on, waiting at most `patience` seconds, and draw if anything changed."""
        if self.take(patience) or self.ended or self._drawn.is_due:
            began = time.monotonic()
            self._drawn.draw(ended=self.ended)
            self._took = time.monotonic() - began

    def follow(
        self,
        enough: Callable[[], bool] = lambda: False,
        *,
        seconds: float = float("inf"),
        beside: Sequence[Reader] = (),
    ) -> None:
        """Draw until the log has ended or waits for a person, until `enough` says so, or for so many seconds.

        The readers `beside` are kept up to date as well.
        """
        until = time.monotonic() + seconds
        with _counted():
            while not self.ended and not self._drawn.waits and not enough() and (left := until - time.monotonic()) > 0:
                self.look(min(left, PATIENCE))
                for other in beside:
                    if not other.ended:
                        other.look()
                wait_for_browser()
                if not self.ended and not self._drawn.waits:
                    pause(max(self._drawn.rest, rest_after(self._took, _following, PACE.rest)))


def rest_after(took: float, readers: int, pace: float) -> float:
    """Seconds to rest after drawing for `took` seconds with so many readers.

    Each keeps to its share of the process; one that is busy, and so rests for `pace` seconds, all of them together.
    """
    return min(max(took, min(took * readers, pace * SHARE)) / SHARE, SLOWEST)


@contextmanager
def _counted() -> Iterator[None]:
    global _following
    with _count:
        _following += 1
    try:
        yield
    finally:
        with _count:
            _following -= 1


class Unseen:
    """Draws nothing: for a log that is only followed to its end."""

    is_due = False
    rest = 0.1
    waits = False

    def add(self, events: Sequence[StreamEvent]) -> None:
        """Note whether it waits for a person."""
        for event in events:
            if event.mode == "run":
                self.waits = isinstance(event.payload, Waiting)

    def draw(self, *, ended: bool) -> None:
        """Draw nothing."""
