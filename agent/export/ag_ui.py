"""A run as events of AG-UI, the protocol of front ends for agents; each is made by the protocol's own types.

What AG-UI has no event for is told in its open forms: what a tool or a node sends while it works is an activity of the
type `output`, a part that nothing here understands is RAW, and content that is neither text nor reasoning is CUSTOM. A
model at work inside a tool call is a subagent. A run that waits for a person is finished with that outcome, and goes on
as the next run of the same thread.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ag_ui.core import (
    PROTOCOL_VERSION,
    ActivityDeltaEvent,
    ActivitySnapshotEvent,
    BaseEvent,
    CustomEvent,
    RawEvent,
    ReasoningEndEvent,
    ReasoningMessageContentEvent,
    ReasoningMessageEndEvent,
    ReasoningMessageStartEvent,
    ReasoningStartEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    StateSnapshotEvent,
    StepFinishedEvent,
    StepStartedEvent,
    SubagentErrorEvent,
    SubagentFinishedEvent,
    SubagentStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from agent.projections.attempts import Attempts
from agent.projections.last_value import squeezed
from agent.projections.output import piece_of
from agent.projections.questions import questions_of
from agent.store.recording import Header, anonymous
from agent.streaming import events as ev
from agent.streaming.events import JSON, StreamEvent
from agent.streaming.json_safe import json_safe

OUTPUT = "output"
"""The type of the activities that hold what a tool or a node sends while it works."""
_Path = tuple[str, ...]
_Segment = Literal["success", "suspended", "failed"]


@dataclass(slots=True)
class _Speech:
    """A message that a model writes."""

    id: str
    owner: str | None
    is_open: bool = False
    reasoning: str = ""
    """The id of its open span of reasoning."""
    spans: int = 0
    text: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Call:
    """A tool call."""

    id: str
    owner: str | None
    name: str = ""
    state: Literal["unsaid", "written", "whole"] = "unsaid"
    held: str = ""
    """What is written of its arguments before its name is known."""
    is_answered: bool = False
    tries: Attempts = field(default_factory=Attempts)


@dataclass(slots=True)
class _Segments:
    """What is open in the AG-UI run that is written now."""

    number: int = 0
    is_open: bool = False
    agents: dict[_Path, str] = field(default_factory=dict)
    agents_begun: set[str] = field(default_factory=set)
    steps: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    tasks: dict[str, tuple[str | None, str]] = field(default_factory=dict)


class AgUi:
    """A fold over a run's events. Whatever their order, what it gives is legal: what is opened is closed.

    The same events always give the same lines, so that a reader can go on after any of them.
    """

    def __init__(self, header: Header) -> None:
        header = anonymous(header)
        self._thread, self._run, self._asked_at = header.id, header.id, header.asked_at
        self._model, self._question = header.request.model, header.request.question
        self._now = _Segments()
        self._speeches: dict[str, _Speech] = {}
        self._calls: dict[str, _Call] = {}
        self._written_by: dict[tuple[_Path, str | None], _Speech] = {}
        """The words that nodes write themselves, until they report what they have done."""
        self._outputs: set[str] = set()
        self._owners: dict[str, str | None] = {}
        """Whose each message is: it stays theirs."""
        self._told: set[str] = set()
        """Messages that were reported whole, or were there before the run."""
        self._given: set[tuple[_Path, _Path]] = set()
        """The graphs whose first state is known."""
        self._said: set[str] = set()
        """The texts of whole messages of the agent itself."""
        self._state: JSON = None
        self._interrupts: dict[str, str] = {}
        """The innermost call that asks each question."""
        self._answers: dict[str, JSON] = {}
        self._usage, self._counted = ev.Usage(), set[str]()
        self._at = 0.0
        self._lines: list[str] = []

    def add(self, event: StreamEvent) -> list[str]:
        """The AG-UI events that follow from the next event of the run, each as a line of JSON."""
        self._at = max(self._at, event.at)
        self._take(event)
        lines, self._lines = self._lines, []
        return lines

    def _take(self, event: StreamEvent) -> None:
        payload = event.payload
        if isinstance(payload, ev.Answered):
            self._answers[payload.interrupt] = payload.answer
            return
        if not self._now.is_open:
            self._open()
        match payload:
            case ev.Token():
                self._token(event, payload)
            case ev.Said(message=message):
                self._whole(event, message)
            case ev.Update():
                self._count("", payload.usage)
                for message in payload.messages:
                    self._whole(event, message)
                if not event.calls and (speech := self._written_by.pop((event.namespace, event.node), None)):
                    self._finish(speech)
                    self._said.add(squeezed("".join(speech.text)))
            case ev.State():
                self._values(event, payload)
            case ev.Custom(data=data):
                self._output(event, data)
            case ev.ToolDelta(delta=delta):
                self._output(event, delta)
            case ev.TaskStarted():
                self._task(event, payload)
            case ev.TaskEnded(id=id_, interrupts=interrupts):
                self._asks(event, interrupts)
                self._step_ended(id_)
            case ev.ToolStarted():
                self._tool_started(event, payload)
            case ev.ToolFinished(output=output) if event.call:
                call = self._call(event.call, event.calls[:-1])
                self._result(call, "", "" if output is None else _text(output), failed=False)
            case ev.ToolFailed() if event.call:
                self._call(event.call, event.calls[:-1]).tries.is_over = True
                self._leave(event.calls, "failed")
            case ev.Interrupted(interrupts=interrupts):
                self._asks(event, interrupts)
            case ev.Unknown(data=data, of=mode):
                self._tell(RawEvent, event=data, source=mode)
            case ev.Waiting(interrupts=interrupts):
                self._asks(event, interrupts)
                self._wait(interrupts)
            case ev.Ended():
                self._end(event, payload)
            case ev.Noted(message=message):
                self._tell(CustomEvent, name="note", value=message)
            case ev.Queued() | ev.Started() | ev.Resumed() | ev.Retried():
                pass

    # The run

    def _open(self) -> None:
        now = self._now = _Segments(self._now.number + 1, is_open=True)
        run = self._run if now.number == 1 else f"{self._run}-{now.number}"
        given: dict[str, Any] = {"thread_id": self._thread, "run_id": run, "messages": []}
        if now.number == 1:
            given["messages"] = [{"id": f"{self._run}-question", "role": "user", "content": self._question}]
        elif self._answers:
            given["resume"] = [
                {"interrupt_id": id_, "status": "resolved", "payload": answer} for id_, answer in self._answers.items()
            ]
            self._answers = {}
        self._tell(RunStartedEvent, thread_id=self._thread, run_id=run, protocol_version=PROTOCOL_VERSION, input=given)

    def _wait(self, interrupts: Iterable[ev.Interrupt]) -> None:
        for call in self._calls.values():
            call.tries.is_over |= call.tries.count > 0 and not call.is_answered
        asked = [
            self._interrupt(interrupt) for interrupt in {each.id: each for each in interrupts}.values()
        ]  # an outcome with nothing to answer is not allowed
        self._close("suspended", outcome={"type": "interrupt", "interrupts": asked} if asked else None)

    def _end(self, event: StreamEvent, ended: ev.Ended) -> None:
        if ended.state == "failed":
            self._close_all("failed")
            self._tell(RunErrorEvent, message=ended.message or "The run failed.", **self._used())
            self._now.is_open = False
            return
        if ended.state == "stopped":
            said = {"metadata": {"message": ended.message}} if ended.message else {}
            self._close("success", outcome={"type": "cancelled"}, **said)
            return
        if ended.answer.strip() and squeezed(ended.answer) not in self._said:
            self._whole(event, ev.Message("ai", ended.answer, f"{self._run}-answer"))
        for call in self._calls.values():
            if not call.is_answered:  # else it would be the reader's to answer
                self._result(call, "", "", failed=call.tries.is_over)
        self._close("success", result=ended.answer or None, outcome={"type": "success"})

    def _close(self, segment: _Segment, **fields: Any) -> None:
        self._close_all(segment)
        run = self._run if self._now.number == 1 else f"{self._run}-{self._now.number}"
        self._tell(RunFinishedEvent, thread_id=self._thread, run_id=run, **fields, **self._used())
        self._now.is_open = False

    def _close_all(self, segment: _Segment) -> None:
        self._finish_of(lambda _owner: True)
        for path in sorted(self._now.agents, key=len, reverse=True):
            self._leave(path, segment)

    def _used(self) -> dict[str, Any]:
        used, self._usage = self._usage, ev.Usage()
        if used == ev.Usage():
            return {}
        return {"usage": [{"model": self._model, "input_tokens": used.read, "output_tokens": used.written}]}

    def _count(self, message: str, usage: ev.Usage | None) -> None:
        if usage:
            self._counted.add(message)
            self._usage = ev.Usage(self._usage.read + usage.read, self._usage.written + usage.written)

    # Questions to people

    def _asks(self, event: StreamEvent, interrupts: Iterable[ev.Interrupt]) -> None:
        for interrupt in interrupts:
            if event.call or interrupt.id not in self._interrupts:
                self._interrupts[interrupt.id] = event.call or ""

    def _interrupt(self, interrupt: ev.Interrupt) -> dict[str, Any]:
        questions = questions_of(interrupt.value, interrupt.schema)
        text = "\n".join(question.text or question.tool for question in questions).strip()
        call = self._interrupts.get(interrupt.id)
        return {
            "id": interrupt.id,
            "reason": "confirmation" if questions[0].kind == "approve" else "input_required",
            "metadata": {"value": interrupt.value},
            **({"message": text} if text else {}),
            **({"tool_call_id": call} if call else {}),
            **({"response_schema": interrupt.schema} if isinstance(interrupt.schema, dict) else {}),
        }

    # Models inside of tool calls

    def _enter(self, event: StreamEvent, path: _Path) -> str | None:
        """Who works in these calls: the agent itself, or a subagent, which begins with its first sign of life."""
        if not path:
            return None
        if path in self._now.agents:
            return self._now.agents[path]
        outer, call = self._enter(event, path[:-1]), path[-1]
        agent = next(
            each
            for each in itertools.chain([call], (f"{call}#{number}" for number in itertools.count(2)))
            if each not in self._now.agents_begun
        )
        self._now.agents_begun.add(agent)
        self._now.agents[path] = agent
        name = (event.agent if path == event.calls else "") or self._call(call, path[:-1]).name
        inside = {"parent_subagent_run_id": outer} if outer else {}
        self._tell(SubagentStartedEvent, subagent_run_id=agent, name=name, parent_tool_call_id=call, **inside)
        return agent

    def _leave(self, path: _Path, segment: _Segment) -> None:
        """End what works in these calls, innermost first."""
        inside = sorted((p for p in self._now.agents if p[: len(path)] == path), key=len, reverse=True)
        for each in inside:
            agent = self._now.agents.pop(each)
            self._finish_of(lambda owner, agent=agent: owner == agent)
            if segment == "failed":
                self._tell(SubagentErrorEvent, subagent_run_id=agent, message="The tool call failed.")
            else:
                self._tell(SubagentFinishedEvent, subagent_run_id=agent, outcome={"type": segment})

    def _finish_of(self, is_theirs: Any) -> None:
        """Close what is open of these owners: messages, the writing of calls, steps."""
        for speech in self._speeches.values():
            if is_theirs(speech.owner):
                self._finish(speech)
        for call in self._calls.values():
            if call.state == "written" and is_theirs(call.owner):
                self._written(call)
        for owner, name in [step for step in self._now.steps if is_theirs(step[0])]:
            del self._now.steps[owner, name]
            self._tell(StepFinishedEvent, owner, step_name=name)

    # What models say

    def _token(self, event: StreamEvent, token: ev.Token) -> None:
        speech = self._speech(event, token.message or "message")
        if token.message not in self._told:
            self._think(speech, token.reasoning)
            self._say(event, speech, token.text)
            self._keep(speech, token.other)
        for piece in token.calls:
            self._piece(event, speech, piece)
        self._count(token.message, token.usage)
        if token.finish_reason:
            self._whole_calls(speech)
            self._finish(speech)

    def _whole(self, event: StreamEvent, message: ev.Message) -> None:
        is_known = bool(message.id) and message.id in self._told
        if message.role not in ("ai", "tool"):
            return
        if message.usage and message.id not in self._counted:
            self._count(message.id, message.usage)
        if message.id:
            self._told.add(message.id)
        if message.role == "tool":
            call_id = message.call or event.call
            if call_id and not is_known:
                outer = event.calls[: event.calls.index(call_id)] if call_id in event.calls else event.calls
                call = self._call(call_id, outer)
                call.name = call.name or message.name
                self._result(call, message.id, message.text, failed=message.failed)
            return
        written = None if event.calls else self._written_by.get((event.namespace, event.node))
        if written and written.text and message.text.strip().startswith("".join(written.text).strip()):
            speech = written
        else:
            speech = self._speech(event, message.id or f"{self._run}-message-{event.seq}")
        if not is_known:
            if not speech.text and not speech.spans:
                self._think(speech, message.reasoning)
            if message.text.startswith(said := "".join(speech.text)):
                self._say(event, speech, message.text[len(said) :])
            if not event.calls:
                self._said.add(squeezed(message.text))
            self._keep(speech, message.other)
            for asked in message.calls:
                self._ask(speech, asked.id, event.calls, asked.name, asked.args)
        self._whole_calls(speech)
        self._finish(speech)

    def _speech(self, event: StreamEvent, message: str) -> _Speech:
        if message not in self._speeches:
            self._speeches[message] = _Speech(message, self._owner(message, self._enter(event, event.calls)))
        return self._speeches[message]

    def _owner(self, message: str, owner: str | None) -> str | None:
        return self._owners.setdefault(message, owner)

    def _think(self, speech: _Speech, text: str) -> None:
        if not text:
            return
        if not speech.reasoning:
            speech.spans += 1
            speech.reasoning = f"{speech.id}:reasoning" + (f":{speech.spans}" if speech.spans > 1 else "")
            self._tell(ReasoningStartEvent, speech.owner, message_id=speech.reasoning)
            self._tell(ReasoningMessageStartEvent, speech.owner, message_id=speech.reasoning)
        self._tell(ReasoningMessageContentEvent, speech.owner, message_id=speech.reasoning, delta=text)

    def _say(self, event: StreamEvent, speech: _Speech, text: str) -> None:
        if not text:
            return
        self._thought(speech)
        if not speech.is_open:
            speech.is_open = True
            named = {"name": event.agent} if event.agent else {}
            self._tell(TextMessageStartEvent, speech.owner, message_id=speech.id, role="assistant", **named)
        speech.text.append(text)
        self._tell(TextMessageContentEvent, speech.owner, message_id=speech.id, delta=text)

    def _keep(self, speech: _Speech, content: tuple[JSON, ...]) -> None:
        if content:
            value = {"messageId": speech.id, "content": list(content)}
            self._tell(CustomEvent, speech.owner, name="content", value=value)

    def _thought(self, speech: _Speech) -> None:
        if speech.reasoning:
            self._tell(ReasoningMessageEndEvent, speech.owner, message_id=speech.reasoning)
            self._tell(ReasoningEndEvent, speech.owner, message_id=speech.reasoning)
            speech.reasoning = ""

    def _finish(self, speech: _Speech) -> None:
        self._thought(speech)
        if speech.is_open:
            speech.is_open = False
            self._tell(TextMessageEndEvent, speech.owner, message_id=speech.id)

    # Tool calls

    def _call(self, call_id: str, path: _Path) -> _Call:
        """The call with this id; a new one works inside of these."""
        if call_id not in self._calls:
            self._calls[call_id] = _Call(call_id, self._now.agents.get(path))
        return self._calls[call_id]

    def _piece(self, event: StreamEvent, speech: _Speech, piece: ev.CallPiece) -> None:
        call = self._call(piece.id, event.calls)
        if call.state == "whole":
            return
        if call.state == "unsaid":
            call.name, call.held = call.name or piece.name, call.held + piece.args
            if call.name:
                self._begin(call, speech)
        elif piece.args:
            self._tell(ToolCallArgsEvent, call.owner, tool_call_id=call.id, delta=piece.args)

    def _begin(self, call: _Call, speech: _Speech | None = None) -> None:
        call.state = "written"
        parent = {}
        if speech:
            self._thought(speech)
            call.owner, parent = speech.owner, {"parent_message_id": speech.id}
        self._tell(ToolCallStartEvent, call.owner, tool_call_id=call.id, tool_call_name=call.name, **parent)
        if call.held:
            self._tell(ToolCallArgsEvent, call.owner, tool_call_id=call.id, delta=call.held)

    def _ask(self, speech: _Speech | None, call_id: str, path: _Path, name: str, args: JSON) -> None:
        """Note a call whose arguments are known."""
        call = self._call(call_id, path)
        call.name = call.name or name
        if call.state == "unsaid":
            call.held = "" if args is None else args if isinstance(args, str) else json.dumps(args, ensure_ascii=False)
            self._begin(call, speech)
        self._written(call)

    def _whole_calls(self, speech: _Speech) -> None:
        for call in self._calls.values():
            if call.state == "written" and call.owner == speech.owner:
                self._written(call)

    def _written(self, call: _Call) -> None:
        if call.state == "written":
            call.state = "whole"
            self._tell(ToolCallEndEvent, call.owner, tool_call_id=call.id)

    def _tool_started(self, event: StreamEvent, started: ev.ToolStarted) -> None:
        if not event.call:
            return
        outer = event.calls[:-1]
        if outer and event.call not in self._calls:
            self._enter(event, outer)
        self._ask(None, event.call, outer, started.name, started.input)
        call = self._calls[event.call]
        if call.tries.starts():
            self._anew(event, call)

    def _anew(self, event: StreamEvent, call: _Call) -> None:
        """Begin another attempt: what the last one has sent is void."""
        call.is_answered = False
        self._leave(event.calls, "failed")
        if (key := f"{call.id}:{OUTPUT}") in self._outputs:
            self._snapshot(key, call.owner, {"toolCallId": call.id, "output": []})

    def _output(self, event: StreamEvent, data: JSON) -> None:
        about: dict[str, JSON]
        if not event.call and (words := piece_of(data)):
            place = event.namespace, event.node
            if place not in self._written_by:
                self._written_by[place] = self._speech(event, f"{self._run}-words-{event.seq}")
            self._think(self._written_by[place], words[1])
            self._say(event, self._written_by[place], words[0])
            return
        if event.call:
            call = self._call(event.call, event.calls[:-1])
            if call.tries.sends():
                self._anew(event, call)
            key, owner, about = f"{call.id}:{OUTPUT}", call.owner, {"toolCallId": call.id}
        else:
            key, owner = ":".join((*event.namespace, event.node or "", OUTPUT)), None
            about = {"node": event.node or ""}
        owner = self._owner(key, owner)
        if key not in self._outputs:
            self._outputs.add(key)
            self._snapshot(key, owner, {**about, "output": [data]})
            return
        patch = [{"op": "add", "path": "/output/-", "value": data}]
        self._tell(ActivityDeltaEvent, owner, message_id=key, activity_type=OUTPUT, patch=patch)

    def _snapshot(self, key: str, owner: str | None, content: dict[str, JSON]) -> None:
        owner = self._owner(key, owner)
        self._tell(ActivitySnapshotEvent, owner, message_id=key, activity_type=OUTPUT, content=content, replace=True)

    def _result(self, call: _Call, message: str, text: str, *, failed: bool) -> None:
        if call.state == "unsaid":
            self._begin(call)
        self._written(call)
        path = next((path for path in self._now.agents if path[-1] == call.id), None)
        if path:
            self._leave(path, "failed" if failed else "success")
        if call.is_answered:
            return
        call.is_answered = True
        message = message or f"{call.id}:result"
        if message in self._speeches:
            message = f"{message}:result"
        owner = self._owner(message, call.owner)
        told = {"metadata": {"failed": True}} if failed else {}
        self._tell(
            ToolCallResultEvent, owner, message_id=message, tool_call_id=call.id, content=text, role="tool", **told
        )

    # What nodes do

    def _task(self, event: StreamEvent, task: ev.TaskStarted) -> None:
        asked, path = task.asked, event.calls
        if event.call and (asked and asked.id == event.call or not event.namespace):
            path = event.calls[:-1]  # it is the call's own
        owner = self._enter(event, path)
        if asked:
            self._ask(None, asked.id, path, asked.name, asked.args)
        if task.id in self._now.tasks:
            return
        step = self._now.tasks[task.id] = owner, task.name
        self._now.steps[step] += 1
        if self._now.steps[step] == 1:  # of several at once, a step is the first to the last
            self._tell(StepStartedEvent, owner, step_name=task.name)

    def _step_ended(self, task: str) -> None:
        step = self._now.tasks.pop(task, None)
        if step is None or step not in self._now.steps:
            return
        self._now.steps[step] -= 1
        if not self._now.steps[step]:
            del self._now.steps[step]
            self._tell(StepFinishedEvent, step[0], step_name=step[1])

    def _values(self, event: StreamEvent, state: ev.State) -> None:
        if (event.calls, event.namespace) not in self._given:
            self._given.add((event.calls, event.namespace))
            self._told.update(message.id for message in state.messages if message.id)
        if not event.calls and not event.namespace and state.rest not in (None, {}, self._state):
            self._state = state.rest
            self._tell(StateSnapshotEvent, snapshot=state.rest)

    def _tell(self, kind: type[BaseEvent], owner: str | None = None, **fields: Any) -> None:
        fields["timestamp"] = round((self._asked_at + self._at) * 1000)
        if owner is not None:
            fields["subagent_run_id"] = owner
        try:
            line = _line(kind(**fields).model_dump(by_alias=True))
        except ValueError:  # half a character, or a number that JSON has no form for
            plain = json.dumps({name: json_safe(value) for name, value in fields.items()}, ensure_ascii=False)
            line = _line(kind(**json.loads(plain.encode("utf-8", "replace"))).model_dump(by_alias=True))
        self._lines.append(line)


def lines(header: Header, events: Iterable[StreamEvent]) -> Iterator[str]:
    """A run as lines of JSON, one AG-UI event each."""
    fold = AgUi(header)
    for event in events:
        yield from fold.add(event)


def _line(fields: Mapping[str, Any]) -> str:
    text = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if not text.isascii():
        text.encode()  # raises a ValueError
    return text


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
