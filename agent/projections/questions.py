"""What a person is asked: from an interrupt's value to questions.

A graph may ask with any JSON value. Understood are the forms of LangChain's human-in-the-loop middleware (all calls in
one interrupt, or one interrupt per call), of Agent Inbox, of MCP elicitation, and that of LangGraph's documentation for
tools: `{"action": ..., "message": ...}`, with the arguments beside them; and a breakpoint, which only waits to go on.
Anything else is a question to be answered with words, a choice or JSON. All its texts are other people's.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from agent.graphs.arguments import argument_fields, inferred_schema, tamed
from agent.graphs.inputs import Field, fields_of
from agent.projections.label import argument_title, words
from agent.streaming.events import JSON

Kind = Literal["approve", "form", "answer"]
"""Whether it asks for permission, for data described by a schema, or for anything."""
Verdict = Literal["approve", "edit", "reject", "respond", "cancel"]
"""`respond` answers in place of the action, or answers the question; `cancel` also ends the call."""
Dialect = Literal["batch", "call", "inbox", "elicitation", "one elicitation", "action", "breakpoint", "free"]
"""The form that the answer must have."""
Plain: TypeAlias = Mapping[str, Any]

MOST_QUESTIONS = 50
"""Per interrupt; one with more becomes a single question."""
MOST_CHOICES = 30

_VERDICTS: tuple[Verdict, ...] = ("approve", "edit", "reject", "respond")
_FLAGS: Mapping[str, Verdict] = {
    "allow_accept": "approve",
    "allow_edit": "edit",
    "allow_ignore": "reject",
    "allow_respond": "respond",
}
_TEXTS = ("question", "message", "prompt", "query", "description", "text", "instruction", "instructions", "title")
"""Keys that may hold the question itself, most likely first."""
_CHOICES = ("options", "choices")
_SCHEMAS = ("requested_schema", "requestedSchema", "response_schema", "schema")
_LABELS = ("label", "title", "name", "text", "description", "value", "id")


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a person."""

    kind: Kind
    text: str = ""
    """The question in the graph's words; empty if it only says which tool."""
    tool: str = ""
    """The tool to be run."""
    args: JSON = None
    """Its arguments; or else what comes with the question."""
    allowed: tuple[Verdict, ...] = ("respond",)
    """The possible decisions, most likely first."""
    fields: tuple[Field, ...] = ()
    """The fields to fill in: the arguments as they are, or the data asked for."""
    schema: Plain | None = None
    """What the filled-in fields must conform to."""
    choices: tuple[JSON, ...] = ()
    """The answers on offer; empty if any can be given."""
    address: str = ""
    """The address that the person is asked to visit."""
    raw: JSON = None
    dialect: Dialect = "free"
    key: str = ""
    """The name of its answer among others in the same interrupt, if they are told apart by name."""

    @property
    def is_bare(self) -> bool:
        """Whether it says nothing at all: the graph stops, and waits for whether to go on."""
        return self.dialect == "free" and self.schema is None and self.raw in (None, "", [], {})


def questions_of(
    value: JSON, schema: JSON = None, tool_schema: Callable[[str], Plain | None] = lambda _name: None
) -> list[Question]:
    """The questions in an interrupt's value, at least one; `schema` is that of its answer, if it has one.

    `tool_schema` gives the schema of a tool's arguments, if known. Each question is decided separately, and all
    decisions make one answer.
    """
    value, schema = _whole(value), _whole(schema)
    found = [_with_fields(question, tool_schema) for question in _read(value, schema)]
    return found if 0 < len(found) <= MOST_QUESTIONS else [_free(value, schema)]


def choice_label(choice: JSON) -> str:
    """The label of an offered answer."""
    plain = _object(choice)
    said = next((text for key in _LABELS if isinstance(plain.get(key), (str, int)) and (text := words(plain[key]))), "")
    return said or words(choice) or json.dumps(choice, ensure_ascii=False)[:100]


def choice_answer(choice: JSON) -> JSON:
    """The value of an offered answer, if it has one."""
    plain = _object(choice)
    return next((plain[key] for key in ("value", "id") if key in plain), choice)


def _read(value: Any, schema: JSON) -> Iterator[Question]:
    match value:
        case {"action_requests": [_, *_] as requests}:
            listed = value.get("review_configs")
            configs = [_object(config) for config in listed] if isinstance(listed, list) else []
            for place, request in enumerate(requests):
                yield _reviewed(request, place, configs)
        case {"type": "tool_approval", "name": str()}:
            yield _call(value, "call", _allowed(schema), _edited(schema), value)
        case [{"action_request": _}, *_]:
            for request in value:
                yield _inbox(_object(request), request)
        case {"action_request": dict()}:
            yield _inbox(value, value)
        case {"type": "mcp_elicitation", "requests": [_, *_] as requests}:
            asked = [_elicited(_object(request), request, value, "elicitation") for request in requests]
            if len({question.key for question in asked}) == len(asked):
                yield from asked
        case {"type": "breakpoint", "next": [*following]} if len(value) == 2:
            yield Question("approve", args=following, allowed=("approve",), raw=value, dialect="breakpoint")
        case {"type": "mcp_elicitation"}:
            yield _elicited(value, value, value, "one elicitation")
        case {"action": str(action)} if schema is None and action and len(value) > 2 and (key := _text_key(value)):
            args = {name: inner for name, inner in value.items() if name not in ("action", "type", key)}
            yield _approve(value[key], action, args, _VERDICTS, "action", value, None)


def _reviewed(request: Any, place: int, configs: Sequence[Plain]) -> Question:
    plain = request if isinstance(request, dict) else {"args": request}
    by_name = [config for config in configs if config.get("action_name") == plain.get("name")]
    config = next(iter([*by_name, *configs[place : place + 1]]), {})
    allowed = config.get("allowed_decisions")
    return _call(plain, "batch", allowed if isinstance(allowed, list) else [], config.get("args_schema"), request)


def _call(call: Plain, dialect: Dialect, allowed: Sequence[JSON], schema: JSON, raw: JSON) -> Question:
    """A call that needs permission, in either form of the middleware."""
    text = _string(call.get("description"))
    if text.startswith("Tool execution requires approval"):  # and then what is shown anyway
        text = ""
    known = tuple(verdict for verdict in _VERDICTS if verdict in allowed)
    return _approve(text, _string(call.get("name")), call.get("args"), known or _VERDICTS[:3], dialect, raw, schema)


def _inbox(request: Plain, raw: JSON) -> Question:
    asked, config = _object(request.get("action_request")), _object(request.get("config"))
    allowed = tuple(verdict for flag, verdict in _FLAGS.items() if config.get(flag) is True) or tuple(_FLAGS.values())
    text, tool = _string(request.get("description")), _string(asked.get("action"))
    return _approve(text, tool, asked.get("args"), allowed, "inbox", raw, None)


def _approve(
    text: str, tool: str, args: JSON, allowed: tuple[Verdict, ...], dialect: Dialect, raw: JSON, schema: JSON
) -> Question:
    return Question("approve", text, tool, args, allowed, (), tamed(schema), raw=raw, dialect=dialect)


def _with_fields(question: Question, tool_schema: Callable[[str], Plain | None]) -> Question:
    """A call with a form for changing its arguments, if that is allowed and there are any."""
    if "edit" not in question.allowed:
        return question
    args = question.args if isinstance(question.args, dict) else None
    if not args:
        others = tuple(verdict for verdict in question.allowed if verdict != "edit")
        return dataclasses.replace(question, allowed=others or ("approve", "reject"))
    known = tool_schema(question.tool)
    schema = question.schema or known or inferred_schema(args)
    # Of others it is not sure that they take an approval: they may wait for a word.
    allowed = question.allowed[:3] if question.dialect == "action" and known else question.allowed
    fields = tuple(
        dataclasses.replace(field, title=argument_title(question.tool, field.name, field.title))
        for field in argument_fields(args, schema)
    )
    return dataclasses.replace(question, fields=fields, schema=schema, allowed=allowed)


def _elicited(request: Plain, raw: JSON, whole: Plain, dialect: Dialect) -> Question:
    text, key, tool = _string(request.get("message")), _string(request.get("key")), _string(whole.get("tool_name"))
    if request.get("mode") == "url":
        address, shape = _string(request.get("url")), None
    else:
        address, shape = "", next((found for name in _SCHEMAS if (found := tamed(request.get(name)))), None)
    fields = tuple(fields_of(shape)) if shape and shape.get("properties") else ()
    allowed: tuple[Verdict, ...] = ("respond" if fields else "approve", "reject", "cancel")
    kind: Kind = "form" if fields else "approve"
    return Question(kind, text, tool, None, allowed, fields, shape, (), address, raw, dialect, key)


def _free(value: Any, schema: JSON) -> Question:
    shape, plain = tamed(schema), _object(value)
    key = _text_key(plain)
    text = value if isinstance(value, str) else _string(plain.get(key))
    choices, chosen_from = _offered(plain)
    rest = {name: inner for name, inner in plain.items() if name not in (key, chosen_from)}
    beside: JSON = rest or None if plain else None if isinstance(value, str) else value
    if shape and shape.get("properties"):
        return Question("form", text, "", beside, ("respond",), tuple(fields_of(shape)), shape, raw=value)
    if shape and not choices:
        field = fields_of(shape)[0]
        choices = field.choices if field.kind == "choice" else (True, False) if field.kind == "boolean" else ()
    return Question("answer", text, "", beside, ("respond",), (), shape, choices[:MOST_CHOICES], raw=value)


def _text_key(value: Plain) -> str:
    """The key that holds the question itself; None if there is none."""
    return next((key for key in _TEXTS if _string(value.get(key)).strip()), "")


def _offered(value: Plain) -> tuple[tuple[JSON, ...], str]:
    """The answers that a value offers, and under which key."""
    for key in _CHOICES:
        options = value.get(key)
        if isinstance(options, (list, dict)) and 0 < len(options) <= MOST_CHOICES:
            return tuple(options), key
    return (), ""


def _allowed(schema: JSON) -> list[JSON]:
    """The decisions that the schema of an answer allows."""
    found: list[JSON] = []
    for variant in _variants(schema):
        kind = _object(_object(variant.get("properties")).get("type"))
        found += [kind.get("const"), *(kind["enum"] if isinstance(kind.get("enum"), list) else [])]
    return found


def _edited(schema: JSON) -> JSON:
    """The schema of a call's arguments, from the schema of the answer to whether the call may run."""
    definitions = _object(_object(schema).get("$defs"))
    for variant in _variants(schema):
        action = _followed(_object(variant.get("properties")).get("edited_action"), definitions)
        if args := _followed(_object(action.get("properties")).get("args"), definitions):
            return {**args, "$defs": definitions}
    return None


def _variants(schema: JSON) -> list[dict[str, Any]]:
    plain = _object(schema)
    options = plain.get("oneOf") or plain.get("anyOf") or [plain]
    definitions = _object(plain.get("$defs"))
    return [_followed(option, definitions) for option in options] if isinstance(options, list) else []


def _followed(schema: Any, definitions: Plain) -> dict[str, Any]:
    plain = _object(schema)
    name = _string(plain.get("$ref")).removeprefix("#/$defs/")
    return _object(definitions.get(name)) if name else plain


def _whole(value: JSON) -> JSON:
    """The value without lone surrogates, which no browser accepts."""
    text = json.dumps(value, ensure_ascii=False)
    whole = text.encode("utf-8", "replace").decode()
    return value if whole == text else cast(JSON, json.loads(whole))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
