"""The card of one question: what is asked, and the buttons, fields and texts to answer it with."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.graphs.inputs import Field
from agent.projections.decisions import Decision, told
from agent.projections.label import one_line
from agent.projections.questions import Question, Verdict, choice_answer
from agent.streaming.events import JSON
from ui.markdown import safe_label, safe_markdown
from ui.run.answering import FEW_CHOICES, Asks, choose, drafts_of, kept, open_with, recall, take, undo
from ui.run.question import ICONS, choice_of, show_args, title_of
from ui.shell import session
from ui.shell.fields import draw_fields
from ui.shell.language import language, say, tell


class Card:
    """One of the `questions` of an interrupt; `technical`, with what its graph sent."""

    def __init__(self, place: DeltaGenerator, asks: Asks, questions: Sequence[Question], *, technical: bool) -> None:
        self._asks, self._questions, self._technical = asks, questions, technical
        self._question = questions[asks.number]
        self._place = place.container(border=True, key=f"card {asks.key}")

    def draw(self) -> None:
        """Draw it: still to be decided, or decided and waiting for the others."""
        with self._place:
            self._ask()
            if refusal := kept("card_refusals").pop(self._asks.key, None):
                st.warning(safe_markdown(tell(refusal)), icon=":material/block:")
            if decision := drafts_of(self._asks).get(self._asks.number):
                self._decided(decision)
            else:
                self._decide()

    def _ask(self) -> None:
        question = self._question
        st.markdown(f":material/front_hand: {safe_markdown(title_of(question))}")
        if question.text and one_line(question.text) != title_of(question):
            st.markdown(safe_markdown(question.text))
        show_args(question)
        if question.address:
            st.code(question.address, language=None, wrap_lines=True)
        if self._technical:
            st.code(json.dumps(question.raw, ensure_ascii=False, indent=2), language="json", wrap_lines=True)

    def _decided(self, decision: Decision) -> None:
        """One of several that make up one answer, of which others are still open."""
        left = len(self._questions) - len(drafts_of(self._asks))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{ICONS[decision.verdict]} {safe_label(told(self._question, decision, language()), 300)}")
            st.button(say("card-undo"), key=f"undo {self._asks.key}", on_click=undo, args=(self._asks,))
        st.caption(say("card-sent-together", count=left))

    def _decide(self) -> None:
        question = self._question
        open_as = kept("card_open").get(self._asks.key)
        if question.kind == "form":
            self._form("respond", say("card-send"), question.fields)
            self._buttons([verdict for verdict in question.allowed if verdict != "respond"])
        elif question.kind == "answer":
            self._answer()
        elif open_as in question.allowed:
            self._opened(open_as)
        else:
            self._buttons(question.allowed)

    def _buttons(self, verdicts: Sequence[Verdict]) -> None:
        with st.container(horizontal=True):
            for verdict in verdicts:
                needs_more = verdict in ("edit", "respond") or (
                    verdict == "reject" and self._question.dialect in _REASONS
                )
                st.button(
                    say(f"card-{verdict}") + ("…" if needs_more else ""),
                    key=f"{verdict} {self._asks.key}",
                    icon=ICONS[verdict],
                    on_click=open_with if needs_more else take,
                    args=(self._asks, verdict),
                )

    def _opened(self, verdict: Verdict) -> None:
        """What else a decision needs: other arguments, a reason, an answer."""
        key = self._asks.key
        match verdict:
            case "edit":
                self._form("edit", say("card-approve-changed"), self._question.fields)
            case "reject":
                recall(f"reason {key}")
                st.text_input(say("card-reason"), key=f"reason {key}", max_chars=_most())
                self._send("reject", say("card-reject"))
            case _:
                recall(f"answer {key}")
                st.text_area(say("card-your-answer"), key=f"answer {key}", max_chars=_most())
                self._send("respond", say("card-send"))

    def _form(self, verdict: Verdict, label: str, fields: Sequence[Field]) -> None:
        draw_fields(f"field {self._asks.key}", fields, kept("card_typed"))
        self._send(verdict, label)

    def _answer(self) -> None:
        question, key = self._question, self._asks.key
        if question.is_bare:
            self._choice(0, True, say("card-go-on"), primary=True)
        elif 0 < len(question.choices) <= FEW_CHOICES:
            with st.container(horizontal=True):
                for number, choice in enumerate(question.choices):
                    self._choice(number, choice_answer(choice), safe_label(choice_of(choice)))
        elif question.choices:
            recall(f"choice {key}")
            labels = [choice_of(choice) for choice in question.choices]
            st.selectbox(
                say("card-your-answer"),
                range(len(labels)),
                None,
                key=f"choice {key}",
                format_func=lambda number: labels[number],
                placeholder=say("chat-input.choose"),
            )
            self._send("respond", say("card-send"))
        if not question.choices:
            recall(f"answer {key}")
            st.text_area(
                say("card-your-answer"), key=f"answer {key}", max_chars=_most(), placeholder=say("card-anything")
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                self._send("respond", say("card-send"))
                if question.schema is None and not question.is_bare:
                    # Whether it is a question for yes or no, only its graph knows: its text does not tell.
                    st.markdown(f":small[:gray[{say('card-or-only')}]]", width="content")
                    for number, choice in enumerate((True, False)):
                        self._choice(number, choice, choice_of(choice))

    def _choice(self, number: int, answer: JSON, label: str, *, primary: bool = False) -> None:
        st.button(
            label,
            key=f"choice {number} {self._asks.key}",
            type="primary" if primary else "secondary",
            on_click=choose,
            args=(self._asks, answer),
        )

    def _send(self, verdict: Verdict, label: str) -> None:
        with st.container(horizontal=True, width="content" if self._question.kind == "answer" else "stretch"):
            st.button(
                label,
                key=f"send {verdict} {self._asks.key}",
                icon=ICONS[verdict],
                on_click=take,
                args=(self._asks, verdict),
            )
            if self._question.kind == "approve":
                st.button(say("card-back"), key=f"back {self._asks.key}", on_click=open_with, args=(self._asks, None))


_REASONS = ("batch", "call", "action")
"""Forms of answers in which a rejection can give a reason."""


def _most() -> int:
    return session.settings().limits.prompt_chars
