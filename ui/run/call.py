"""Tool calls: side by side if requested together, with whatever happens inside one drawn in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.grid_container import GridContainer
from streamlit.elements.lib.mutable_status_container import StatusContainer

from agent.projections.blocks import Blocks
from agent.projections.items import Answer, Item, ToolCall, visible
from agent.projections.label import words
from ui.markdown import safe_label
from ui.run.output import Look, OutputView
from ui.run.text import TextView, clear
from ui.shell.language import say

COLUMNS = 3
"""Tool calls side by side, if the page is wide enough."""
STANDS = {"complete": ":material/check:", "error": ":material/error:", "waiting": ":material/front_hand:"}
"""The sign before a call in which nothing moves."""
_WORD = re.compile(r"\w+")
_HEADED = re.compile(r"[^\W\d_][\w ]{0,30}: ")
"""A result that says itself what it is: `Done: …`."""


class Inside(Protocol):
    """Draws the items inside a call."""

    def draw(self, items: Sequence[Item], at: float) -> object:
        """Write what has changed since the last call; `at` is the run's time, in seconds."""


class CallGroup:
    """Tool calls requested together, side by side; on a phone, one below the other."""

    def __init__(self, place: DeltaGenerator, look: Look, inside: Callable[[DeltaGenerator], Inside]) -> None:
        self._place, self._look, self._inside = place, look, inside
        self._grid: GridContainer | None = None
        self._boxes: dict[str, _CallBox] = {}
        """By the key of the call, in the order on the page."""

    def goes_on_as(self, keys: Sequence[str]) -> bool:
        """Whether these are the calls drawn here, perhaps with more among them, which need no place but this one."""
        return self._boxes.keys() <= set(keys)

    def draw(self, calls: Sequence[ToolCall], at: float) -> None:
        """Write what has changed since the last call."""
        keys = [call.key for call in calls]
        appeared_above = keys[: len(self._boxes)] != list(self._boxes)
        if appeared_above or any(
            box.is_out_of_date(call) for box, call in zip(self._boxes.values(), calls, strict=False)
        ):
            clear(self._place)
            self._boxes, self._grid = {}, None
        if len(keys) > len(self._boxes):
            self._make_room(keys)
        for call in calls:
            self._boxes[call.key].draw(call, at)

    def _make_room(self, keys: Sequence[str]) -> None:
        if len(keys) == 1:
            self._boxes = {keys[0]: self._box(self._place.container())}
            return
        if self._grid is None or len(self._boxes) < COLUMNS:  # of another width from now on
            self._grid = self._place.container().grid(min(len(keys), COLUMNS), min_column_width=260)
            self._boxes = {}
        for key in keys[len(self._boxes) :]:
            self._boxes[key] = self._box(self._grid.cell())

    def _box(self, place: DeltaGenerator) -> _CallBox:
        return _CallBox(place, self._look, self._inside)


class _CallBox:
    """One tool call: its arguments, its duration, and its outcome."""

    def __init__(self, place: DeltaGenerator, look: Look, inside: Callable[[DeltaGenerator], Inside]) -> None:
        self._place, self._look, self._inside = place, look, inside
        self._box: DeltaGenerator | None = None
        self._status: StatusContainer | None = None
        self._head: tuple[str, str] = ("", "")
        self._content: DeltaGenerator | None = None
        self._body: _Body | None = None
        self._redone = 0

    def is_out_of_date(self, call: ToolCall) -> bool:
        """Whether it was drawn as one in which nothing moves, which has moved on."""
        return self._box is not None and self._status is None and call_head(call, self._look) != self._head

    def draw(self, call: ToolCall, at: float) -> None:
        """Write what has changed since the last call."""
        box = self._draw_head(call)
        if self._content and call.redone != self._redone:
            clear(self._content)
            self._body = None
        self._redone = call.redone
        if call.shows_output or call.shows_result or visible(call.items):
            self._content = self._content or box.empty()
            self._body = self._body or _Body(self._content.container(), self._look, self._inside)
            self._body.draw(call, at)

    def _draw_head(self, call: ToolCall) -> DeltaGenerator:
        label, state = head = call_head(call, self._look)
        is_empty = not (call.output or call.result or call.items)
        is_open = (self._look.technical or not call.depth) and not (is_empty and state in ("waiting", "error"))
        if self._box is None:
            if state == "running":
                self._box = self._status = self._place.status(label, expanded=is_open)
            else:  # with the look of a status; making one takes 50 ms
                self._box = self._place.expander(label, expanded=is_open, icon=STANDS[state])
        elif head != self._head and self._status:
            moving = "running" if state == "waiting" else state  # until it is drawn as one that stands
            self._status.update(label=label, state=moving, expanded=is_open)  # else a new label would fold it
        self._head = head
        return self._box


class _Body:
    """What a tool sends, what happens inside its call, and what it returned, in one attempt."""

    def __init__(self, place: DeltaGenerator, look: Look, inside: Callable[[DeltaGenerator], Inside]) -> None:
        self._place, self._look, self._make_inside = place, look, inside
        self._sent = place.empty()
        """Where what was sent is drawn: a block with nothing in it would be a gap."""
        self._output: OutputView | None = None
        self._inside: Inside | None = None
        self._result: TextView | None = None
        self._told: tuple[str, str] = ("", "")
        self._returned: OutputView | None = None

    def draw(self, call: ToolCall, at: float) -> None:
        inside = visible(call.items)
        if call.shows_output and (call.output or call.output.reasoning):
            if call.tells_progress or call.output.counts.keys() - {"progress"}:
                self._output = self._output or OutputView(self._sent.container(), self._look)
                self._output.draw(call.output, at, tells_progress=call.tells_progress)
            elif self._output:
                self._sent.empty()
                self._output = None
        if inside:
            self._inside = self._inside or self._make_inside(self._place.container())
            self._inside.draw(inside, at)
        result = call.result or ""
        if call.shows_result and (result or self._result) and self._told != (call.state, result):
            self._told = (call.state, result)
            if self._result or not _is_shown(call, result, self._look):
                self._result = self._result or TextView(self._place)
                self._result.draw(Blocks(_result(call, technical=self._look.technical)))
        if call.shows_result and call.returned:
            self._returned = self._returned or OutputView(self._place.container(), self._look)
            self._returned.draw(call.returned, at)


def call_head(call: ToolCall, look: Look) -> tuple[str, Literal["running", "waiting", "complete", "error"]]:
    """The line above a tool call, and the sign before it."""
    subject = look.about(call)
    about = f" · {safe_label(subject, 60)}" if subject else ""
    attempt = f" · {say('run-attempt', attempt=call.attempts)}" if call.attempts > 1 else ""
    took = "" if call.seconds is None else f" · {say('time-seconds', seconds=f'{call.seconds:.1f}')}"
    ending = f" · {say(f'call-{call.state}')}" if call.state in ("failed", "stopped") else ""
    label = f"**{safe_label(look.title(call.name))}**{about}{attempt}{took}{ending}"
    if call.state == "waiting":
        return f"{label} · {say('card-waits')}", "waiting"
    if call.state in ("asked", "running"):
        return label, "running"
    return label, "complete" if call.state == "finished" else "error"


def _is_shown(call: ToolCall, result: str, look: Look) -> bool:
    """Whether a call's result is already there as its output; in plain words, also in as many parts."""
    said = [item.output for item in call.items if isinstance(item, Answer) and item.visible]
    outputs = [*said, *([call.output] if call.shows_output else [])]
    if any(output.text.text.strip() == result.strip() for output in outputs):
        return True
    if look.technical or call.state != "finished" or not call.shows_output:
        return False
    parts = {word for part in call.output.others for word in _WORD.findall(words(part, 4_000).casefold())}
    return parts.issuperset(_WORD.findall(result.casefold())) and bool(parts)


def _result(call: ToolCall, *, technical: bool) -> str:
    text = call.result or ""
    if not text:
        return ""  # it has been taken back
    if call.state == "failed":
        return text.removeprefix("Error: ")
    if technical:
        return say("run-returned", result=text)
    return text if _HEADED.match(text) else say("run-result", result=text)
