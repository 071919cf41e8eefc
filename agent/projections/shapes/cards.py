"""UI messages of LangGraph: the cards that they put up, change and take away, and the lines of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from agent.projections.label import spoken, words
from agent.projections.shapes.text import id_of
from agent.projections.shapes.types import Card
from agent.streaming.events import JSON

MOST_FIELDS, MOST_FIELD = 60, 600
"""Fields of a card, and characters of each."""
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a card."""

    name: str
    text: str
    depth: int = 0


def read_card(block: Mapping[str, JSON]) -> Card | None:
    """`{"type": "ui", ...}`, as `push_ui_message` writes it."""
    name, props, metadata = block.get("name"), block.get("props"), block.get("metadata")
    if not isinstance(name, str) or not isinstance(props, dict):
        return None
    return Card(name, props, isinstance(metadata, dict) and metadata.get("merge") is True)


def card_of(chunk: JSON) -> str:
    """The id of the card that a UI message is about; empty for any other chunk."""
    return id_of(chunk) if isinstance(chunk, dict) and chunk.get("type") in ("ui", "remove-ui") else ""


def cards_in(rest: JSON) -> Iterator[JSON]:
    """The UI messages under `ui` in what a node added to the state, in whatever form."""
    for update in rest if isinstance(rest, list) else [rest]:
        found = update.get("ui") if isinstance(update, dict) else None
        yield from (message for message in (found if isinstance(found, list) else [found]) if card_of(message))


def fields_of(props: Mapping[str, JSON]) -> tuple[list[Field], int]:
    """The lines of a card, nested ones below their own, and how many more there are."""
    every = _fields(props, 0)
    kept = [Field(spoken(name), words(value, MOST_FIELD), depth) for name, value, depth in islice(every, MOST_FIELDS)]
    return kept, sum(1 for _ in every)


def _fields(value: Mapping[str, JSON] | list[JSON], depth: int) -> Iterator[tuple[str, JSON, int]]:
    for name, inner in value.items() if isinstance(value, Mapping) else (("", item) for item in value):
        is_nested = bool(inner) and isinstance(inner, (dict, list)) and depth < _DEEPEST
        if is_nested and isinstance(inner, list):
            is_nested = any(isinstance(item, (dict, list)) for item in inner)
        if is_nested and isinstance(inner, dict) and not name:
            is_nested = any(isinstance(item, (dict, list)) for item in inner.values())
        yield name, None if is_nested else inner, depth
        if is_nested and isinstance(inner, (dict, list)):
            yield from _fields(inner, depth + 1)
