"""Does a value conform to a JSON schema? The keywords that tool schemas use; others are passed over."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

_FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "time": r"\d\d:\d\d:\d\d.*",
    "date-time": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d.*",
    "duration": r"P.+",
    "email": r"[^@\s]+@[^@\s]+",
    "hostname": r"[A-Za-z0-9.-]+",
    "ipv4": r"(\d{1,3}\.){3}\d{1,3}",
    "ipv6": r"[0-9A-Fa-f:.]+",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:\S+",
    "url": r"[A-Za-z][A-Za-z0-9+.-]*:\S+",
    "uuid": r"[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
}
# A reference that leads only to itself would be followed forever.
_DEEPEST = 60


def conforms(value: object, schema: object, root: object, depth: int = 0) -> bool:
    """Check `value` against `schema`, whose references point into `root`."""
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return True
    if isinstance(schema.get("$ref"), str):
        target = resolve(schema["$ref"], root)
        if target is not None and not conforms(value, target, root, depth + 1):
            return False
    types = types_of(schema)
    if types and not any(_is_type(value, name) for name in types):
        return False
    if "const" in schema and not same(value, schema["const"]):
        return False
    if isinstance(schema.get("enum"), list) and not any(same(value, option) for option in schema["enum"]):
        return False
    return _branches(value, schema, root, depth) and _of_its_type(value, schema, root, depth)


def resolve(reference: str, root: object) -> object | None:
    """Follow a reference such as `#/$defs/Item` into `root`; None if it leads nowhere."""
    target: Any = root
    for step in reference.partition("#")[2].split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(target, Mapping) and key in target:
            target = target[key]
        elif isinstance(target, list) and key.isdigit() and int(key) < len(target):
            target = target[int(key)]
        else:
            return None
    return target if reference.startswith("#") else None


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """Return the `type` of a schema as a list."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return [declared]
    return [name for name in list_of(schema, "type") if isinstance(name, str)]


def same(one: object, other: object) -> bool:
    """Compare as JSON does: 1 is 1.0, but not true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def number(schema: Mapping[str, Any], key: str) -> float | int | None:
    """Return a numeric keyword of a schema, None if it is absent or no number."""
    value = schema.get(key)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def size(schema: Mapping[str, Any], key: str, otherwise: int, *, most: int = 1000) -> int:
    """Return a keyword that counts items or letters, at most `most`: nobody is written a billion of them."""
    value = number(schema, key)
    return otherwise if value is None else max(0, int(min(value, most)))


def list_of(schema: Mapping[str, Any], key: str) -> list[Any]:
    """Return a keyword that should be a list; an empty one if it is none."""
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _is_type(value: object, name: str) -> bool:
    if name == "integer":
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return whole and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    known = {"string": str, "boolean": bool, "null": type(None), "object": Mapping, "array": list}
    return name not in known or isinstance(value, known[name])


def _branches(value: object, schema: Mapping[str, Any], root: object, depth: int) -> bool:
    def count(key: str) -> int:
        return sum(conforms(value, branch, root, depth + 1) for branch in schema[key])

    lists = {key for key in ("allOf", "anyOf", "oneOf") if isinstance(schema.get(key), list)}
    return (
        ("allOf" not in lists or count("allOf") == len(schema["allOf"]))
        and ("anyOf" not in lists or count("anyOf") > 0)
        and ("oneOf" not in lists or count("oneOf") == 1)
        and ("not" not in schema or not conforms(value, schema["not"], root, depth + 1))
    )


def _of_its_type(value: object, schema: Mapping[str, Any], root: object, depth: int) -> bool:
    if isinstance(value, str):
        return _string(value, schema)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value, schema)
    if isinstance(value, list):
        return _array(value, schema, root, depth)
    return not isinstance(value, Mapping) or _object(value, schema, root, depth)


def _within(size: float, schema: Mapping[str, Any], least: str, most: str) -> bool:
    low, high = number(schema, least), number(schema, most)
    return (low is None or size >= low) and (high is None or size <= high)


def _string(value: str, schema: Mapping[str, Any]) -> bool:
    pattern, wanted = schema.get("pattern"), _FORMATS.get(str(schema.get("format")))
    try:
        matches = not isinstance(pattern, str) or re.search(pattern, value) is not None
    except re.error:  # a dialect that Python does not read
        matches = True
    return (
        matches
        and _within(len(value), schema, "minLength", "maxLength")
        and (wanted is None or re.fullmatch(wanted, value) is not None)
    )


def _number(value: int | float, schema: Mapping[str, Any]) -> bool:
    above, below = number(schema, "exclusiveMinimum"), number(schema, "exclusiveMaximum")
    step = number(schema, "multipleOf")
    if step:
        quotient = value / step if isinstance(step, float) else value % step
        whole = math.isfinite(quotient) and (quotient == int(quotient) if isinstance(step, float) else quotient == 0)
    return (
        _within(value, schema, "minimum", "maximum")
        and (above is None or value > above)
        and (below is None or value < below)
        and (not step or whole)
    )


def _array(value: list[Any], schema: Mapping[str, Any], root: object, depth: int) -> bool:
    heads = list_of(schema, "prefixItems")
    rest = schema.get("items", True)
    return (
        _within(len(value), schema, "minItems", "maxItems")
        and all(conforms(item, head, root, depth + 1) for item, head in zip(value, heads, strict=False))
        and all(conforms(item, rest, root, depth + 1) for item in value[len(heads) :])
        and not (
            schema.get("uniqueItems") is True
            and any(same(one, other) for at, one in enumerate(value) for other in value[:at])
        )
    )


def _object(value: Mapping[str, Any], schema: Mapping[str, Any], root: object, depth: int) -> bool:
    properties = schema.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    patterns = schema.get("patternProperties")
    patterns = patterns if isinstance(patterns, Mapping) else {}
    for key, item in value.items():
        matching = [rule for pattern, rule in patterns.items() if re.search(pattern, key)]
        rules = ([properties[key]] if key in properties else []) + matching
        rules = rules or [schema.get("additionalProperties", True)]
        if not all(conforms(item, rule, root, depth + 1) for rule in rules):
            return False
    required = [key for key in list_of(schema, "required") if isinstance(key, str)]
    return all(key in value for key in required) and _within(len(value), schema, "minProperties", "maxProperties")
