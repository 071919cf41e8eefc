"""What a run asks a person: a card for each question, in the run where it was asked; once answered, a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.projections.decisions import decisions_of
from agent.projections.items import Asked
from agent.projections.questions import Question
from ui.markdown import safe_markdown
from ui.run.answering import FIRST_CARDS, Asks, ask_again, drafts_of, kept, questions_in, show_more
from ui.run.question import decision_line, label_of
from ui.run.question_card import Card
from ui.shell import session
from ui.shell.language import say, tell


@dataclass(frozen=True, slots=True)
class Cards:
    """The questions of one run, for one reader."""

    run: Run
    technical: bool
    answers: bool
    """Whether they can be answered here: on the page that asked, by the visitor who asked."""
    _drawn: set[str] = field(default_factory=set)
    """The interrupts whose cards are drawn: a widget can exist only once per script."""
    _open: set[str] = field(default_factory=set)
    """The questions drawn that are still to be decided: of very many, only the first are."""

    @classmethod
    def of(cls, run: Run, *, technical: bool) -> Cards:
        """Cards that can be answered if the run is this visitor's."""
        return cls(run, technical, session.is_mine(run))

    def draw(self, place: DeltaGenerator, asked: Asked, *, ended: bool) -> None:
        """Draw what an interrupt asks."""
        questions = questions_in(asked.interrupt)
        again = Asks(self.run.id, asked.interrupt, 0, again=True)
        if asked.answered_at is not None and self.answers and again.place in kept("card_again"):
            self._ask(place, asked, questions, again=True)
        elif asked.answered_at is not None:
            row = place.container(horizontal=True, vertical_alignment="center")
            pairs = zip(questions, decisions_of(questions, asked.answer), strict=True)
            lines = [decision_line(*pair) for pair in pairs]
            more = len(lines) - FIRST_CARDS
            lines[FIRST_CARDS:] = [f":gray[{say('run-more', count=more)}]"] if more > 0 else []
            row.markdown("  \n".join(lines), width="content")
            for number in range(len(questions)):  # it was taken elsewhere, a moment before
                if refusal := kept("card_refusals").pop(Asks(self.run.id, asked.interrupt, number).key, None):
                    place.info(safe_markdown(tell(refusal)), icon=":material/info:")
            if self.answers and self.run.state != "waiting" and asked.answer is not None:
                self._once(again.key)
                row.button(
                    say("card-otherwise"),
                    key=f"otherwise {again.key}",
                    type="tertiary",
                    icon=":material/alt_route:",
                    help=say("card-otherwise.help"),
                    on_click=ask_again,
                    args=(again, True),
                )
        elif ended or not self.answers:
            mark = ":material/block:" if ended else ":material/front_hand:"
            said = say("card-unanswered" if ended else "card-waits")
            for number, question in enumerate(questions):
                if not self._has_room(Asks(self.run.id, asked.interrupt, number)):
                    self._tell_more(place)
                    break
                place.markdown(f"{mark} **{label_of(question)}** · {said}")
        else:
            self._ask(place, asked, questions)

    def _ask(self, place: DeltaGenerator, asked: Asked, questions: Sequence[Question], *, again: bool = False) -> None:
        self._once(f"{asked.interrupt.id} {again}")
        cards = [Asks(self.run.id, asked.interrupt, number, again) for number in range(len(questions))]
        decided = drafts_of(cards[0])
        for asks in cards:
            if asks.number in decided or self._has_room(asks):
                Card(place, asks, questions, technical=self.technical).draw()
        if left := sum(asks.number not in decided and not self._has_room(asks) for asks in cards):
            self._offer_more(place, left)
        if again:
            asks = Asks(self.run.id, asked.interrupt, 0, again)
            place.button(say("card-otherwise.not"), key=f"keep {asks.key}", on_click=ask_again, args=(asks, False))

    def _has_room(self, asks: Asks) -> bool:
        """Whether an open question is among those that are drawn."""
        if len(self._open) < FIRST_CARDS + int(kept("card_more").get(self.run.id, 0)):
            self._open.add(asks.key)
        return asks.key in self._open

    def _tell_more(self, place: DeltaGenerator) -> None:
        """Say once that there are more questions, of this interrupt or of others."""
        if "more" not in self._drawn:
            self._drawn.add("more")
            place.markdown(f":gray[{say('card-more.not-here')}]")

    def _offer_more(self, place: DeltaGenerator, left: int) -> None:
        """Offer once to see more questions, of this interrupt or of others."""
        if "more" not in self._drawn:
            self._drawn.add("more")
            place.button(
                say("card-more", count=min(left, FIRST_CARDS)) if left > 1 else say("card-more.of-others"),
                key=f"more cards {self.run.id}",
                icon=":material/expand_more:",
                on_click=show_more,
                args=(self.run.id,),
            )

    def _once(self, key: str) -> None:
        if key in self._drawn:  # something has appeared above it
            st.rerun()
        self._drawn.add(key)
