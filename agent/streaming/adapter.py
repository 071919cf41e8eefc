"""The one place that knows what LangGraph's stream looks like: parts of `astream(..., version="v2")` in,
the contents of our own events out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.types import Send

from agent.streaming.attribution import Signed
from agent.streaming.events import JSON, StreamMode, json_safe

Part = Mapping[str, Any]
"""`{"type": mode, "ns": path of subgraphs, "data": ...}`"""


class Happening(NamedTuple):
    """What an event says, before the run's log gives it a place and a time."""

    mode: StreamMode
    data: JSON
    node: str | None = None
    tool_call_id: str | None = None
    namespace: tuple[str, ...] = ()


class Translator:
    """Turns the parts of one run into happenings; it remembers which task works on which tool call."""

    def __init__(self) -> None:
        self.answer = ""
        """The text of the last whole message: when the run has finished, its answer."""
        self._call_of_task: dict[str, str] = {}

    def translate(self, part: Part) -> Iterator[Happening]:
        """The happenings in one part: one, or one a node for `updates`."""
        mode, namespace, data = part["type"], part["ns"], _without_error_texts(part["type"], part["data"])
        call_id = self._call_in(namespace)
        match mode:
            case "custom" if isinstance(data, Signed):
                yield Happening(mode, _as_written(data.data), data.node, data.tool_call_id or call_id, namespace)
            case "custom":
                yield Happening(mode, _as_written(data), None, call_id, namespace)
            case "messages":
                message, metadata = data
                call_id = metadata.get("tool_call_id") or getattr(message, "tool_call_id", None) or call_id
                yield Happening(mode, _token(message), metadata.get("langgraph_node"), call_id, namespace)
            case "updates":
                for node, update in data.items():
                    messages = _messages(update)
                    self._remember_answer(messages, namespace)
                    own = next((m["tool_call_id"] for m in messages if "tool_call_id" in m), None)
                    yield Happening(mode, {node: _plain(update)}, node, own or call_id, namespace)
            case "tasks":
                call_id = self._call_of(data) or call_id
                yield Happening(mode, _plain(data), data.get("name"), call_id, namespace)
            case "tools":
                yield Happening(mode, _plain(data), "tools", data.get("tool_call_id") or call_id, namespace)
            case _:
                yield Happening(mode, _plain(data), None, call_id, namespace)

    def _call_of(self, task: Mapping[str, Any]) -> str | None:
        """The tool call that a task was started for: its input is the call, a list of one, or holds it."""
        call = task.get("input")
        call = call[0] if isinstance(call, list) and len(call) == 1 else call
        call = call.get("tool_call", call) if isinstance(call, dict) else call
        if isinstance(call, dict) and isinstance(call.get("id"), str):
            self._call_of_task[task["id"]] = call["id"]
        return self._call_of_task.get(task["id"])

    def _call_in(self, namespace: tuple[str, ...]) -> str | None:
        """The tool call inside of which a subgraph works; a namespace is a path of `node:task id`."""
        for step in reversed(namespace):
            if call_id := self._call_of_task.get(step.partition(":")[2]):
                return call_id
        return None

    def _remember_answer(self, messages: list[dict[str, Any]], namespace: tuple[str, ...]) -> None:
        for message in messages:
            if not namespace and not message.get("tool_calls"):
                self.answer = str(json_safe(message.get("content", "")))


def _without_error_texts(mode: str, data: Any) -> Any:
    """LangGraph passes the text of an exception on, and a provider's may hold a key; the run's end explains it."""
    if mode == "tasks" and data.get("error"):
        return {**data, "error": "failed"}
    if mode == "tools" and data.get("event") == "tool-error":
        return {**data, "message": "failed"}
    if mode == "debug" and data["payload"].get("error"):
        return {**data, "payload": {**data["payload"], "error": "failed"}}
    return data


def _token(message: BaseMessage) -> JSON:
    """What a reader can use of a chunk; a tool's whole answer comes the same way."""
    if isinstance(message, ToolMessage):
        return cast(JSON, _message(message))
    token: dict[str, Any] = {"id": message.id, "text": str(message.text)}
    if calls := getattr(message, "tool_call_chunks", None):
        keys = ("index", "id", "name", "args")
        token["tool_calls"] = [{key: call[key] for key in keys if call.get(key) is not None} for call in calls]
    if reason := message.response_metadata.get("finish_reason"):
        token["finish_reason"] = reason
    if usage := getattr(message, "usage_metadata", None):
        token["usage"] = _usage(usage)
    return json_safe(token)


def _as_written(value: object) -> JSON:
    return json_safe(value, convert=lambda part: _message(part) if isinstance(part, BaseMessage) else part)


def _plain(value: object) -> JSON:
    return json_safe(value, convert=_convert)


def _convert(value: object) -> object:
    if isinstance(value, BaseMessage):
        return _message(value)
    if isinstance(value, dict) and "role" in value and "content" in value and value["role"] in _TYPES:
        return _openai_message(value)
    if isinstance(value, Send):
        return {"node": value.node, "input": value.arg}
    return value


def _message(message: BaseMessage) -> dict[str, Any]:
    """A LangChain message without what nobody reads: type, text, id, tool calls, usage."""
    plain: dict[str, Any] = {"type": message.type, "content": str(message.text), "id": message.id}
    if isinstance(message, AIMessage):
        plain["tool_calls"] = [{key: call[key] for key in ("id", "name", "args")} for call in message.tool_calls]
        plain["tool_calls"] += [
            {key: call[key] for key in ("id", "name", "args")} for call in message.invalid_tool_calls
        ]
        plain["finish_reason"] = message.response_metadata.get("finish_reason")
        plain["usage"] = _usage(message.usage_metadata) if message.usage_metadata else None
    if isinstance(message, ToolMessage):
        plain |= {"tool_call_id": message.tool_call_id, "name": message.name, "status": message.status}
    return {key: value for key, value in plain.items() if value}


_TYPES = {"user": "human", "assistant": "ai", "tool": "tool", "system": "system"}


def _openai_message(message: dict[str, Any]) -> dict[str, Any]:
    """A message in OpenAI's format, in the same shape as a LangChain message."""
    content = message["content"] or ""
    plain: dict[str, Any] = {"type": _TYPES[message["role"]], "content": content}
    if calls := message.get("tool_calls"):
        plain["tool_calls"] = [
            {"id": call["id"], "name": call["function"]["name"], "args": call["function"]["arguments"]}
            for call in calls
        ]
    if message["role"] == "tool":
        failed = isinstance(content, str) and content.startswith("Error: ")
        plain |= {"tool_call_id": message.get("tool_call_id"), "name": message.get("name")}
        plain["status"] = "error" if failed else "success"
    return plain


def _messages(update: object) -> list[dict[str, Any]]:
    raw = update.get("messages", []) if isinstance(update, dict) else []
    converted = (_convert(message) for message in (raw if isinstance(raw, list) else [raw]))
    return [message for message in converted if isinstance(message, dict) and "type" in message]


def _usage(usage: Mapping[str, Any]) -> dict[str, int]:
    return {key: usage[key] for key in ("input_tokens", "output_tokens", "total_tokens") if key in usage}
