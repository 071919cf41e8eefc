"""The picture of a run: a row for the assistant and for each tool call, a bar while it worked, a tick for each sign."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.export.text import escaped
from agent.projections.transcript import ToolCall, Transcript
from agent.streaming.events import StreamEvent

WIDTH = 1_000
MAX_ROWS = 60


@dataclass(slots=True)
class Row:
    """One line of the picture; times are seconds since the question."""

    name: str
    begin: float
    end: float
    signs: list[float] = field(default_factory=list)
    """When a word, a find, any sign of it came."""
    state: str = "finished"


def rows(transcript: Transcript, events: Sequence[StreamEvent]) -> list[Row]:
    """The rows of a run: first the assistant, then its tool calls in their order."""
    whole = events[-1].at if events else 0.0
    assistant = Row("Assistant", transcript.started_at or 0.0, whole, state=transcript.state)
    calls = {item.id: _row(item, whole) for item in transcript.items if isinstance(item, ToolCall)}
    for event in events:
        if event.mode not in ("custom", "messages"):
            continue
        row = calls.get(event.tool_call_id, assistant) if event.tool_call_id else assistant
        row.signs.append(event.at)
    return [assistant, *list(calls.values())[:MAX_ROWS]]


def drawn(rows: Sequence[Row], whole: float) -> str:
    """The rows as HTML with a small SVG each: text keeps its size where the picture is narrow."""
    whole = whole or 1.0
    parts = [_drawn_row(row, whole) for row in rows]
    marks = "".join(f"<span>{whole * part / 4:.1f} s</span>" for part in range(5))
    return f'<div class="timeline">{"".join(parts)}<div class="axis">{marks}</div></div>'


def spoken(call: ToolCall) -> str:
    """A tool call in words: its name and the values of its arguments."""
    try:
        values = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        values = call.arguments
    said = " · ".join(str(value) for value in values.values()) if isinstance(values, dict) else str(values)
    return f"{call.name or 'tool'} {said}".strip()[:120]


def _row(call: ToolCall, whole: float) -> Row:
    begin = call.started_at if call.started_at is not None else call.ended_at or whole
    return Row(spoken(call), begin, whole if call.ended_at is None else call.ended_at, state=call.state)


def _drawn_row(row: Row, whole: float) -> str:
    def across(at: float) -> float:
        return round(min(max(at / whole, 0.0), 1.0) * WIDTH, 1)

    left = across(row.begin)
    bar = f'<rect class="bar" x="{left}" y="5" width="{max(across(row.end) - left, 2):.1f}" height="14" rx="3"/>'
    places = sorted({round(across(at) / 2) * 2 for at in row.signs})  # more than 500 ticks are one grey bar anyway
    ticks = "".join(f'<rect class="tick" x="{place}" y="5" width="1.6" height="14"/>' for place in places)
    took = f"{row.begin:.1f} to {row.end:.1f} s"
    ending = f" · {escaped(row.state)}" if row.state in ("failed", "stopped") else ""
    state = "bad" if row.state == "failed" else "good"
    return (
        f'<div class="row {state}"><div class="name">{escaped(row.name)}<small>{took}{ending}</small></div>'
        f'<svg viewBox="0 0 {WIDTH} 24" preserveAspectRatio="none" role="img" '
        f'aria-label="{escaped(row.name)}: {took}{ending}">'
        f'<rect class="track" x="0" y="11" width="{WIDTH}" height="2"/>{bar}{ticks}</svg></div>'
    )
