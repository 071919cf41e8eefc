"""What was sent during the work, each shape drawn as what it is; places are created as needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_status_container import StatusContainer

from agent.projections.blocks import Blocks
from agent.projections.items import ToolCall
from agent.projections.label import one_line, short, subject, words
from agent.projections.output import MAX_CELLS, Output, Reasoning, is_number
from agent.projections.tool_titles import tool_title
from agent.streaming.events import JSON
from ui.markdown import safe_label, safe_markdown
from ui.run.columns import named
from ui.run.shapes import ShapesView
from ui.run.text import Slot, TextView
from ui.shell.language import language, say

SHOWN_ROWS = 200
"""Rows of a table or points of a chart that are drawn: the last ones."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """How a run is shown: in plain words, or with names and data as sent."""

    technical: bool = False
    offered: tuple[str, ...] = ()
    """Ids of the tools on offer: two tools may share a name."""

    def title(self, tool: str) -> str:
        """What a tool is called."""
        return (one_line(tool, 80) or "tool") if self.technical else tool_title(tool, self.offered, language())

    def about(self, call: ToolCall) -> str:
        """What a call is about; empty without arguments."""
        return subject(call.args, language=None if self.technical else language(), tool=call.name)


class OutputView:
    """One output in one place."""

    def __init__(self, place: DeltaGenerator, look: Look) -> None:
        self._place, self._look = place, look
        self._progress = Slot(place)
        self._reasoning: _ReasoningView | None = None
        self._text: TextView | None = None
        self._others: TextView | None = None
        self._lines = Blocks()
        self._listed = 0
        self._table = _Whole(place)
        self._chart = _Whole(place)
        self._shapes: ShapesView | None = None

    def draw(self, output: Output, at: float, *, tells_progress: bool = True) -> None:
        """Write what has changed since the last call; `at` is the run's time, in seconds.

        `tells_progress` is whether it is still shown how far the work is.
        """
        for part, count in output.counts.items():
            match part:
                case "reasoning":
                    self._reasoning = self._reasoning or _ReasoningView(self._place, self._look)
                    self._reasoning.draw(output.reasoning, at)
                case "text":
                    self._text = self._text or TextView(self._place)
                    self._text.draw(output.text)
                case "progress" if not tells_progress:
                    self._progress.leave()
                case "progress" if output.progress is not None:
                    self._progress.progress(output.progress, output.status)
                case "progress":
                    self._progress.markdown(f":gray[{safe_label(output.status, 200)}]")
                case "rows":
                    self._table.draw(count, output.rows, _table)
                case "points":
                    self._chart.draw(count, output.points, _line_chart)
                case "shapes":
                    self._shapes = self._shapes or ShapesView(self._place, technical=self._look.technical)
                    self._shapes.draw(list(output.shapes.values()), output.unkept)
                case "others":
                    self._list(count, output.others)

    def _list(self, count: int, chunks: Sequence[JSON]) -> None:
        new, self._listed = count - self._listed, count
        if new:
            for chunk in chunks[-new:]:
                self._lines.feed(_line(chunk) if self._look.technical else _plain_line(chunk))
            self._others = self._others or TextView(self._place, own=True)
            self._others.draw(self._lines)


class _ReasoningView:
    """A model's reasoning before it writes, folded, with its duration above."""

    def __init__(self, place: DeltaGenerator, look: Look) -> None:
        self._place, self._look = place, look
        self._since = Slot(place, place.empty())
        self._status: StatusContainer | None = None
        self._label = ""
        self._text: TextView | None = None

    def draw(self, reasoning: Reasoning, at: float) -> None:
        """Write what has changed since the last call; `at` is the run's time, in seconds."""
        thinks = reasoning.ended_at is None
        seconds = max((at if reasoning.ended_at is None else reasoning.ended_at) - reasoning.began_at, 0.0)
        told = say("run-thinks", seconds=f"{seconds:.0f}") if thinks and seconds >= 0.5 else ""
        self._since.markdown(f":gray[{told}]" if told else "")
        label = self._say(thinks, seconds)
        if self._text is None and thinks:
            self._status = self._place.status(label, type="compact")
            self._text = TextView(self._status)
        elif self._text is None:
            self._text = TextView(self._place.expander(label, icon=":material/neurology:", type="compact"))
        elif label != self._label and self._status:
            self._status.update(label=label, state="running" if thinks else "complete")
        self._label = label
        self._text.draw(reasoning.text)

    def _say(self, thinks: bool, seconds: float) -> str:
        """The line that unfolds it; constant while the model is reasoning, as a new one would fold it under the
        reader.
        """
        if self._look.technical:
            took = "" if thinks else f" · {say('time-seconds', seconds=f'{seconds:.1f}')}"
            return say("run-reasoning") + took
        if thinks:
            return say("run-what-it-thinks")
        return say("run-thought", seconds=f"{seconds:.0f}") if seconds >= 0.5 else say("run-thought.moment")


class _Whole:
    """A table or a chart, which can only be sent whole."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._parent = place
        self._place: DeltaGenerator | None = None
        self._count = 0

    def draw(self, count: int, items: Sequence[T], show: Callable[[DeltaGenerator, Sequence[T]], object]) -> None:
        if self._count != count:
            self._count = count
            self._place = self._place or self._parent.empty()
            show(self._place, items[-SHOWN_ROWS:])


def _table(place: DeltaGenerator, rows: Sequence[dict[str, JSON]]) -> None:
    keys = list(dict.fromkeys(key for row in rows for key in row))[:MAX_CELLS]
    place.dataframe(
        {name: _cells([row.get(key) for row in rows]) for key, name in zip(keys, named(keys), strict=True)},
        hide_index=True,
        placeholder="",
    )


def _cells(values: Sequence[JSON]) -> list[Any]:
    """A column; of numbers if it contains nothing else."""
    if all(value is None or is_number(value) for value in values):
        return [float(value) if isinstance(value, int) and abs(value) > 2**53 else value for value in values]
    return [words(value, language=language()) or None for value in values]


def _line_chart(place: DeltaGenerator, points: Sequence[dict[str, float]]) -> None:
    """Draw lines from point to point, so not before there are two; labels at the ends of an axis stay inside of it."""
    if len(points) < 2:
        place.markdown(_plain_line(dict(points[0])))
        return
    across = next(iter(points[-1]))
    keys = [across, *dict.fromkeys(key for point in points for key in point if key != across)][:MAX_CELLS]
    x, *up = named(keys)
    lines = [(point[across], point[key], name) for key, name in zip(keys[1:], up, strict=True) for point in points
             if across in point and key in point]  # fmt: skip
    data = dict(zip(("x", "y", "line"), map(list, zip(*lines, strict=True)), strict=True))
    color = {"color": {"field": "line", "title": None, "legend": {"orient": "bottom"}}} if len(up) > 1 else {}
    whole = {"tickMinStep": 1} if all(float(x).is_integer() for x, *_ in lines) else {}
    spec = {
        "padding": {"left": 2, "top": 8, "right": 12, "bottom": 2},
        "mark": {"type": "line", "tooltip": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": x, "axis": {"labelFlush": True, **whole}},
            "y": {"field": "y", "type": "quantitative", "title": up[0] if len(up) == 1 else None},
            **color,
        },
    }
    place.vega_lite_chart(data, spec, height=180)


def _line(chunk: JSON) -> str:
    if isinstance(chunk, dict) and len(chunk) == 1:
        (kind, value), *_ = chunk.items()
        if isinstance(value, (str, int, float)):
            return f"- **{safe_label(words(value), 300)}** :gray[:small[{safe_label(kind, 40)}]]\n"
    code = f"`{short(chunk, 300)}`".replace("`", "'")
    return f"- {safe_markdown(code)}\n"


def _plain_line(chunk: JSON) -> str:
    """The values in a chunk, without their keys and the JSON around them."""
    values = chunk.items() if isinstance(chunk, dict) else [("", chunk)]
    text = " · ".join(filter(None, (words(value, 300, language(), name) for name, value in values)))
    return f"- {safe_label(text, 300)}\n" if text else ""
