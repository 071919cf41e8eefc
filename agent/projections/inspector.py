"""Every event of a run, to be searched: filters, pages, and how we know which tool call an event belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from agent.projections.label import cut
from agent.streaming import events as ev
from agent.streaming.events import StreamEvent
from texts import Language, say

PAGE = 200
"""Rows of one page."""
_PAYLOADS: TypeAdapter[ev.Payload] = TypeAdapter(ev.Payload)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events to show; an empty filter matches everything."""

    modes: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """Ids of tool calls; what happens inside one belongs to it."""
    search: str = ""
    """Text in an event's JSON, upper or lower case."""

    def select(self, events: Sequence[StreamEvent]) -> list[StreamEvent]:
        """The matching events, in order."""
        found = [event for event in events if self._is_wanted(event)]
        wanted = self.search.strip().lower()
        return [event for event in found if wanted in text(event).lower()] if wanted else found

    def _is_wanted(self, event: StreamEvent) -> bool:
        return (
            (not self.modes or event.mode in self.modes)
            and (not self.nodes or event.node in self.nodes)
            and (not self.calls or not set(self.calls).isdisjoint(event.calls))
        )


def pages(count: int) -> int:
    """How many pages this many events take; at least one."""
    return max(1, -(-count // PAGE))


def row(event: StreamEvent, titles: Mapping[str, str]) -> dict[str, str | float | int]:
    """One event as a row of the table."""
    content = text(event)
    return {
        "seq": event.seq,
        "ms": round(event.at * 1000, 1),
        "mode": event.mode,
        "kind": event.payload.kind,
        "node": event.node or "",
        "call": " › ".join(titles.get(call, call) for call in event.calls),
        "namespace": "/".join(event.namespace),
        "bytes": len(content.encode("utf-8", "replace")),
        "content": cut(content, 160),
    }


def text(event: StreamEvent) -> str:
    """What an event holds, as JSON."""
    match event.payload:
        case ev.Custom(data=value) | ev.Checkpoint(data=value) | ev.Debug(data=value) | ev.Unknown(data=value):
            held: object = value
        case _:
            held = _PAYLOADS.dump_python(event.payload, exclude={"kind"}, warnings=False)
    return json.dumps(held, ensure_ascii=False).encode("utf-8", "replace").decode()


def how_known(event: StreamEvent, language: Language = "en") -> str:
    """Who assigned an event to its tool call: LangGraph, or we, and how."""
    if not event.calls:
        return ""
    match event.payload:
        case ev.Custom() | ev.Token():
            key = "lab-known-context"
        case ev.Said(message=message) if message.call:
            key = "lab-known-message"
        case ev.Update(messages=messages) if any(message.call == event.call for message in messages):
            key = "lab-known-update"
        case ev.ToolStarted() | ev.ToolDelta() | ev.ToolFinished() | ev.ToolFailed():
            key = "lab-known-event"
        case ev.TaskStarted() | ev.TaskEnded() if not event.namespace:
            key = "lab-known-task"
        case _:
            key = "lab-known-namespace"
    return say(language, key)
