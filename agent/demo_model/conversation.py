"""A request's messages: are they in order, what is asked last, and what have tools said since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.demo_model.errors import ApiError, wrong_type

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_PARTS = {"image_url": "image", "input_audio": "audio clip", "file": "file"}


@dataclass(frozen=True)
class ToolResult:
    """What a tool said to one call; `arguments` is the call's JSON text."""

    name: str
    arguments: str
    content: str


def check_messages(messages: Sequence[object]) -> list[Mapping[str, Any]]:
    """Return the messages if they make a conversation.

    Raises ApiError if a message is malformed, a tool call is unanswered, or an answer has no call.
    """
    if not messages:
        raise ApiError("'messages' is empty: send at least one message.", param="messages")
    checked: list[Mapping[str, Any]] = []
    waiting: list[str] = []
    for at, message in enumerate(messages):
        where = f"messages[{at}]"
        if not isinstance(message, dict):
            raise wrong_type(where, "an object", message)
        if message.get("role") not in _ROLES:
            raise ApiError(f"'{where}.role' should be one of {', '.join(_ROLES)}.", param=f"{where}.role")
        if not isinstance(message.get("content"), (str, list, type(None))):
            raise wrong_type(f"{where}.content", "a string or an array of parts", message.get("content"))
        if message["role"] == "tool":
            _check_answer(message, waiting, where)
            waiting.remove(message["tool_call_id"])
        else:
            _check_none_waiting(waiting)
            waiting = _call_ids(message, where)
        if message.get("content") is None and message["role"] not in ("assistant", "function"):
            raise ApiError(f"'{where}.content' is missing.", param=f"{where}.content")
        checked.append(message)
    _check_none_waiting(waiting)
    return checked


def question(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of the last message by a user."""
    asked = next((message for message in reversed(messages) if message["role"] == "user"), None)
    return text_of(asked["content"]) if asked else ""


def results(messages: Sequence[Mapping[str, Any]]) -> list[ToolResult]:
    """Return what tools have said since the user spoke last."""
    calls: dict[str, Mapping[str, Any]] = {}
    found: list[ToolResult] = []
    for message in messages:
        if message["role"] == "user":
            found.clear()
        elif message["role"] == "assistant":
            calls = {call["id"]: call for call in message.get("tool_calls") or []}
        elif message["role"] == "tool":
            function = calls[message["tool_call_id"]].get("function") or {}
            found.append(
                ToolResult(
                    str(function.get("name", "tool")),
                    str(function.get("arguments", "")),
                    text_of(message["content"]),
                )
            )
    return found


def text_of(content: object) -> str:
    """Return a message's content as text; parts that are no text are named in words."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(_part(part) for part in parts)


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        return ""
    for key in ("text", "refusal"):
        if isinstance(part.get(key), str):
            return str(part[key])
    kind = str(part.get("type", "unknown"))
    return f"[an attachment: {_PARTS.get(kind, kind)}]"


def _call_ids(message: Mapping[str, Any], where: str) -> list[str]:
    calls = message.get("tool_calls")
    if message["role"] != "assistant" or calls is None:
        return []
    if not isinstance(calls, list) or not all(
        isinstance(call, dict) and isinstance(call.get("id"), str) for call in calls
    ):
        raise ApiError(f"'{where}.tool_calls' should be an array of calls with an 'id'.", param=f"{where}.tool_calls")
    return [call["id"] for call in calls]


def _check_answer(message: Mapping[str, Any], waiting: list[str], where: str) -> None:
    if not isinstance(message.get("tool_call_id"), str):
        raise ApiError(f"'{where}.tool_call_id' is missing.", param=f"{where}.tool_call_id")
    if message["tool_call_id"] not in waiting:
        raise ApiError(
            f"'{where}' has the role 'tool', but the assistant message before it has no open call with "
            f"the id {message['tool_call_id']!r}.",
            param=where,
        )


def _check_none_waiting(waiting: list[str]) -> None:
    if waiting:
        raise ApiError(
            "An assistant message with 'tool_calls' must be followed by a tool message for each call. "
            f"No answer came for: {', '.join(waiting)}.",
            param="messages",
        )
