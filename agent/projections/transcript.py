"""What a reader should see of a run: a pure fold over its events.

Everything a run did is in its log; the chosen stream modes decide what is shown while it works. Once it has ended, its
outcome is always shown: the calls, their results, the answer. With no mode chosen, that is all there is: the same run,
without streaming.

Every event is accepted, in whatever order events come; none is an error.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.projections.call_tree import CallTree
from agent.projections.items import Answer, Asked, CallState, Item, Pause, ToolCall, is_readable, visible, walk
from agent.projections.last_value import last_value, squeezed
from agent.projections.output import Output, piece_of
from agent.projections.shapes.cards import card_of, cards_in
from agent.streaming import events as ev
from agent.streaming.events import JSON, RunRequest, StreamEvent
from agent.streaming.modes import StreamMode
from texts import LANGUAGES, Spoken, is_known, sentence, tell

_STOPPED = sentence("ended-stopped")
_PARSED_EARLY = 10_000
"""Characters of arguments that are read before their message is complete."""

_Path: TypeAlias = tuple[str, ...]
_Place: TypeAlias = tuple[_Path, _Path, str]
"""The calls, namespace and node in which something was written."""


@dataclass(slots=True)
class Transcript:
    """A run as its reader sees it. `fold` builds one; `add` grows it with the run."""

    modes: frozenset[StreamMode] = frozenset()
    request: RunRequest | None = None
    state: ev.RunState = "queued"
    said: Spoken = ""
    """Why it was stopped or failed."""
    notes: list[Spoken] = field(default_factory=list)
    """What is lacking in all this, and why."""
    items: list[Item] = field(default_factory=list)
    """In order of their first sign of life; what happened inside a call is in the call."""
    speakers: dict[str, None] = field(default_factory=dict)
    """The agents or nodes that speak with a model, first ones first; not those inside calls."""
    is_handed: bool = False
    """Whether the graph was given a tool call that no model requested."""
    asked: dict[str, Asked] = field(default_factory=dict)
    """The questions to a person, by id, in order."""
    pauses: list[Pause] = field(default_factory=list)
    """The times when it waited for a person; the last may not be over."""
    started_at: float | None = None
    first_output_at: float | None = None
    """Seconds until the reader had something to read: words, data, a result."""
    ended_at: float | None = None
    last_at: float = 0.0
    """When the last event happened."""
    _calls: CallTree = field(init=False)
    _answers: dict[str, Answer] = field(default_factory=dict)
    """By message."""
    _written: dict[_Place, Answer] = field(default_factory=dict)
    """What nodes are writing themselves."""
    _cards: dict[str, Item] = field(default_factory=dict)
    """What the UI messages belong to, by their ids."""
    _pushed: set[int] = field(default_factory=set)
    """The UI messages that have come, so that the state's update does not repeat them."""
    _told: set[str] = field(default_factory=set)
    """The messages that are complete; a graph may report another one's history as its update."""
    _given: set[tuple[_Path, _Path]] = field(default_factory=set)
    """The graphs whose first state is known, by calls and namespace."""
    _input: JSON = None
    """The graph's initial state, without messages."""
    _value: JSON = None
    """The last value of the graph, without messages."""
    _half_done: dict[tuple[str, str], Answer] = field(default_factory=dict)
    """The answers that are being rewritten, by node and agent."""
    _recent: set[str] = field(default_factory=set)
    """The messages of the graph's last state, and those that were said since."""
    _doubtful: set[str] = field(default_factory=set)
    """Those of them, and of what is not yet told to be whole, that the attempt which goes on may not know."""
    _has_retried: bool = False
    """Whether another attempt goes on, and has not said from where."""
    _keys: int = 0
    _began_at: float | None = None
    """When its turn came; not every log tells of it."""

    def __post_init__(self) -> None:
        self._calls = CallTree(self.items)

    @property
    def message(self) -> str:
        """Why it was stopped or failed, in English."""
        return str(self.said)

    @property
    def waiting(self) -> dict[str, Asked]:
        """The unanswered questions, by id."""
        return {id_: asked for id_, asked in self.asked.items() if asked.answered_at is None}

    def worked(self, at: float) -> float:
        """Seconds until a moment since its turn came, not counting those spent waiting for a person."""
        waited = sum(max(min(at, at if p.end is None else p.end) - p.start, 0.0) for p in self.pauses)
        return max(round(at - min(self.queued_for, at) - waited, 6), 0.0)

    @property
    def queued_for(self) -> float:
        """Seconds that it waited for its turn, so far."""
        return self.last_at if self._began_at is None else self._began_at

    @property
    def shown(self) -> list[Item]:
        """The items a reader can see now."""
        return visible(self.items)

    @property
    def calls(self) -> list[ToolCall]:
        """All tool calls, each before those inside it."""
        return [item for item in walk(self.items) if isinstance(item, ToolCall)]

    @property
    def answer(self) -> str:
        """The text of the last answer that a reader can see now; it may be empty."""
        answers = (item for item in reversed(self.items) if isinstance(item, Answer) and item.visible)
        return next((text for item in answers if (text := item.output.text.text).strip()), "")

    def call(self, call_id: str) -> ToolCall | None:
        """The tool call with this id."""
        return self._calls.get(call_id)

    def outer(self, call: ToolCall) -> ToolCall | None:
        """The call that this one is nested in."""
        return self._calls.outer(call)

    def add(self, event: StreamEvent) -> None:
        """Add the next event of the run."""
        self.last_at = max(self.last_at, event.at)
        if self._began_at is None and not isinstance(event.payload, ev.Queued | ev.Ended):
            self._began_at = event.at if isinstance(event.payload, ev.Started) else 0.0
        match payload := event.payload:
            case ev.Token() as token:
                self._token(event, token)
            case ev.Custom(data=data) | ev.Unknown(data=data, of="custom" | "messages"):
                self._custom(event, data)
            case ev.Update() as update:
                self._update(event, update)
            case ev.Said(message=message):
                self._whole(event, message, "messages" in self.modes)
            case ev.State() as state:
                self._state(event, state)
            case ev.TaskStarted() as task:
                self._task(event, task)
            case ev.TaskEnded(interrupts=interrupts) if interrupts:
                self._asks(event, interrupts)
            case ev.ToolStarted() as started:
                self._tool_started(event, started)
            case ev.ToolDelta(delta=delta):
                self._delta(event, delta)
            case ev.ToolFinished(output=output):
                self._tool_finished(event, output)
            case ev.ToolFailed():
                self._tool_failed(event)
            case ev.Interrupted(interrupts=interrupts):
                self._asks(event, interrupts)
            case ev.Queued(request=request):
                self.request = request
            case ev.Started():
                self._start(event.at)
            case ev.Waiting(interrupts=interrupts):
                self._wait(event, interrupts)
            case ev.Answered(interrupt=interrupt, answer=answer):
                self._take(event.at, interrupt, answer)
            case ev.Resumed():
                self._resume(event.at)
            case ev.Retried():
                self._retry(event.at)
            case ev.Noted() if (said := _said(payload)) not in self.notes:
                self.notes.append(said)
            case ev.Ended() as ended:
                self._end(event.at, ended)

    # The run

    def _start(self, at: float) -> None:
        self.started_at = at if self.started_at is None else self.started_at
        for asked in self.waiting.values():  # it was resumed by somebody who keeps no log
            asked.answered_at = at
        self._resume(at)

    def _asks(self, event: StreamEvent, interrupts: Iterable[ev.Interrupt]) -> None:
        for interrupt in interrupts:
            asked = self.asked.setdefault(interrupt.id, Asked(event.at, interrupt))
            if len(event.calls) > asked.depth:  # each graph around it tells of it as well
                asked.call, asked.depth = event.calls[-1], len(event.calls)

    def _wait(self, event: StreamEvent, interrupts: Iterable[ev.Interrupt]) -> None:
        at = event.at
        self._asks(event, interrupts)
        self._resume(at)
        self.state = "waiting"
        self.pauses.append(Pause(at))
        for item in walk(self.items):
            if isinstance(item, Answer):
                _close(item, at)
            elif item.state in ("asked", "running"):  # the middleware asks before a call begins
                item.state = "waiting"

    def _take(self, at: float, interrupt: str, answer: JSON) -> None:
        asked = self.asked.setdefault(interrupt, Asked(at, ev.Interrupt(interrupt)))
        if asked.answered_at is None:
            asked.answered_at, asked.answer = at, answer
        if self.state == "waiting" and not self.waiting:
            self.state = "queued"

    def _resume(self, at: float) -> None:
        """The run goes on, and whatever had not ended starts over."""
        self.state, self.ended_at = "running", None
        if self.pauses and self.pauses[-1].end is None:
            self.pauses[-1].end = at
        for call in self._calls:
            if call.state == "waiting" and call.started_at is None:
                call.state = "asked"
            elif call.state == "waiting" or (self.asked and call.state == "running"):
                call.state = "running"
                call.tries.goes_on()

    def _retry(self, at: float) -> None:
        """Whoever worked on it is gone: what was half done is rewritten in its place."""
        for call in self._calls:
            call.tries.is_over |= call.state == "running"
        for message, answer in self._answers.items():
            if message not in self._told and answer.ended_at is None:
                answer.output = Output()
                if answer in self.items:
                    self._half_done[answer.node, answer.agent] = answer
                self._touch(answer, at)
        self._has_retried = True
        doubtful = {*self._recent, *(self._answers.keys() - self._told)}
        self._doubtful = {message for message in doubtful if self._answers.get(message) in self.items}

    def _catch_up(self, event: StreamEvent, state: ev.State) -> None:
        """What is whole in the state from which another attempt goes on, although nobody got to say so."""
        for message in state.messages if self._has_retried else ():
            if message.id and message.id not in self._told:
                answer = self._answers.get(message.id)
                self._half_done = {place: one for place, one in self._half_done.items() if one is not answer}
                self._whole(event, message, bool({"updates", "values"} & self.modes))
        self._has_retried = False

    def _take_back(self, at: float) -> None:
        """What was said, and is not in the state from which another attempt goes on, is said anew, in its place."""
        for message in self._doubtful - self._recent if self._recent else ():
            answer = self._answers[message]
            if answer.output:
                answer.output, answer.ended_at = Output(), None
                self._half_done[answer.node, answer.agent] = answer
                self._told.discard(message)
                self._touch(answer, at)
        self._doubtful.clear()

    def _end(self, at: float, ended: ev.Ended) -> None:
        pause = self.pauses[-1] if self.pauses and self.pauses[-1].end is None else Pause(at)
        self._resume(at)
        self.state, self.said, self.ended_at = ended.state, _said(ended), at
        if self.said == _STOPPED and not self._has_arrived():  # then nothing can be kept
            self.said = sentence("ended-stopped.queued" if self._began_at is None else "ended-stopped.nothing")
        self._last_answer(at, ended)
        cause = {tell(language, self.said) for language in LANGUAGES} if ended.state == "failed" else set()
        for item in self.items:
            item.visible = True
        for item in walk(self.items):
            if isinstance(item, ToolCall):
                self._end_call(item, ended.state, pause.start, cause)
            else:
                _close(item, at)
            self._touch(item, at)

    def _has_arrived(self) -> bool:
        return bool(self.asked) or any(
            item.output or item.output.reasoning or (isinstance(item, ToolCall) and (item.result or item.returned))
            for item in walk(self.items)
        )

    def _end_call(self, call: ToolCall, state: CallState, at: float, cause: set[str]) -> None:
        """End what was at work in it until then; why the run failed is said below it, and so not in it."""
        call.output.reasoning.end(at)
        if call.state in ("asked", "running", "waiting"):
            call.state, call.ended_at = state, at
        if call.args is None and call.pieces:
            call.args = "".join(call.pieces)
        was_shown = call.shows_result
        call.shows_result = (call.result or "").removeprefix("Error: ") not in cause
        call.redone += was_shown and not call.shows_result
        call.shows_output |= call.result is None
        for inner in call.items:
            inner.visible |= isinstance(inner, ToolCall) or call.result is None

    def _last_answer(self, at: float, ended: ev.Ended) -> None:
        """A graph without messages answers with its last value: the part of it that nobody has said yet."""
        said = {
            squeezed(item.output.text.text if isinstance(item, Answer) else item.result or "") for item in self.items
        } - {""}
        value = _parsed(ended.answer) or (self._value if ended.state == "finished" and not said else None)
        if (text := last_value(value, self._input, said)).strip():
            self._keys += 1
            answer = Answer(f"value {self._keys}", began_at=at, ended_at=at, is_value=True)
            answer.output.write(text, at)
            self.items.append(answer)

    # What models and nodes say

    def _token(self, event: StreamEvent, token: ev.Token) -> None:
        live = "messages" in self.modes
        inside = self._begin(event, live)
        self._speaks(event)
        answer = self._answers.get(token.message)
        if token.text or token.reasoning or token.other:
            if answer is None:
                answer = self._answers[token.message] = self._new_answer(event, inside)
            answer.output.think(token.reasoning, event.at)
            answer.output.write(token.text, event.at)
            answer.output.keep(token.other)
            answer.ended_at = None
            answer.visible |= live
            self._touch(answer, event.at)
        for piece in token.calls:
            self._ask_piece(event, piece, inside, live)
        if answer and (token.calls or token.finish_reason):
            _close(answer, event.at)

    def _custom(self, event: StreamEvent, data: JSON) -> None:
        live = "custom" in self.modes
        self._write(event, data, self._begin(event, live), live)

    def _write(self, event: StreamEvent, data: JSON, call: ToolCall | None, live: bool) -> None:
        """Add what a tool or a node wrote to its own output; a card that is there already changes where it stands."""
        card = card_of(data)
        item = (self._standing(card) if card else None) or call or self._written_by(event, data)
        if isinstance(item, ToolCall):
            item.shows_output |= live
        else:
            item.visible |= live
        item.output.add(data, event.at)
        if card:
            self._cards[card] = item
            self._pushed.add(_mark(data))
        self._touch(item, event.at)

    def _standing(self, card: str) -> Item | None:
        """Where a card stands."""
        item = self._cards.get(card)
        return item if item and card in item.output.shapes else None

    def _written_by(self, event: StreamEvent, data: JSON) -> Answer:
        """What the node of an event is writing."""
        if isinstance(data, dict) and piece_of(data):
            self._speaks(event)
        if _place(event) not in self._written:
            self._written[_place(event)] = self._new_answer(event, None)
        return self._written[_place(event)]

    def _update(self, event: StreamEvent, update: ev.Update) -> None:
        live = bool({"updates", "values"} & self.modes)
        for message in update.messages:
            self._whole(event, message, live)
        for card in cards_in(update.rest):
            if _mark(card) not in self._pushed:
                self._write(event, card, self._calls.innermost(event), live)
        if written := self._written.pop(_place(event), None):
            _close(written, event.at)  # what the node writes from now on is something else

    def _state(self, event: StreamEvent, state: ev.State) -> None:
        at_root = not event.calls and not event.namespace
        if (event.calls, event.namespace) not in self._given:
            self._given.add((event.calls, event.namespace))
            for asked in state.messages[-1].calls if state.messages and at_root and not self.items else ():
                self.is_handed = True
                self._ask(event, asked.id, asked.name, asked.args, None, "values" in self.modes)
            self._told.update(message.id for message in state.messages)
        if at_root:
            self._recent = {message.id for message in state.messages}
            self._take_back(event.at)
            self._catch_up(event, state)
            self._input = self._value if self._input is None else self._input
            self._value = state.rest

    def _whole(self, event: StreamEvent, message: ev.Message, live: bool) -> None:
        is_known = bool(message.id) and message.id in self._told
        self._told.add(message.id)
        self._recent.add(message.id)
        match message.role:
            case "ai" if is_known:
                if answer := self._answers.get(message.id):
                    if message.text.strip() not in ("", answer.output.text.text.strip()):
                        answer.output.rewrite(message.text, event.at)  # by a middleware, say, that takes addresses out
                    answer.visible |= live
                    self._touch(answer, event.at)
                for asked in message.calls:
                    self._calls.reveal(self._calls.get(asked.id), live)
            case "ai":
                self._said(event, message, live)
            case "tool":
                self._answered(event, message, live, is_known)

    def _said(self, event: StreamEvent, message: ev.Message, live: bool) -> None:
        inside = self._begin(event, live)
        self._speaks(event)
        answer = (self._answers.get(message.id) if message.id else None) or self._half_written(event, message)
        if answer is None and (message.text or message.reasoning or message.other):
            answer = self._new_answer(event, inside)
        if answer:
            if message.id:
                self._answers[message.id] = answer
            output, said = answer.output, answer.output.text.text
            if not output.reasoning and not said:
                output.think(message.reasoning, event.at)
            if message.text.startswith(said):
                output.write(message.text[len(said) :], event.at)
            elif message.text and message.id:  # some pieces were lost, or it was written anew
                output.rewrite(message.text, event.at)
            if not (output.others or output.shapes):
                output.keep(message.other)
            _close(answer, event.at)
            answer.visible |= live
            self._touch(answer, event.at)
        for asked in message.calls:
            self._ask(event, asked.id, asked.name, asked.args, inside, live)

    def _half_written(self, event: StreamEvent, message: ev.Message) -> Answer | None:
        """What the node wrote itself, if this message starts with that."""
        written = self._written.get(_place(event))
        said = written.output.text.text.strip() if written else ""
        return written if said and message.text.strip().startswith(said) else None

    def _new_answer(self, event: StreamEvent, inside: ToolCall | None) -> Answer:
        if not inside and (answer := self._half_done.pop((event.node or "", event.agent or ""), None)):
            return answer
        self._keys += 1
        answer = Answer(f"answer {self._keys}", event.node or "", event.agent or "", began_at=event.at)
        (inside.items if inside else self.items).append(answer)
        return answer

    def _speaks(self, event: StreamEvent) -> None:
        if not event.calls:
            self.speakers[speaker_of(event)] = None

    # What is asked of tools

    def _ask_piece(self, event: StreamEvent, piece: ev.CallPiece, inside: ToolCall | None, live: bool) -> None:
        call = self._calls.call(event, piece.id, inside)
        if piece.name != call.name:
            call.name += piece.name
        call.asked_by = call.asked_by or speaker_of(event)
        self._calls.reveal(call, live)
        if piece.args and call.args is None:
            call.pieces.append(piece.args)
            if piece.args.rstrip().endswith("}") and sum(map(len, call.pieces)) <= _PARSED_EARLY:
                with contextlib.suppress(ValueError, RecursionError):
                    self._calls.know(call, json.loads("".join(call.pieces)), event.at)

    def _ask(
        self, event: StreamEvent, call_id: str, name: str, args: JSON, inside: ToolCall | None, live: bool
    ) -> None:
        call = self._calls.call(event, call_id, inside)
        call.name, call.asked_by = name or call.name, call.asked_by or speaker_of(event)
        args = call.args if call.attempts else _parsed(args)  # a person may have changed them
        self._calls.know(call, args, event.at)
        self._calls.reveal(call, live)

    # What tools do

    def _begin(self, event: StreamEvent, live: bool) -> ToolCall | None:
        """The call that an event comes from, which shows that it is at work."""
        call = self._calls.innermost(event)
        if call is None:
            return None
        if call.tries.sends():
            self._redo(call, event.at)
        self._calls.know(call, None, event.at)
        if call.state == "asked":
            call.state, call.started_at = "running", event.at
        self._calls.reveal(call, live)
        return call

    def _redo(self, call: ToolCall, at: float) -> None:
        """Start its output over, in its place."""
        if call.state == "failed":  # all is done again; after an interrupt, what is inside goes on where it was
            gone = self._calls.empty(call)
            self._answers = {message: answer for message, answer in self._answers.items() if id(answer) not in gone}
            self._cards = {card: item for card, item in self._cards.items() if id(item) not in gone}
        if call.started_at is not None:
            until = [moment for moment in (call.ended_at, *(p.start for p in self.pauses)) if moment is not None]
            ended = min((moment for moment in until if moment >= call.started_at), default=at)
            call.earlier.append((call.started_at, ended))
        call.output, call.returned, call.steps, call.result = Output(), Output(), [], None
        call.state, call.started_at, call.ended_at = "running", at, None
        call.redone += 1

    def _task(self, event: StreamEvent, task: ev.TaskStarted) -> None:
        call = self._calls.innermost(event)
        if call and task.asked and task.asked.id == call.id:
            call.name = call.name or task.asked.name
            self._calls.know(call, None if call.attempts else _parsed(task.asked.args), event.at)
        if call and len(event.namespace) > call.level:
            call.steps.append(task.name)
        elif call and (not call.tries.is_over or call.state == "running"):  # else it has failed
            self._begin(event, bool({"tasks", "debug"} & self.modes))

    def _tool_started(self, event: StreamEvent, started: ev.ToolStarted) -> None:
        call = self._calls.innermost(event)
        if call is None:
            return
        if call.tries.starts():
            self._redo(call, event.at)
        call.name = call.name or started.name
        if isinstance(started.input, dict) or call.args is None:
            call.args = _parsed(started.input) if started.input is not None else call.args
        self._begin(event, "tools" in self.modes)

    def _delta(self, event: StreamEvent, delta: JSON) -> None:
        live = "tools" in self.modes
        if call := self._begin(event, live):
            call.shows_output |= live
            call.output.add(delta, event.at)
            self._touch(call, event.at)

    def _tool_finished(self, event: StreamEvent, output: JSON) -> None:
        live = "tools" in self.modes
        if call := self._begin(event, live):
            self._finish(call, "finished", event.at)
            if call.result is None and output is not None:
                call.result = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
            call.shows_result |= live
            self._touch(call, event.at)

    def _tool_failed(self, event: StreamEvent) -> None:
        if call := self._begin(event, "tools" in self.modes):
            self._finish(call, "failed", event.at)
            call.tries.is_over = True

    def _answered(self, event: StreamEvent, message: ev.Message, live: bool, is_known: bool) -> None:
        """A tool's message: the end of its call."""
        call_id, outer = message.call or event.call, None
        if not call_id:
            return
        for outer_id in event.calls:
            if outer_id == call_id:
                break
            outer = self._calls.call(event, outer_id, outer)
        call = self._calls.call(event, call_id, outer)
        if not is_known:
            call.name, call.result, call.tries.is_over = call.name or message.name, message.text, False
            call.returned.keep(message.other)
            self._finish(call, "failed" if message.failed else "finished", event.at)
        self._calls.reveal(call, live)
        call.shows_result |= live
        self._touch(call, event.at)

    def _finish(self, call: ToolCall, state: CallState, at: float) -> None:
        call.state = state
        call.ended_at = at if call.ended_at is None else call.ended_at
        call.output.reasoning.end(at)
        for inner in call.items:
            if isinstance(inner, Answer):
                _close(inner, at)

    def _touch(self, item: Item, at: float) -> None:
        if self.first_output_at is None and is_readable(item):
            self.first_output_at = at


def fold(events: Iterable[StreamEvent], modes: Collection[StreamMode]) -> Transcript:
    """What a reader with these `modes` sees of these events."""
    transcript = Transcript(frozenset(modes))
    for event in events:
        transcript.add(event)
    return transcript


def speaker_of(event: StreamEvent) -> str:
    """The speaker of an event: its agent, or its node."""
    return event.agent or event.node or ""


def _close(answer: Answer, at: float) -> None:
    answer.output.reasoning.end(at)
    answer.ended_at = at if answer.ended_at is None else answer.ended_at


def _place(event: StreamEvent) -> _Place:
    return event.calls, event.namespace, event.node or ""


def _mark(data: JSON) -> int:
    """What tells one UI message from another one of the same card."""
    message = {key: data.get(key) for key in ("type", "id", "name", "props")} if isinstance(data, dict) else {}
    return hash(json.dumps(message, sort_keys=True))


def _parsed(args: JSON) -> JSON:
    """Arguments given as JSON text, parsed; a call may be kept in OpenAI's format."""
    if isinstance(args, str):
        with contextlib.suppress(ValueError, RecursionError):
            parsed: JSON = json.loads(args)
            return parsed if isinstance(parsed, (dict, list)) else args
    return args


def _said(payload: ev.Ended | ev.Noted) -> Spoken:
    """What it says; in English where the recording knows no sentence, or one of another version."""
    return payload.sentence if payload.sentence and is_known(payload.sentence.key) else payload.message
