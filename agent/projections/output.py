"""The shapes of custom chunks that are drawn as what they are.

| A tool writes | The page shows |
|---|---|
| `{"progress": 0.4}`, with `"status": "..."` if it likes | a bar, from 0 to 1 |
| `{"row": {"item": "Desk", "count": 3}}` | a row more in a table |
| `{"point": {"minute": 3, "degrees": 21.5}}` | a point more in a line chart: first key across, the others up |
| `{"status": "Looking under the bed"}` | that line, in place of the last one |
| `"text"`, or `{"role": "assistant", "content": "text"}` | text that grows |
| anything else | a line with its JSON |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.projections.blocks import Blocks

MAX_ROWS = 1_000
"""Rows and points kept of one tool call for drawing; the first ones go first."""


@dataclass(slots=True)
class Output:
    """Everything one tool call has sent while it worked, sorted by shape."""

    text: Blocks = field(default_factory=Blocks)
    progress: float | None = None
    status: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    points: list[dict[str, float]] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)
    """Chunks of no known shape, as they were sent."""

    def __bool__(self) -> bool:
        return bool(self.text or self.status or self.rows or self.points or self.others) or self.progress is not None

    def add(self, chunk: Any) -> None:
        """Sort in one chunk; whatever it is, it is not an error."""
        if (text := text_of(chunk)) is not None:
            self.text.feed(text)
        elif not isinstance(chunk, dict):
            self.others.append(chunk)
        elif is_number(chunk.get("progress")):
            self.progress = min(max(float(chunk["progress"]), 0.0), 1.0)
            self.status = str(chunk.get("status", self.status))
        elif _is_row(chunk.get("row")):
            _append(self.rows, chunk["row"])
        elif _is_point(chunk.get("point")):
            _append(self.points, chunk["point"])
        elif set(chunk) == {"status"} and isinstance(chunk["status"], str):
            self.status = chunk["status"]
        else:
            self.others.append(chunk)


def text_of(chunk: Any) -> str | None:
    """The text in a chunk: a bare string, or a piece of a message; None for any other data."""
    if isinstance(chunk, str):
        return chunk
    if isinstance(chunk, dict) and "role" in chunk and isinstance(chunk.get("content"), str):
        return str(chunk["content"])
    return None


def is_number(value: Any) -> bool:
    """Whether a value is a number that can be drawn."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and 0 < len(row) <= 30


def _is_point(point: Any) -> bool:
    return isinstance(point, dict) and 2 <= len(point) <= 10 and all(is_number(value) for value in point.values())


def _append(items: list[Any], item: Any) -> None:
    items.append(item)
    if len(items) > MAX_ROWS:
        del items[0]
