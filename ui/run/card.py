"""What a run asks a person: a card for each question, in the run where it was asked; once answered, a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.graphs.inputs import Field, NotFilledIn
from agent.graphs.tool_schemas import tool_schema
from agent.projections.decisions import Decision, answered, decisions_of, filled_in, resume_value, told
from agent.projections.items import Asked
from agent.projections.label import argument_title, one_line, spoken, spoken_value, words
from agent.projections.questions import Question, Verdict, choice_answer, choice_label, questions_of
from agent.projections.tool_titles import tool_title
from agent.streaming.events import JSON, Interrupt
from texts import sentence
from ui.markdown import safe_label, safe_markdown
from ui.shell import session
from ui.shell.fields import draw_fields, values_of
from ui.shell.language import language, say, tell

FEW_CHOICES = 5
"""Answers that get a button each; of more, one is selected."""
FIRST_CARDS = 10
"""Open questions of a run that are drawn at first, and how many more each click draws."""
LONG = 200
"""Characters of an argument beyond which it is shown below the others."""

_ICONS: Mapping[Verdict, str] = {
    "approve": ":material/check:",
    "edit": ":material/edit:",
    "reject": ":material/close:",
    "respond": ":material/reply:",
    "cancel": ":material/cancel:",
}


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
        """Cards that can be answered, if this visitor's run asks."""
        return cls(run, technical, session.is_mine(run))

    def draw(self, place: DeltaGenerator, asked: Asked, *, ended: bool) -> None:
        """Draw what an interrupt asks."""
        questions = _questions(asked.interrupt)
        again = _Asks(self.run.id, asked.interrupt, 0, again=True)
        if asked.answered_at is not None and self.answers and _place(again) in _kept("card_again"):
            self._ask(place, asked, questions, again=True)
        elif asked.answered_at is not None:
            row = place.container(horizontal=True, vertical_alignment="center")
            pairs = zip(questions, decisions_of(questions, asked.answer), strict=True)
            lines = [_line(*pair) for pair in pairs]
            more = len(lines) - FIRST_CARDS
            lines[FIRST_CARDS:] = [f":gray[{say('run-more', count=more)}]"] if more > 0 else []
            row.markdown("  \n".join(lines), width="content")
            for number in range(len(questions)):  # it was taken elsewhere, a moment before
                if refusal := _kept("card_refusals").pop(_Asks(self.run.id, asked.interrupt, number).key, None):
                    place.info(safe_markdown(tell(refusal)), icon=":material/info:")
            if self.answers and self.run.state != "waiting" and asked.answer is not None:
                self._once(again.key)
                row.button(
                    say("card-otherwise"),
                    key=f"otherwise {again.key}",
                    type="tertiary",
                    icon=":material/alt_route:",
                    help=say("card-otherwise.help"),
                    on_click=_ask_again,
                    args=(again, True),
                )
        elif ended or not self.answers:
            mark = ":material/block:" if ended else ":material/front_hand:"
            said = say("card-unanswered" if ended else "card-waits")
            for number, question in enumerate(questions):
                if not self._has_room(_Asks(self.run.id, asked.interrupt, number)):
                    self._tell_more(place)
                    break
                place.markdown(f"{mark} {self._title(question)} · {said}")
        else:
            self._ask(place, asked, questions)

    def _ask(self, place: DeltaGenerator, asked: Asked, questions: Sequence[Question], *, again: bool = False) -> None:
        self._once(f"{asked.interrupt.id} {again}")
        cards = [_Asks(self.run.id, asked.interrupt, number, again) for number in range(len(questions))]
        decided = _drafts(cards[0])
        for asks in cards:
            if asks.number in decided or self._has_room(asks):
                _Card(place, self, asks, questions).draw()
        if left := sum(asks.number not in decided and not self._has_room(asks) for asks in cards):
            self._offer_more(place, left)
        if again:
            asks = _Asks(self.run.id, asked.interrupt, 0, again)
            place.button(say("card-otherwise.not"), key=f"keep {asks.key}", on_click=_ask_again, args=(asks, False))

    def _has_room(self, asks: _Asks) -> bool:
        """Whether an open question is among those that are drawn."""
        if len(self._open) < FIRST_CARDS + int(_kept("card_more").get(self.run.id, 0)):
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
                on_click=_show_more,
                args=(self.run.id,),
            )

    def _once(self, key: str) -> None:
        if key in self._drawn:  # something has appeared above it
            st.rerun()
        self._drawn.add(key)

    def _title(self, question: Question) -> str:
        return f"**{_label(question)}**"


@dataclass(frozen=True, slots=True)
class _Asks:
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


class _Card:
    def __init__(self, place: DeltaGenerator, cards: Cards, asks: _Asks, questions: Sequence[Question]) -> None:
        self._cards, self._asks, self._questions = cards, asks, questions
        self._question = questions[asks.number]
        self._place = place.container(border=True, key=f"card {asks.key}")

    def draw(self) -> None:
        with self._place:
            self._ask()
            if refusal := _kept("card_refusals").pop(self._asks.key, None):
                st.warning(safe_markdown(tell(refusal)), icon=":material/block:")
            if decision := _drafts(self._asks).get(self._asks.number):
                self._decided(decision)
            else:
                self._decide()

    def _ask(self) -> None:
        question = self._question
        st.markdown(f":material/front_hand: {safe_markdown(_title(question))}")
        if question.text and one_line(question.text) != _title(question):
            st.markdown(safe_markdown(question.text))
        _show_args(question)
        if question.address:
            st.code(question.address, language=None, wrap_lines=True)
        if self._cards.technical:
            st.code(json.dumps(question.raw, ensure_ascii=False, indent=2), language="json", wrap_lines=True)

    def _decided(self, decision: Decision) -> None:
        """One of several that make up one answer, of which others are still open."""
        left = len(self._questions) - len(_drafts(self._asks))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{_ICONS[decision.verdict]} {safe_label(say(told(self._question, decision)), 300)}")
            st.button(say("card-undo"), key=f"undo {self._asks.key}", on_click=_undo, args=(self._asks,))
        st.caption(say("card-sent-together", count=left))

    def _decide(self) -> None:
        question = self._question
        open_as = _kept("card_open").get(self._asks.key)
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
                    icon=_ICONS[verdict],
                    on_click=_open if needs_more else _take,
                    args=(self._asks, verdict),
                )

    def _opened(self, verdict: Verdict) -> None:
        """What else a decision needs: other arguments, a reason, an answer."""
        key = self._asks.key
        match verdict:
            case "edit":
                self._form("edit", say("card-approve-changed"), self._question.fields)
            case "reject":
                _recall(f"reason {key}")
                st.text_input(say("card-reason"), key=f"reason {key}", max_chars=_most())
                self._send("reject", say("card-reject"))
            case _:
                _recall(f"answer {key}")
                st.text_area(say("card-your-answer"), key=f"answer {key}", max_chars=_most())
                self._send("respond", say("card-send"))

    def _form(self, verdict: Verdict, label: str, fields: Sequence[Field]) -> None:
        draw_fields(f"field {self._asks.key}", fields, _kept("card_typed"))
        self._send(verdict, label)

    def _answer(self) -> None:
        question, key = self._question, self._asks.key
        if question.is_bare:
            self._choice(0, True, say("card-go-on"), primary=True)
        elif 0 < len(question.choices) <= FEW_CHOICES:
            with st.container(horizontal=True):
                for number, choice in enumerate(question.choices):
                    self._choice(number, choice_answer(choice), safe_label(_choice(choice)))
        elif question.choices:
            _recall(f"choice {key}")
            labels = [_choice(choice) for choice in question.choices]
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
            _recall(f"answer {key}")
            st.text_area(
                say("card-your-answer"), key=f"answer {key}", max_chars=_most(), placeholder=say("card-anything")
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                self._send("respond", say("card-send"))
                if question.schema is None and not question.is_bare:
                    # Whether it is a question for yes or no, only its graph knows: its text does not tell.
                    st.markdown(f":small[:gray[{say('card-or-only')}]]", width="content")
                    for number, choice in enumerate((True, False)):
                        self._choice(number, choice, _choice(choice))

    def _choice(self, number: int, answer: JSON, label: str, *, primary: bool = False) -> None:
        st.button(
            label,
            key=f"choice {number} {self._asks.key}",
            type="primary" if primary else "secondary",
            on_click=_choose,
            args=(self._asks, answer),
        )

    def _send(self, verdict: Verdict, label: str) -> None:
        with st.container(horizontal=True, width="content" if self._question.kind == "answer" else "stretch"):
            st.button(
                label,
                key=f"send {verdict} {self._asks.key}",
                icon=_ICONS[verdict],
                on_click=_take,
                args=(self._asks, verdict),
            )
            if self._question.kind == "approve":
                st.button(say("card-back"), key=f"back {self._asks.key}", on_click=_open, args=(self._asks, None))


_REASONS = ("batch", "call", "action")
"""Forms of answers in which a rejection can give a reason."""


def _questions(interrupt: Interrupt) -> list[Question]:
    return questions_of(interrupt.value, interrupt.schema, tool_schema)


def _title(question: Question) -> str:
    """What is asked, in one sentence."""
    if question.dialect == "breakpoint":
        return say("card-breakpoint", next=words(question.args))
    if question.is_bare:
        return say("card-ask-go-on")
    is_short = bool(question.text) and "\n" not in question.text.strip() and len(question.text) <= LONG
    if question.tool and not is_short:
        return say("card-wants-tool", tool=tool_title(question.tool, language=language()))
    return one_line(question.text) if question.text else say("card-asks")


def _label(question: Question) -> str:
    """The same where no emphasis is drawn."""
    return safe_label(_title(question).replace("**", ""), 120)


def _show_args(question: Question) -> None:
    """What it is about, in words."""
    args = question.args if question.dialect != "breakpoint" else None
    if not isinstance(args, dict):
        if args not in (None, [], ""):
            st.markdown(safe_markdown(words(args, 1_000)))
        return
    short, long = [], []
    for key, value in args.items():
        name = f"**{safe_label(tell(argument_title(question.tool, key, spoken(key))))}**"
        if isinstance(value, str) and ("\n" in value or len(value) > LONG):
            long.append((name, value))
        elif text := tell(spoken_value(value)) if isinstance(value, bool) else words(value, 1_000):
            short.append(f"{name}: {safe_markdown(text)}")
    if short:
        st.markdown("  \n".join(short))
    for name, value in long:
        st.markdown(f"{name}:")
        with st.container(border=True):
            st.markdown(safe_markdown(value[:10_000]))


def _line(question: Question, decision: Decision) -> str:
    """A decision in one line."""
    what = safe_label(tool_title(question.tool, language=language()), 120) if question.tool else _label(question)
    said = safe_label(say(told(question, decision)), 400)
    return f"{_ICONS[decision.verdict]} **{what}** · {said}"


def _choice(choice: JSON) -> str:
    return say("card-yes" if choice else "card-no") if isinstance(choice, bool) else choice_label(choice)


# What a click does: callbacks, which go before the script


def _show_more(run_id: str) -> None:
    """Draw more of very many questions."""
    more = _kept("card_more")
    more[run_id] = more.get(run_id, 0) + FIRST_CARDS


def _open(asks: _Asks, verdict: Verdict | None) -> None:
    """Show what else a decision needs, or hide it."""
    _kept("card_open")[asks.key] = verdict


def _undo(asks: _Asks) -> None:
    """Decide again, as long as the answer has not been sent."""
    _drafts(asks).pop(asks.number, None)
    _keep(asks, None)
    _open(asks, None)


def _ask_again(asks: _Asks, is_wanted: bool) -> None:
    """Ask once more what was answered, or leave it at that."""
    _kept("card_drafts").pop(_place(asks), None)
    if is_wanted:
        _kept("card_again")[_place(asks)] = True
    else:
        _kept("card_again").pop(_place(asks), None)


def _choose(asks: _Asks, value: JSON) -> None:
    _decide(asks, Decision("respond", value))


def _take(asks: _Asks, verdict: Verdict) -> None:
    """Decide with what is filled in, or say in the card what is missing."""
    question = _questions(asks.interrupt)[asks.number]
    try:
        _decide(asks, _filled_in(asks, question, verdict))
    except NotFilledIn as error:
        _kept("card_refusals")[asks.key] = error.said


def _filled_in(asks: _Asks, question: Question, verdict: Verdict) -> Decision:
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


def _decide(asks: _Asks, decision: Decision) -> None:
    """Note a decision; with the last one of its interrupt, answer it."""
    questions = _questions(asks.interrupt)
    drafts = _drafts(asks)
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
            _ask_again(asks, False)
            session.show_branch(outcome.request.page, outcome.id)
        _kept("card_sent")[_place(asks)] = answer
        _kept("card_drafts").pop(_place(asks), None)
        return
    drafts.pop(asks.number)
    if _kept("card_sent").get(_place(asks)) != answer:  # else it is a second click on the same button
        _kept("card_refusals")[asks.key] = outcome.sentence


def _drafts(asks: _Asks) -> dict[int, Decision]:
    """The decisions of an interrupt that is not answered yet, by the question's number."""
    all_drafts = _kept("card_drafts")
    if _place(asks) not in all_drafts:
        before = (
            {} if asks.again else session.runs().decisions(asks.run_id, asks.interrupt.id, session=session.session_id())
        )
        all_drafts[_place(asks)] = {number: Decision(**cast(dict[str, Any], kept)) for number, kept in before.items()}
    drafts: dict[int, Decision] = all_drafts[_place(asks)]
    return drafts


def _keep(asks: _Asks, decision: Decision | None) -> None:
    """Have a decision outlive this page, until it is sent with the others."""
    if not asks.again:
        session.runs().keep_decision(
            asks.run_id,
            asks.interrupt.id,
            asks.number,
            asdict(decision) if decision else None,
            session=session.session_id(),
        )


def _place(asks: _Asks) -> str:
    return f"{asks.run_id} {asks.interrupt.id}{' again' if asks.again else ''}"


def _typed(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _kept(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = st.session_state.setdefault(kind, {})
    return found


def _most() -> int:
    return session.settings().limits.prompt_chars


def _recall(key: str) -> None:
    """Before a text is drawn: keep what was typed through a visit to another page, where Streamlit forgets the
    widget.
    """
    typed = _kept("card_typed")
    if key in st.session_state:
        typed[key] = st.session_state[key]
    elif key in typed:
        st.session_state[key] = typed[key]
