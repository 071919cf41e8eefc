"""The lanes of the stream lab: what came in each stream mode, on one common time axis."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from agent.projections.label import cut, short
from agent.projections.output import piece_of
from agent.streaming import events as ev
from agent.streaming.events import JSON, StreamEvent
from agent.streaming.modes import MODES, StreamMode

MOST_SLICES = 32
"""Rows of time; with one more, slices become twice as wide."""
FIRST_WIDTH = 0.05
"""Seconds of a slice at first."""

_MOST_TEXT = 240
_MOST_ARGS = 2_000
"""Characters of a call's arguments within which their end is looked for."""
_MOST_WRITTEN = 100
"""Calls that may be written at the same time."""
_LAST_ITEMS = 3
_MOST_NAMES = 12
_MOST_SOURCES = 40

Source = tuple[str, str]
"""A tool call's id, or nothing; and a node's name, or nothing."""


@dataclass(slots=True)
class Row:
    """One slice of time, in all lanes."""

    start: float
    """Seconds since the run's turn came, without waiting for a person."""
    cells: dict[StreamMode, str]
    """What came in each requested mode; empty if nothing came."""


@dataclass(slots=True, eq=False)
class Lanes:
    """All lanes of a run. `add` grows them, in memory that depends on neither length nor chunks."""

    width: float = FIRST_WIDTH
    """Seconds of a slice."""
    _slices: list[dict[StreamMode, _Cell]] = field(default_factory=list)
    _waited: float = 0.0
    """Seconds spent waiting for its turn and for a person."""
    _waits_since: float | None = None
    _has_begun: bool = False
    _written: dict[tuple[str, str], _Call] = field(default_factory=dict)
    """The calls that models are writing, by message and id."""

    def add(self, event: StreamEvent) -> None:
        """Add the next event of the run."""
        mode = event.mode
        if mode == "run":
            self._pause(event)
            return
        at = max(round(event.at - self._waited, 6), 0.0)
        place = int(at / self.width)
        while place >= MOST_SLICES:
            self._double()
            place = int(at / self.width)
        while len(self._slices) <= place:
            self._slices.append({})
        self._slices[place].setdefault(mode, _Cell()).add(event, self._begun(event))

    def rows(self, modes: Collection[StreamMode], titles: Mapping[str, str]) -> list[Row]:
        """The slices from the first event on, in these modes; `titles` are the names of tool calls by id."""
        return [
            Row(
                round(place * self.width, 2),
                {mode: cells[mode].say(mode, titles) if mode in cells else "" for mode in modes},
            )
            for place, cells in enumerate(self._slices)
        ]

    def _begun(self, event: StreamEvent) -> list[_Call]:
        """The calls that a model begins to write in this event; pieces of others are added to theirs."""
        token = event.payload
        if not isinstance(token, ev.Token):
            return []
        begun = []
        for piece in token.calls:
            key = token.message, piece.id
            if key not in self._written:
                if len(self._written) == _MOST_WRITTEN:
                    self._written.pop(next(iter(self._written))).is_whole = True
                self._written[key] = _Call()
                begun.append(self._written[key])
            self._written[key].write(piece.name, piece.args)
        if token.finish_reason:
            for message, call in [key for key in self._written if key[0] == token.message]:
                self._written.pop((message, call)).is_whole = True
        return begun

    def _pause(self, event: StreamEvent) -> None:
        if isinstance(event.payload, ev.Started) and not self._has_begun:
            self._has_begun, self._waited = True, event.at
        elif isinstance(event.payload, ev.Waiting):
            self._waits_since = event.at if self._waits_since is None else self._waits_since
        elif self._waits_since is not None and isinstance(event.payload, ev.Resumed):
            self._waited, self._waits_since = self._waited + event.at - self._waits_since, None

    def _double(self) -> None:
        self.width *= 2
        halves, self._slices = self._slices, []
        for place, cells in enumerate(halves):
            if place % 2 == 0:
                self._slices.append(cells)
                continue
            for mode, cell in cells.items():
                self._slices[-1].setdefault(mode, _Cell()).merge(cell)


@dataclass(slots=True, eq=False)
class _Call:
    """A call that a model writes: where it began, and whole as soon as its arguments are."""

    name: str = ""
    args: str = ""
    is_whole: bool = False

    def write(self, name: str, args: str) -> None:
        self.name = self.name or name
        self.args += args[: _MOST_ARGS - len(self.args)]

    def __str__(self) -> str:
        name = cut(self.name, 80) or "tool"
        self.is_whole = self.is_whole or len(self.args) >= _MOST_ARGS or _is_json(self.args)
        return f"→ {name} {cut(self.args, _MOST_TEXT)}".rstrip() if self.is_whole else f"preparing {name}…"


@dataclass(slots=True)
class _Heap:
    """What one source sent in one slice: text joined; of anything else, the count and the last ones."""

    text: str = ""
    cut: int = 0
    items: list[str | _Call] = field(default_factory=list)
    count: int = 0

    def add_text(self, text: str, cut: int = 0) -> None:
        room = _MOST_TEXT - len(self.text)
        self.text += text[:room]
        self.cut += max(len(text) - room, 0) + cut

    def add_items(self, items: Sequence[str | _Call], count: int) -> None:
        self.items = [*self.items, *items][-_LAST_ITEMS:]
        self.count += count

    def say(self) -> str:
        parts = [self.text + (f"… (+{self.cut:,})" if self.cut else "")] if self.text else []
        if self.count > _LAST_ITEMS:
            parts.append(f"{self.count:,} chunks, last {self.items[-1]}")
        else:
            parts += map(str, self.items)
        return " · ".join(parts)


@dataclass(slots=True)
class _Cell:
    """One mode in one slice."""

    heaps: dict[Source, _Heap] = field(default_factory=dict)
    names: list[tuple[str, str]] = field(default_factory=list)
    """Happenings other than chunks, with the tool call they are about."""
    count: int = 0
    """How many of these there were."""

    def add(self, event: StreamEvent, begun: Sequence[_Call]) -> None:
        match event.payload:
            case ev.Custom(data=data) | ev.Unknown(data=data):
                _add_data(self._heap(event), data)
            case ev.Token() as token:
                heap = self._heap(event)
                heap.add_text(token.reasoning + token.text)
                heap.add_items(begun, len(begun))
            case ev.Said(message=message):
                _add_message(self._heap(event), message)
            case _:
                self.count += 1
                if len(self.names) < _MOST_NAMES:
                    self.names.append((_name(event), event.call or ""))

    def merge(self, later: _Cell) -> None:
        self.count += later.count
        self.names = [*self.names, *later.names][:_MOST_NAMES]
        for source, heap in later.heaps.items():
            mine = self.heaps.setdefault(source if source in self.heaps else self._source(source), _Heap())
            mine.add_text(heap.text, heap.cut)
            mine.add_items(heap.items, heap.count)

    def say(self, mode: StreamMode, titles: Mapping[str, str]) -> str:
        said = {source: heap.say() for source, heap in self.heaps.items()}
        lines = [f"{titles.get(call) or node or mode}: {text}" for (call, node), text in said.items() if text]
        names = [f"{name} ({titles[call]})" if titles.get(call) else name for name, call in self.names]
        if names and self.count == 1:
            lines.append(names[0])
        elif names:
            more = f" … +{self.count - len(names)}" if self.count > len(names) else ""
            noun = MODES[mode].noun if mode in MODES else mode
            lines.append(f"{self.count:,} {noun}: {', '.join(names)}{more}")
        return "\n".join(lines)

    def _heap(self, event: StreamEvent) -> _Heap:
        return self.heaps.setdefault(self._source((event.call or "", event.node or "")), _Heap())

    def _source(self, source: Source) -> Source:
        return source if source in self.heaps or len(self.heaps) < _MOST_SOURCES else ("", "others")


def _add_data(heap: _Heap, chunk: JSON) -> None:
    if (piece := piece_of(chunk)) is not None:
        heap.add_text("".join(piece))
    else:
        heap.add_items([short(chunk)], 1)


def _add_message(heap: _Heap, message: ev.Message) -> None:
    heap.add_items([f"{'returned' if message.role == 'tool' else message.role} {short(message.text)}"], 1)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _name(event: StreamEvent) -> str:
    """What an event is, in a few words."""
    match event.payload:
        case ev.Update():
            return event.node or "graph"
        case ev.Interrupted():
            return "asks a person"
        case ev.State() as state:
            return _state(len(state.messages), state.rest)
        case ev.TaskStarted(name=name):
            return f"begins {name or 'task'}"
        case ev.TaskEnded(name=name, failed=failed):
            return f"{'fails' if failed else 'ends'} {name or 'task'}"
        case ev.ToolStarted():
            return "started"
        case ev.ToolDelta(delta=delta):
            return f"delta {short(delta, 60)}"
        case ev.ToolFinished():
            return "finished"
        case ev.ToolFailed():
            return "failed"
        case ev.Checkpoint(data=data):
            return _checkpoint(data)
        case ev.Debug(data=data):
            return _debug(data)
        case _:
            return event.payload.kind


def _state(messages: int, rest: JSON) -> str:
    if messages:
        return f"{messages} message{'' if messages == 1 else 's'}"
    return "empty" if rest is None else short(rest, 60)


def _checkpoint(data: JSON) -> str:
    metadata, values, then = _get(data, "metadata"), _get(data, "values"), _get(data, "next")
    messages = _get(values, "messages")
    nodes = sorted({node for node in then if isinstance(node, str)}) if isinstance(then, list) else []
    state = _state(len(messages), None) if isinstance(messages, list) else _state(0, values)
    return f"step {short(_get(metadata, 'step'), 20)}: {state}, then {cut(', '.join(nodes), 80) or 'end'}"


def _debug(data: JSON) -> str:
    kind, name = _get(data, "type"), _get(_get(data, "payload"), "name")
    said = f"step {short(_get(data, 'step'), 20)} {kind if isinstance(kind, str) else 'entry'}".replace("_", " ")
    return f"{said} {cut(name, 80)}" if isinstance(name, str) else said


def _get(value: JSON, key: str) -> JSON:
    return value.get(key) if isinstance(value, dict) else None
