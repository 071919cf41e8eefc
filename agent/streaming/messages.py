"""Messages in all the forms in which graphs keep them and servers deliver them, parsed into one form.

LangChain's objects, the dicts that an Agent Server makes of them, OpenAI's dicts, serialized ones, and the shorthands
that `add_messages` takes. Ids stay as sent; the adapter makes them unique.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from langchain_core.messages import BaseMessage

from agent.streaming.events import JSON, Usage
from agent.streaming.json_safe import DataLeft, json_safe

Role = Literal["ai", "human", "tool", "system", "other"]

_ROLES: dict[str, Role] = {
    "ai": "ai",
    "AIMessage": "ai",
    "AIMessageChunk": "ai",
    "assistant": "ai",
    "human": "human",
    "HumanMessage": "human",
    "HumanMessageChunk": "human",
    "user": "human",
    "tool": "tool",
    "ToolMessage": "tool",
    "ToolMessageChunk": "tool",
    "system": "system",
    "SystemMessage": "system",
    "SystemMessageChunk": "system",
    "developer": "system",
    "chat": "other",
    "function": "other",
}
_LONG = 100_000
_TEXT = frozenset(("text", "output_text", "input_text", "refusal"))
_BESIDE = ("reasoning", "reasoning_content")
"""The fields where servers put reasoning in a message dict."""
_SAID_ELSEWHERE = frozenset(
    ("tool_use", "tool_call", "tool_call_chunk", "invalid_tool_call", "input_json_delta", "function_call")
)
"""Content blocks that repeat a message's tool calls."""


@dataclass(frozen=True, slots=True)
class RawCall:
    """A tool call, or a piece of one, as sent."""

    id: str
    name: str
    args: JSON
    index: object = None
    """For a piece: which call of its message it continues."""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as sent."""

    role: Role
    text: str = ""
    id: str = ""
    reasoning: str = ""
    other: tuple[JSON, ...] = ()
    calls: tuple[RawCall, ...] = ()
    answers: str = ""
    """For a tool's message: the id of its call."""
    name: str = ""
    failed: bool = False
    finish_reason: str = ""
    usage: Usage | None = None
    is_chunk: bool = False
    """Whether it is a piece of a message; then `calls` are pieces, too."""
    is_last: bool = False
    """For a piece: whether it is the last one."""


def read_message(value: object) -> RawMessage | None:
    """The message that a value holds; None if it is not one."""
    if isinstance(value, BaseMessage):
        return _object(value) if value.type != "remove" else None
    if isinstance(value, Mapping):
        return _dict(value)
    return None


def read_shorthand(value: object) -> RawMessage | None:
    """Like read_message, but also for what stands for a message where one is expected: a text, or a role and a text."""
    if isinstance(value, str):
        return RawMessage("human", value)
    if is_pair(value):
        return _whole(_ROLES[value[0]], {"content": value[1]})
    return read_message(value)


def is_pair(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value is a role and a content, as `add_messages` takes them."""
    return isinstance(value, (tuple, list)) and len(value) == 2 and isinstance(value[0], str) and value[0] in _ROLES


def read_call(value: object) -> RawCall | None:
    """The tool call that a value holds, in LangChain's or OpenAI's form; None if it is not one."""
    if not isinstance(value, Mapping):
        return None
    if isinstance(function := value.get("function"), Mapping):
        return RawCall(text_of(value.get("id")), text_of(function.get("name")), parsed(function.get("arguments")))
    if isinstance(value.get("name"), str) and "args" in value:
        return RawCall(text_of(value.get("id")), value["name"], parsed(value["args"]))
    return None


def read_usage(value: object) -> Usage | None:
    """Token counts, under LangChain's names or OpenAI's."""
    if not isinstance(value, Mapping):
        return None
    read = value.get("input_tokens", value.get("prompt_tokens"))
    written = value.get("output_tokens", value.get("completion_tokens"))
    return Usage(_count(read), _count(written)) if read is not None or written is not None else None


def text_of(value: object) -> str:
    """A name or an id: text, or nothing."""
    return _clean(value) if isinstance(value, str) else ""


def parsed(args: object) -> JSON:
    """Arguments as a JSON value; text if they are not JSON."""
    if isinstance(args, str):
        try:
            args = json.loads(args) if args.strip() else {}
        except (ValueError, RecursionError):
            pass
    return json_safe(args)


def _object(message: BaseMessage) -> RawMessage:
    role = _ROLES.get(message.type, "other")
    is_chunk = message.type == "AIMessageChunk"
    return _whole(role, _Attributes(message), is_chunk=is_chunk)


def _dict(value: Mapping[Any, Any]) -> RawMessage | None:
    if value.get("type") == "constructor" and isinstance(path := value.get("id"), (list, tuple)):
        kwargs = value.get("kwargs")
        return _dict({**kwargs, "type": path[-1]}) if path and isinstance(kwargs, Mapping) else None
    kind = value.get("type") if isinstance(value.get("type"), str) else value.get("role")
    if not isinstance(kind, str) or kind not in _ROLES:
        kind = value.get("role")
        if not isinstance(kind, str) or kind not in _ROLES:
            return None
    if isinstance(inner := value.get("data"), Mapping) and "content" in inner:
        return _dict({**inner, "type": kind})
    if "content" not in value and not value.get("tool_calls"):
        return None
    return _whole(_ROLES[kind], value, is_chunk=kind == "AIMessageChunk")


class _Attributes:
    """Reads a message object like a dict."""

    __slots__ = ("_message",)

    def __init__(self, message: BaseMessage) -> None:
        self._message = message

    def get(self, name: str, default: object = None) -> Any:
        return getattr(self._message, name, default)


def _whole(role: Role, value: _Attributes | Mapping[Any, Any], *, is_chunk: bool = False) -> RawMessage:
    text, reasoning, other = _content(value.get("content"))
    extra = value.get("additional_kwargs")
    metadata = value.get("response_metadata")
    extra = extra if isinstance(extra, Mapping) else {}
    metadata = metadata if isinstance(metadata, Mapping) else {}
    message_id, name = text_of(value.get("id")), text_of(value.get("name"))
    if role == "tool":
        status = value.get("status")
        failed = status == "error" or status is None and text.startswith("Error: ")
        answers = text_of(value.get("tool_call_id"))
        return RawMessage(role, text, message_id, other=other, answers=answers, name=name, failed=failed)
    if role != "ai":
        return RawMessage(role, text, message_id, other=other, name=name)
    return RawMessage(
        role,
        text,
        message_id,
        reasoning or (_reasoning(extra) if extra else "") or _beside(value),
        other,
        tuple(_pieces(value.get("tool_call_chunks")) if is_chunk else _calls(value, extra)),
        name=name,
        finish_reason=_finish_reason(metadata) if metadata else "",
        usage=read_usage(value.get("usage_metadata")),
        is_chunk=is_chunk,
        is_last=value.get("chunk_position") == "last",
    )


def _content(content: object) -> tuple[str, str, tuple[JSON, ...]]:
    """Text, reasoning, and blocks that are neither."""
    if isinstance(content, str):
        return _clean(content), "", ()
    text, reasoning, other = [], [], []
    for block in content if isinstance(content, (list, tuple)) else [] if content is None else [content]:
        kind = block.get("type") if isinstance(block, Mapping) else None
        if isinstance(block, str):
            text.append(block)
        elif not isinstance(block, Mapping):
            other.append(json_safe(block))
        elif kind in _TEXT and isinstance(said := block.get("text", block.get("refusal")), str):
            text.append(said)
        elif kind in ("reasoning", "thinking"):
            reasoning.append(_reasoning(block))
        elif kind not in _SAID_ELSEWHERE:
            other.append(json_safe(block, data=DataLeft()))
    return _clean("".join(text)), "".join(reasoning), tuple(other)


def _reasoning(value: Any) -> str:
    """A model's reasoning, in a message, beside it, or in a block of its content."""
    for key in ("reasoning", "reasoning_content", "thinking"):
        said = value.get(key)
        if isinstance(said, str):
            return _clean(said)
        if isinstance(said, Mapping):
            return _reasoning(said)
    for parts in (value.get("summary"), value.get("content") if isinstance(value, Mapping) else None):
        texts = [part.get("text") for part in _list(parts) if isinstance(part, Mapping)]
        if text := "\n\n".join(text for text in texts if isinstance(text, str)):
            return _clean(text)
    return ""


def _beside(value: _Attributes | Mapping[Any, Any]) -> str:
    """Reasoning in a message dict; objects have no such field."""
    return _reasoning({key: value.get(key) for key in _BESIDE}) if isinstance(value, dict) else ""


def _calls(value: Any, extra: Mapping[Any, Any]) -> Iterator[RawCall]:
    for key in ("tool_calls", "invalid_tool_calls"):
        for call in _list(value.get(key)) or (_list(extra.get(key)) if key == "tool_calls" else []):
            if read := read_call(call):
                yield read


def _pieces(pieces: object) -> Iterator[RawCall]:
    for piece in _list(pieces):
        if isinstance(piece, Mapping):
            args = piece.get("args")
            text = args if isinstance(args, str) else "" if args is None else json.dumps(json_safe(args))
            yield RawCall(text_of(piece.get("id")), text_of(piece.get("name")), text, piece.get("index"))


def _finish_reason(metadata: Mapping[Any, Any]) -> str:
    """Why a model stopped, under the names of Chat Completions, Anthropic and Responses."""
    for key in ("finish_reason", "stop_reason"):
        if reason := text_of(metadata.get(key)):
            return reason
    details = metadata.get("incomplete_details")
    reason = text_of(details.get("reason")) if isinstance(details, Mapping) else ""
    return reason or text_of(metadata.get("status"))


def _clean(text: str) -> str:
    return text if text.isascii() and len(text) < _LONG else str(json_safe(text))


def _list(value: object) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, (list, tuple)) else []


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value < 2**53 else 0
