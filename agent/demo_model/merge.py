"""One schema out of several: what `allOf` and a `$ref` with neighbours mean for a writer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from agent.demo_model.conform import list_of, resolve, types_of

_LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def flatten(schema: object, root: object, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return `schema` without `$ref` and `allOf` at its top level."""
    if not isinstance(schema, Mapping):
        return {}
    flat = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        flat = merge(flatten(resolve(reference, root), root, (*seen, reference)), flat)
    for part in list_of(schema, "allOf"):
        flat = merge(flat, flatten(part, root, seen))
    return flat


def merge(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose values conform to both, as far as keywords can say it."""
    merged = {**one, **other}
    for key in one.keys() & other.keys():
        # A list against no list is malformed, and the later one stays.
        if isinstance(one[key], list) == isinstance(other[key], list):
            merged[key] = _both(key, one[key], other[key])
    if types := types_of(one):
        wanted = types_of(other) or types
        narrowed = [name for name in wanted if name in types or (name == "integer" and "number" in types)]
        merged["type"] = narrowed or [name for name in types if name == "integer" and "number" in wanted] or wanted
    return merged


def _both(key: str, one: Any, other: Any) -> Any:
    if key == "properties" and isinstance(one, Mapping) and isinstance(other, Mapping):
        shared = {name: {"allOf": [one[name], other[name]]} for name in one.keys() & other.keys()}
        return {**one, **other, **shared}
    if key == "required":
        return [*one, *(name for name in other if name not in one)]
    if key in ("items", "additionalProperties"):
        return False if one is False or other is False else {"allOf": [one, other]}
    if key in ("anyOf", "oneOf"):
        return [{"allOf": [first, second]} for first in one for second in other]
    if key == "enum":
        return [option for option in one if option in other]
    if key in _LOWEST + _HIGHEST and isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return max(one, other) if key in _LOWEST else min(one, other)
    if key == "multipleOf" and isinstance(one, int) and isinstance(other, int):
        return math.lcm(one, other)
    return other
