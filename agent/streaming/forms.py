"""The forms in which graphs write updates and keep state, split into messages and everything else."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.types import Command, Overwrite, Send
from pydantic import BaseModel

from agent.streaming.messages import RawMessage, is_pair, read_message, read_shorthand


def split(update: object) -> tuple[list[RawMessage], object]:
    """The messages of an update or a state in whatever form, and everything else in it."""
    update = _unwrapped(update)
    if message := read_message(update):
        return [message], None
    if (fields := fields_of(update)) is not None:
        messages, left = messages_in(fields.get("messages"))
        rest = {key: value for key, value in fields.items() if key != "messages"}
        return messages, {**rest, **({"messages": left} if left else {})} or None
    if isinstance(update, (list, tuple)) and not is_pair(update):
        parts = [split(item) if _is_update(item) else ([], item) for item in update]
        rests = [rest for _, rest in parts if rest is not None]
        return [message for messages, _ in parts for message in messages], rests or None
    return [], update


def messages_in(value: object) -> tuple[list[RawMessage], list[object]]:
    """The messages under `messages`, in any form `add_messages` takes; and what is not a message."""
    value = _unwrapped(value)
    if value is None:
        return [], []
    many = isinstance(value, (list, tuple)) and not is_pair(value)
    messages: list[RawMessage] = []
    left: list[object] = []
    for item in value if many else [value]:  # type: ignore[attr-defined]  # it is a list
        message = read_shorthand(item)
        if message:
            messages.append(message)
        else:
            left.append(item)
    return messages, left


_COMMAND = ("update", "goto", "resume", "graph")


def command_in(value: object) -> Mapping[str, Any] | None:
    """What a Command says, or the dict that an Agent Server makes of one; None for anything else."""
    if isinstance(value, Command):
        return {name: inner for name in _COMMAND if (inner := getattr(value, name))}
    if isinstance(value, Mapping) and value.keys() == set(_COMMAND):
        return {name: inner for name in _COMMAND if (inner := value[name])}
    return None


def told_by(command: Mapping[str, Any]) -> RawMessage | None:
    """The tool's message that a tool's Command holds: in its update, or in what it sends to other nodes."""
    goto = command.get("goto")
    sends = [goto] if not isinstance(goto, (list, tuple)) else goto
    given = [send.arg if isinstance(send, Send) else send.get("arg") for send in sends if isinstance(send, _SENT)]
    found = [message for one in (*given, command.get("update")) for message in split(one)[0] if message.role == "tool"]
    return found[-1] if found else None


_SENT = (Send, Mapping)


def _unwrapped(value: object) -> object:
    if (command := command_in(value)) is not None:
        return command.get("update")
    if isinstance(value, Overwrite):
        return value.value
    if isinstance(value, Mapping) and set(value) == {"__overwrite__"}:
        return value["__overwrite__"]
    return value


def _is_update(value: object) -> bool:
    return isinstance(value, (Mapping, Command, BaseMessage, BaseModel))


def fields_of(state: object) -> Mapping[Any, Any] | None:
    """The fields of a state: a dict, a pydantic model, a dataclass."""
    if isinstance(state, Mapping):
        return state
    if isinstance(state, BaseModel) and not isinstance(state, BaseMessage):
        return {name: getattr(state, name) for name in type(state).model_fields}
    if dataclasses.is_dataclass(state) and not isinstance(state, (type, Command, Send, Overwrite)):
        return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
    return None


def call_in(given: Any) -> Any:
    """What may be the single tool call that a task was started for: its input, alone in a list, or beside the state."""
    given = given[0] if isinstance(given, (list, tuple)) and len(given) == 1 else given
    return given.get("tool_call", given) if isinstance(given, Mapping) else None


def without_error(value: object) -> object:
    """A value without the text of an exception, which may hold a key."""
    if isinstance(value, BaseException):
        return {"error": type(value).__name__}
    if isinstance(value, Mapping) and value.get("error") and "id" in value and "name" in value:
        return {**value, "error": "failed"}
    return value
