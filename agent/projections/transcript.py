"""What a reader should see of a run: a pure fold over its events.

Everything that a run did is in its log; the stream modes a reader has chosen decide what is shown while it works.
When it has ended, its outcome is shown in any case: the calls, their results, the answer. With no mode chosen that
is all there is: the same run, without streaming.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from agent.projections.output import Output
from agent.streaming.events import END_STATES, RunState, StreamEvent, StreamMode

CallState = str
"""`asked` (its arguments are still being written), `running`, `finished`, `failed` or `stopped`."""


@dataclass(slots=True)
class Answer:
    """Text of the agent itself: its answer, or what it says between tools."""

    output: Output = field(default_factory=Output)
    """Its text; and what a node that is no tool wrote."""
    visible: bool = False


@dataclass(slots=True)
class ToolCall:
    """One call of a tool, and what came out of it so far."""

    id: str
    name: str = ""
    arguments: str = ""
    """As JSON text."""
    state: CallState = "asked"
    output: Output = field(default_factory=Output)
    """What the tool sent while it worked."""
    result: str | None = None
    visible: bool = False
    shows_output: bool = False
    """Whether what it sent while it worked is to be shown."""
    shows_result: bool = False
    started_at: float | None = None
    """Seconds since the run was asked for."""
    ended_at: float | None = None


@dataclass(slots=True)
class Transcript:
    """A run as its reader sees it. `fold` builds one; `add` lets it grow with the run."""

    modes: frozenset[StreamMode] = frozenset()
    state: RunState = "queued"
    message: str = ""
    """Why it was stopped or failed."""
    items: list[Answer | ToolCall] = field(default_factory=list)
    """In the order of their first sign of life."""
    started_at: float | None = None
    first_shown_at: float | None = None
    """Seconds until the reader had something to see."""
    ended_at: float | None = None
    tokens: int = 0
    """Tokens written by models, as their servers count them."""
    _open: Answer | None = None
    _calls: dict[str, ToolCall] = field(default_factory=dict)
    _asked_by: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def shown(self) -> list[Answer | ToolCall]:
        """The items a reader can see now."""
        return [item for item in self.items if item.visible]

    @property
    def tools(self) -> list[ToolCall]:
        """The tool calls a reader can see now."""
        return [item for item in self.items if isinstance(item, ToolCall) and item.visible]

    @property
    def answer(self) -> str:
        """The text of the last answer a reader can see now."""
        answers = [item for item in self.items if isinstance(item, Answer) and item.visible]
        return answers[-1].output.text.text if answers else ""

    def add(self, event: StreamEvent) -> None:
        """Take in the next event of the run."""
        data: Any = event.data
        match event.mode:
            case "run":
                self._run(event, data)
            case "custom":
                self._custom(event, data)
            case "messages":
                self._message(event, data)
            case "updates":
                self._update(event, data)
            case "values" if not self.items:
                self._given(data)
            case "tasks":
                self._task(event, data)
            case "tools":
                self._tool(event, data)
        if self.first_shown_at is None and self.shown:
            self.first_shown_at = event.at

    def call(self, call_id: str) -> ToolCall:
        """The tool call with this id; a new one if it was not heard of before."""
        if call_id in self._calls:
            return self._calls[call_id]
        call = self._calls[call_id] = ToolCall(call_id)
        self.items.append(call)
        return call

    def _run(self, event: StreamEvent, data: Any) -> None:
        self.state = data["state"]
        self.message = data.get("message", "")
        if self.state == "running":
            self.started_at = event.at
        if self.state in END_STATES:
            self.ended_at = event.at
            for item in self.items:
                item.visible = True
                if isinstance(item, ToolCall):
                    item.shows_result = True
                    item.shows_output = item.shows_output or item.result is None
                    if item.state in ("asked", "running"):
                        item.state, item.ended_at = self.state, event.at

    def _custom(self, event: StreamEvent, data: Any) -> None:
        live = "custom" in self.modes
        if event.tool_call_id:
            call = self._begin(event, live)
            call.shows_output |= live
            call.output.add(data)
        else:
            self._open_answer(live).output.add(data)

    def _message(self, event: StreamEvent, data: Any) -> None:
        live = "messages" in self.modes
        self.tokens += (data.get("usage") or {}).get("output_tokens", 0)
        if data.get("type") == "tool":
            self._finish(event, data, live)
            return
        if event.tool_call_id:
            if data["text"]:
                call = self._begin(event, live)
                call.shows_output |= live
                call.output.text.feed(data["text"])
            return
        for piece in data.get("tool_calls", []):
            self._ask(data["id"], piece, live)
        if data["text"]:
            self._open_answer(live).output.text.feed(data["text"])

    def _update(self, event: StreamEvent, data: Any) -> None:
        if event.namespace:
            return
        live = bool({"updates", "values"} & self.modes)
        for update in data.values():
            for message in (update or {}).get("messages", []):
                if message["type"] == "tool":
                    self._finish(event, message, live)
                elif message["type"] == "ai":
                    self._answered(message, live)
            if usage := (update or {}).get("usage"):
                self.tokens += usage.get("completion_tokens", 0)

    def _given(self, data: Any) -> None:
        """A graph can be handed a tool call that no model has asked for."""
        messages = data.get("messages") or []
        for asked in (messages[-1].get("tool_calls") or []) if messages else []:
            self._asked(asked, "values" in self.modes)

    def _answered(self, message: Any, live: bool) -> None:
        if content := message.get("content"):
            answer = self._open_answer(live)
            if not answer.output.text:
                answer.output.text.feed(content)
        self._open = None
        for asked in message.get("tool_calls", []):
            self._asked(asked, live)

    def _asked(self, asked: Any, live: bool) -> None:
        call = self.call(asked["id"])
        call.name, call.arguments = asked["name"], _json_text(asked["args"])
        call.visible |= live

    def _task(self, event: StreamEvent, data: Any) -> None:
        if event.tool_call_id and not event.namespace and "input" in data:
            call = self._begin(event, bool({"tasks", "debug"} & self.modes))
            call.name = call.name or _called_name(data["input"])

    def _tool(self, event: StreamEvent, data: Any) -> None:
        if not event.tool_call_id:
            return
        live = "tools" in self.modes
        call = self._begin(event, live)
        if data.get("event") == "tool-output-delta":
            call.shows_output |= live
            call.output.add(data.get("delta"))
        elif data.get("event") == "tool-finished":
            call.shows_result |= live

    def _ask(self, message_id: str, piece: Any, live: bool) -> None:
        """A tool call arrives in pieces; only the first one carries its id."""
        place = (message_id, piece.get("index", 0))
        if "id" in piece:
            self._asked_by[place] = piece["id"]
        if place in self._asked_by:
            call = self.call(self._asked_by[place])
            call.name += piece.get("name", "")
            call.arguments += piece.get("args", "")
            call.visible |= live

    def _begin(self, event: StreamEvent, live: bool) -> ToolCall:
        call = self.call(event.tool_call_id or "")
        if call.state == "asked":
            call.state, call.started_at = "running", event.at
        call.visible |= live
        return call

    def _finish(self, event: StreamEvent, message: Any, live: bool) -> None:
        call = self.call(message["tool_call_id"])
        call.name = call.name or message.get("name", "")
        call.result = message.get("content", "")
        call.visible |= live
        call.shows_result |= live
        if call.ended_at is None:
            call.state = "failed" if message.get("status") == "error" else "finished"
            call.ended_at = event.at

    def _open_answer(self, live: bool) -> Answer:
        if self._open is None:
            self._open = Answer()
            self.items.append(self._open)
        self._open.visible |= live
        return self._open


def fold(events: Iterable[StreamEvent], modes: Collection[StreamMode]) -> Transcript:
    """What a reader who has chosen `modes` sees of these events."""
    transcript = Transcript(frozenset(modes))
    for event in events:
        transcript.add(event)
    return transcript


def _called_name(call: Any) -> str:
    call = call[0] if isinstance(call, list) and call else call
    call = call.get("tool_call", call) if isinstance(call, dict) else call
    if not isinstance(call, dict):
        return ""
    return str(call.get("name") or (call.get("function") or {}).get("name") or "")


def _json_text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
