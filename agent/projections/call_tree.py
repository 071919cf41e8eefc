"""The tool calls of a run, each where it stands: among the run's own items, or inside another call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.projections.items import Item, ToolCall, walk
from agent.streaming.events import JSON, StreamEvent

DEEPEST = 6
"""Levels of nested calls; anything deeper is shown on the last one."""


@dataclass(slots=True)
class CallTree:
    """The calls below these items, which grow with it: a call that nobody has heard of is put where it belongs."""

    items: list[Item]
    _calls: dict[str, ToolCall] = field(default_factory=dict)
    _outer: dict[str, ToolCall | None] = field(default_factory=dict)

    def __iter__(self) -> Iterator[ToolCall]:
        return iter(self._calls.values())

    def get(self, call_id: str) -> ToolCall | None:
        """The call with this id, if there is one."""
        return self._calls.get(call_id)

    def outer(self, call: ToolCall) -> ToolCall | None:
        """The call that this one is nested in."""
        return self._outer.get(call.id)

    def call(self, event: StreamEvent, call_id: str, inside: ToolCall | None) -> ToolCall:
        """The call with this id; an unknown one is inside that one."""
        if call := self._calls.get(call_id):
            return call
        while inside and inside.depth >= DEEPEST - 1:
            inside = self._outer.get(inside.id)
        call = ToolCall(call_id, depth=inside.depth + 1 if inside else 0, level=len(event.namespace))
        self._calls[call_id], self._outer[call_id] = call, inside
        self._around(inside).append(call)
        return call

    def innermost(self, event: StreamEvent) -> ToolCall | None:
        """The call that an event belongs to; None if it belongs to none."""
        call = None
        for call_id in event.calls:
            call = self.call(event, call_id, call)
            call.level = min(call.level, len(event.namespace))
        return call

    def know(self, call: ToolCall, args: JSON, at: float) -> None:
        """Note a call's arguments, or with None that they are known by now, whatever they are."""
        call.args = call.args if args is None else args
        if call.asked_at is None:
            beside = (item for item in self._around(self.outer(call)) if isinstance(item, ToolCall))
            call.beside = any(other.asked_at is not None and other.ended_at is None for other in beside)
            call.asked_at = at

    def reveal(self, call: ToolCall | None, live: bool) -> None:
        """Make a call visible, and what it is inside of, if it comes `live`."""
        while live and call and not call.visible:
            call.visible = True
            call = self._outer.get(call.id)

    def empty(self, call: ToolCall) -> set[int]:
        """Take out what is inside a call; returns the identities of those items."""
        gone = list(walk(call.items))
        for item in gone:
            if isinstance(item, ToolCall):
                self._calls.pop(item.id, None)
        call.items = []
        return set(map(id, gone))

    def _around(self, outer: ToolCall | None) -> list[Item]:
        return outer.items if outer else self.items
