"""Fill any JSON schema from a question: what it gives, then defaults, then the plainest valid value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.demo_model import plain
from agent.demo_model.conform import conforms, list_of, same, size, types_of
from agent.demo_model.given import NOTHING, Given
from agent.demo_model.merge import flatten, merge
from agent.demo_model.reading import read

# Below this depth only what must be there is written, and below the second not even that.
_SPARE_DEPTH = 4
_LAST_DEPTH = 12
# Wide recursive schemas branch without end.
_MOST_VALUES = 3000


def arguments_for(schema: object, question: str, topics: Sequence[str] | None = None) -> Any:
    """Return a value that conforms to `schema`, filled from `question` where it can be.

    `topics` replaces what the question is found to be about, for one call of several. A schema that nothing
    conforms to gets the nearest value there is; none raises.
    """
    return _Filler(schema, Given(read(question), topics)).fill(schema, "")


class _Filler:
    def __init__(self, root: object, given: Given) -> None:
        self._root = root
        self._given = given
        self._values = 0

    def fill(self, schema: object, name: str, depth: int = 0, *, required: bool = True) -> Any:
        """Return a value for the property `name`; NOTHING for an optional one that is not given."""
        self._values += 1
        if depth > _LAST_DEPTH or self._values > _MOST_VALUES:
            return None if required else NOTHING
        flat = flatten(schema, self._root)
        best: Any = NOTHING
        for candidate in self._candidates(flat, name, depth, required):
            mark = self._given.mark()
            value = candidate() if callable(candidate) else candidate
            if value is NOTHING:
                continue
            if conforms(value, schema, self._root) and conforms(value, flat, self._root):
                return value
            self._given.restore(mark)
            best = value if best is NOTHING else best
        return (None if best is NOTHING else best) if required else NOTHING

    def _candidates(self, schema: dict[str, Any], name: str, depth: int, required: bool) -> Iterator[Any]:
        types = types_of(schema) or plain.implied_types(schema)
        kept = {"const": [schema["const"]]} if "const" in schema else schema
        options = kept.get("const") or kept.get("enum")
        options = options if isinstance(options, list) else []
        nullable = (
            "null" in types
            or None in options
            or any("null" in types_of(flatten(branch, self._root)) for branch in _branches(schema))
        )
        if "const" not in schema:
            yield from self._given.values(options, types, name, required=required and not nullable)
            yield lambda: self._container(schema, types, name, depth, required=False)
            yield lambda: self._branch(schema, name, depth, required=False)
        if not required:
            return
        if "default" in schema:
            yield schema["default"]
        yield from list_of(schema, "examples")[:3]
        if nullable:
            yield None
        yield from options
        yield lambda: self._branch(schema, name, depth, required=True)
        yield lambda: self._container(schema, types, name, depth, required=True)
        for kind in types:
            yield from plain.values(kind, schema, self._given.fallback(name))

    def _branch(self, schema: dict[str, Any], name: str, depth: int, *, required: bool) -> Any:
        base = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf", "default", "examples")}
        branches = [merge(base, flatten(branch, self._root)) for branch in _branches(schema)]
        if depth >= _SPARE_DEPTH:
            branches.sort(key=lambda branch: any(kind in types_of(branch) for kind in ("object", "array")))
        for branch in branches:
            mark = self._given.mark()
            value = self.fill(branch, name, depth + 1, required=required)
            if value is not NOTHING and conforms(value, schema, self._root):
                return value
            self._given.restore(mark)
        return NOTHING

    def _container(self, schema: dict[str, Any], types: list[str], name: str, depth: int, *, required: bool) -> Any:
        if "object" in types and (required or depth < _SPARE_DEPTH):
            return self._object(schema, depth, required=required)
        if "array" in types and (required or depth < _SPARE_DEPTH):
            return self._array(schema, name, depth, required=required)
        return NOTHING

    def _object(self, schema: dict[str, Any], depth: int, *, required: bool) -> Any:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        needed = [key for key in list_of(schema, "required") if isinstance(key, str)]
        extra = schema.get("additionalProperties", True)
        values: dict[str, Any] = {}
        before = self._given.mark()
        # What names a place is filled first, or a name before it would take the place.
        for key in sorted([*properties, *(key for key in needed if key not in properties)], key=plain.is_not_a_place):
            value = self.fill(properties.get(key, extra), key, depth + 1, required=key in needed)
            if value is not NOTHING:
                values[key] = value
        if not required and (not values or self._given.mark() == before):
            return NOTHING
        least = size(schema, "minProperties", 0)
        for at in range(least):
            if len(values) < least:
                key = next((key for key in properties if key not in values), f"extra_{at + 1}")
                values[key] = self.fill(properties.get(key, extra), key, depth + 1)
        return {key: values[key] for key in [*properties, *values] if key in values}

    def _array(self, schema: dict[str, Any], name: str, depth: int, *, required: bool) -> Any:
        heads = list_of(schema, "prefixItems")
        rest = schema.get("items", {})
        least, most = size(schema, "minItems", 0), size(schema, "maxItems", 1000)
        listed = [] if heads else self._given.listed(flatten(rest, self._root), name)
        if not required and not listed:
            return NOTHING
        wanted = max(least, min(most, len(listed) or (1 if depth < _SPARE_DEPTH and rest is not False else 0), 50))
        values: list[Any] = []
        for at in range(max(wanted, min(len(heads), most))):
            part = heads[at] if at < len(heads) else rest
            value = listed[at] if at < len(listed) else NOTHING
            if isinstance(value, Given):
                value = _Filler(self._root, value).fill(part, name, depth + 1)
            if value is NOTHING or not conforms(value, part, self._root):
                value = self.fill(part, plain.singular(name), depth + 1)
            if schema.get("uniqueItems") is True and any(same(value, other) for other in values):
                value = self._other(value, part, values)
            if value is not NOTHING and (conforms(value, part, self._root) or at < least):
                values.append(value)
        return values

    def _other(self, value: Any, schema: object, taken: list[Any]) -> Any:
        """Return a value like `value` that is not in `taken`; NOTHING if none is found."""
        flat = flatten(schema, self._root)
        for candidate in plain.variations(value, flat, [flatten(branch, self._root) for branch in _branches(flat)]):
            if conforms(candidate, schema, self._root) and not any(same(candidate, other) for other in taken):
                return candidate
        return NOTHING


def _branches(schema: Mapping[str, Any]) -> list[Any]:
    return [branch for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list) for branch in schema[key]]
