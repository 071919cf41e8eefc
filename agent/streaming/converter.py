"""Messages and values of a stream in our own form: JSON, with the ids that calls and messages have in this run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.types import Overwrite, Send

from agent.streaming import events as ev
from agent.streaming.calls import Calls
from agent.streaming.events import JSON
from agent.streaming.forms import command_in, told_by, without_error
from agent.streaming.json_safe import DataLeft, flat, json_safe
from agent.streaming.message_ids import MessageIds
from agent.streaming.messages import RawMessage, read_message, text_of


class Converter:
    """Converts what one run sends, and remembers how much of its images and files may still be kept."""

    def __init__(self, calls: Calls, ids: MessageIds) -> None:
        self._calls = calls
        self._ids = ids
        self._data = DataLeft()
        self._with_data: set[str] = set()
        """The messages whose images and files have been told; a state repeats them without."""

    def recall(self, data: object, message_id: str = "") -> None:
        """Count what was told before the run waited, of this message or of none."""
        if message_id:
            self._with_data.add(message_id)
        json_safe(data, data=self._data)

    def content_of_piece(self, raw: RawMessage, message_id: str) -> tuple[JSON, ...]:
        """What is neither text nor reasoning in a piece of a message."""
        other = self._content(raw, self._data)
        if other:
            self._with_data.add(message_id)
        return other

    def message(
        self,
        raw: RawMessage,
        message_id: str,
        calls: tuple[str, ...],
        namespace: tuple[str, ...],
        *,
        is_repeated: bool = False,
    ) -> ev.Message:
        """A whole message; the calls that it requests or answers get ids of ours. `is_repeated`: without its data."""
        pairs = [(call.id, call.name) for call in raw.calls]
        asked = self._calls.asked(message_id, pairs, namespace, calls) if pairs else []
        answered = ""
        if raw.role == "tool":
            answered = self._calls.answered(message_id, raw.answers, raw.name, namespace, calls).id
        is_told = is_repeated or message_id in self._with_data
        other = self._content(raw, DataLeft(0) if is_told else self._data)
        if other and not is_repeated:
            self._with_data.add(message_id)
        return ev.Message(
            raw.role,
            raw.text,
            message_id,
            raw.reasoning,
            other,
            tuple(ev.AskedCall(call.id, sent.name, sent.args) for call, sent in zip(asked, raw.calls, strict=True)),
            answered,
            raw.name,
            raw.failed,
            raw.finish_reason,
            raw.usage,
        )

    def as_written(self, value: object) -> JSON:
        """A tool's or a node's own value as JSON."""
        if (plain := flat(value)) is not None:
            return plain
        return json_safe(value, convert=self._object, data=self._data)

    def plain(self, value: object) -> JSON:
        """Any other value as JSON, with the messages in it in our form."""
        return json_safe(value, convert=self._object_or_message)

    def without_errors(self, value: object) -> JSON:
        """A value as `plain` has it, but for exceptions: their texts are not for a page."""
        return json_safe(value, convert=lambda inner: self._object_or_message(without_error(inner)))

    def output(self, output: object) -> JSON:
        """What a tool has returned: the text of its message, or the value."""
        command = command_in(output)
        message = read_message(output) if command is None else told_by(command)
        if message and message.role == "tool":
            return message.text
        return self.plain(output if command is None else command)

    def interrupts(self, interrupts: object) -> tuple[ev.Interrupt, ...]:
        """What is asked of a person; those without an id are numbered."""
        found = []
        for number, item in enumerate(interrupts if isinstance(interrupts, (tuple, list)) else [interrupts]):
            if isinstance(item, Mapping):
                value, id_, schema = item.get("value", dict(item)), item.get("id"), item.get("response_schema")
            else:
                value, id_ = getattr(item, "value", item), getattr(item, "id", None)
                schema = getattr(item, "response_schema", None)
            schema = self.plain(schema) if isinstance(schema, Mapping) else None
            found.append(ev.Interrupt(text_of(id_) or f"interrupt {number + 1}", self.plain(value), schema))
        return tuple(found)

    def _content(self, raw: RawMessage, left: DataLeft) -> tuple[JSON, ...]:
        """What is neither text nor reasoning in a message, with as much data as may be kept."""
        return tuple(json_safe(block, data=left) for block in raw.other)

    def _object(self, value: object) -> object:
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, BaseMessage) and (raw := read_message(value)):
            return self._known_message(raw)
        if isinstance(value, Send):
            return {"node": value.node, "input": value.arg}
        if isinstance(value, Overwrite):
            return {"overwrite": value.value}
        if (command := command_in(value)) is not None:
            return command
        return without_error(value) if isinstance(value, BaseException) else value

    def _object_or_message(self, value: object) -> object:
        if isinstance(value, Mapping) and "content" in value and (raw := read_message(value)):
            return self._known_message(raw)
        return self._object(value)

    def _known_message(self, raw: RawMessage) -> dict[str, Any]:
        message_id = self._ids.known(raw)
        plain: dict[str, Any] = {"role": raw.role, "text": raw.text}
        calls = [{"id": self._calls.known(message_id, c.id), "name": c.name, "args": c.args} for c in raw.calls]
        other = list(self._content(raw, DataLeft(0)))
        more: dict[str, Any] = {"id": message_id, "reasoning": raw.reasoning, "other": other, "calls": calls}
        more |= {"call": self._calls.known("", raw.answers), "name": raw.name, "failed": raw.failed}
        return plain | {name: value for name, value in more.items() if value}


_PLAIN = (str, int, float, bool, type(None), dict, list)
