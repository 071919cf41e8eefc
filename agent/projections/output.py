"""What a tool sends, sorted by its shape: all of them are in docs/shapes.md, each with the code that makes it.

These grow from chunk to chunk; whatever is shown at once, like an image or a card, is read in
`agent/projections/shapes/`.

| A tool writes | The page shows |
|---|---|
| `{"progress": 0.4}`, with `"status": "..."` if it likes | a bar, from 0 to 1 |
| `{"row": {"item": "Desk", "count": 3}}` | a row more in a table |
| `{"point": {"minute": 3, "degrees": 21.5}}` | a point more in a line chart: first key across, the others up |
| `{"status": "Looking under the bed"}` | that line, in place of the last one |
| `"text"`, or `{"role": "assistant", "content": "text"}` | text that grows |
| `{"role": "assistant", "reasoning": "text"}` | what a model thinks before it writes, folded |
| an image, a file, code, key figures, a diagram, a table, a UI message | that, in place of one with the same id |
| anything else | a line with its JSON |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from agent.projections.blocks import Blocks
from agent.projections.label import words
from agent.projections.shapes.diagrams import MOST_DIAGRAMS, undrawn
from agent.projections.shapes.reading import read_shape
from agent.projections.shapes.types import Card, Diagram, Shape, Shown
from agent.streaming.events import JSON

MAX_ROWS = 1_000
"""Rows, points and other chunks of one tool call kept for drawing; the oldest go first."""
MAX_CELLS = 30
"""Columns of a table, and lines of a chart."""
MAX_STATUS = 300
"""Characters."""
MAX_SHAPES = 50
"""Images, cards and the like of one tool call that are kept: the first ones."""
_ASSISTANT = ("assistant", "ai", "model", "AIMessageChunk", "AIMessage")
"""Roles that write text, in several protocols; anything from other roles is data."""
_REASONING = ("reasoning", "reasoning_content")
T = TypeVar("T")

Part = Literal["reasoning", "text", "progress", "rows", "points", "shapes", "others"]
"""The parts of an output; `progress` is a share, a status or both."""


@dataclass(slots=True)
class Reasoning:
    """A model's reasoning before it writes. Times are in seconds since the run was asked for."""

    text: Blocks = field(default_factory=Blocks)
    began_at: float = 0.0
    ended_at: float | None = None
    """When it began to write, or was done; None while it is reasoning."""

    def __bool__(self) -> bool:
        return bool(self.text)

    def feed(self, text: str, at: float) -> None:
        """Append a piece."""
        if not self.text:
            self.began_at = at
        self.ended_at = None
        self.text.feed(text)

    def end(self, at: float) -> None:
        """Note that something else has begun."""
        if self.text and self.ended_at is None:
            self.ended_at = at


@dataclass(slots=True)
class Output:
    """What a tool call, a node or a model sent while it worked, sorted by shape."""

    text: Blocks = field(default_factory=Blocks)
    reasoning: Reasoning = field(default_factory=Reasoning)
    progress: float | None = None
    status: str = ""
    rows: list[dict[str, JSON]] = field(default_factory=list)
    points: list[dict[str, float]] = field(default_factory=list)
    shapes: dict[str | int, Shape] = field(default_factory=dict)
    """Images, cards and the like, by their ids, or by numbers where they have none."""
    unkept: int = 0
    """How many more there were."""
    others: list[JSON] = field(default_factory=list)
    """Chunks of unknown shape, as sent: the last MAX_ROWS."""
    counts: dict[Part, int] = field(default_factory=dict)
    """How many chunks there were per part, including those not kept; in order of appearance."""
    rewrites: int = 0
    """How often another text has taken the place of what was written."""
    _is_line: bool = False
    """Whether the last piece of text was a line of its own."""

    def __bool__(self) -> bool:
        """Whether there is something to read; reasoning is only looked up."""
        data = self.status or self.rows or self.points or self.shapes or self.others or self.progress is not None
        return bool(data) or has_words(self.text)

    def add(self, chunk: JSON, at: float = 0.0) -> None:
        """Add one chunk, sent at `at` seconds; whatever it is, it is not an error."""
        if (shown := read_shape(chunk)) is not None:
            self.show(shown)
        elif (piece := piece_of(chunk)) is not None:
            text, reasoning = piece
            self.think(reasoning, at)
            is_line = isinstance(chunk, str) and _is_line(chunk)
            self.write("\n\n" + text if is_line and self._is_line else text, at)
            self._is_line = is_line
        elif not isinstance(chunk, dict):
            self._append("others", self.others, chunk)
        elif is_number(progress := chunk.get("progress")):
            self._count("progress")
            self.progress = min(max(float(progress), 0.0), 1.0)  # type: ignore[arg-type]  # a number
            if "status" in chunk:
                self.status = words(chunk["status"], MAX_STATUS)
        elif (row := _row(chunk.get("row"))) is not None:
            self._append("rows", self.rows, row)
        elif (point := _point(chunk.get("point"))) is not None:
            self._append("points", self.points, point)
        elif set(chunk) == {"status"} and isinstance(chunk["status"], str):
            self._count("progress")
            self.status = words(chunk["status"], MAX_STATUS)
        else:
            self._append("others", self.others, chunk)

    def write(self, text: str, at: float) -> None:
        """Append to the text."""
        if text:
            self._count("text")
            self.reasoning.end(at)
            self.text.feed(text)

    def rewrite(self, text: str, at: float) -> None:
        """Put another text in the place of what was written; all else stays, and is counted as before."""
        self.text = Blocks()
        self.rewrites += 1
        self.write(text, at)

    def think(self, text: str, at: float) -> None:
        """Append to the reasoning."""
        if text:
            self._count("reasoning")
            self.reasoning.feed(text, at)

    def show(self, shown: Shown) -> None:
        """Put a shape in its place, or take away the one that is there."""
        self._count("shapes")
        key, shape = shown.id or self.counts["shapes"], shown.shape
        before = self.shapes.get(key)
        if shape is None:
            self.shapes.pop(key, None)
            return
        if isinstance(shape, Card) and shape.merges and isinstance(before, Card):
            shape = replace(shape, props={**before.props, **shape.props})
        others = (other for known, other in self.shapes.items() if known != key)
        if isinstance(shape, Diagram) and sum(isinstance(other, Diagram) for other in others) >= MOST_DIAGRAMS:
            shape = undrawn(shape)
        if before or len(self.shapes) < MAX_SHAPES:
            self.shapes[key] = shape
        else:
            self.unkept += 1

    def keep(self, chunks: Iterable[JSON]) -> None:
        """Keep the content of a message that is neither text nor reasoning."""
        for chunk in chunks:
            if shown := read_shape(chunk):
                self.show(shown)
            else:
                self._append("others", self.others, chunk)

    def _count(self, part: Part) -> None:
        self.counts[part] = self.counts.get(part, 0) + 1

    def _append(self, part: Part, items: list[T], item: T) -> None:
        self._count(part)
        items.append(item)
        if len(items) > MAX_ROWS:
            del items[0]


def piece_of(chunk: JSON) -> tuple[str, str] | None:
    """Text and reasoning in a chunk: a bare string, or a piece of an assistant's message; None for other data."""
    if isinstance(chunk, str):
        return chunk, ""
    if not isinstance(chunk, dict) or chunk.get("role", chunk.get("type")) not in _ASSISTANT:
        return None
    text = chunk.get("content", chunk.get("text"))
    reasoning = next((chunk[name] for name in _REASONING if chunk.get(name)), None)
    if not isinstance(text, str | None) or not isinstance(reasoning, str | None) or text is reasoning is None:
        return None
    if not (text or reasoning) and (chunk.get("calls") or chunk.get("tool_calls")):
        return None  # it says something, if nothing to be read
    return text or "", reasoning or ""


def has_words(text: Blocks) -> bool:
    """Whether a text is more than whitespace: some models send a line break before each tool call."""
    return bool(text.done) or bool(text.tail.strip())


def is_number(value: object) -> bool:
    """Whether a value is a number that can be drawn."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _is_line(text: str) -> bool:
    """Whether a bare string looks like a whole progress message, not like one or several tokens."""
    return len(text.split(maxsplit=3)) >= 3 and (text[0].isupper() or text[0].isdecimal()) and not text[-1].isspace()


def _row(row: JSON) -> dict[str, JSON] | None:
    return row if isinstance(row, dict) and 0 < len(row) <= MAX_CELLS else None


def _point(point: JSON) -> dict[str, float] | None:
    if not isinstance(point, dict) or not 2 <= len(point) <= 10:
        return None
    numbers = {key: float(value) for key, value in point.items() if is_number(value)}  # type: ignore[arg-type]
    return numbers if len(numbers) == len(point) else None
