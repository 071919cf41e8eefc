"""Any value at all as JSON, within bounds: what JSON has no form for becomes text, and what is too long is cut."""

from __future__ import annotations

import base64
import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.streaming.events import JSON


@dataclass(slots=True)
class DataLeft:
    """How much data may still be kept: images and files, as characters of base64."""

    chars: int = 800_000
    """Of one run: some screenshots, 600 kB in all, which leaves the rest its place in a recording of 2 MB."""


def json_safe(
    value: object,
    *,
    convert: Callable[[object], object] = lambda value: value,
    max_chars: int = 262_144,
    max_depth: int = 16,
    data: DataLeft | None = None,
) -> JSON:
    """A JSON value that represents `value`, however odd; never raises.

    `convert` may replace any value on the way. Longer text is cut and says so; numbers that JSON cannot hold, bytes,
    cycles and unknown objects become text. With `data`, bytes become a data URL, and they and text in base64 are kept
    whole or not at all: what is kept is taken from it, of anything else only the beginning remains.
    """
    return _Plain(convert, max_chars, max_depth, data).of(value, ())


def flat(value: object) -> dict[str, JSON] | None:
    """What `json_safe` makes of an object with a few short texts and numbers in it, as most chunks are; else None."""
    if type(value) is not dict or len(value) > _FLAT:
        return None
    for key, item in value.items():
        kind = type(item)
        if type(key) is not str or not _is_short(key):
            return None
        if not (_is_short(item) if kind is str else kind is bool or item is None or _is_number(item, kind)):
            return None
    return value.copy()


def whole_length(text: str) -> int | None:
    """The length of a text before `json_safe` cut it; None if it did not."""
    cut = _CUT.search(text[-60:])
    return int(cut[1].replace(",", "")) + len(text) - len(cut[0]) if cut else None


_CUT = re.compile(r"… \(([\d,]{1,20}) more characters\)\Z")
_BEGINNING = 60
"""Characters of data that remain of what is not kept: they tell what it was."""
_SHORTEST_DATA = 500
_FLAT = 10
"""Entries that are looked at one by one."""
_IN_BASE64 = re.compile(rf"(?:data:[\w.+/;=-]{{0,200}},)?[A-Za-z0-9+/_=\r\n-]{{{_SHORTEST_DATA}}}", re.ASCII)
"""How a text begins that is data."""


class _Plain:
    def __init__(
        self, convert: Callable[[object], object], max_chars: int, max_depth: int, data: DataLeft | None
    ) -> None:
        self.convert = convert
        self.chars_left = max_chars
        self.max_depth = max_depth
        self.data = data

    def of(self, value: object, parents: tuple[int, ...]) -> JSON:
        try:
            return self._of(self.convert(value), parents)
        except Exception as error:
            return self._cut(f"(a {type(value).__name__} that cannot be read: {type(error).__name__})")

    def _of(self, value: object, parents: tuple[int, ...]) -> JSON:
        if value is None or isinstance(value, bool):
            return value
        if type(value) is str:
            return self._cut(value)
        if isinstance(value, int):
            return int(value) if abs(value) < 2**53 else self._cut(_shown(value))
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else str(float(value))
        if self.data and isinstance(value, (bytes, bytearray)):
            return self._encoded(value, self.data)
        if isinstance(value, (str, bytes, bytearray)):
            return self._cut(str(value))
        if id(value) in parents:
            return "(a cycle)"
        if len(parents) >= self.max_depth:
            return "(nested too deep)"
        below = (*parents, id(value))
        if type(value) is dict or isinstance(value, Mapping):
            return self._object(value, below)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._array(value, below)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._object({f.name: getattr(value, f.name) for f in dataclasses.fields(value)}, below)
        if callable(dump := getattr(value, "model_dump", None)) and not isinstance(value, type):
            return self.of(dump(), below)
        return self._cut(_shown(value))

    def _object(self, value: Mapping[Any, Any], below: tuple[int, ...]) -> JSON:
        plain: dict[str, JSON] = {}
        for key, item in value.items():
            if self.chars_left <= 0:
                plain["(cut)"] = "too long to show whole"
                break
            name = self._key(key)
            plain[name] = self.of(item, below)
        return plain

    def _array(self, value: Any, below: tuple[int, ...]) -> JSON:
        plain: list[JSON] = []
        for item in value:
            if self.chars_left <= 0:
                plain.append("(cut: too long to show whole)")
                break
            self.chars_left -= 1
            plain.append(self.of(item, below))
        return plain

    def _key(self, key: object) -> str:
        return str(self._cut(key if isinstance(key, str) else _shown(key)))

    def _encoded(self, value: bytes | bytearray, left: DataLeft) -> str:
        head = "data:application/octet-stream;base64,"
        length = len(head) + 4 * -(-len(value) // 3)
        whole = length <= left.chars
        text = head + base64.b64encode(value if whole else value[:_BEGINNING]).decode()
        left.chars -= length if whole else 0
        return text if whole else _said_cut(text, _BEGINNING, length)

    def _cut(self, text: str) -> str:
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate is no JSON text
        if self.data and len(text) >= _SHORTEST_DATA and _IN_BASE64.match(text):
            if len(text) > self.data.chars:
                return _said_cut(text, _BEGINNING, len(text))
            self.data.chars -= len(text)
            return text
        if len(text) <= self.chars_left:
            self.chars_left -= len(text)
            return text
        kept, self.chars_left = max(self.chars_left, 0), 0
        return _said_cut(text, kept, len(text))


def _is_short(text: str) -> bool:
    """Whether it is neither cut, nor data, nor has anything in it that is no text in JSON."""
    return len(text) < _SHORTEST_DATA and text.isascii()


def _is_number(value: Any, kind: type) -> bool:
    return abs(value) < 2**53 if kind is int else kind is float and math.isfinite(value)


def _said_cut(text: str, kept: int, length: int) -> str:
    return f"{text[:kept]}… ({length - kept:,} more characters)"


def _shown(value: object) -> str:
    try:
        return str(value)
    except Exception as error:
        return f"(a {type(value).__name__} that cannot be shown: {type(error).__name__})"
