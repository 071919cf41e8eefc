"""The tool calls of a run, each under an id that no other has, whatever ids a server sends.

Ids can be empty, missing, repeated within a message or again in each turn: a call is identified by the message that
requests it and its place there, then by the tool that runs for it; the id as sent only helps to find it again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.streaming.message_ids import as_sent

_NAMELESS = "call"
"""The id for a call without one."""

Namespace: TypeAlias = tuple[str, ...]
Ids: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Call:
    """One tool call."""

    id: str
    """Unique in the run."""
    raw: str
    """As sent."""
    name: str = ""
    namespace: Namespace = ()
    """Of the graph that requested or runs it."""
    outer: Ids = ()
    """Ids of the calls that it was requested inside."""
    index: object = None
    """Its index among the calls of a message being streamed."""
    runs: list[str] = field(default_factory=list)
    """The tool's attempts at it."""
    task: str = ""
    """The task started for it alone; the last of several."""
    first_task: str = ""
    """The first of them."""
    is_ended: bool = False
    is_answered: bool = False

    @property
    def path(self) -> Ids:
        """The ids of the calls from the outermost down to this one."""
        return (*self.outer, self.id)


class Calls:
    """Finds the call that is meant, or notes a new one."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._of_id: dict[str, Call] = {}
        self._of_message: defaultdict[str, list[Call]] = defaultdict(list)
        self._of_raw: defaultdict[str, list[Call]] = defaultdict(list)
        self._of_task: dict[str, Call] = {}
        self._of_run: dict[str, Call] = {}
        self._of_answer: dict[str, Call] = {}
        self._to_repeat: list[Call] | None = None

    def asked(self, message: str, asked: list[tuple[str, str]], namespace: Namespace, outer: Ids) -> list[Call]:
        """The calls that a whole message requests, given their ids as sent and names; known ones are found again."""
        known, found = list(self._of_message[message]), []
        for raw, name in asked:
            call = next((call for call in known if call.raw == raw), None)
            call = call or next((call for call in known if call.name == name and not (call.raw and raw)), None)
            if call:
                known.remove(call)
                self._also(call, raw)
            else:
                call = self._unasked(raw, name, namespace, message) or self._new(raw, name, namespace, outer, message)
            call.name = name or call.name
            found.append(call)
        return found

    def piece(self, message: str, raw: str, index: object, namespace: Namespace, outer: Ids) -> Call:
        """The call that a piece of a message starts or continues."""
        asked = self._of_message[message]
        here = [call for call in asked if call.index == index] if index is not None else asked
        if raw and index is None:
            here = [call for call in here if call.raw == raw]
        if here and raw in ("", here[-1].raw):
            return here[-1]
        call = self._new(raw, "", namespace, outer, message)
        call.index = index
        return call

    def of_id(self, call_id: str) -> Call:
        """The call with an id of ours."""
        return self._of_id[call_id]

    def known(self, message: str, raw: str) -> str:
        """Our id for a call, if known; notes nothing."""
        asked = [call for call in self._of_message.get(message, ()) if call.raw == raw]
        found = asked or self._of_raw.get(raw) if raw else asked
        return found[-1].id if found else raw

    def of_task(self, task: str) -> Call | None:
        """The call that a task was started for."""
        return self._of_task.get(task)

    def begin_task(self, task: str, raw: str, name: str, namespace: Namespace, outer: Ids) -> Call:
        """Note that a task was started for the call with this id."""
        if call := self._of_task.get(task):
            return call
        known = self._meant(raw, name, namespace, outer)
        call = _first(known, lambda call: not call.task and not call.is_answered) or (known[-1] if known else None)
        call = call or self._new(raw, name, namespace, outer)
        call.task, self._of_task[task] = task, call
        call.first_task = call.first_task or task
        return call

    def of_run(self, run: str) -> Call | None:
        """The call that a tool runs for."""
        return self._of_run.get(run)

    def begin_run(self, run: str, raw: str, name: str, namespace: Namespace, task: str, outer: Ids) -> Call:
        """Note that a tool starts working on the call with this id."""
        if call := self._of_run.get(run):
            return call
        call = self._of_task.get(task)
        if not call or call.outer != outer or raw not in ("", call.raw):
            waiting = [call for call in self._meant(raw, name, namespace, outer) if not call.is_answered]
            call = _first(waiting, lambda call: not call.runs) or _first(waiting, lambda call: call.is_ended)
            call = call or (waiting[-1] if waiting else self._again(raw, namespace))
            call = call or self._new(raw, name, namespace, outer)
        call.outer, call.is_ended, call.name = outer, False, call.name or name
        call.runs.append(run)
        self._of_run[run] = call
        return call

    def end_run(self, run: str) -> None:
        """Note that a tool has ended."""
        if call := self._of_run.get(run):
            call.is_ended = True

    def end_runs(self) -> None:
        """Note that no tool is at work any more."""
        for call in self._of_run.values():
            call.is_ended = True

    def answered(self, message: str, raw: str, name: str, namespace: Namespace, outer: Ids) -> Call:
        """The call that a tool's message answers."""
        if call := self._of_answer.get(message):
            return call
        known = self._meant(raw, name, namespace, outer)
        waiting = [call for call in known if not call.is_answered]
        call = _first(waiting, lambda call: call.is_ended) or _first(waiting, lambda _: True)
        call = call or (known[-1] if known else self._new(raw, name, namespace, outer))
        call.is_answered, self._of_answer[message] = True, call
        return call

    def repeat(self, is_on: bool) -> None:
        """Match what is asked from now on with earlier calls that have no answer, until this is turned off."""
        self._to_repeat = [call for call in self._of_id.values() if not call.is_answered] if is_on else None

    def recall(
        self, call_id: str, name: str = "", namespace: Namespace = (), outer: Ids = (), message: str = ""
    ) -> Call:
        """Note a call that was reported before, in a part of the run that another object has read."""
        call = self._of_id.get(call_id)
        if call is None:
            raw = as_sent(call_id, self._of_id)
            call = self._of_id[call_id] = Call(call_id, raw, name, namespace, outer)
            self._of_raw[raw].append(call)
            if raw == _NAMELESS:  # it may have come without an id
                self._of_raw[""].append(call)
        if message and call not in self._of_message[message]:
            self._of_message[message].append(call)
        call.name = call.name or name
        return call

    def recall_run(self, call_id: str) -> None:
        """Note that a tool had started on a call and works on it no more."""
        call = self._of_id[call_id]
        call.runs.append("")
        call.is_ended = True

    def recall_task(self, task: str, call_id: str) -> None:
        """Note that a task was started for a call."""
        call = self._of_task[task] = self._of_id[call_id]
        call.task, call.first_task = task, call.first_task or task

    def recall_answer(self, message: str, call_id: str) -> None:
        """Note that a tool's message has answered a call."""
        self._of_id[call_id].is_answered, self._of_answer[message] = True, self._of_id[call_id]

    def _meant(self, raw: str, name: str, namespace: Namespace, outer: Ids) -> list[Call]:
        """The calls that an id can mean, in the order of their requests."""
        found = [call for call in self._of_raw.get(raw, ()) if _related(call.namespace, namespace)]
        if not raw:  # nothing but the name tells which
            return [call for call in found if call.name == name and call.outer == outer]
        found = [call for call in found if call.namespace == namespace] or found
        return [call for call in found if call.name == name] or found

    def _again(self, raw: str, namespace: Namespace) -> Call | None:
        """A call that is repeated although it has been answered."""
        found = [call for call in self._of_raw.get(raw, ()) if call.namespace == namespace] if raw else []
        return found[-1] if found else None

    def _unasked(self, raw: str, name: str, namespace: Namespace, message: str) -> Call | None:
        """A call known by its answer alone, as of a run that is watched from its middle on: now its request is told."""
        found = [call for call in self._of_raw.get(raw, ()) if raw and call.is_answered and not call.runs]
        found = [call for call in found if (call.namespace, call.name) == (namespace, name)]
        if not found:
            return None
        asked = {call.id for calls in self._of_message.values() for call in calls}
        call = _first(found, lambda call: call.id not in asked)
        if call:
            self._of_message[message].append(call)
        return call

    def _also(self, call: Call, raw: str) -> None:
        """Note that a call without an id has got one after all."""
        if raw and not call.raw:
            call.raw = raw
            self._of_raw[raw].append(call)

    def _new(self, raw: str, name: str, namespace: Namespace, outer: Ids, message: str = "") -> Call:
        for call in self._to_repeat or ():
            if (call.raw, call.name or name, call.namespace, call.outer) == (raw, name or call.name, namespace, outer):
                self._to_repeat.remove(call)  # type: ignore[union-attr]  # it is a list
                if message:
                    self._of_message[message].append(call)
                return call
        base = call_id = raw or _NAMELESS
        while call_id in self._of_id:
            self._numbers[base] += 1
            call_id = f"{base}#{self._numbers[base] + 1}"
        call = self._of_id[call_id] = Call(call_id, raw, name, namespace, outer)
        self._of_raw[raw].append(call)
        if message:
            self._of_message[message].append(call)
        return call


def _first(calls: Iterable[Call], fits: Callable[[Call], bool]) -> Call | None:
    return next((call for call in calls if fits(call)), None)


def _related(one: Namespace, other: Namespace) -> bool:
    """Whether one graph is inside the other, or both are the same."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
