"""What the views of the stream lab draw from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from agent.engine.run import Run
from agent.projections.label import call_titles
from agent.projections.lanes import Lanes
from agent.projections.metrics import Measuring, Metrics
from agent.projections.timeline import Picture, Timeline
from agent.projections.transcript import Transcript
from agent.streaming.events import StreamEvent
from agent.streaming.modes import STREAM_MODES


class Log:
    """A run as far as it has been read."""

    def __init__(self, run: Run | None) -> None:
        self.run = run
        self.events: list[StreamEvent] = []
        self.transcript = Transcript(frozenset(STREAM_MODES))
        self.lanes = Lanes()
        self.ended = False
        self._measuring, self._timeline = Measuring(), Timeline()

    def add(self, events: Sequence[StreamEvent]) -> None:
        """Take in what is new."""
        for event in events:
            self.transcript.add(event)
            self.lanes.add(event)
            self._measuring.add(event)
            self._timeline.add(event)
        self.events += events

    @property
    def titles(self) -> dict[str, str]:
        """Names of the tool calls by id."""
        return call_titles(self.transcript.calls)

    @property
    def metrics(self) -> Metrics:
        """What was measured so far."""
        return self._measuring.metrics(self.transcript, self.titles)

    @property
    def picture(self) -> Picture:
        """Who worked when, so far."""
        return self._timeline.picture(self.transcript, self.titles)


def quiet(text: str) -> str:
    """Markdown in small grey letters; Streamlit's own captions are too pale to be read by everyone."""
    return f":small[:gray[{text}]]"


class View(Protocol):
    """One way to look at a run: made once for each run of the script, drawn again and again while the run works."""

    def draw(self, log: Log) -> None:
        """Draw the log as it is now, in the same places as before."""
