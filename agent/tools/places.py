"""The places the demo model knows, read from `places.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_HEADING = re.compile(r"^## (?P<name>[^(]+) \((?P<aliases>[^)]*)\)$")
_ITEM = re.compile(r"^- \*\*(?P<name>[^*]+)\*\*: (?P<description>.+)$")


@dataclass(frozen=True)
class Item:
    """One thing in a place, with a sentence or two about it."""

    name: str
    description: str


@dataclass(frozen=True)
class Place:
    """A place, what else people call it, and what is in it."""

    name: str
    aliases: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Mention:
    """A known place found in a text: `name` as it is written there, `start` in characters."""

    place: Place
    name: str
    start: int


@lru_cache(maxsize=1)
def known_places() -> tuple[Place, ...]:
    """Return every known place, in the order of `places.md`."""
    places: list[Place] = []
    for line in Path(__file__).with_name("places.md").read_text(encoding="utf-8").splitlines():
        if heading := _HEADING.match(line):
            aliases = tuple(alias.strip() for alias in heading["aliases"].split(","))
            places.append(Place(heading["name"], aliases, ()))
        elif item := _ITEM.match(line):
            last = places[-1]
            places[-1] = Place(last.name, last.aliases, (*last.items, Item(item["name"], item["description"])))
    return tuple(places)


def mentions(text: str) -> list[Mention]:
    """Return the known places named in `text`, in order, each place once."""
    found: dict[str, Mention] = {}
    for match in _names().finditer(text):
        place = _by_name()[match[0].lower()]
        found.setdefault(place.name, Mention(place, match[0], match.start()))
    return list(found.values())


def find(text: str) -> Place | None:
    """Return the first known place named in `text`."""
    return next((mention.place for mention in mentions(text)), None)


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Place]:
    return {name: place for place in known_places() for name in (place.name, *place.aliases)}


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    # Longest first, or "hotel" would hide "hotel lobby". Korean names carry their particle (사무실에), so
    # only names in Latin letters must end at a word's end.
    names = sorted(_by_name(), key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    other = "|".join(re.escape(name) for name in names if not name.isascii())
    return re.compile(rf"(?<![A-Za-z])(?:{latin})(?![A-Za-z])|(?:{other})", re.IGNORECASE)
