"""A run on the page: its log as far as it has been read, told in plain words or shown as sent, and how it ended."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable
from typing import Literal

from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.projections.items import Item, ToolCall
from agent.projections.metrics import is_sooner
from agent.projections.narration import narrate
from agent.projections.transcript import Transcript
from agent.streaming.events import StreamEvent
from agent.streaming.modes import StreamMode
from texts import Spoken
from ui.markdown import safe_markdown
from ui.run.cards import Cards
from ui.run.output import Look
from ui.run.view import RunView
from ui.shell.browser import turn_to_draw
from ui.shell.language import language, say, tell

SILENT = 5
"""Seconds without news after which the page says for how long."""
STALLED = 10
"""Seconds without news after which a way out stands beside the run."""
QUIET = 1.0
"""Seconds without news after which something shimmers as a sign of life."""


class Drawing:
    """One run in one place; whatever is added shows with the next `draw`."""

    def __init__(
        self,
        place: DeltaGenerator,
        cards: Cards,
        modes: Collection[StreamMode],
        clock: Literal["live", "played", "still"] = "live",
    ) -> None:
        self.transcript = Transcript(frozenset(modes))
        self._place, self._run, self._cards = place, cards.run, cards
        self._clock = clock
        self.is_held = False
        """Whether it waits behind a question that waits for a person."""
        self._look = Look(cards.technical, cards.run.request.tools)
        self._view: RunView | None = None
        self._moved = -math.inf
        self._signs: tuple[str, bool] | None = None

    def add(self, events: Iterable[StreamEvent]) -> None:
        """Note what has happened."""
        for event in events:
            self._moved = time.monotonic()
            self.transcript.add(event)

    def clear(self, filled: int) -> None:
        """Before the first `draw`: empty what an earlier script has drawn here differently; then wait_until_sent."""
        self._view = RunView(self._place, self._look, filled, self._cards)

    def draw(self) -> int:
        """Draw what was added, and what it waits for; returns the number of places filled."""
        view = self._view = self._view or RunView(self._place, self._look, None, self._cards)
        self._signs = waiting, quiet = self._signs_of_life()
        ended = self.transcript.ended_at is not None
        told = (
            [] if self._look.technical or not (self.transcript.modes or ended) else narrate(self.transcript, language())
        )
        with turn_to_draw():
            if not ended:
                view.tell(told, quiet=quiet)
            filled = view.draw(self.transcript, waiting=waiting, quiet=quiet)
            if ended:  # last: for a moment it would say that all is done, and below it that something works
                view.tell(told, quiet=quiet)
        return filled

    @property
    def waits(self) -> bool:
        """Whether nothing happens until a person has answered."""
        return self.transcript.state == "waiting"

    @property
    def queues(self) -> bool:
        """Whether it has not begun because others are ahead of it."""
        return self.transcript.state == "queued" and not self.transcript.asked and bool(self._run.place or self.is_held)

    @property
    def is_due(self) -> bool:
        """Whether the passing of time alone has changed what there is to see."""
        return self._signs != self._signs_of_life()

    @property
    def stalls(self) -> bool:
        """Whether it is working, but has delivered nothing for a long time."""
        return self._clock == "live" and stalls(self._run, self.transcript)

    def _signs_of_life(self) -> tuple[str, bool]:
        if self._clock == "still":
            return "", False
        quiet = not self.transcript.shown or time.monotonic() - self._moved > QUIET
        return self._waited(), quiet and not self.waits and not self.is_held

    def _waited(self) -> str:
        """What to say if nothing else moves, and for how many seconds nothing has."""
        text = self._waiting()
        if self._clock == "played":
            return "" if self.transcript.state == "queued" else text
        seconds = int(silence(self._run, self.transcript))
        if seconds >= SILENT and self.transcript.modes:
            return say("run-silent", seconds=seconds)
        return f"{text} · {say('time-seconds', seconds=seconds)}" if text and seconds else text

    def _waiting(self) -> str:
        """What to say if nothing else moves."""
        transcript, place = self.transcript, self._run.place
        if transcript.ended_at is not None or self.waits:
            return ""
        if self.is_held:
            return say("card-held")
        if transcript.state == "queued":
            return say("run-queued", place=place) if place else say("run-starting")
        if any(map(_moves, transcript.shown)):
            return ""
        if not transcript.modes:
            return say("run-without")
        return say("run-working" if transcript.shown else "run-thinking")


def silence(run: Run, transcript: Transcript) -> float:
    """Seconds by the clock since a working run last gave a sign; 0 for any other run."""
    if transcript.state != "running":
        return 0.0
    return max(time.time() - run.header.asked_at - transcript.last_at, 0.0)


def stalls(run: Run, transcript: Transcript) -> bool:
    """Whether a run is working, but has delivered nothing for a long time."""
    return silence(run, transcript) >= STALLED


def _moves(item: Item) -> bool:
    """Whether an item itself shows that something goes on."""
    if isinstance(item, ToolCall):
        return item.state == "running"
    return bool(item.output.reasoning) and item.output.reasoning.ended_at is None


def show_end(place: DeltaGenerator, transcript: Transcript, unrecorded: Spoken = "") -> None:
    """How a run ended, shown below it, and why it is not kept. In a recording, those words are not ours, either."""
    message = safe_markdown(tell(transcript.said))
    if transcript.state == "stopped":
        place.warning(message or say("state-stopped"), icon=":material/stop_circle:")
    elif transcript.state == "failed":
        place.error(message or say("state-failed"), icon=":material/error:")
    elif line := first_output_line(transcript):
        place.caption(line)
    for note in transcript.notes:
        place.caption(f":material/info: {safe_markdown(tell(note))}")
    if unrecorded:
        place.warning(tell(unrecorded), icon=":material/save:")


def first_output_line(transcript: Transcript) -> str:
    """One line under a finished run: what streaming changed."""
    if transcript.ended_at is None or transcript.first_output_at is None:
        return ""
    first, whole = transcript.worked(transcript.first_output_at), transcript.worked(transcript.ended_at)
    if not transcript.modes:
        return say("run-nothing-until", seconds=f"{whole:.1f}") if whole >= 0.05 else say("run-all-at-once")
    if not is_sooner(first, whole):
        return say("run-first-late", first=f"{first:.1f}") if first >= 0.05 else say("run-all-at-once")
    if first < 0.05:
        return say("run-first-at-once", whole=f"{whole:.1f}")
    return say("run-first", first=f"{first:.1f}", whole=f"{whole:.1f}")
