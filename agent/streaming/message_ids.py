"""The messages of a run, each under an id that no other has, whatever ids a provider sends.

A provider may change the id in mid-message, give none, or repeat one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from typing import TypeAlias

from agent.streaming.messages import RawMessage

Signature: TypeAlias = tuple[str, str, tuple[tuple[str, str], ...], str]
"""What identifies a message without an id: role, text, calls with their names, the call it answers."""

_OF_A_RUN = ("lc_run-", "run-")
"""The prefix of the ids that LangChain gives to pieces without one."""


class MessageIds:
    """Finds the message that is meant, or notes a new one."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: Counter[str] = Counter()
        self._now: dict[str, str] = {}
        """What an id as sent currently stands for."""
        self._of_run: dict[str, str] = {}
        self._open: dict[str, tuple[str, str]] = {}
        """The message that a task is writing: our id, and its first one as sent."""
        self._nameless: defaultdict[Signature, list[str]] = defaultdict(list)

    def of_piece(self, piece: RawMessage, run: str, task: str) -> str:
        """The message of a piece: that of its model run or, if no run is known, of its task."""
        if run:
            known = self._of_run.get(run)
            message = self._of_run[run] = known or self._new(piece.id or "message")
        elif piece.id and (known := self._now.get(piece.id)):
            message = known
        else:
            message, first = self._open.get(task, ("", ""))
            if not message or (piece.id and piece.id.startswith(_OF_A_RUN) == first.startswith(_OF_A_RUN)):
                message = self._new(piece.id or "message")
                self._open[task] = message, piece.id
            if piece.is_last or piece.finish_reason:
                self._open.pop(task, None)
        if piece.id:
            self._now[piece.id] = message
        return message

    def of_whole(self, message: RawMessage, node: str) -> str:
        """The message behind a whole one; without an id of its own it is new, and named after its node."""
        if not message.id:
            new = self._new(node or "message")
            self._nameless[_signature(message)].append(new)
            return new
        if message.id not in self._now:
            self._now[message.id] = self._new(message.id)
        return self._now[message.id]

    def of_history(self, messages: Sequence[RawMessage], node: str = "") -> list[str]:
        """The messages of a whole conversation: those without an id are identified by their contents, in order."""
        seen: Counter[Signature] = Counter()
        ids = []
        for message in messages:
            signature = _signature(message)
            known = [] if message.id else self._nameless[signature]
            place = seen[signature]
            ids.append(known[place] if place < len(known) else self.of_whole(message, node))
            seen[signature] += not message.id
        return ids

    def known(self, message: RawMessage) -> str:
        """The message behind a whole one, as far as known; notes nothing."""
        if message.id:
            return self._now.get(message.id, message.id)
        return (self._nameless.get(_signature(message)) or [""])[-1]

    def recall(self, message: str, node: str, signature: Signature | None = None) -> None:
        """Note a message that was reported before, in a part of the run that another object has read."""
        if message in self._taken:
            return
        self._taken.add(message)
        sent = as_sent(message, self._taken)
        self._now[message] = self._now[sent] = message
        if signature and sent in (node, "message"):
            self._nameless[signature].append(message)

    def _new(self, wanted: str) -> str:
        found = wanted
        while found in self._taken:
            self._numbers[wanted] += 1
            found = f"{wanted}#{self._numbers[wanted] + 1}"
        self._taken.add(found)
        return found


def as_sent(id_: str, others: Container[str]) -> str:
    """The id that one of ours was made from: `call_0#2` from `call_0`, if that one exists."""
    sent, _, number = id_.rpartition("#")
    return sent if number.isdecimal() and sent in others else id_


def _signature(message: RawMessage) -> Signature:
    return message.role, message.text, tuple((call.id, call.name) for call in message.calls), message.answers
