"""A tool call's arguments as editable fields, and other people's schemas made harmless."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from agent.graphs.inputs import Field, assembled, fields_of
from agent.streaming.events import JSON

LONG = 80
"""Characters beyond which an argument is edited in a box of several lines."""
DEEPEST, LARGEST = 16, 400
"""Levels and parts of someone else's schema that are read."""


def argument_fields(args: JSON, schema: Mapping[str, Any] | None) -> list[Field]:
    """The fields of a call's arguments, filled with the call's values."""
    return [_with(field, args) for field in fields_of(schema)]


def changed(
    fields: Sequence[Field], args: JSON, values: Mapping[str, object], schema: Mapping[str, Any] | None
) -> JSON:
    """The edited arguments, with `values` by field name.

    Raises NotFilledIn with a sentence. An emptied field is empty, not as before; what has no field stays as it is.
    """
    made = assembled(list(fields), values, None)
    if isinstance(made, dict):
        for field in fields:
            if field.default not in (None, "", []) and field.kind in ("text", "long text", "lines"):
                _put(made, field.path, [] if field.kind == "lines" else "")
    return checked(_merged(args, made), schema)


def checked(value: JSON, schema: Mapping[str, Any] | None) -> JSON:
    """The value, if it fits; raises NotFilledIn with a sentence."""
    return assembled([Field((), "json", "Input")], {"": json.dumps(value)}, schema)


def inferred_schema(args: JSON) -> Mapping[str, Any] | None:
    """A schema inferred from the arguments themselves."""
    if not isinstance(args, dict) or not args:
        return None
    return {"type": "object", "properties": {key: _inferred(value) for key, value in args.items()}}


def tamed(schema: JSON) -> Mapping[str, Any] | None:
    """Someone else's schema, without anything that could keep a validator busy or send it elsewhere; None if
    unusable.
    """
    left = LARGEST

    def tame(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > DEEPEST:
            raise ValueError
        if isinstance(value, dict):
            if not str(value.get("$ref", "#")).startswith("#"):
                raise ValueError
            return {key: tame(inner, depth + 1) for key, inner in value.items() if key not in _UNTAMED}
        return [tame(inner, depth + 1) for inner in value] if isinstance(value, list) else value

    try:
        return tame(schema, 0) if isinstance(schema, dict) and schema else None
    except ValueError:
        return None


_UNTAMED = ("pattern", "patternProperties", "$id", "$schema", "$dynamicRef")


def _with(field: Field, args: JSON) -> Field:
    value: Any = args
    for key in field.path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return field
    kind = field.kind if _fits(field, value) else "json"
    if kind == "text" and (len(value) > LONG or "\n" in value):
        kind = "long text"
    return dataclasses.replace(field, kind=kind, default=value)


def _fits(field: Field, value: JSON) -> bool:
    match field.kind:
        case "text" | "long text":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "choice":
            return value in field.choices
        case "lines":
            return isinstance(value, list) and all(isinstance(item, str) and "\n" not in item for item in value)
    return True


def _inferred(value: JSON) -> dict[str, Any]:
    match value:
        case bool():
            return {"type": "boolean"}
        case str():
            return {"type": "string"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case [_, *_] if all(isinstance(item, str) and "\n" not in item for item in value):
            return {"type": "array", "items": {"type": "string"}}
    return {}


def _put(made: dict[str, JSON], path: Sequence[str], value: JSON) -> None:
    """Put a value where there is none."""
    place: Any = made
    for key in path[:-1]:
        place = place.setdefault(key, {})
    if path:
        place.setdefault(path[-1], value)


def _merged(before: JSON, after: JSON) -> JSON:
    if isinstance(before, dict) and isinstance(after, dict):
        return {**before, **{key: _merged(before.get(key), value) for key, value in after.items()}}
    return after
