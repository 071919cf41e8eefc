"""What the views of the stream lab draw from."""

from __future__ import annotations

from typing import Protocol

from agent.engine.run import Run
from agent.projections.lanes import Lanes, call_titles
from agent.projections.transcript import Transcript
from agent.streaming.events import STREAM_MODES, StreamEvent


class Log:
    """A run as far as it has been read."""

    def __init__(self, run: Run | None) -> None:
        self.run = run
        self.events: list[StreamEvent] = []
        self.transcript = Transcript(frozenset(STREAM_MODES))
        self.lanes = Lanes()
        self.ended = False

    def add(self, events: list[StreamEvent], ended: bool) -> None:
        """Take in what is new."""
        for event in events:
            self.transcript.add(event)
            self.lanes.add(event)
        self.events += events
        self.ended = ended

    @property
    def titles(self) -> dict[str, str]:
        """Names of the tool calls by id."""
        return call_titles(self.transcript)


def quiet(text: str) -> str:
    """Markdown in small grey letters; Streamlit's own captions are too pale to be read by everyone."""
    return f":small[:gray[{text}]]"


class View(Protocol):
    """One way to look at a run: made once for each run of the script, drawn again and again while the run works."""

    def draw(self, log: Log) -> None:
        """Draw the log as it is now, in the same places as before."""
