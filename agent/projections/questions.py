"""What a person is asked: from the value of an interrupt to questions.

A graph may ask with any JSON value. Read are the forms of LangChain's human-in-the-loop middleware (all calls in one
interrupt, or one interrupt a call), of Agent Inbox, of MCP elicitation, and that of LangGraph's documentation for
tools: `{"action": ..., "message": ...}`, with the arguments beside them. Whatever else there is, is a question that
is answered with words, a choice or JSON. All texts in it are those of others.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from agent.graphs.arguments import argument_fields, inferred_schema, tamed
from agent.graphs.inputs import Field, fields_of
from agent.projections.label import words
from agent.streaming.events import JSON

Kind = Literal["approve", "form", "answer"]
"""Whether it is asked if something may be done, for data that a schema describes, or for anything."""
Verdict = Literal["approve", "edit", "reject", "respond", "cancel"]
"""`respond` is an answer in place of what was to be done, or what was asked for; `cancel` also ends the call."""
Dialect = Literal["batch", "call", "inbox", "elicitation", "one elicitation", "action", "free"]
"""How the answer is to be written."""
Plain: TypeAlias = Mapping[str, Any]

MOST_QUESTIONS = 50
"""In one interrupt; one with more is a single question."""
MOST_CHOICES = 30

_VERDICTS: tuple[Verdict, ...] = ("approve", "edit", "reject", "respond")
_FLAGS: Mapping[str, Verdict] = {
    "allow_accept": "approve",
    "allow_edit": "edit",
    "allow_ignore": "reject",
    "allow_respond": "respond",
}
_TEXTS = ("question", "message", "prompt", "query", "description", "text", "instruction", "instructions", "title")
"""Keys under which the question itself may stand, likeliest first."""
_CHOICES = ("options", "choices")
_SCHEMAS = ("requested_schema", "requestedSchema", "response_schema", "schema")
_LABELS = ("label", "title", "name", "text", "description", "value", "id")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a person is asked."""

    kind: Kind
    text: str = ""
    """What is asked, in the words of the graph; nothing, where it says no more than which tool."""
    tool: str = ""
    """The tool that is to be run."""
    args: JSON = None
    """With what; else what is told beside the question."""
    allowed: tuple[Verdict, ...] = ("respond",)
    """The decisions that can be made, the likeliest first."""
    fields: tuple[Field, ...] = ()
    """What can be filled in: the arguments as they are, or the data that is asked for."""
    schema: Plain | None = None
    """What is filled in must fit this."""
    choices: tuple[JSON, ...] = ()
    """The answers that are offered; none, where any can be given."""
    address: str = ""
    """Where the person is asked to go."""
    raw: JSON = None
    dialect: Dialect = "free"
    key: str = ""
    """What tells its answer apart from others in the same interrupt, where that is done by name."""


def questions_of(
    value: JSON, schema: JSON = None, tool_schema: Callable[[str], Plain | None] = lambda _name: None
) -> list[Question]:
    """The questions in the value of one interrupt, at least one; `schema` is that of its answer, where it has one.

    `tool_schema` gives the schema of a tool's arguments, where it is known. Each question is decided by itself, and
    all decisions make one answer.
    """
    value, schema = _whole(value), _whole(schema)
    found = [_with_fields(question, tool_schema) for question in _read(value, schema)]
    return found if 0 < len(found) <= MOST_QUESTIONS else [_free(value, schema)]


def choice_label(choice: JSON) -> str:
    """What an offered answer is called."""
    plain = _object(choice)
    said = next((text for key in _LABELS if isinstance(plain.get(key), (str, int)) and (text := words(plain[key]))), "")
    return said or words(choice) or json.dumps(choice, ensure_ascii=False)[:100]


def choice_answer(choice: JSON) -> JSON:
    """What is answered with it: its value, where it has one."""
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
    """A call that may not be run yet, in either form of the middleware."""
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
    """A call with the form in which its arguments can be changed, if they may be and there are any."""
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
    return dataclasses.replace(question, fields=tuple(argument_fields(args, schema)), schema=schema, allowed=allowed)


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
    """The key under which the question itself stands; nothing where there is none."""
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
    """The schema of a call's arguments, from that of the answer to whether the call may run."""
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
    """The value without halves of characters, which no browser takes."""
    text = json.dumps(value, ensure_ascii=False)
    whole = text.encode("utf-8", "replace").decode()
    return value if whole == text else cast(JSON, json.loads(whole))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
