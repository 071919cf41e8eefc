"""What a person decides: from decisions to what the graph goes on with, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from agent.graphs.arguments import changed, checked, tamed
from agent.graphs.inputs import Field, NotFilledIn, assembled
from agent.projections.label import argument_title, spoken, words
from agent.projections.questions import Question, Verdict
from agent.streaming.events import JSON
from texts import Language, Spoken, say, sentence

_REPLIES: Mapping[Verdict, str] = {
    "approve": "accept",
    "edit": "edit",
    "reject": "ignore",
    "cancel": "ignore",
    "respond": "response",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision."""

    verdict: Verdict
    value: JSON = None
    """For an edit, the arguments; for a response, the answer."""
    reason: str = ""
    """The reason for a rejection."""


def resume_value(questions: Sequence[Question], decisions: Sequence[Decision]) -> JSON:
    """What the graph goes on with; there is one decision for each question of the interrupt."""
    written: list[JSON] = [
        _written(question, decision) for question, decision in zip(questions, decisions, strict=True)
    ]
    match questions[0].dialect:
        case "batch":
            return {"decisions": written}
        case "inbox":
            return written
        case "elicitation":
            return {"responses": dict(zip((question.key for question in questions), written, strict=True))}
    return written[0]


def decisions_of(questions: Sequence[Question], answer: JSON) -> list[Decision]:
    """The decisions behind an answer; one of unknown form counts as a response to all questions."""
    parts = _parts(questions, answer)
    if len(parts) != len(questions):
        return [Decision("respond", answer)] * len(questions)
    return [_read(question, part) for question, part in zip(questions, parts, strict=True)]


def fit(questions: Sequence[Question], answer: JSON, schema: JSON) -> None:
    """Whether an answer, made anywhere, has the form that these questions take, and `schema` of the whole of it.

    Raises NotFilledIn with a sentence if not.
    """
    checked(answer, tamed(schema))
    parts = _parts(questions, answer)
    if len(parts) != len(questions):
        raise NotFilledIn(sentence("unfilled-unfit"))
    for question, part in zip(questions, parts, strict=True):
        decision = _read(question, part)
        if question.dialect != "free" and decision.verdict not in question.allowed:
            raise NotFilledIn(sentence("unfilled-unfit"))
        if decision.verdict == "edit":
            before = question.args if question.dialect == "action" and isinstance(question.args, dict) else {}
            checked({**before, **decision.value} if isinstance(decision.value, dict) else None, question.schema)
        elif decision.verdict == "respond":
            if question.dialect not in ("free", "action") and _written(question, decision) != part:
                raise NotFilledIn(sentence("unfilled-unfit"))
            if question.kind != "approve":
                checked(decision.value, question.schema)


def filled_in(question: Question, values: Mapping[str, object]) -> JSON:
    """The value of a question's fields, with `values` by name; raises NotFilledIn with a sentence."""
    if question.kind == "approve":
        return changed(question.fields, question.args, values, question.schema)
    return assembled(list(question.fields), values, question.schema)


def answered(question: Question, text: str) -> JSON:
    """What was typed as an answer: JSON if it is, or has to be; otherwise text. Raises NotFilledIn."""
    if not text.strip():
        raise NotFilledIn(sentence("unfilled-answer"))
    if question.kind == "approve" and question.dialect != "action":
        return text  # it stands in for what a tool would have said
    value: JSON = text
    wanted = (question.schema or {}).get("type", "string") if question.kind == "answer" else "string"
    if text.strip()[0] in "{[" or wanted != "string":
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
    return checked(value, question.schema if question.kind == "answer" else None)


def changes(question: Question, args: JSON) -> list[tuple[str, JSON]]:
    """The changed arguments, with their new values."""
    if not isinstance(args, dict) or not isinstance(question.args, dict):
        return []
    return [(key, value) for key, value in args.items() if value != question.args.get(key)]


def told(question: Question, decision: Decision, language: Language) -> str:
    """The decision in a sentence, with other people's words in it."""
    match decision.verdict:
        case "respond" if question.is_bare and decision.value is True:
            return say(language, "card-go-on")
        case "approve":
            return say(language, "card-approved")
        case "edit":
            named = [(_title(question, key), value) for key, value in changes(question, decision.value)]
            return say(language, "card-changed", changes=_listed(named, language))
        case "reject" if decision.reason:
            return say(language, "card-rejected.why", why=decision.reason)
        case "reject":
            return say(language, "card-rejected")
        case "cancel":
            return say(language, "card-cancelled")
    return say(language, "card-answered", answer=_answer(question, decision.value, language))


def replied(question: Question, decision: Decision, language: Language) -> str:
    """The same, where it is said already that a person answered: of an answer, its words alone."""
    is_answered = decision.verdict == "respond" and not question.is_bare
    return _answer(question, decision.value, language) if is_answered else told(question, decision, language)


def _answer(question: Question, value: JSON, language: Language) -> str:
    """What was answered; of a form, each field under its title."""
    fields = [field for field in question.fields if len(field.path) == 1]
    if not isinstance(value, dict) or not value.keys() <= {field.path[0] for field in fields}:
        return words(value, 300, language)
    named = [(_field_title(field), value[field.path[0]]) for field in fields if field.path[0] in value]
    return _listed(named, language)


def _title(question: Question, key: str) -> Spoken:
    return argument_title(question.tool, key, key.replace("_", " "))


def _field_title(field: Field) -> Spoken:
    return spoken(field.path[0]) if field.title == field.path[0] else field.title


def _listed(named: Iterable[tuple[Spoken, JSON]], language: Language) -> str:
    """Values with their names."""
    said = [(name, words(value, 300, language)) for name, value in named]
    lines = [say(language, "card-change", name=name, value=text) for name, text in said]
    return reduce(lambda some, more: say(language, "card-changes", some=some, more=more), lines) if lines else ""


def _parts(questions: Sequence[Question], answer: JSON) -> list[Any]:
    """The part of an answer that belongs to each question; another number of them if it has another form."""
    match questions[0].dialect, answer:
        case "batch", {"decisions": [*found]}:
            return found
        case "inbox", [*found]:
            return found
        case "elicitation", {"responses": dict(found)}:
            return [found.get(question.key) for question in questions]
        case "batch" | "inbox" | "elicitation", _:
            return []
    return [answer]


def _written(question: Question, decision: Decision) -> Any:
    verdict, value, reason = decision.verdict, decision.value, decision.reason
    match question.dialect:
        case "batch" | "call":
            return _review(question, decision)
        case "inbox":
            asked = {"action": question.tool, "args": value if verdict == "edit" else question.args}
            args = asked if verdict in ("approve", "edit") else value if verdict == "respond" else None
            return {"type": _REPLIES[verdict], "args": args}
        case "elicitation" | "one elicitation" if verdict == "respond":
            return {"action": "accept", "content": value}
        case "elicitation" | "one elicitation" if verdict in ("reject", "cancel"):
            return {"action": "decline" if verdict == "reject" else "cancel"}
        case "elicitation" | "one elicitation":
            return {"action": "accept"} if question.address else {"action": "accept", "content": {}}
        case "action" if verdict == "edit" and isinstance(value, dict):
            return {**value, "action": "approve"}
        case "action" if verdict != "respond":
            approved = verdict in ("approve", "edit")
            return {"action": "approve"} if approved else {"action": "reject", **({"reason": reason} if reason else {})}
    return value


def _review(question: Question, decision: Decision) -> dict[str, Any]:
    value = decision.value
    match decision.verdict:
        case "approve":
            return {"type": "approve"}
        case "edit":
            return {"type": "edit", "edited_action": {"name": question.tool, "args": value}}
        case "respond":
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            return {"type": "respond", "message": text}
    return {"type": "reject", **({"message": decision.reason} if decision.reason else {})}


def _read(question: Question, part: Any) -> Decision:
    match question.dialect, part:
        case ("batch" | "call", {"type": "approve"}) | ("inbox", {"type": "accept"}) | ("breakpoint", None):
            return Decision("approve")
        case ("batch" | "call", {"type": "edit", "edited_action": {"args": args}}):
            return Decision("edit", args)
        case ("inbox", {"type": "edit", "args": {"args": args}}):
            return Decision("edit", args)
        case ("batch" | "call", {"type": "reject"}):
            return Decision("reject", reason=_string(part.get("message")))
        case ("batch" | "call", {"type": "respond", "message": said}) | ("inbox", {"type": "response", "args": said}):
            return Decision("respond", said)
        case ("inbox", {"type": "ignore"}) | ("elicitation" | "one elicitation", {"action": "decline"}):
            return Decision("reject")
        case ("elicitation" | "one elicitation", {"action": "accept"}):
            return Decision("respond", part.get("content")) if question.fields else Decision("approve")
        case ("elicitation" | "one elicitation", {"action": "cancel"}):
            return Decision("cancel")
        case ("action", {"action": "approve"}):
            args = {key: value for key, value in part.items() if key != "action"}
            return Decision("edit", args) if args else Decision("approve")
        case ("action", {"action": "reject"}):
            return Decision("reject", reason=_string(part.get("reason")))
    return Decision("respond", part)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
