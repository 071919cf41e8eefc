"""Draws a run as it grows, and draws it again when it has ended: the same code, fed at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Literal

from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_status_container import StatusContainer

from agent.projections.blocks import Blocks
from agent.projections.narration import Sentence
from agent.projections.output import Output
from agent.projections.transcript import Answer, ToolCall, Transcript
from ui.markdown import SafeTail, safe_blocks, safe_label, safe_markdown
from ui.shell.browser import wait_for_browser

Titles = Callable[[str], str] | None
"""What a tool is called in plain words, by its name; None shows names and data as they are."""

GROUP = 16
"""Blocks to a container."""

COLUMNS = 3
"""Tool calls side by side, where the page is wide enough."""

SHOWN_ROWS = 200
"""Rows of a table, or points of a chart, that are drawn: the last ones."""

ENDED = {"complete": ":material/check:", "error": ":material/error:"}

FLUSH = 0.03
"""Seconds in which Streamlit has surely sent what was written."""


class RunView:
    """One run on the page: tool calls side by side where they work side by side, text below.

    `stale` is how many places an earlier script run has filled for other stream modes: Streamlit keeps what it
    once drew until a script has ended, so they are emptied first, and FLUSH must pass before the first `draw`.
    `titles` are what tools are called in plain words, by their names: with them no raw data is shown.
    """

    def __init__(self, place: DeltaGenerator, stale: int = 0, titles: Titles = None) -> None:
        self._titles = titles
        self._steps = place.empty()
        self._told = ""
        self._body = place.container()
        self._places = [self._body.empty() for _ in range(stale)]
        self._status = _Slot(place)
        self._groups: list[_CallGroup | _AnswerView] = []
        self._keys: list[tuple[int, ...]] = []
        """The items of each drawn group."""

    def tell(self, sentences: list[Sentence], *, quiet: bool = True) -> None:
        """Write what has happened so far, in plain words, above everything else."""
        lines = "\n".join(_sentence(sentence, quiet) for sentence in sentences)
        if lines != self._told:
            self._told = lines
            self._steps.markdown(lines)

    def draw(self, transcript: Transcript, *, waiting: str = "", quiet: bool = True) -> int:
        """Write what has changed since the last call; `waiting` is said below.

        `quiet` is whether nothing else moves: what then shimmers would make a browser paint the page 60 times a second.
        Returns how many places are filled.
        """
        if not waiting:
            self._status.markdown("")  # first, or it would be seen below what it was waiting for
        groups = _grouped(transcript)
        keys = [tuple(map(id, group if isinstance(group, list) else [group])) for group in groups]
        self._make_room(keys)
        for index, group in enumerate(groups):
            if index == len(self._groups):
                if index == len(self._places):
                    self._places.append(self._body.empty())
                is_calls = isinstance(group, list)
                self._groups.append((_CallGroup if is_calls else _AnswerView)(self._places[index], self._titles))
            self._groups[index].draw(group)
        self._keys = keys
        self._status.markdown(_moving(waiting, quiet) if waiting else "")
        return len(self._groups)

    def _make_room(self, keys: list[tuple[int, ...]]) -> None:
        """Draw anew from the first group on that is not what it was, or more of it: an item can appear above others."""
        kept = 0
        for drawn, wanted in zip(self._keys, keys, strict=False):
            if wanted[: len(drawn)] != drawn:
                break
            kept += 1
        if kept < len(self._groups):
            for place in self._places[kept : len(self._groups)]:
                place.empty()
            time.sleep(FLUSH)  # the places are sent empty first, or what was in them would stay
            del self._groups[kept:]


class TextView:
    """Text that grows: each finished block is written once, only the tail is written again.

    The browser's work for an update grows with the number of neighbours, so blocks are kept in groups. A group
    that is already full when it is first drawn, as after a rerun, is written in one go. Text that is `own`, and not
    that of others, is written as it is.
    """

    def __init__(self, place: DeltaGenerator, *, own: bool = False) -> None:
        self._safe = "\n\n".join if own else safe_blocks
        self._safe_tail = (lambda text: text.tail) if own else SafeTail().markdown
        self._blocks = place.container()
        self._tail = _Slot(place)
        self._group: DeltaGenerator | None = None
        self._written = 0

    def draw(self, text: Blocks) -> None:
        """Write the blocks that are new, and the tail."""
        while self._written < len(text.done):
            new = text.done[self._written :]
            at_start = self._written % GROUP == 0
            if at_start or self._group is None:
                self._group = self._blocks.container()
            count = GROUP if at_start and len(new) >= GROUP else 1
            self._group.markdown(self._safe(new[:count]))
            self._written += count
            wait_for_browser()
        self._tail.markdown(self._safe_tail(text))


class _Slot:
    """A placeholder that is made when it is first needed, and written to only when what it shows changes."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._parent = place
        self._place: DeltaGenerator | None = None
        self._shown = ""

    def markdown(self, text: str) -> None:
        if place := self._changed(text):
            if text:
                place.markdown(text)
            else:
                place.empty()

    def progress(self, share: float, text: str) -> None:
        if place := self._changed(f"{share} {text}"):
            place.progress(share, safe_label(text) or None)

    def _changed(self, shown: str) -> DeltaGenerator | None:
        if shown == self._shown:
            return None
        self._shown = shown
        if self._place is None:
            self._place = self._parent.empty()
        return self._place


class _AnswerView:
    def __init__(self, place: DeltaGenerator, titles: Titles) -> None:
        self._output = _OutputView(place.container(), raw=titles is None)

    def draw(self, answer: Any) -> None:
        self._output.draw(answer.output)


class _CallGroup:
    """Tool calls that were asked for together, side by side; on a phone, one below the other."""

    def __init__(self, place: DeltaGenerator, titles: Titles) -> None:
        self._place, self._titles = place, titles
        self._boxes: list[_CallBox] = []

    def draw(self, calls: Any) -> None:
        if len(calls) > len(self._boxes):
            self._lay_out(len(calls))
        for box, call in zip(self._boxes, calls, strict=True):
            box.draw(call)

    def _lay_out(self, count: int) -> None:
        if count == 1:
            cells = [self._place.container()]
        else:
            grid = self._place.container().grid(min(count, COLUMNS), min_column_width=260)
            cells = [grid.cell() for _ in range(count)]
        self._boxes = [_CallBox(cell, self._titles) for cell in cells]


class _CallBox:
    """One tool call: what it was asked, what it sends, what it returned, how long it took."""

    def __init__(self, place: DeltaGenerator, titles: Titles) -> None:
        self._place, self._titles = place, titles
        self._box: DeltaGenerator | None = None
        self._head: tuple[str, str] = ("", "")
        self._result: TextView | None = None

    def draw(self, call: ToolCall) -> None:
        box = self._draw_head(call)
        if call.shows_output:
            self._output.draw(call.output)
        if call.shows_result and call.result and not (call.shows_output and call.output.text.text == call.result):
            self._result = self._result or TextView(box)
            self._result.draw(Blocks(_result(call, raw=self._titles is None)))

    def _draw_head(self, call: ToolCall) -> DeltaGenerator:
        label, state = head = _head(call, self._titles)
        if self._box is None:
            # What has ended is drawn as an expander with the look of a status: making a status takes 50 ms.
            self._box = (
                self._place.status(label, expanded=True)
                if state == "running"
                else self._place.expander(label, expanded=True, icon=ENDED[state])
            )
            self._output = _OutputView(self._box, raw=self._titles is None)
        elif head != self._head and isinstance(self._box, StatusContainer):
            self._box.update(label=label, state=state, expanded=True)
        self._head = head
        return self._box


class _OutputView:
    """What was sent while the work went on, each shape drawn as what it is; places are made as they are needed."""

    def __init__(self, place: DeltaGenerator, *, raw: bool) -> None:
        self._place, self._raw = place, raw
        self._status = _Slot(place)
        self._progress = _Slot(place)
        self._text: TextView | None = None
        self._others: TextView | None = None
        self._lines = Blocks()
        self._listed = 0
        self._table = _Whole(place)
        self._chart = _Whole(place)

    def draw(self, output: Output) -> None:
        if output.progress is not None:
            self._progress.progress(output.progress, output.status)
        elif output.status:
            self._status.markdown(f":gray[{safe_label(output.status, 200)}]")
        if output.text:
            self._text = self._text or TextView(self._place)
            self._text.draw(output.text)
        if output.rows:
            self._table.draw(output.rows, lambda place, rows: place.dataframe(rows, hide_index=True))
        if output.points:
            self._chart.draw(output.points, _line_chart)
        if len(output.others) > self._listed:
            for chunk in output.others[self._listed :]:
                self._lines.feed(_line(chunk) if self._raw else _plain_line(chunk))
            self._listed = len(output.others)
            self._others = self._others or TextView(self._place, own=True)
            self._others.draw(self._lines)


class _Whole:
    """A table or chart, which can only be sent whole."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._parent = place
        self._place: DeltaGenerator | None = None
        self._last: Any = None

    def draw(self, items: list[Any], show: Callable[[DeltaGenerator, list[Any]], object]) -> None:
        if self._last is not items[-1]:
            self._last = items[-1]
            self._place = self._place or self._parent.empty()
            show(self._place, items[-SHOWN_ROWS:])


def _line_chart(place: DeltaGenerator, points: list[dict[str, float]]) -> None:
    across, *up = points[0]
    place.line_chart(points, x=across, y=up, height=180)


def _grouped(transcript: Transcript) -> list[Answer | list[ToolCall]]:
    """The shown items; neighbouring tool calls as one group."""
    groups: list[Answer | list[ToolCall]] = []
    for item in transcript.shown:
        if isinstance(item, Answer):
            groups.append(item)
        elif groups and isinstance(groups[-1], list):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _head(call: ToolCall, titles: Titles = None) -> tuple[str, Literal["running", "complete", "error"]]:
    """The line above a tool call, and the sign before it."""
    took = f" · {call.ended_at - call.started_at:.1f} s" if call.ended_at and call.started_at is not None else ""
    ending = {"failed": " · failed", "stopped": " · stopped"}.get(call.state, "")
    if titles is None:
        label = f"**{safe_label(call.name or 'tool')}** {safe_label(_spoken(call.arguments), 60)}{took}{ending}"
    else:
        about = f" · {safe_label(_spoken(call.arguments), 60)}" if _spoken(call.arguments) else ""
        label = f"**{safe_label(titles(call.name))}**{about}{took}{ending}"
    if call.state in ("asked", "running"):
        return label, "running"
    return label, "complete" if call.state == "finished" else "error"


def _spoken(arguments: str) -> str:
    """The values of a call's arguments, without the JSON around them."""
    try:
        values = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return ""
    return " · ".join(str(value) for value in values.values()) if isinstance(values, dict) else str(values)


def _line(chunk: Any) -> str:
    if isinstance(chunk, dict) and len(chunk) == 1:
        (kind, value), *_ = chunk.items()
        if isinstance(value, (str, int, float)):
            return f"- **{safe_label(str(value), 300)}** :gray[:small[{safe_label(kind, 40)}]]\n"
    text = json.dumps(chunk, ensure_ascii=False).replace("`", "'")
    code = f"`{text[:300]}{'…' if len(text) > 300 else ''}`"
    return f"- {safe_markdown(code)}\n"


def _plain_line(chunk: Any) -> str:
    """The values in a chunk, without their keys and the JSON around them."""
    values = list(chunk.values()) if isinstance(chunk, dict) else [chunk]
    texts = [str(value) for value in values if isinstance(value, (str, int, float)) and not isinstance(value, bool)]
    return f"- {safe_label(' · '.join(texts), 300)}\n" if texts else ""


def _sentence(sentence: Sentence, quiet: bool) -> str:
    """A sentence of a narration, as an item of a list."""
    text, at = safe_label(sentence.text, 300), f":gray[{sentence.at:.1f} s]"
    match sentence.state:
        case "now":
            text = _moving(text, quiet)
        case "failed":
            text = f":red[{text}]"
    return f"- :small[{text} {at}]"


def _moving(text: str, quiet: bool) -> str:
    return f":shimmer[{text}]" if quiet else f":gray[{text}]"


def _result(call: ToolCall, *, raw: bool = True) -> str:
    text = call.result or ""
    if call.state == "failed":
        return text.removeprefix("Error: ")
    return f"{'Returned' if raw else 'Result'}: {text}"
