"""Recordings of format 1, which is no longer written: its events are stream parts with messages as dicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from agent.streaming.adapter import Adapter, Happening
from agent.streaming.attribution import MARK
from agent.streaming.events import Ended, Payload, Queued, RunRequest, Started, StreamEvent, Unknown


class _Line(TypedDict):
    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # pydantic reads it

    seq: int
    at: Annotated[float, Field(ge=0, lt=1e7)]
    mode: str
    node: str | None
    tool_call_id: str | None
    namespace: list[str]
    data: Any


_LINES: TypeAdapter[_Line] = TypeAdapter(_Line)


class Reader:
    """Reads the events of one recording, line by line."""

    def __init__(self, request: RunRequest) -> None:
        self._request, self._adapter = request, Adapter(waits=False)

    def __call__(self, text: str) -> StreamEvent:
        """The event in the next line; raises ValueError, OverflowError or RecursionError if it is not one."""
        line = _LINES.validate_python(json.loads(text))
        if line["mode"] == "run":
            happening = Happening(_life(line["data"], self._request))
        else:
            happening = (self._adapter.read(_part(line)) or [Happening(Unknown(line["data"]))])[0]
        payload, node, agent, calls, namespace, _ = happening
        return StreamEvent(line["seq"], line["at"], payload, node or line["node"], agent, calls, namespace)


def _life(data: Any, request: RunRequest) -> Payload:
    """An event of the run's life cycle."""
    state = data.get("state") if isinstance(data, dict) else None
    match state:
        case "queued":
            return Queued(request)
        case "running":
            return Started()
        case "finished" | "stopped" | "failed":
            return Ended(state, str(data.get("message", "")), str(data.get("answer", "")))
    raise ValueError("not a state of a run")


def _part(line: _Line) -> dict[str, Any]:
    """The stream part that an event was made from."""
    mode, data, node, call = line["mode"], line["data"], line["node"], line["tool_call_id"]
    mark: dict[str, Any] = {MARK: [[call, call]] if call else []}
    if mode == "custom":
        data = {**mark, "namespace": line["namespace"], "node": node, "chunks": [data]}
    elif mode == "messages":
        is_whole = isinstance(data, dict) and "type" in data
        data = _message(data), {"langgraph_node": node, **({} if is_whole else mark)}
    elif mode in ("updates", "values"):
        data = _with_messages(data)
    return {"type": mode, "ns": line["namespace"], "data": data}


def _with_messages(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    if isinstance(messages := data.get("messages"), list):
        return {**data, "messages": [_message(message) for message in messages]}
    return {key: _with_messages(value) for key, value in data.items()}


def _message(data: Any) -> Any:
    """A message in a server's form; one that does not say its type is a piece of a model's."""
    if not isinstance(data, Mapping):
        return data
    whole = {**data, "response_metadata": {"finish_reason": data.get("finish_reason")}}
    whole["usage_metadata"] = data.get("usage")
    if "type" not in data and "text" in data:
        whole |= {"type": "AIMessageChunk", "content": data["text"], "tool_call_chunks": data.get("tool_calls")}
    return {"content": "", **whole}
