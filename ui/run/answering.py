"""What a click on a card does: decide, undo, send; and what is kept until everything is decided."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, cast

import streamlit as st

from agent.graphs.inputs import NotFilledIn
from agent.graphs.tool_schemas import tool_schema
from agent.projections.decisions import Decision, answered, filled_in, resume_value
from agent.projections.questions import Question, Verdict, choice_answer, questions_of
from agent.streaming.events import JSON, Interrupt
from texts import sentence
from ui.shell import session
from ui.shell.fields import values_of

FEW_CHOICES = 5
"""Up to this many answers get a button each; with more, one is selected from a list."""
FIRST_CARDS = 10
"""How many open questions of a run are drawn at first, and how many more each click adds."""


@dataclass(frozen=True, slots=True)
class Asks:
    """A question of an interrupt of a run: what a click refers to."""

    run_id: str
    interrupt: Interrupt
    number: int
    again: bool = False
    """Whether it was answered, and another run is to go on with another answer."""

    @property
    def key(self) -> str:
        """For the widgets of its card."""
        return f"{self.run_id} {ascii(self.interrupt.id)} {self.number}{' again' if self.again else ''}"

    @property
    def place(self) -> str:
        """For what all questions of its interrupt share."""
        return f"{self.run_id} {self.interrupt.id}{' again' if self.again else ''}"


def questions_in(interrupt: Interrupt) -> list[Question]:
    """The questions of an interrupt, one or several."""
    return questions_of(interrupt.value, interrupt.schema, tool_schema)


def show_more(run_id: str) -> None:
    """Draw more of very many questions."""
    more = kept("card_more")
    more[run_id] = more.get(run_id, 0) + FIRST_CARDS


def open_with(asks: Asks, verdict: Verdict | None) -> None:
    """Show what else a decision needs, or hide it."""
    kept("card_open")[asks.key] = verdict


def undo(asks: Asks) -> None:
    """Decide again, as long as the answer has not been sent."""
    drafts_of(asks).pop(asks.number, None)
    _keep(asks, None)
    open_with(asks, None)


def ask_again(asks: Asks, is_wanted: bool) -> None:
    """Ask an answered question again, or leave it at that."""
    kept("card_drafts").pop(asks.place, None)
    if is_wanted:
        kept("card_again")[asks.place] = True
    else:
        kept("card_again").pop(asks.place, None)


def choose(asks: Asks, value: JSON) -> None:
    """Decide with an answer that has a button of its own."""
    _decide(asks, Decision("respond", value))


def take(asks: Asks, verdict: Verdict) -> None:
    """Decide with what is filled in, or say in the card what is missing."""
    question = questions_in(asks.interrupt)[asks.number]
    try:
        _decide(asks, _filled_in(asks, question, verdict))
    except NotFilledIn as error:
        kept("card_refusals")[asks.key] = error.said


def _filled_in(asks: Asks, question: Question, verdict: Verdict) -> Decision:
    if verdict == "edit" or (verdict == "respond" and question.kind == "form"):
        return Decision(verdict, filled_in(question, values_of(f"field {asks.key}", question.fields)))
    if verdict == "reject":
        return Decision("reject", reason=_typed(f"reason {asks.key}"))
    if verdict == "respond" and len(question.choices) > FEW_CHOICES:
        number = st.session_state.get(f"choice {asks.key}")
        if not isinstance(number, int) or not 0 <= number < len(question.choices):
            raise NotFilledIn(sentence("unfilled-choice"))
        return Decision("respond", choice_answer(question.choices[number]))
    if verdict == "respond":
        return Decision("respond", answered(question, _typed(f"answer {asks.key}")))
    return Decision(verdict)


def _decide(asks: Asks, decision: Decision) -> None:
    """Note a decision; with the last one of its interrupt, answer it."""
    questions = questions_in(asks.interrupt)
    drafts = drafts_of(asks)
    drafts[asks.number] = decision
    if len(drafts) < len(questions):
        _keep(asks, decision)
        return
    answer = resume_value(questions, [drafts[number] for number in range(len(questions))])
    visitor, key = session.session_id(), session.visitor_key()
    if asks.again:
        given = {asks.interrupt.id: answer}
        outcome = session.runs().answer_otherwise(asks.run_id, given, session=visitor, api_key=key)
    else:
        outcome = session.runs().answer(asks.run_id, asks.interrupt.id, answer, session=visitor, api_key=key)
    if outcome.state != "refused":
        if asks.again:
            ask_again(asks, False)
            session.show_branch(outcome.request.page, outcome.id)
        kept("card_sent")[asks.place] = answer
        kept("card_drafts").pop(asks.place, None)
        return
    drafts.pop(asks.number)
    if kept("card_sent").get(asks.place) != answer:  # else it is a second click on the same button
        kept("card_refusals")[asks.key] = outcome.sentence


def drafts_of(asks: Asks) -> dict[int, Decision]:
    """The decisions of an interrupt that is not answered yet, by the question's number."""
    all_drafts = kept("card_drafts")
    if asks.place not in all_drafts:
        visitor, before = session.session_id(), {}
        if not asks.again:
            before = session.runs().decisions(asks.run_id, asks.interrupt.id, session=visitor)
        all_drafts[asks.place] = {number: Decision(**cast(dict[str, Any], draft)) for number, draft in before.items()}
    drafts: dict[int, Decision] = all_drafts[asks.place]
    return drafts


def _keep(asks: Asks, decision: Decision | None) -> None:
    """Keep a decision beyond this page until it is sent with the others."""
    if not asks.again:
        session.runs().keep_decision(
            asks.run_id,
            asks.interrupt.id,
            asks.number,
            asdict(decision) if decision else None,
            session=session.session_id(),
        )


def _typed(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def kept(kind: str) -> dict[str, Any]:
    """What is kept of all cards for this visitor: `card_drafts`, `card_typed` and the like."""
    found: dict[str, Any] = st.session_state.setdefault(kind, {})
    return found


def recall(key: str) -> None:
    """Before a text is drawn: keep what was typed through a visit to another page, where Streamlit forgets the
    widget.
    """
    typed = kept("card_typed")
    if key in st.session_state:
        typed[key] = st.session_state[key]
    elif key in typed:
        st.session_state[key] = typed[key]
