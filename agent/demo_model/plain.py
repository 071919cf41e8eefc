"""The plainest values a schema allows, when nothing is known: pure tables and small sums."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from agent.demo_model.conform import list_of, number, size, types_of
from agent.demo_model.pattern import text_for

_SAMPLES = {
    "date": "2025-01-01",
    "time": "12:00:00Z",
    "date-time": "2025-01-01T12:00:00Z",
    "duration": "P1D",
    "email": "demo@example.com",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_IMPLIED = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_LONGEST = 100_000
_PLACE_WORDS = frozenset("place location room where city town area building spot venue site destination".split())


def implied_types(schema: Mapping[str, Any]) -> list[str]:
    """Return the types that the keywords of a schema without `type` are about."""
    if {"const", "enum", "anyOf", "oneOf"} & schema.keys():
        return []
    return [kind for kind, keys in _IMPLIED.items() if any(key in schema for key in keys)] or [
        "string",
        "number",
    ]


def words_of(name: str) -> list[str]:
    """Split a name such as `maxItems` or `max_items` into lower-case words."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+", name)]


def singular(name: str) -> str:
    """Return the last word of a plural name without its s."""
    last = (words_of(name) or [""])[-1]
    return last[:-1] if last.endswith("s") and not last.endswith("ss") else last


def is_place(name: str) -> bool:
    """Tell whether a property's name is one for places."""
    return singular(name) in _PLACE_WORDS or bool(_PLACE_WORDS & set(words_of(name)))


def is_not_a_place(name: str) -> bool:
    """Sort key: names for places first."""
    return not is_place(name)


def values(kind: str, schema: Mapping[str, Any], text: str) -> Iterator[Any]:
    """Offer values of one type, the plainest first; `text` is what a string says if it may."""
    if kind == "string":
        yield from _strings(schema, text)
    elif kind in ("integer", "number"):
        yield from _numbers(schema, whole=kind == "integer")
    elif kind == "boolean":
        yield from (False, True)
    elif kind == "null":
        yield None


def variations(value: Any, schema: Mapping[str, Any], branches: list[dict[str, Any]]) -> Iterator[Any]:
    """Offer values like `value` but different, for arrays without repeats."""
    yield from list_of(schema, "enum")
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        step = number(schema, "multipleOf") or 1
        for times in range(1, 60):
            yield value + times * step
            yield value - times * step
    elif isinstance(value, str):
        most = size(schema, "maxLength", 10_000, most=10_000)
        for at in range(60):
            mark = f" {at + 2}" if most > 3 else chr(ord("a") + at % 26)
            yield value[: max(0, most - len(mark))] + mark
            if isinstance(schema.get("pattern"), str):
                yield text_for(schema["pattern"], extra=at)
    elif isinstance(value, Mapping):
        for key, part in (schema.get("properties") or {}).items():
            inner = part if isinstance(part, Mapping) else {}
            for other in variations(value.get(key, "demo"), inner, []):
                yield {**value, key: other}
        yield from ({**value, f"extra_{at}": at} for at in range(1, 60))
    elif isinstance(value, list):
        first, items = (value or ["demo"])[0], schema.get("items")
        others = variations(first, items if isinstance(items, Mapping) else {}, [])
        yield from ([other, *value[1:]] for other in others)
        yield from (value[:1] * count for count in range(20))
    for kind in types_of(schema):
        yield from values(kind, schema, "demo")
    for branch in branches:
        for kind in types_of(branch):
            for first in values(kind, branch, "demo"):
                yield first
                if first is not None:
                    yield from variations(first, branch, [])


def _strings(schema: Mapping[str, Any], text: str) -> Iterator[str]:
    if sample := _SAMPLES.get(str(schema.get("format"))):
        yield sample
    yield text
    least, most = (
        size(schema, "minLength", 0, most=_LONGEST),
        size(schema, "maxLength", _LONGEST, most=_LONGEST),
    )
    if isinstance(schema.get("pattern"), str):
        yield from (text_for(schema["pattern"], extra=extra) for extra in (*range(20), least, max(0, least - 1)))
        yield text_for(schema["pattern"]) + "a" * least
    yield text[:most].ljust(least, "-")
    yield "demo"[:most].ljust(least, "-")


def _numbers(schema: Mapping[str, Any], *, whole: bool) -> Iterator[int | float]:
    yield from (1, 0)
    lows = [n for key in ("minimum", "exclusiveMinimum") if (n := number(schema, key)) is not None]
    highs = [n for key in ("maximum", "exclusiveMaximum") if (n := number(schema, key)) is not None]
    low = max(lows) if lows else (min(highs) - 100 if highs else 0)
    high = min(highs) if highs else low + 100
    step = number(schema, "multipleOf") or 1
    # A fraction of a step can still make a whole number: 2 is the fourth 0.5.
    for times in range(math.ceil(low / step), math.ceil(low / step) + 200):
        if times * step > high:
            break
        value = times * step
        yield int(value) if whole and float(value).is_integer() else value
    if not whole:
        yield from (low, high, (low + high) / 2, math.nextafter(low, high), math.nextafter(high, low))
