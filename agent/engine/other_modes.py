"""Stream modes that other programs ask an Agent Server for, read as those that this app asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from agent.engine.agent_server import Part
from agent.streaming.messages import read_shorthand

METADATA, WHOLE, SO_FAR = "messages/metadata", "messages/complete", "messages/partial"


class OtherModes:
    """Reads the parts of one run.

    Messages that come whole so far, again with each piece, become pieces (`messages-tuple`). Where whole states come
    and no updates, what each state has more than the one before is an update (of no node).
    """

    def __init__(self) -> None:
        self._metadata: dict[str, Any] = {}
        self._told: dict[str, str] = {}
        """The text of each message so far."""
        self._last: Part | None = None
        """The message that may grow."""
        self._has_updates = False
        self._known: set[str] | None = None
        """The ids of the messages of the last state."""

    def read(self, part: Part) -> Iterator[Part]:
        """A part in the forms that LangGraph itself delivers, after what it shows to be whole."""
        if part.mode == METADATA and isinstance(part.data, Mapping):
            self._metadata |= {str(id_): told.get("metadata") for id_, told in part.data.items() if _is_told(told)}
            return
        if part.mode in (SO_FAR, WHOLE) and isinstance(part.data, list):
            for message in part.data:
                yield from self._message(part, message)
            return
        if self._last:
            yield self._last
            self._last = None
        self._has_updates |= part.mode == "updates"
        if part.mode == "values" and not part.namespace and (new := self._new(part.data)):
            yield replace(part, mode="updates", data={"": {"messages": new}})
        yield part

    def _message(self, part: Part, message: Any) -> Iterator[Part]:
        id_, text = (message.get("id"), message.get("content")) if isinstance(message, Mapping) else (None, None)
        whole = replace(part, mode="messages", data=[message, self._metadata.get(str(id_)) or {}])
        if self._last and self._last.data[0].get("id") != id_:
            yield self._last
            self._last = None
        if part.mode == WHOLE or not isinstance(message, Mapping):
            yield whole
            return
        before = self._told.get(str(id_), "")
        if isinstance(text, str) and text != before and text.startswith(before):
            self._told[str(id_)] = text
            piece = {**message, "type": "AIMessageChunk", "content": text[len(before) :], "tool_call_chunks": []}
            yield replace(whole, data=[piece, whole.data[1]])
        self._last = replace(whole, data=[{**message, "type": "ai"}, whole.data[1]])

    def _new(self, state: Any) -> list[Any]:
        """The messages that a state has more than the one before; the first, those after a person's last words."""
        messages = state.get("messages") if isinstance(state, Mapping) else None
        if self._has_updates or not isinstance(messages, list):
            return []
        read = [(message, read_shorthand(message)) for message in messages]
        if self._known is None:
            asked = [place for place, (_, one) in enumerate(read) if one and one.role == "human"]
            new = messages[asked[-1] + 1 if asked else 0 :]
        else:
            new = [message for message, one in read if one and one.id not in self._known]
        self._known = {one.id for _, one in read if one}
        return new


def _is_told(told: Any) -> bool:
    return isinstance(told, Mapping) and isinstance(told.get("metadata"), Mapping)
