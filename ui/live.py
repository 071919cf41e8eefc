"""Draws a run as it grows, and draws it again when it has ended: the same code, fed at once."""

from __future__ import annotations

import json
from typing import Any, Protocol

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.blocks import Blocks
from agent.transcript import Answer, ToolCall, Transcript
from ui.untrusted import safe_label, safe_markdown

BLOCKS_TO_A_CONTAINER = 16
"""The browser's cost of an update grows with the number of siblings, so finished blocks are kept in groups."""

COLUMNS = 3


class _View(Protocol):
    def draw(self, item: Any) -> None: ...


class RunView:
    """One run on the page: tool calls side by side where they work side by side, text below."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._body = place.container()
        self._status = _Slot(place)
        self._groups: list[_CallGroup | _AnswerView] = []

    def draw(self, transcript: Transcript, *, waiting: str = "") -> None:
        """Write what has changed since the last call; `waiting` is said where nothing else moves."""
        for index, group in enumerate(_grouped(transcript)):
            if index == len(self._groups):
                self._groups.append(_CallGroup(self._body) if isinstance(group, list) else _AnswerView(self._body))
            self._groups[index].draw(group)
        self._status.markdown(f":shimmer[{waiting}]" if waiting else "")


class TextView:
    """Text that grows: each finished block is written once, only the tail is written again."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place.container()
        self._group = self._place
        self._tail = _Slot(place)
        self._written = 0

    def draw(self, text: Blocks) -> None:
        """Write the blocks that are new, and the tail."""
        for block in text.done[self._written :]:
            if self._written % BLOCKS_TO_A_CONTAINER == 0:
                self._group = self._place.container()
            self._group.markdown(safe_markdown(block))
            self._written += 1
        self._tail.markdown(safe_markdown(text.tail))


class _Slot:
    """A placeholder that is written to only when what it shows changes."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place.empty()
        self._shown = ""

    def markdown(self, text: str) -> None:
        if text != self._shown:
            self._shown = text
            if text:
                self._place.markdown(text)
            else:
                self._place.empty()

    def progress(self, share: float, text: str) -> None:
        if (shown := f"{share}{text}") != self._shown:
            self._shown = shown
            self._place.progress(share, safe_label(text) or None)


class _AnswerView:
    def __init__(self, place: DeltaGenerator) -> None:
        self._text = TextView(place)
        self._chunks = _ChunksView(place)

    def draw(self, answer: Any) -> None:
        self._text.draw(answer.text)
        self._chunks.draw(answer.chunks)


class _CallGroup:
    """Tool calls that were asked for together, side by side; on a phone, one below the other."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place.empty()
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
        self._boxes = [_CallBox(cell) for cell in cells]


class _CallBox:
    """One tool call: what it was asked, what it sends, what it returned, how long it took."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._status = place.status("…", expanded=True, state="running")
        self._shown: tuple[str, str] = ("…", "running")
        self._arguments = _Slot(self._status)
        self._chunks = _ChunksView(self._status)
        self._text = TextView(self._status)
        self._result = TextView(self._status)

    def draw(self, call: ToolCall) -> None:
        self._head(call)
        if call.shows_output:
            self._chunks.draw(call.chunks)
            self._text.draw(call.text)
        if call.shows_result and call.result and not (call.shows_output and call.text.text == call.result):
            self._result.draw(Blocks(_result(call)))

    def _head(self, call: ToolCall) -> None:
        took = f" · {call.ended_at - call.started_at:.1f} s" if call.ended_at and call.started_at is not None else ""
        ending = {"failed": " · failed", "stopped": " · stopped", "asked": " · being asked"}.get(call.state, "")
        head = f"**{safe_label(call.name or 'tool')}** {safe_label(_spoken(call.arguments), 60)}{took}{ending}"
        state = {"asked": "running", "running": "running", "finished": "complete"}.get(call.state, "error")
        if (head, state) != self._shown:
            self._shown = (head, state)
            self._status.update(label=head, state=state, expanded=True)  # type: ignore[arg-type]


class _ChunksView:
    """Custom chunks: progress as a bar, anything else as a line that names its kind."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._progress = _Slot(place)
        self._lines = TextView(place)
        self._text = Blocks()
        self._seen = 0

    def draw(self, chunks: list[Any]) -> None:
        for chunk in chunks[self._seen :]:
            if share := _progress(chunk):
                self._progress.progress(share, str(chunk.get("status", "")))
            else:
                self._text.feed(_line(chunk))
        if len(chunks) > self._seen:
            self._seen = len(chunks)
            self._lines.draw(self._text)


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


def _spoken(arguments: str) -> str:
    """The values of a call's arguments, without the JSON around them."""
    try:
        values = json.loads(arguments or "{}")
    except ValueError:
        return ""
    return " · ".join(str(value) for value in values.values()) if isinstance(values, dict) else str(values)


def _progress(chunk: Any) -> float | None:
    if isinstance(chunk, dict) and isinstance(share := chunk.get("progress"), (int, float)):
        return min(max(float(share), 0.0), 1.0)
    return None


def _line(chunk: Any) -> str:
    if isinstance(chunk, dict) and len(chunk) == 1:
        (kind, value), *_ = chunk.items()
        if isinstance(value, (str, int, float)):
            return f"- **{safe_label(str(value), 300)}** `{kind.replace('`', '')[:40]}`\n"
    text = json.dumps(chunk, ensure_ascii=False).replace("`", "'")
    return f"- `{text[:300]}{'…' if len(text) > 300 else ''}`\n"


def _result(call: ToolCall) -> str:
    return (call.result or "") if call.state == "failed" else f"Returned: {call.result}"


def show_figures(transcript: Transcript) -> None:
    """One line under a finished run: what streaming changed."""
    if transcript.ended_at is None:
        return
    parts = []
    if transcript.modes and transcript.first_shown_at is not None:
        parts.append(f"First sign after **{transcript.first_shown_at:.1f} s**")
        parts.append(f"without streaming: {transcript.ended_at:.1f} s")
    else:
        parts.append(f"Nothing to see for **{transcript.ended_at:.1f} s**, then everything at once")
    if transcript.tokens:
        parts.append(f"{transcript.tokens:,} tokens")
    st.caption(" · ".join(parts))
