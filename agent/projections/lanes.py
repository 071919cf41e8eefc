"""The lanes of the stream lab: what came in which stream mode, on one time axis for all of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.projections.output import text_of
from agent.projections.transcript import ToolCall, Transcript
from agent.streaming.events import STREAM_MODES, StreamEvent

MOST_SLICES = 32
"""Rows of time; with one more, the slices become twice as wide."""
FIRST_WIDTH = 0.05
"""Seconds of a slice at first."""

_MOST_TEXT = 240
_LAST_ITEMS = 3
_MOST_NAMES = 12
_NOUNS = {"updates": "updates", "values": "states", "tasks": "signs", "tools": "events"}

Source = tuple[str, str]
"""A tool call's id, or nothing; and a node's name, or nothing."""


@dataclass(slots=True)
class Row:
    """One slice of time, in all lanes."""

    start: float
    """Seconds since the run was asked for."""
    cells: dict[str, str]
    """What came in each of the asked modes; empty where nothing came."""


@dataclass(slots=True)
class Lanes:
    """All lanes of a run. `add` lets them grow with it, in memory that depends on neither length nor chunks."""

    width: float = FIRST_WIDTH
    """Seconds of a slice."""
    _slices: list[dict[str, _Cell]] = field(default_factory=list)

    def add(self, event: StreamEvent) -> None:
        """Sort in the next event of the run."""
        if event.mode not in STREAM_MODES:
            return
        place = int(event.at / self.width)
        while place >= MOST_SLICES:
            self._double()
            place = int(event.at / self.width)
        while len(self._slices) <= place:
            self._slices.append({})
        self._slices[place].setdefault(event.mode, _Cell()).add(event)

    def rows(self, modes: Collection[str], titles: Mapping[str, str]) -> list[Row]:
        """The slices from the first event on, for these modes; `titles` are the names of tool calls by id."""
        return [
            Row(
                round(place * self.width, 2),
                {mode: cells[mode].say(mode, titles) if mode in cells else "" for mode in modes},
            )
            for place, cells in enumerate(self._slices)
        ]

    def _double(self) -> None:
        self.width *= 2
        halves, self._slices = self._slices, []
        for place, cells in enumerate(halves):
            if place % 2 == 0:
                self._slices.append(cells)
                continue
            for mode, cell in cells.items():
                self._slices[-1].setdefault(mode, _Cell()).merge(cell)


@dataclass(slots=True)
class _Heap:
    """What one source sent in one slice: text joined, of other things the number and the last ones."""

    text: str = ""
    cut: int = 0
    items: list[str] = field(default_factory=list)
    count: int = 0

    def add_text(self, text: str, cut: int = 0) -> None:
        room = _MOST_TEXT - len(self.text)
        self.text += text[:room]
        self.cut += max(len(text) - room, 0) + cut

    def add_items(self, items: list[str], count: int) -> None:
        self.items = [*self.items, *items][-_LAST_ITEMS:]
        self.count += count

    def say(self) -> str:
        parts = [self.text + (f"… (+{self.cut:,})" if self.cut else "")] if self.text else []
        if self.count > _LAST_ITEMS:
            parts.append(f"{self.count:,} chunks, last {self.items[-1]}")
        else:
            parts += self.items
        return " · ".join(parts)


@dataclass(slots=True)
class _Cell:
    """One mode in one slice."""

    heaps: dict[Source, _Heap] = field(default_factory=dict)
    names: list[tuple[str, str]] = field(default_factory=list)
    """What happened and the tool call it is about, for the modes that are not chunks."""
    count: int = 0

    def add(self, event: StreamEvent) -> None:
        data: Any = event.data
        self.count += 1
        if event.mode in ("custom", "messages"):
            heap = self.heaps.setdefault((event.tool_call_id or "", event.node or ""), _Heap())
            (_add_custom if event.mode == "custom" else _add_message)(heap, data)
        elif len(self.names) < _MOST_NAMES:
            self.names.append((_name(event, data), event.tool_call_id or ""))

    def merge(self, later: _Cell) -> None:
        self.count += later.count
        self.names = [*self.names, *later.names][:_MOST_NAMES]
        for source, heap in later.heaps.items():
            mine = self.heaps.setdefault(source, _Heap())
            mine.add_text(heap.text, heap.cut)
            mine.add_items(heap.items, heap.count)

    def say(self, mode: str, titles: Mapping[str, str]) -> str:
        if self.heaps:
            said = {source: heap.say() for source, heap in self.heaps.items()}
            return "\n".join(
                f"{titles.get(call) or node or mode}: {text}" for (call, node), text in said.items() if text
            )
        names = [f"{name} ({titles[call]})" if titles.get(call) else name for name, call in self.names]
        if self.count == 1:
            return names[0]
        more = f" … +{self.count - len(names)}" if self.count > len(names) else ""
        return f"{self.count:,} {_NOUNS.get(mode, mode)}: {', '.join(names)}{more}"


def call_titles(transcript: Transcript) -> dict[str, str]:
    """A short name for each tool call: the tool's, and what it was asked where that is needed to tell them apart."""
    calls = [item for item in transcript.items if isinstance(item, ToolCall)]
    names = [call.name for call in calls]
    return {
        call.id: (call.name or "tool") if names.count(call.name) == 1 else f"{call.name} · {_asked(call)}"
        for call in calls
    }


def short(data: Any, limit: int = 100) -> str:
    """A value as JSON on one line, cut where it is too long to be read at a glance."""
    text = json.dumps(data, ensure_ascii=False) if len(str(data)) < 20 * limit else str(data)[: 2 * limit]
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _add_custom(heap: _Heap, chunk: Any) -> None:
    if (text := text_of(chunk)) is not None:
        heap.add_text(text)
    else:
        heap.add_items([short(chunk)], 1)


def _add_message(heap: _Heap, message: Any) -> None:
    if message.get("type") == "tool":
        heap.add_items([f"returned {short(message.get('content', ''))}"], 1)
        return
    heap.add_text(message.get("text", ""))
    for piece in message.get("tool_calls", []):
        called = f"{' ' if heap.text else ''}→ {piece['name']} " if piece.get("name") else ""
        heap.add_text(called + piece.get("args", ""))


def _name(event: StreamEvent, data: Any) -> str:
    match event.mode:
        case "updates":
            return event.node or "graph"
        case "values":
            return _state(data)
        case "tasks":
            return f"{'ends' if 'result' in data or 'error' in data else 'begins'} {event.node or 'task'}"
        case "tools":
            return str(data.get("event", "")).removeprefix("tool-") or "event"
        case "checkpoints":
            return _checkpoint(data)
        case _:
            payload = data.get("payload") or {}
            kind = str(data.get("type", "entry")).replace("_", " ")
            return f"step {data.get('step')} {kind} {payload.get('name', '')}".rstrip()


def _state(state: Any) -> str:
    if not isinstance(state, dict):
        return "a state"
    messages = state.get("messages")
    if isinstance(messages, list):
        return f"{len(messages)} message{'' if len(messages) == 1 else 's'}"
    return short(state, 60)


def _checkpoint(data: Any) -> str:
    step = (data.get("metadata") or {}).get("step")
    then = ", ".join(sorted(set(map(str, data.get("next") or ())))) or "end"
    return f"step {step}: {_state(data.get('values'))}, then {then}"


def _asked(call: ToolCall) -> str:
    try:
        values = json.loads(call.arguments or "{}")
    except ValueError:
        return call.id[-4:]
    text = " · ".join(map(str, values.values())) if isinstance(values, dict) else str(values)
    return (text if len(text) <= 30 else text[:29] + "…") or call.id[-4:]
