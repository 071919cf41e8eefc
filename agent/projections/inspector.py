"""Every event of a run, to be looked through: filters, pages, and how we know which tool call an event belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.projections.lanes import short
from agent.streaming.events import StreamEvent

PAGE = 200
"""Rows of one page."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted; what is empty lets all through."""

    modes: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """Ids of tool calls."""
    search: str = ""
    """Text in an event's JSON, upper or lower case."""

    def select(self, events: Sequence[StreamEvent]) -> list[StreamEvent]:
        """The wanted events, in their order."""
        found = [event for event in events if self._is_wanted(event)]
        wanted = self.search.strip().lower()
        return [event for event in found if wanted in text(event).lower()] if wanted else found

    def _is_wanted(self, event: StreamEvent) -> bool:
        return (
            (not self.modes or event.mode in self.modes)
            and (not self.nodes or event.node in self.nodes)
            and (not self.calls or event.tool_call_id in self.calls)
        )


def pages(count: int) -> int:
    """How many pages so many events take; at least one."""
    return max(1, -(-count // PAGE))


def row(event: StreamEvent, titles: Mapping[str, str]) -> dict[str, object]:
    """One event as a row of the table."""
    content = text(event)
    return {
        "seq": event.seq,
        "ms": round(event.at * 1000, 1),
        "mode": event.mode,
        "node": event.node or "",
        "tool call": titles.get(event.tool_call_id or "", event.tool_call_id or ""),
        "namespace": "/".join(event.namespace),
        "bytes": len(content.encode()),
        "content": short(event.data, 160),
    }


def text(event: StreamEvent) -> str:
    """What an event holds, as JSON."""
    return json.dumps(event.data, ensure_ascii=False)


def how_known(event: StreamEvent) -> str:
    """Who says that an event belongs to its tool call: LangGraph, or we, and how."""
    if event.tool_call_id is None:
        return ""
    data = event.data if isinstance(event.data, dict) else {}
    if event.mode == "messages" and data.get("type") == "tool":
        return "LangGraph says so: the tool's message names the call it answers."
    if event.mode == "messages":
        return "The metadata of the call's config, where agent/streaming/attribution.py left the id."
    if event.mode == "tools" and data.get("tool_call_id"):
        return "LangGraph says so: the event names the call."
    if event.namespace:
        return "The task in its namespace: it was started for this call (agent/streaming/adapter.py)."
    return _KNOWN.get(event.mode, "The task it comes from was started for this call (agent/streaming/adapter.py).")


_KNOWN = {
    "custom": "Signed by the wrapper around the tool call (agent/streaming/attribution.py): "
    "LangGraph does not say who wrote a custom chunk.",
    "updates": "LangGraph says so: the tool's message in the update names the call it answers.",
    "tasks": "The task's input is the call; its end has the same task id (agent/streaming/adapter.py).",
}
