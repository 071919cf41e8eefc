"""What a graph without attribution leaves open on an Agent Server: said in the run, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.engine.agent_server import Part
from agent.streaming.adapter import Happening
from agent.streaming.attributed import PART
from agent.streaming.attribution import MARK, Mark
from agent.streaming.events import AskedCall, Noted, Said, StreamEvent, Token, Update
from texts import sentence

UNATTRIBUTED = sentence("server-unattributed")


class Unattributed:
    """Watches for chunks and tokens of which nobody can say whether a tool call has sent them.

    `before` is what the run has told already.
    """

    def __init__(self, before: Sequence[StreamEvent]) -> None:
        self._is_noted = any(_is_note(event.payload) for event in before)
        self._open: dict[str, str | None] = {}
        """The calls that no tool has answered, and the nodes that have asked for them."""

    def noted(self, part: Part, happenings: Sequence[Happening]) -> Iterator[Happening]:
        """What has happened, with the note before the first that lacks its call."""
        for happening in happenings:
            if not self._is_noted and self._lacks(part, happening):
                self._is_noted = True
                yield Happening(Noted.saying(UNATTRIBUTED))
            if not self._is_noted:
                self._follow(happening)
            yield happening

    def _lacks(self, part: Part, happening: Happening) -> bool:
        if part.mode == "custom":
            is_carried = isinstance(part.data, Mapping) and PART in part.data
            return not (is_carried or happening.calls or Mark.of(part.data))
        if not isinstance(happening.payload, Token) or happening.calls or MARK in _metadata(part.data):
            return False
        return bool(self._open) and happening.node not in self._open.values()

    def _follow(self, happening: Happening) -> None:
        match happening.payload:
            case Said(message=message):
                messages = (message,)
            case Update(messages=messages):
                pass
            case Token(calls=pieces):
                self._ask((AskedCall(piece.id) for piece in pieces), happening)
                return
            case _:
                return
        for message in messages:
            self._ask(message.calls, happening)
            self._open.pop(message.call, None)

    def _ask(self, calls: Any, happening: Happening) -> None:
        for call in calls:
            self._open.setdefault(call.id, happening.node)


def _is_note(payload: object) -> bool:
    return isinstance(payload, Noted) and payload.sentence is not None and payload.sentence.key == UNATTRIBUTED.key


def _metadata(data: Any) -> Mapping[Any, Any]:
    found = data[1] if isinstance(data, (list, tuple)) and len(data) == 2 else None
    return found if isinstance(found, Mapping) else {}
