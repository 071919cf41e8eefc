"""The answer of a run so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from agent.streaming.events import JSON, Message
from agent.streaming.forms import fields_of
from agent.streaming.json_safe import json_safe
from agent.streaming.messages import read_message


class AnswerSoFar:
    """A model's last words at the root of the graph, or else the graph's last value."""

    def __init__(self) -> None:
        self.words = ""
        """What a model has said last."""
        self._last_text = ""
        self._has_messages = False
        self._value: object = None

    def hear(self, messages: Sequence[Message]) -> None:
        """Note what a node at the root has added to the conversation."""
        for message in messages:
            if message.role == "ai" and message.text and not message.calls:
                self.words = message.text
            if message.role in ("ai", "tool"):
                self._last_text = message.text or self._last_text

    def see(self, value: object) -> None:
        """Note the graph's whole state."""
        fields = fields_of(value)
        self._has_messages = fields is not None and "messages" in fields
        self._value = value

    def text(self, plain: Callable[[object], JSON]) -> str:
        """The answer as text; `plain` makes JSON of a value that is neither text nor a message."""
        if self.words:
            return self.words
        if self._has_messages:
            return self._last_text
        if isinstance(self._value, str):
            return str(json_safe(self._value))
        if message := read_message(self._value):
            return message.text
        return "" if self._value is None else json.dumps(plain(self._value), ensure_ascii=False)
