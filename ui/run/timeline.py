"""The timeline of a run on a page: who worked when, live and afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.export.timeline import STYLE, drawn
from agent.projections.label import call_titles
from agent.projections.timeline import Picture, Row, Timeline
from agent.projections.transcript import Transcript
from agent.streaming.events import StreamEvent
from ui.run.output import Look
from ui.shell.language import say

SECONDS_A_DRAWING = 0.5
"""It is sent whole, so it is drawn no more often than this while a run works."""


def naming(transcript: Transcript, look: Look) -> Callable[[Row], str]:
    """What rows are called for a reader: a tool by its title, and the assistant where only one node speaks."""

    def name(row: Row) -> str:
        if row.call:
            about = look.about(row.call)
            return f"{look.title(row.call.name)} · {about}" if about else look.title(row.call.name)
        if row.kind == "queue":
            return say("state-queued")
        if row.kind == "person":
            return say("state-waiting")
        alone = row.kind == "model" and not row.depth and len(transcript.speakers) < 2
        return say("narration-assistant") if alone and not look.technical else row.label

    return name


class TimelineView:
    """A picture in one place, which grows with the run."""

    def __init__(self, place: DeltaGenerator) -> None:
        place.html(STYLE)
        self._place = place.empty()
        self._shown = ""

    def draw(self, picture: Picture, name: Callable[[Row], str], *, working: bool) -> None:
        """Draw the picture as it is now."""
        html = drawn(picture, name, say, working=working)
        if html != self._shown:
            self._shown = html
            self._place.html(html)


class FoldedTimeline:
    """The timeline below an answer: it costs nothing until somebody opens it."""

    def __init__(self, place: DeltaGenerator, run: Run, look: Look) -> None:
        key = f"timeline_{run.id}"
        box = place.expander(
            say("chat-timeline"), icon=":material/view_timeline:", type="compact", key=key, on_change="rerun"
        )
        self._look, self._fold = look, Timeline()
        self._view = TimelineView(box) if box.open else None
        self._due = 0.0

    def add(self, events: Sequence[StreamEvent]) -> None:
        """Note what has happened."""
        if self._view:
            for event in events:
                self._fold.add(event)

    def draw(self, transcript: Transcript, *, ended: bool) -> None:
        """Draw it now and then, and at the end; `transcript` is the fold of the same events."""
        if self._view and (ended or time.monotonic() >= self._due):
            self._due = time.monotonic() + SECONDS_A_DRAWING
            picture = self._fold.picture(transcript, call_titles(transcript.calls))
            self._view.draw(picture, naming(transcript, self._look), working=not ended)
