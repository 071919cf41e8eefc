"""The answer of a graph without messages: the part of its last value that nobody has said yet."""

from __future__ import annotations

from collections.abc import Collection

from agent.projections.label import words
from agent.streaming.events import JSON


def last_value(value: JSON, given: JSON, said: Collection[str]) -> str:
    """The value as text, without the fields that were `given` as its input, and without texts that were `said`."""
    if isinstance(value, dict):
        before = list(given.items()) if isinstance(given, dict) else []
        value = {
            key: inner for key, inner in value.items() if (key, inner) not in before and squeezed(inner) not in said
        }
    text = _in_lines(value)
    return "" if squeezed(text) in said else text


def squeezed(value: JSON) -> str:
    """A text without invisible differences; empty for anything that is not text."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def _in_lines(value: JSON) -> str:
    """A value as text to be read."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else words(value, 4_000)
    lines = (
        f"**{words(key, 80)}**: "
        + (f"\n\n{inner}" if isinstance(inner, str) and "\n" in inner else words(inner, 4_000))
        for key, inner in value.items()
    )
    return "\n\n".join(lines)
