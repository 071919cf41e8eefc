"""A question, and its run drawn below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.export.card import card_of
from agent.store.branches import Branches
from agent.streaming.events import StreamEvent
from ui.chat import branches
from ui.chat.way_out import WayOut, take_back
from ui.markdown import safe_markdown
from ui.run.cards import Cards
from ui.run.drawing import Drawing, show_end
from ui.run.end_card import hold_button, show_card
from ui.run.follow import QUICKEST, Reader
from ui.run.output import Look
from ui.run.timeline import FoldedTimeline
from ui.run.view import Shape, has_grown, parts_of, shape
from ui.run.waiting import show_waiting
from ui.shell import tour
from ui.shell.choices import Choices
from ui.shell.language import say

A_MOMENT = 0.3
"""Seconds to wait for the first words before the sidebar is drawn, which would delay them."""

A_BREATH = 0.12
"""Seconds between the first words and everything else: a browser paints at once whatever arrives together."""


_ENDED: Shape = ("ended", ())
"""The shape of a run that has ended with nothing to show."""


class Turn:
    """A question, and its run drawn below it; with a `tree` of the conversation, also the ways to its branches."""

    def __init__(
        self, run: Run, choices: Choices, tree: Branches | None = None, inside: DeltaGenerator | None = None
    ) -> None:
        inside = inside or st.container()
        with inside.chat_message("user", avatar=":material/person:"):
            if tree:
                branches.question(run, tree, choices.page)
            else:
                st.markdown(safe_markdown(run.request.question))
        self.run, self._choices, self._tree = run, choices, tree
        with inside.chat_message("assistant", avatar=":material/waves:"):
            place, way_out, self._end = st.container(), st.empty(), st.empty()
        self._way_out = WayOut(way_out, run, choices.page, tree)
        self._cards = Cards.of(run, technical=choices.technical)
        self._drawing = Drawing(place, self._cards, choices.modes)
        self._look = Look(choices.technical, run.request.tools)
        self._timeline = FoldedTimeline(inside, run, self._look)
        self._can_hold = False
        self.had_a_moment = False
        """Whether it is drawn, up to its first words at least."""
        self._take_back: Literal["", "offered", "over"] = ""
        self.reader = Reader(run, self)
        self.reader.take()
        self._drawn: dict[str, tuple[bool, Shape, int]] = st.session_state.setdefault("drawn", {})
        technical, before, filled = self._drawn.get(run.id, (choices.technical, (), 0))
        said_to_wait = run.id in self._drawn and not before and self._shape() == (_ENDED,)
        self.is_stale = technical != choices.technical or not has_grown(before, self._shape()) or said_to_wait
        """Whether an earlier script drew it differently: what that drew must be removed first."""
        if self.is_stale:
            self._drawing.clear(filled)

    def clear(self, other: str) -> None:
        """Remove what an earlier script drew here of another run."""
        *_, filled = self._drawn.get(other, (False, (), 0))
        self._drawing.clear(filled)
        self.is_stale = True

    def add(self, events: Sequence[StreamEvent]) -> None:
        """Note what has happened."""
        self._drawing.add(events)
        self._timeline.add(events)

    def draw(self, *, ended: bool) -> None:
        """Draw what is known of the run and, once it has ended, how."""
        filled = self._drawing.draw()
        self._drawn[self.run.id] = (self._choices.technical, self._shape(), filled)
        self._timeline.draw(self._drawing.transcript, ended=ended)
        tour.point(self._drawing.transcript)
        self._offer_to_take_back()
        self._way_out.offer(self._drawing.stalls)
        if ended:
            end = self._end.container()
            show_end(end, self._drawing.transcript, self.run.unrecorded)
            if card := card_of(self._drawing.transcript, self._look.title):
                end = show_card(end, self.run, card)
            if self._tree:
                branches.again(end, self.run, self._tree, self._choices.page)
        elif self._drawing.transcript.shown and not self._can_hold:
            self._can_hold = True
            self._end.container().html(hold_button())

    def _offer_to_take_back(self) -> None:
        """A button while it waits behind others, so that one question can be taken back and the others stay."""
        queues = self._drawing.queues and self._cards.answers
        if queues and not self._take_back:
            self._take_back = "offered"
            self._end.container().button(  # a block, as how it ends is: of an element, the next script leaves a shade
                say("chat-take-back"),
                key=f"take_back_{self.run.id}",
                type="tertiary",
                icon=":material/undo:",
                on_click=take_back,
                args=(self.run.id,),
            )
        elif self._take_back == "offered" and not queues:
            self._take_back = "over"
            self._end.empty()

    def wait_for_words(self) -> None:
        """Once, give it a moment for its first words, and the browser another one to paint them."""
        if not self.had_a_moment:
            self.had_a_moment = True
            self.reader.follow(lambda: not self.is_silent, seconds=A_MOMENT)
            self.reader.follow(seconds=A_BREATH)

    def tell_waiting(self) -> None:
        """Say that it waits for a person, and since when."""
        show_waiting(self._end, self._cards)

    @property
    def waits(self) -> bool:
        """Whether nothing happens until a person has answered."""
        return self._drawing.waits

    @property
    def is_held(self) -> bool:
        """Whether it waits behind a run that waits for a person."""
        return self._drawing.is_held

    @is_held.setter
    def is_held(self, held: bool) -> None:
        self._drawing.is_held = held

    @property
    def is_due(self) -> bool:
        """Whether the passing of time alone has changed what there is to see."""
        return self._drawing.is_due

    @property
    def rest(self) -> float:
        """Seconds until the next look: the first words are not kept waiting."""
        return 0.01 if self.is_silent else QUICKEST

    @property
    def is_silent(self) -> bool:
        """Whether there will be something to see, but is nothing yet."""
        transcript = self._drawing.transcript
        return bool(transcript.modes) and not (self.reader.ended or transcript.shown)

    def _shape(self) -> Shape:
        return shape(parts_of(self._drawing.transcript)) or ((_ENDED,) if self.reader.ended else ())
