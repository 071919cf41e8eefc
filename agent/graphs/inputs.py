"""A graph's input as a form: from its JSON Schema to fields, from filled-in fields to the input."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import validator_for
from referencing import Registry

from agent.streaming.events import JSON
from texts import Sentence, Spoken, sentence

Kind = Literal["text", "long text", "integer", "number", "boolean", "choice", "lines", "json"]
"""How a field is filled in; `lines` is a list of strings, one per line, and `json` anything."""
MAX_FIELDS = 40
"""With more fields, a form is no help, and the whole input is one box of JSON."""
MAX_DEPTH = 3
"""Levels of nested objects whose fields are drawn one by one; deeper ones are a box of JSON."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    path: tuple[str, ...]
    """The keys that lead to it; empty if the input is a single value."""
    kind: Kind
    title: Spoken
    help: str = ""
    required: bool = False
    default: JSON = None
    choices: tuple[JSON, ...] = ()

    @property
    def name(self) -> str:
        """Its path as one word."""
        return ".".join(self.path)


class NotFilledIn(ValueError):
    """An invalid entry; the text is a sentence that says where and why."""

    def __init__(self, said: Spoken) -> None:
        super().__init__(said)
        self.said = said


def fields_of(schema: Mapping[str, Any] | None) -> list[Field]:
    """The fields of a JSON Schema, in order; a single box of JSON if it is unusable or too large for a form."""
    try:
        found = list(_fields(schema, schema, (), True, 0)) if schema else []
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
        found = []  # no schema that can be read
    if not found or len(found) > MAX_FIELDS or len({field.name for field in found}) < len(found):
        return [Field((), "json", sentence("chat-input.json"), required=True)]
    return found


def assembled(fields: list[Field], values: Mapping[str, object], schema: Mapping[str, Any] | None) -> JSON:
    """The input made from filled-in fields, with `values` by field name.

    Raises NotFilledIn. Optional fields left empty are left out.
    """
    made: dict[str, JSON] = {}
    for field in fields:
        value = _parsed(field, values.get(field.name))
        if not field.path:
            return _checked(value, schema)
        if value is None:
            if field.required:
                raise NotFilledIn(sentence("unfilled-missing", field=field.title))
            continue
        place = made
        for key in field.path[:-1]:
            place = cast(dict[str, JSON], place.setdefault(key, {}))
        place[field.path[-1]] = value
    return _checked(made, schema)


def _fields(schema: Any, whole: Any, path: tuple[str, ...], required: bool, depth: int) -> Iterator[Field]:
    schema = _resolved(schema, whole)
    properties = schema.get("properties")
    is_object = schema.get("type", "object") == "object" and isinstance(properties, Mapping)
    if is_object and properties and depth < MAX_DEPTH:
        needed = schema.get("required") or ()
        for key, inner in properties.items():
            yield from _fields(inner, whole, (*path, str(key)), required and key in needed, depth + 1)
        return
    kind, choices = _kind(schema, whole)
    title = str(schema.get("title") or (path[-1] if path else "")) or sentence("chat-input")
    default = schema.get("default")
    yield Field(path, kind, title, str(schema.get("description") or ""), required and default is None, default, choices)


def _kind(schema: Mapping[str, Any], whole: Any) -> tuple[Kind, tuple[JSON, ...]]:
    if schema.get("enum"):  # of nothing, nothing can be chosen
        return "choice", tuple(schema["enum"])
    if "const" in schema:
        return "choice", (schema["const"],)
    match schema.get("type"):
        case "string":
            return ("long text" if schema.get("format") == "textarea" else "text"), ()
        case "integer" | "number" | "boolean" as kind:
            return kind, ()
        case "array" if _resolved(schema.get("items") or {}, whole).get("type") == "string":
            return "lines", ()
    return "json", ()


def _resolved(schema: Any, whole: Any) -> Mapping[str, Any]:
    """The schema behind a reference, a single option, or an option that may also be null."""
    found: dict[str, Any] = dict(schema)
    for _ in range(8):
        if isinstance(reference := found.get("$ref"), str) and reference.startswith("#/"):
            target: Any = whole
            for step in reference[2:].split("/"):
                target = target[step]
            found = {**target, **{key: value for key, value in found.items() if key != "$ref"}}
            continue
        options = found.get("anyOf") or found.get("oneOf") or found.get("allOf")
        if not options:
            break
        others = [option for option in options if option.get("type") != "null"]
        if len(others) != 1:
            break
        rest = {key: value for key, value in found.items() if key not in ("anyOf", "oneOf", "allOf")}
        found = {**others[0], **rest}
    return found


def _parsed(field: Field, value: object) -> JSON:
    """A field's value, or None if it is empty."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if field.kind == "json":
        try:
            return cast(JSON, json.loads(str(value)))
        except (ValueError, RecursionError):
            raise NotFilledIn(sentence("unfilled-no-json", field=field.title)) from None
    if field.kind == "lines":
        return [line.strip() for line in str(value).splitlines() if line.strip()]
    if field.kind in ("integer", "number"):
        return int(cast(float, value)) if field.kind == "integer" else float(cast(float, value))
    return cast(JSON, value)


def _checked(value: JSON, schema: Mapping[str, Any] | None) -> JSON:
    if schema:
        try:
            # A registry of its own, or the address that a `$ref` names would be fetched.
            validator_for(schema, default=Draft202012Validator)(dict(schema), registry=Registry()).validate(value)
        except ValidationError as error:
            raise NotFilledIn(_unfit(error)) from None
        except Exception:
            return value  # a schema that is none says nothing
    return value


def _unfit(error: ValidationError) -> Sentence:
    """Where a value does not fit, and why."""
    field: Spoken = ".".join(map(str, error.absolute_path)) or sentence("chat-input")
    match error.validator, error.validator_value:
        case "type", str(kind):
            return sentence("unfilled-type", field=field, kind=kind)
        case "minimum", int() | float() as least:
            return sentence("unfilled-low", field=field, least=str(least))
        case "maximum", int() | float() as most:
            return sentence("unfilled-high", field=field, most=str(most))
        case "minLength", int() as least:
            return sentence("unfilled-short", field=field, count=least)
        case "maxLength", int() as most:
            return sentence("unfilled-long", field=field, count=most)
        case "enum", [*choices]:
            return sentence("unfilled-not-offered", field=field, choices=", ".join(map(str, choices))[:200])
    return sentence("unfilled-otherwise", field=field, why=error.message[:200])
