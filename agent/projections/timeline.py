"""Who worked when: a run as spans and ticks on rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.projections.output import text_of
from agent.projections.transcript import ToolCall, Transcript
from agent.streaming.events import StreamEvent

MOST_TICKS = 2_000
"""Chunks that are drawn; of more, every n-th."""

QUEUE = "queue"
"""The row of the time before a run may begin."""

Kind = Literal["waiting", "model", "tool", "step"]


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody at work. Times are seconds since the run was asked for."""

    row: str
    kind: Kind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture of a run."""

    spans: list[Span]
    ticks: list[tuple[float, str]]
    """When a chunk came, and on which row; down-sampled."""
    chunks: int
    """How many chunks there were before that."""
    first_token: float | None
    end: float

    @property
    def rows(self) -> list[str]:
        """The rows in the order of their first sign of life."""
        return list(dict.fromkeys(span.row for span in sorted(self.spans, key=lambda span: span.start)))


@dataclass(slots=True)
class _Work:
    """A node that works, from its task's begin to its end."""

    row: str
    kind: Kind
    start: float
    end: float | None = None
    first: float | None = None
    """When its first chunk came."""


@dataclass(slots=True)
class _Reading:
    works: dict[str, _Work] = field(default_factory=dict)
    """Tasks by id."""
    open: dict[str, _Work] = field(default_factory=dict)
    """By node, the work that its chunks belong to."""
    ticks: list[tuple[float, str]] = field(default_factory=list)
    running_at: float | None = None
    first_token: float | None = None


def timeline(events: Iterable[StreamEvent], transcript: Transcript, titles: Mapping[str, str]) -> Timeline:
    """The picture of these events; `transcript` is their fold, `titles` name its tool calls."""
    reading, end = _Reading(), 0.0
    for event in events:
        end = event.at
        _read(reading, event, titles)
    spans = [Span(QUEUE, "waiting", 0.0, end if reading.running_at is None else reading.running_at)]
    spans = [span for span in spans if span.end - span.start >= 0.1]  # nobody else was in the way
    for work in reading.works.values():
        until = end if work.end is None else work.end
        if work.kind != "model":
            spans.append(Span(work.row, work.kind, work.start, until))
            continue
        first = until if work.first is None else work.first
        spans.append(Span(work.row, "waiting", work.start, first))
        spans.append(Span(work.row, "model", first, until))
    for call in transcript.items:
        if isinstance(call, ToolCall) and call.started_at is not None:
            until = end if call.ended_at is None else call.ended_at
            spans.append(Span(titles[call.id], "tool", call.started_at, until))
    spans = sorted((span for span in spans if span.end > span.start), key=lambda span: (span.start, span.end))
    rows = {span.row for span in spans}
    ticks = [tick for tick in reading.ticks if tick[1] in rows]
    every = math.ceil(len(ticks) / MOST_TICKS) or 1
    return Timeline(spans, ticks[::every], len(ticks), reading.first_token, end)


def describe(picture: Timeline) -> list[str]:
    """The picture in words: a line for each span, in the order of time."""
    lines = [f"{span.start:.2f} to {span.end:.2f} s: {span.row} {_does(span)}" for span in picture.spans]
    if picture.first_token is not None:
        lines.append(f"{picture.first_token:.2f} s: the first token")
    return lines


def _does(span: Span) -> str:
    if span.kind == "waiting":
        return "waits for its turn" if span.row == QUEUE else "waits for its first chunk"
    return "writes" if span.kind == "model" else "works"


def _read(reading: _Reading, event: StreamEvent, titles: Mapping[str, str]) -> None:
    data: Any = event.data
    match event.mode:
        case "run" if data.get("state") == "running":
            reading.running_at = event.at
        case "tasks":
            _task(reading, event, data, titles)
        case "messages" if data.get("type") != "tool":
            _chunk(reading, event, bool(data.get("text") or data.get("tool_calls")), titles)
        case "custom":
            _chunk(reading, event, text_of(data) is not None, titles)


def _task(reading: _Reading, event: StreamEvent, data: Any, titles: Mapping[str, str]) -> None:
    node = event.node or "task"
    if "result" in data or "error" in data:
        if work := reading.works.get(data["id"]):
            work.end = event.at
            if reading.open.get(node) is work:
                del reading.open[node]
    elif event.namespace:
        caller = titles.get(event.tool_call_id or "")
        reading.works[data["id"]] = _Work(f"{caller} › {node}" if caller else node, "step", event.at)
    elif event.tool_call_id is None:
        work = _Work("model" if node == "agent" else node, "model" if node == "agent" else "step", event.at)
        reading.works[data["id"]] = reading.open[node] = work


def _chunk(reading: _Reading, event: StreamEvent, is_token: bool, titles: Mapping[str, str]) -> None:
    if is_token and reading.first_token is None:
        reading.first_token = event.at
    if event.tool_call_id:
        reading.ticks.append((event.at, titles.get(event.tool_call_id, "")))
    elif work := reading.open.get(event.node or ""):
        work.first = event.at if work.first is None else work.first
        reading.ticks.append((event.at, work.row))
