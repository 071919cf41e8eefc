"""A run as AG-UI events while it works, from wherever its reader has got to."""

from __future__ import annotations

from agent.engine.run import Run
from agent.export.ag_ui import AgUi

Line = tuple[int, str]
"""An event's number in the run, from 0, and its JSON."""


class Reading:
    """What one reader has yet to be told about a run. For one thread at a time."""

    def __init__(self, run: Run, after: int = -1) -> None:
        """`after` is the number of the last event that the reader has; it is the same in every reading."""
        self.ended = False
        """Whether nothing will follow."""
        self._run = run
        self._fold = AgUi(run.header)
        self._cursor = self._number = 0
        self._after = after

    def next(self, timeout: float) -> list[Line]:
        """The events that have arrived; waits at most `timeout` seconds for one, and may return none."""
        events, self._cursor, self.ended = self._run.read(self._cursor, timeout)
        lines = list(enumerate((line for event in events for line in self._fold.add(event)), self._number))
        self._number += len(lines)
        return [(number, line) for number, line in lines if number > self._after]
