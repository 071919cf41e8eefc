"""What a question gives for one property: named options, numbers, places, quoted text. Each is given once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.demo_model.plain import is_place, singular, words_of
from agent.demo_model.reading import Reading, without_quotes
from agent.tools import places

NOTHING: Any = object()
"""Stands for "the question does not say"."""

_WHOLE_QUESTION = frozenset("query question prompt text message content request search instruction input q".split())
_SUM = re.compile(r"[\d(][\d\s.()*/^%+-]*[+*/^%-][\d\s.()*/^%+-]*[\d)]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"https?://[^\s'\"<>]+")
_THINGS = frozenset("item thing object content element finding".split())
_NOT = re.compile(r"\b(?:no|not|without|don't|do not|disable|skip|never|exclude)\s+(?:\w+\s+)?$", re.IGNORECASE)
_FLAG_WORDS = frozenset("is has include with use enable be are show should the a".split())
_ITEMS_UNASKED = 3


class Given:
    """A question's offerings, taken one after the other while a schema is filled."""

    def __init__(self, reading: Reading, topics: Sequence[str] | None = None, item: places.Item | None = None) -> None:
        self._reading = reading
        self._all_topics = list(reading.topics if topics is None else topics)
        self._topics = list(self._all_topics)
        self._chosen = topics is not None
        self._numbers = list(reading.numbers)
        self._item = item
        self._taken = 0

    def mark(self) -> tuple[Any, ...]:
        """Remember what is left, for `restore`."""
        return self._taken, tuple(self._topics), tuple(self._numbers)

    def restore(self, mark: tuple[Any, ...]) -> None:
        """Give back what was taken since `mark`."""
        self._taken, topics, numbers = mark
        self._topics, self._numbers = list(topics), list(numbers)

    def values(self, options: list[Any], types: list[str], name: str, *, required: bool) -> Iterator[Any]:
        """Offer candidates for the property `name`, likeliest first."""
        if options:
            yield from map(self._take, self.named(options))
            return
        if "string" in types:
            yield from self._texts(name, required)
        if "integer" in types or "number" in types:
            for at, number in enumerate(self._numbers):
                yield self._take(number, number_at=at)
                whole = int(number) if float(number).is_integer() else number
                yield self._take(whole, number_at=at)
        if "boolean" in types and (flag := self._flag(name)) is not NOTHING:
            yield self._take(flag)

    def named(self, options: Sequence[Any]) -> list[Any]:
        """Return the options that the question names, in its order."""
        text = " ".join([*self._all_topics, self._reading.text] if self._chosen else [self._reading.text]).lower()
        found = []
        for option in options:
            if isinstance(option, str) and option.strip():
                spoken = re.escape(option.lower()).replace("_", "[ _-]").replace(r"\-", "[ _-]")
                if match := re.search(rf"(?<!\w){spoken}(?:s)?(?!\w)", text):
                    found.append((match.start(), option))
            elif option in self._reading.numbers and not isinstance(option, bool):
                found.append((len(text), option))
        return [option for _, option in sorted(found, key=lambda pair: pair[0])]

    def listed(self, items: Mapping[str, Any], name: str) -> list[Any]:
        """Return what the question lists for an array: options, a known place's things, topics or numbers."""
        options = items.get("enum")
        if isinstance(options, list):
            return self._take_all(self.named(options))
        place = places.find(" ".join(self._all_topics))
        if place and self._item is None and singular(name) in _THINGS:
            asked = next((int(n) for n in self._reading.numbers if 1 <= n <= len(place.items)), _ITEMS_UNASKED)
            return self._take_all([Given(self._reading, (), item) for item in place.items[:asked]])
        kind = items.get("type")
        if kind in ("integer", "number"):
            numbers, self._numbers = self._numbers, []
            return self._take_all(numbers)
        if kind == "string" and self._item is None:
            topics, self._topics = self._topics, []
            return self._take_all(topics)
        return []

    def fallback(self, name: str) -> str:
        """Return a text for a string that must be there."""
        if self._item:
            return self._item.name
        if name.lower() in _WHOLE_QUESTION or not self._all_topics:
            return self._reading.text or "demo"
        return self._all_topics[0]

    def _texts(self, name: str, required: bool) -> Iterator[Any]:
        words = set(words_of(name))
        if self._item:
            yield self._take(self._item.description if words & {"description", "details", "note"} else self._item.name)
        if (said := self._said(name)) is not NOTHING and not self._chosen:
            yield self._take(said)
        whole = bool(words & _WHOLE_QUESTION) and not self._reading.quoted and not self._chosen
        if self._topics and not whole and (required or is_place(name)):
            yield self._take(self._topics[0])
        for pattern, about in (
            (_SUM, {"expression", "formula", "equation"}),
            (_EMAIL, {"email", "mail"}),
            (_LINK, {"url", "uri", "link"}),
        ):
            if words & about and (match := pattern.search(self._reading.text)):
                yield self._take(match[0].strip())

    def _said(self, name: str) -> Any:
        """Return what stands behind "name:" or "name=" in the question."""
        if len(name) < 3:
            return NOTHING
        spoken = r"[ _-]".join(map(re.escape, words_of(name)))
        match = re.search(
            rf"(?<!\w){spoken}\s*[:=]\s*([^,;?!\n]+?)(?=[,;?!\n]|\.\s|\.?$)",
            self._reading.text,
            re.IGNORECASE,
        )
        return match[1].strip(" '\"`") or NOTHING if match else NOTHING

    def _flag(self, name: str) -> Any:
        words = [word for word in words_of(name) if word not in _FLAG_WORDS]
        text = without_quotes(self._reading.text)
        match = re.search(r"(?<!\w)" + r"[ _-]".join(map(re.escape, words)) + r"(?!\w)", text, re.IGNORECASE)
        if not words or not match:
            return NOTHING
        return not _NOT.search(text[: match.start()])

    def _take(self, value: Any, number_at: int | None = None) -> Any:
        def taken() -> Any:
            self._taken += 1
            if number_at is not None and number_at < len(self._numbers):
                del self._numbers[number_at]
            elif value in self._topics:
                self._topics.remove(value)
            return value

        return taken

    def _take_all(self, values: list[Any]) -> list[Any]:
        self._taken += len(values)
        return values
