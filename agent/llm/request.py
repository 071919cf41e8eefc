"""What is sent: a conversation in the form that every server accepts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from agent.errors import ArgumentsBroken
from agent.llm.thinking import without_thinking
from texts import sentence

NOT_JSON = "not JSON"
"""The only argument of a call whose arguments were broken: it holds what came instead of JSON."""

_SYSTEM = ("system", "developer")


def sendable(value: Any) -> Any:
    r"""A request, or a part of one, whose strings are all valid Unicode.

    A model that writes half an emoji as `\ud83d` puts a lone surrogate into its answer, and no later request could
    carry it. Halves that meet are joined; a lone one becomes U+FFFD.
    """
    if isinstance(value, dict):
        return {key: sendable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sendable(item) for item in value]
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def conversation(messages: list[Any]) -> list[dict[str, Any]]:
    """Messages in OpenAI's format, as sent to a server.

    No empty messages, null content beside tool calls, arguments in JSON, no reasoning between tags.
    """
    return [sent for message in messages for sent in _message(message)]


def last_turns(messages: list[dict[str, Any]], before: int | None) -> list[dict[str, Any]]:
    """What of a conversation is sent: the last turn, so many `before` it (None for all), and what the system says.

    A turn begins where a person speaks and no call waits for its answer, so that no call is parted from it.
    """
    starts, waiting = [], set()
    for place, message in enumerate(messages):
        match message.get("role"):
            case "assistant":
                waiting = {call.get("id") for call in dicts(message.get("tool_calls"))}
            case "tool":
                waiting.discard(message.get("tool_call_id"))
            case "user" if not waiting:
                starts.append(place)
    if before is None or len(starts) <= before + 1:
        return messages
    first = starts[-before - 1]
    return [message for message in messages[:first] if message.get("role") in _SYSTEM] + messages[first:]


def arguments_kept(text: str) -> dict[str, Any]:
    """A call's arguments as an object; if they are not JSON, as a single argument that no tool has."""
    try:
        parsed = json.loads(text or "{}")
    except (ValueError, RecursionError):
        parsed = None
    return parsed if isinstance(parsed, dict) else {NOT_JSON: text}


def check_arguments(name: str, arguments: Mapping[str, Any]) -> None:
    """Raise ArgumentsBroken, with a sentence for the model, if these stand for arguments that were not JSON."""
    if arguments.keys() == {NOT_JSON}:
        raise ArgumentsBroken(sentence("model-arguments", name=name))


def offered(request: Mapping[str, Any]) -> list[str]:
    """The names of the tools in a request."""
    functions = [tool.get("function") for tool in dicts(request.get("tools"))]
    return [function["name"] for function in functions if isinstance(function, dict) and "name" in function]


def taken(request: Mapping[str, Any]) -> list[str]:
    """The ids of the tool calls in a request's conversation."""
    calls = (call for message in dicts(request.get("messages")) for call in dicts(message.get("tool_calls")))
    return [call["id"] for call in calls if isinstance(call.get("id"), str)]


def _message(message: Any) -> Iterator[dict[str, Any]]:
    role = message.get("role")
    if role == "tool":
        # The name is no field of a tool's message, and some servers refuse every field that they do not know.
        sent = {key: value for key, value in message.items() if key != "name"}
        yield {**sent, "content": sent.get("content") or "(nothing)"}
    elif role == "assistant":
        sent = dict(message)
        if isinstance(content := sent.get("content"), str):
            sent["content"] = without_thinking(content)
        if calls := sent.pop("tool_calls", None):
            yield {**sent, "content": sent.get("content") or None, "tool_calls": [_call(call) for call in calls]}
        elif sent.get("content") or sent.get("function_call") or sent.get("audio"):
            yield sent
    else:
        yield message


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call.get("function")
    if not isinstance(function, dict):
        return dict(call)
    return {**call, "function": {**function, "arguments": _arguments(function.get("arguments"))}}


def _arguments(text: object) -> str:
    """As JSON, which some servers' templates parse; unchanged if it already is."""
    text = text if isinstance(text, str) else json.dumps(text or {}, ensure_ascii=False)
    kept = arguments_kept(text)
    return json.dumps(kept, ensure_ascii=False) if kept.keys() == {NOT_JSON} else text or "{}"


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects in what should be a list of objects."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
