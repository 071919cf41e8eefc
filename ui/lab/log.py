"""The data that the views of the stream lab draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from agent.engine.run import Run
from agent.projections.label import call_titles
from agent.projections.lanes import Lanes
from agent.projections.metrics import Measuring, Metrics
from agent.projections.timeline import Picture, Timeline
from agent.projections.transcript import Transcript
from agent.streaming.events import StreamEvent
from agent.streaming.modes import STREAM_MODES

F = TypeVar("F", bound="_Fold")


class _Fold(Protocol):
    def add(self, event: StreamEvent) -> None: ...


class Log:
    """A run as far as it has been read; of its folds, only those being viewed are kept up to date."""

    def __init__(self, run: Run | None) -> None:
        self.run = run
        self.events: list[StreamEvent] = []
        self.transcript = Transcript(frozenset(STREAM_MODES))
        self.ended = False
        self._lanes, self._measuring, self._timeline = Lanes(), Measuring(), Timeline()
        self._taken: dict[_Fold, int] = {}
        """How many events each fold has seen."""

    def add(self, events: Sequence[StreamEvent]) -> None:
        """Add new events."""
        for event in events:
            self.transcript.add(event)
        self.events += events

    @property
    def titles(self) -> dict[str, str]:
        """Names of the tool calls by id."""
        return call_titles(self.transcript.calls)

    @property
    def lanes(self) -> Lanes:
        """What came in which mode, so far."""
        return self._kept_up(self._lanes)

    @property
    def metrics(self) -> Metrics:
        """What was measured so far."""
        return self._kept_up(self._measuring).metrics(self.transcript, self.titles)

    @property
    def picture(self) -> Picture:
        """Who worked when, so far."""
        return self._kept_up(self._timeline).picture(self.transcript, self.titles)

    def _kept_up(self, fold: F) -> F:
        for event in self.events[self._taken.get(fold, 0) :]:
            fold.add(event)
        self._taken[fold] = len(self.events)
        return fold


def quiet(text: str) -> str:
    """Markdown in small grey letters; Streamlit's own captions are too pale for everyone to read."""
    return f":small[:gray[{text}]]"


class View(Protocol):
    """One way to look at a run: created once per script run, drawn again and again while the run works."""

    def draw(self, log: Log) -> None:
        """Draw the log as it is now, in the same places as before."""
