"""Tool calls as they arrive: in pieces, numbered or not, with ids, without, or with one id for all."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.llm.chunks import Call, CallPiece

_STRUCTURE = re.compile(r'["\\{}\[\]]')
_UNNAMED = "unnamed"


@dataclass(slots=True)
class _Piece:
    """The contents of one piece, whichever fields they came in."""

    index: str
    id: str
    name: str
    arguments: str
    is_whole: bool
    """Whether the arguments came as an object, which cannot be split."""
    extra: dict[str, Any]


@dataclass(slots=True)
class _Open:
    """A call that may go on."""

    place: int
    index: str
    sent_id: str
    id: str
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    depth: _Depth = field(default_factory=lambda: _Depth())
    told: bool = False
    """Whether its id and name have been passed on."""
    passed: int = 0
    """How many of its pieces have been passed on."""
    instead: str | None = None
    """Complete arguments that arrived after others."""
    _joined: tuple[int, str] = (0, "")

    @property
    def is_whole(self) -> bool:
        return self.instead is not None or self.depth.is_whole

    @property
    def text(self) -> str:
        """All pieces together."""
        if self._joined[0] != len(self.pieces):
            self._joined = (len(self.pieces), "".join(self.pieces))
        return self._joined[1]


class Calls:
    """The tool calls of one message.

    `offered` are the names of the tools offered to the model, `taken` the ids already used in the conversation.
    """

    def __init__(self, offered: Collection[str] = (), taken: Collection[str] = ()) -> None:
        self._offered = frozenset(offered)
        self._taken = set(taken)
        self._calls: list[_Open] = []

    def __len__(self) -> int:
        return len(self._calls)

    def feed(self, raw: list[object]) -> Iterator[CallPiece]:
        """Take in the `tool_calls` of a delta; yield what can be passed on."""
        entries = [entry for entry in raw if isinstance(entry, dict)]
        for at, entry in enumerate(entries):
            piece = _piece(entry)
            if len(entries) > 1 and not (piece.index or piece.id or piece.name) and at < len(self._calls):
                call: _Open | None = self._calls[at - len(entries)] if len(entries) <= len(self._calls) else None
            else:
                call = self._find(piece)
            if call is None:
                if self._calls:
                    yield from self._pass_on(self._calls[-1])
                call = self._open(piece)
            self._add(call, piece)
            if call.name in self._offered or (call.pieces and call.name):
                yield from self._pass_on(call, hold_empty=True)

    def close(self) -> Iterator[CallPiece]:
        """What was held back."""
        for call in self._calls:
            if call.name or call.pieces or call.instead:
                yield from self._pass_on(call)

    def whole(self) -> tuple[Call, ...]:
        """The calls, once all have arrived."""
        return tuple(_closed(call) for call in self._calls if call.told)

    def _find(self, piece: _Piece) -> _Open | None:
        """The call that a piece belongs to; None if it begins one."""
        if piece.id:
            same = [call for call in self._calls if call.sent_id == piece.id]
            if same and piece.index and same[-1].index:
                same = [call for call in same if call.index == piece.index]
                return None if not same or self._begins(same[-1], piece) else same[-1]
            if same:
                return None if self._begins(same[-1], piece) else same[-1]
            return self._with_new_id(piece)
        if not self._calls:
            return None
        if piece.index:
            at = self._at(piece.index)
            if at is None:
                return None if piece.name else self._calls[-1]
            return None if self._begins(at, piece) else at
        return None if self._begins(self._calls[-1], piece) else self._calls[-1]

    def _with_new_id(self, piece: _Piece) -> _Open | None:
        """Like `_find`, for an unknown id: it starts a new call, unless every piece has an id of its own."""
        at = self._at(piece.index)
        if at is None:
            last = self._calls[-1] if self._calls and not (piece.index or piece.name) else None
            return None if last is None or last.is_whole else last
        if not at.sent_id and not self._begins(at, piece):
            at.sent_id = piece.id
            return at
        starts = at.is_whole or not at.pieces or piece.arguments.lstrip().startswith("{")
        return None if piece.name and starts else at

    def _at(self, index: str) -> _Open | None:
        return next((call for call in reversed(self._calls) if index and call.index == index), None)

    def _begins(self, call: _Open, piece: _Piece) -> bool:
        """Whether a piece that could belong to this call starts another: it has a name, and this call is complete."""
        if not piece.name:
            return False
        if piece.name != call.name and piece.name in self._offered and call.name in self._offered:
            return True
        if not call.is_whole or not piece.arguments:
            return False
        return piece.name != call.name or piece.arguments != call.text

    def _open(self, piece: _Piece) -> _Open:
        call_id = piece.id
        while not call_id or call_id in self._taken:
            call_id = secrets.token_hex(5)[:9]  # nine letters and digits is all that Mistral takes
        self._taken.add(call_id)
        call = _Open(len(self._calls), piece.index, piece.id, call_id)
        self._calls.append(call)
        return call

    def _add(self, call: _Open, piece: _Piece) -> None:
        call.index = call.index or piece.index
        call.extra.update({key: value for key, value in piece.extra.items() if value not in (None, "")})
        if piece.name and not call.told:
            call.name = self._named(call.name, piece.name)
        if not piece.arguments:
            return
        if call.is_whole and (piece.is_whole or piece.name) and call.pieces:
            if piece.arguments != call.text:
                call.instead = piece.arguments
            return
        call.pieces.append(piece.arguments)
        call.depth.feed(piece.arguments)

    def _named(self, known: str, name: str) -> str:
        """The call's name now that `name` has arrived: a fragment, the whole name again, or one with a namespace."""
        if name in (known, ""):
            return known
        if known in self._offered:
            return known
        joined = name if name.startswith(known) else known + name
        return joined if joined in self._offered else _clean(joined, self._offered)

    def _pass_on(self, call: _Open, *, hold_empty: bool = False) -> Iterator[CallPiece]:
        text = "".join(call.pieces[call.passed :])
        if call.passed == 0 and text.lstrip().startswith("{}"):
            rest = text.lstrip().removeprefix("{}").lstrip()
            if not rest and hold_empty:
                text = ""  # some begin with it, whatever follows
            elif rest:
                text = rest
        first = not call.told
        if first or text:
            call.told = True
            call.passed = len(call.pieces) if text else call.passed
            yield CallPiece(call.place, call.id if first else "", (call.name or _UNNAMED) if first else "", text)


class _Depth:
    """Whether a JSON object that arrives in pieces is complete; looks at each character once."""

    def __init__(self) -> None:
        self._depth = 0
        self._began = False
        self._in_text = False
        self._escaped = False

    @property
    def is_whole(self) -> bool:
        return self._began and self._depth <= 0 and not self._in_text

    def feed(self, text: str) -> None:
        """The next piece."""
        skip = 0
        if self._escaped and text:
            self._escaped, skip = False, 1
        for match in _STRUCTURE.finditer(text, skip):
            if match.start() < skip:
                continue
            sign = match.group()
            if sign == "\\":
                if self._in_text:
                    skip = match.end() + 1
                    self._escaped = match.end() == len(text)
            elif sign == '"':
                self._in_text = not self._in_text
            elif not self._in_text:
                self._began = True
                self._depth += 1 if sign in "{[" else -1


def _piece(entry: Mapping[str, Any]) -> _Piece:
    function = entry.get("function")
    inner = function if isinstance(function, dict) else {}
    name = inner.get("name", entry.get("name"))
    arguments = next((place[key] for place in (inner, entry) for key in _ARGUMENTS if key in place), None)
    is_whole = not isinstance(arguments, str) and arguments is not None
    if is_whole:
        arguments = json.dumps(arguments, ensure_ascii=False)
    extra = {key: value for key, value in entry.items() if key not in _KNOWN}
    if more := {key: value for key, value in inner.items() if key not in _KNOWN}:
        extra["function"] = more
    return _Piece(
        _word(entry.get("index")), _word(entry.get("id")), _word(name).strip(), arguments or "", is_whole, extra
    )


_ARGUMENTS = ("arguments", "args", "parameters")
_KNOWN = {"index", "id", "type", "function", "name", *_ARGUMENTS}


def _word(value: object) -> str:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _clean(name: str, offered: Collection[str]) -> str:
    """The name without what some models wrap around it, if that makes it a tool's name."""
    bare = name.partition("<|")[0].strip().rpartition(".")[2]
    first, _, last = bare.rpartition(":")
    return next((part for part in (bare, last, first) if part in offered), name)


def _closed(call: _Open) -> Call:
    sent = call.text
    text = sent if call.instead is None else call.instead
    arguments = _as_object(text)
    if arguments is None and len(call.pieces) > 1 and _is_cumulative(call.pieces):
        arguments = _as_object(call.pieces[-1])
    broken = arguments is None
    text = text if arguments is None else arguments
    return Call(call.id, call.name or _UNNAMED, text, broken, call.extra, repaired=text != sent)


def _as_object(text: str) -> str | None:
    """The text as that of a JSON object, repaired if need be; None if it is not one."""
    text = _CONTROL.sub("", text.strip()).strip()
    if not text:
        return "{}"
    try:
        value, end = _DECODER.raw_decode(text)
        if rest := text[end:].strip():  # some begin with an empty object, or repeat it all at the end
            again, end = _DECODER.raw_decode(rest)
            if end < len(rest) or (value != {} and again not in ("", value)):
                return None
            value, text = again or value, ""
        if isinstance(value, str):
            value, text = json.loads(value, strict=False), ""
    except (ValueError, RecursionError):
        return None
    if value is None:
        return "{}"
    if not isinstance(value, dict):
        return None
    return text if text and _is_strict(text) else json.dumps(value, ensure_ascii=False)


_DECODER = json.JSONDecoder(strict=False)
_CONTROL = re.compile(r"\A(?:<\|\w{1,40}\|>|\[ARGS\])|<\|\w{1,40}\|>\Z")
"""A model's control token before or behind its arguments, which the server should have taken away."""


def _is_strict(text: str) -> bool:
    """Whether any parser accepts the text: when lenient, Python's accepts raw line breaks in strings."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_cumulative(pieces: list[str]) -> bool:
    return all(after.startswith(before) for before, after in zip(pieces, pieces[1:], strict=False))
