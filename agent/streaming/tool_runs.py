"""Which run of a tool LangGraph reports on in mode `tools`, where it only gives the call's id.

`attribution.Attribution` notes each start and end by itself, either right before LangGraph reports it or right after:
the order of callbacks is undefined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.streaming.attribution import Mark
from agent.streaming.messages import text_of

_NOTED_AS = {"tool-started": "tool-started", "tool-finished": "tool-ended", "tool-error": "tool-ended"}


class ToolRuns:
    """The runs of tools as noted, until LangGraph reports them."""

    def __init__(self) -> None:
        self._noted: dict[tuple[tuple[str, ...], str, str], str] = {}
        self._current: dict[tuple[tuple[str, ...], str], str] = {}
        self._unnoted = 0
        self.is_noting = False
        """Whether this stream has notes at all."""

    def note(self, mark: Mark) -> None:
        """Take in a note of a start or an end."""
        namespace, call = mark.place.namespace, _call_of(mark)
        self._noted[namespace, call, mark.event] = mark.path[-1][1]
        if mark.event == "tool-started":
            self._current[namespace, call] = mark.path[-1][1]

    def is_early(self, namespace: tuple[str, ...], told: Mapping[Any, Any]) -> bool:
        """Whether LangGraph reports a start or an end before it is noted."""
        noted_as = _NOTED_AS.get(text_of(told.get("event")))
        key = namespace, text_of(told.get("tool_call_id")), noted_as
        return self.is_noting and noted_as is not None and key not in self._noted

    def is_noted_by(self, mark: Mark, namespace: tuple[str, ...], told: Mapping[Any, Any]) -> bool:
        """Whether a mark is the note of what LangGraph reports."""
        return (
            bool(mark.path)
            and mark.event == _NOTED_AS.get(text_of(told.get("event")))
            and mark.place.namespace == namespace
            and _call_of(mark) == text_of(told.get("tool_call_id"))
        )

    def of(self, namespace: tuple[str, ...], told: Mapping[Any, Any]) -> str:
        """The run that LangGraph reports; a start that nobody noted is a run of its own."""
        event, call = text_of(told.get("event")), text_of(told.get("tool_call_id"))
        if run := self._noted.pop((namespace, call, _NOTED_AS.get(event, "")), ""):
            return run
        if event == "tool-started":
            self._unnoted += 1
            self._current[namespace, call] = f"{call} {self._unnoted}"
        return self._current.setdefault((namespace, call), call)


def _call_of(mark: Mark) -> str:
    """The id of a call as LangGraph reports it; without one, that of the run."""
    call, run = mark.path[-1]
    return call or run
