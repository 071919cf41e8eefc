"""JSON for a schema, filled from a question: what the question gives, then defaults, then the plainest value.

It understands objects, arrays, strings, numbers, booleans, null, `enum`, `const`, `anyOf`, `oneOf`, `$ref`, lengths and
bounds, and a few formats; `jsonschema` judges whether a value fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from agent.tools.places import MOST_READ, Item, find, quoted, topics, without_quotes

WHOLE = frozenset("query question prompt text message content request search instruction input task body q".split())
"""Words in names of properties that take the whole question."""

_NOTHING: Any = object()  # the question does not say
_SPARE_DEPTH = 4  # deeper, only what must be there is written
_MOST_VALUES = 3000  # wide recursive schemas branch without end
_THINGS_UNASKED = 3

_PLACES = frozenset("place location room where city town area building spot venue site destination".split())
_THINGS = frozenset("item thing object content element finding".split())
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?![^\W가-힣]|\.\d)")
_FORMS = (
    ({"expression", "formula", "equation"}, re.compile(r"[\d(][\d\s.()]*+[+*/^%-][\d\s.()*/^%+-]*+")),
    ({"email", "mail", "recipient", "to"}, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    ({"date"}, re.compile(r"\b\d{4}-\d\d-\d\d\b")),
    ({"url", "uri", "link"}, re.compile(r"https?://[^\s'\"<>]+")),
    ({"from", "origin", "source", "departure"}, re.compile(r"(?<=\bfrom )\w[\w-]*", re.IGNORECASE)),
    ({"to", "destination", "target"}, re.compile(r"(?<=\bto )\w[\w-]*", re.IGNORECASE)),
)
_NOT = re.compile(r"\b(?:no|not|without|don't|do not|disable|skip|never|exclude) (?:\w+ )?$", re.IGNORECASE)
_FLAG_WORDS = frozenset("is has include with use enable be are show should the a".split())
_SAMPLES = {"date": "2025-01-01", "date-time": "2025-01-01T12:00:00Z", "email": "demo@example.com"}


def fill(schema: Mapping[str, Any], question: str, topic: str | None = None) -> Any:
    """Return a value for `schema`, filled from `question` where possible; the closest one if none conforms.

    With a `topic`, the question is about nothing else: this is one call of several.
    """
    return _Filler(schema, question, topic).fill(schema, "", required=True)


def named(options: Sequence[Any], question: str) -> list[Any]:
    """Return the options that a question names, in the question's order."""
    text = question.lower()
    found: list[tuple[int, Any]] = []
    for option in options:
        spoken = re.sub(r"_|\\-|\\ ", "[ _-]", re.escape(str(option).lower()))
        end = r"s?(?![^\W가-힣])"  # Korean words carry their particles
        if spoken and isinstance(option, str | int | float) and (match := re.search(rf"(?<!\w){spoken}{end}", text)):
            found.append((match.start(), option))
    return [option for _, option in sorted(found, key=lambda pair: pair[0])]


def words_of(name: str) -> list[str]:
    """Split a name such as `maxItems` or `max_items`, or a text, into lower-case words."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+", name)]


def singular(word: str) -> str:
    """Return a plural without its s."""
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def is_place(name: str) -> bool:
    """Tell whether a property's name is one for places."""
    return any(singular(word) in _PLACES for word in words_of(name))


def resolved(schema: object, root: Mapping[str, Any]) -> dict[str, Any]:
    """Return `schema` with its `$ref` followed into `root`, its `const` as an `enum`. Raises Unresolvable."""
    flat = dict(schema) if isinstance(schema, Mapping) else {}
    if "const" in flat:
        flat["enum"] = [flat.pop("const")]
    if (reference := flat.pop("$ref", None)) is None:
        return flat
    resolver = Registry().with_resource("", DRAFT202012.create_resource(root)).resolver()
    return resolved(resolver.lookup(reference).contents, root) | flat


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """Return the types that a schema allows; without any, text."""
    declared = schema.get("type", "object" if "properties" in schema else "string")
    return [declared] if isinstance(declared, str) else list(declared)


def validator(schema: Mapping[str, Any]) -> Validator:
    """Return a validator for `schema`."""
    # A registry of its own, or jsonschema would fetch the URL that a `$ref` names.
    return validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())


def _numbers(text: str) -> list[int | float]:
    digits = [match[0].replace(",", "") for match in _NUMBER.finditer(without_quotes(text))]
    return [float(each) if "." in each else int(each) for each in digits if len(each) < 19]


class _Filler:
    """Fills one schema; uses everything in the question once."""

    def __init__(self, root: Mapping[str, Any], question: str, topic: str | None) -> None:
        self._root, self._topic, question = root, topic, question[:MOST_READ]
        self._text, self._spoken = question.strip(), f"{topic or ''} {question}"
        self._about = topics(question).names if topic is None else (topic,)
        self._topics, self._numbers = list(self._about), _numbers(question)
        self._thing: Item | None = None
        self._taken = self._written = 0

    def fill(self, schema: object, name: str, *, required: bool, depth: int = 0) -> Any:
        """Return a value for the property `name`; _NOTHING for an optional one that is not given."""
        self._written += 1
        if self._written > _MOST_VALUES:
            return None if required else _NOTHING
        schema = resolved(schema, self._root)
        branches = self._branches(schema)
        nullable = any(branch["type"] == "null" for branch in branches)
        if depth >= _SPARE_DEPTH:
            branches.sort(key=lambda branch: branch["type"] in ("object", "array"))
        taken, plainest = self._taken, _NOTHING
        for branch in branches:
            value = self._value(branch, name, depth, eager=required and not nullable and plainest is _NOTHING)
            if self._taken > taken:
                return value
            plainest = value if plainest is _NOTHING else plainest
        if not required:
            return _NOTHING
        return schema.get("default", None if nullable else plainest)

    def _branches(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the alternatives for a value, each of one type."""
        parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if not parts:
            return [{**schema, "type": kind} for kind in types_of(schema)]
        base = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf", "default")}
        return [branch for part in parts for branch in self._branches(base | resolved(part, self._root))]

    def _value(self, schema: dict[str, Any], name: str, depth: int, *, eager: bool) -> Any:
        """Return a value from the question for a schema of one type; else, if `eager`, the plainest one."""
        if schema["type"] in ("object", "array") and "enum" not in schema:
            if depth >= _SPARE_DEPTH and not eager:
                return _NOTHING
            is_object = schema["type"] == "object"
            return self._object(schema, depth) if is_object else self._array(schema, name, depth, eager=eager)
        fits = validator(schema).is_valid
        for value in filter(fits, self._given(schema, name, eager=eager)):
            return self._take(value)
        plain = self._plain(schema, name) if eager else [_NOTHING]
        return next(filter(fits, plain), plain[-1])

    def _given(self, schema: dict[str, Any], name: str, *, eager: bool) -> Iterator[Any]:
        """Return what the question offers for a schema of one scalar type, most likely first."""
        if "enum" in schema:
            yield from named(schema["enum"], self._spoken)
        elif schema["type"] == "string":
            yield from self._texts(schema, name, eager=eager)
        elif schema["type"] in ("integer", "number"):
            yield from (int(each) if each == int(each) else each for each in self._numbers)
        elif schema["type"] == "boolean":
            words = r"[ _-]".join(re.escape(word) for word in words_of(name) if word not in _FLAG_WORDS)
            text = " ".join(without_quotes(self._text).split())
            if words and (match := re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)):
                yield not _NOT.search(text[: match.start()])

    def _plain(self, schema: dict[str, Any], name: str) -> list[Any]:
        """Return values for a schema of one scalar type, plainest first."""
        if "enum" in schema:
            return list(schema["enum"])
        if schema["type"] == "string":
            whole = name.lower() in WHOLE or not self._about
            text = self._thing.name if self._thing else self._text or "demo" if whole else self._about[0]
            longest, shortest = int(schema.get("maxLength", 9999)), int(min(schema.get("minLength", 0), 9999))
            cut = text[:longest].ljust(shortest, "-")
            return [_SAMPLES.get(schema.get("format", ""), text), text, cut]
        if schema["type"] in ("integer", "number"):
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            high = schema.get("maximum", schema.get("exclusiveMaximum", low))
            return [1, 0, low, low + 1, high, high - 1, (low + high) / 2]
        return [False if schema["type"] == "boolean" else None]

    def _take(self, value: Any) -> Any:
        self._taken += 1
        for left in (self._topics, self._numbers):
            if value in left and not isinstance(value, bool):
                left.remove(value)
        return value

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties, needed = schema.get("properties", {}), schema.get("required", ())
        names = [*properties, *(name for name in needed if name not in properties)]
        values: dict[str, Any] = {}
        # What names a place is filled first, or a name before it would take the place.
        for name in sorted(names, key=lambda name: not is_place(name)):
            part = properties.get(name, schema.get("additionalProperties", {}))
            values[name] = self.fill(part, name, required=name in needed, depth=depth + 1)
        return {name: values[name] for name in names if values[name] is not _NOTHING}

    def _array(self, schema: dict[str, Any], name: str, depth: int, *, eager: bool) -> Any:
        item = self._branches(resolved(schema.get("items"), self._root))[0]
        most = int(min(schema.get("maxItems", 50), 1000))
        place = find(" ".join(self._about)) if singular(name.lower()) in _THINGS and not self._thing else None
        values: list[Any] = []
        if place:
            asked = next((int(each) for each in _numbers(self._text) if 1 <= each <= len(place.items)), _THINGS_UNASKED)
            for self._thing in place.items[:asked]:
                values.append(self.fill(item, name, required=True, depth=depth + 1))
            self._thing = None
        elif item["type"] not in ("object", "array"):
            given = filter(validator(item).is_valid, list(self._given(item, singular(name), eager=True)))
            values = [self._take(value) for value in dict.fromkeys(given)][:most]
        if not values and not eager:
            return _NOTHING
        least = max(schema.get("minItems", 0), 0 if depth >= _SPARE_DEPTH else 1)
        while len(values) < min(least, most):
            options = [option for option in item.get("enum", ()) if option not in values]
            part = {**item, "enum": options} if options else item
            values.append(self.fill(part, singular(name), required=True, depth=depth + 1))
        return values

    def _texts(self, schema: dict[str, Any], name: str, *, eager: bool) -> Iterator[str]:
        words = set(words_of(name))
        if self._thing:
            yield self._thing.description if words & {"description", "details", "note"} else self._thing.name
        if len(name) > 2 and self._topic is None:
            spoken = r"[ _-]".join(map(re.escape, words_of(name)))
            if said := re.search(rf"(?<!\w){spoken} ?[:=] ?([^,;?!\n]+?)(?=[,;?!\n]|\.\s|\.?$)", self._text, re.I):
                yield said[1].strip(" '\"`")
        for about, form in _FORMS:
            if about & words and (match := form.search(self._text)):
                yield match[0].strip()
        whole = words & WHOLE and self._topic is None and not quoted(self._text)
        if not whole and (eager or is_place(name)):
            yield from self._topics
