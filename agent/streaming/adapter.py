"""The one place that knows LangGraph's stream format: parts of `astream(..., version="v2")` in, contents of our own
events out.

Total: a part may be anything, its messages objects or dicts; none raises, and none vanishes silently. The ids of calls
and messages that come out are unique within the run, and no exception's text passes through.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from agent.streaming import events as ev
from agent.streaming._langgraph_compat import Place
from agent.streaming.answer import AnswerSoFar
from agent.streaming.attributed import PART
from agent.streaming.attribution import RUN, Mark, Path, path_of
from agent.streaming.calls import Calls
from agent.streaming.converter import Converter
from agent.streaming.events import StreamEvent
from agent.streaming.forms import call_in, fields_of, messages_in, split, without_error
from agent.streaming.json_safe import json_safe
from agent.streaming.message_ids import MessageIds
from agent.streaming.messages import RawCall, RawMessage, read_call, read_message, read_usage, text_of
from agent.streaming.modes import STREAM_MODES, StreamMode
from agent.streaming.tool_runs import ToolRuns
from agent.streaming.whereabouts import Whereabouts

MOST_HELD = 20
"""Parts of one graph that may wait until its calling tool is known; usually one or two do."""


class Happening(NamedTuple):
    """The contents of an event before a log gives it a place and a time."""

    payload: ev.Payload
    node: str | None = None
    agent: str | None = None
    calls: tuple[str, ...] = ()
    namespace: tuple[str, ...] = ()
    source: str = ""


class Adapter:
    """Reads the parts of one run, and remembers whose its calls, messages and tasks are.

    It `waits` for the notes of Attribution in streams that have them: LangGraph may report a tool before its note.
    """

    def __init__(self, *, waits: bool = True) -> None:
        self._waits = waits
        self._calls = Calls()
        self._ids = MessageIds()
        self._converter = Converter(self._calls, self._ids)
        self._where = Whereabouts(self._calls)
        self._only_call: dict[str, tuple[str, str]] = {}
        """The one call that the state asked for when a task began: its id as sent, and name."""
        self._runs = ToolRuns()
        self._node_of_run: dict[str, str | None] = {}
        self._early: tuple[Mapping[Any, Any], tuple[str, ...]] | None = None
        """What LangGraph reports of a tool before it is noted."""
        self._graphs: set[tuple[tuple[str, ...], str]] = set()
        """The nodes that are graphs, by their own graph's namespace, with their names."""
        self._held: defaultdict[tuple[str, ...], list[Mapping[Any, Any]]] = defaultdict(list)
        """Parts of graphs whose calling tool is not known yet."""
        self._answer = AnswerSoFar()
        self._asked: set[str] = set()
        """Ids of the interrupts already reported: those of a sub-agent come once for each graph around it."""
        self.pending: dict[str, ev.Interrupt] = {}
        """What the graph as a whole waits for, by id."""
        self.is_at_breakpoint = False
        """Whether the graph has stopped before or behind a node, as it was compiled to, and asks nothing."""
        self._done: set[str] = set()
        """The tasks done before the run was resumed; LangGraph reports them again."""
        self._last: defaultdict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
        """The tasks of a node that were at work when the run waited, by its namespace and name."""
        self._same: dict[str, str] = {}
        """Tasks that are repeated under another id, and their first id."""
        self._is_repeating = self._has_begun_anew = self._has_tasks = False
        self._repeats: Counter[tuple[tuple[str, ...], str]] = Counter()
        """How many updates of them are still to come, by namespace and node."""

    @property
    def waits(self) -> bool:
        """Whether the graph goes on only when a person wants it to."""
        return bool(self.pending) or self.is_at_breakpoint

    @property
    def has_spoken(self) -> bool:
        """Whether a model has answered at the root."""
        return bool(self._answer.words)

    @property
    def answer(self) -> str:
        """The answer so far: a model's last words at the root, or else the graph's last value, as text."""
        return self._answer.words if self.pending else self._answer.text(self._converter.plain)

    def read(self, part: object) -> list[Happening]:
        """What has happened according to one part: usually one thing; one per node for `updates`, nothing for an
        announcement.
        """
        try:
            return list(self._read(part))
        except Exception:  # of something that raises when it is touched
            return [Happening(ev.Unknown(json_safe(part, convert=without_error), _mode_of(part)))]

    def repeat(self, parts: Iterable[object]) -> None:
        """Take in what was repeated from where the run waited, with nobody looking.

        LangGraph has new ids for all of it; calls and graphs keep theirs here.
        """
        self._is_repeating = True
        self._calls.repeat(True)
        for part in parts:
            self.read(part)
        self._is_repeating = False
        self._calls.repeat(False)
        self.pending.clear()
        self.is_at_breakpoint = False

    def begin_anew(self) -> None:
        """Note that whatever worked on the run was lost, and starts over with what had not ended."""
        self._early = None
        self._where.open_runs.clear()
        self._calls.end_runs()
        self._has_begun_anew = True

    def finish(self) -> list[Happening]:
        """What is still held back, once no more parts follow."""
        held = [happening for namespace in list(self._held) for happening in self._release(namespace)]
        return [*self._release_early(), *held]

    def recall(self, events: Iterable[StreamEvent]) -> None:
        """Take in what a run reported before it waited, so that what comes now continues from there."""
        for event in events:
            namespace, payload = event.namespace, event.payload
            self._know_graphs(namespace)
            for depth, call in enumerate(event.calls):
                self._calls.recall(call, "", namespace, event.calls[:depth])
            match payload:
                case ev.Token(message=message, calls=pieces):
                    self._ids.recall(message, event.node or "")
                    for piece in pieces:
                        self._calls.recall(piece.id, piece.name, namespace, event.calls, message)
                case ev.Said(message=message):
                    self._recall_message(message, event)
                case ev.Update(messages=messages) | ev.State(messages=messages):
                    for message in messages:
                        self._recall_message(message, event)
                    if isinstance(payload, ev.Update) and not namespace:
                        self._answer.hear(messages)
                case ev.TaskStarted(id=task, name=name, asked=None):
                    self._last[namespace, name].append(task)
                case ev.TaskStarted(id=task, asked=ev.AskedCall() as asked):
                    outer = event.calls[:-1] if event.call == asked.id else event.calls
                    self._calls.recall(asked.id, asked.name, namespace, outer)
                    self._calls.recall_task(task, asked.id)
                case ev.TaskEnded(id=task, interrupts=()):
                    self._done.add(task)
                case ev.ToolStarted() if event.call:
                    self._calls.recall_run(event.call)
                case ev.Custom(data=data) | ev.ToolDelta(delta=data):
                    self._converter.recall(data)
                case ev.Interrupted(interrupts=interrupts):
                    self._asked.update(interrupt.id for interrupt in interrupts)

    def _recall_message(self, message: ev.Message, event: StreamEvent) -> None:
        outer = event.calls[:-1] if message.call and event.call == message.call else event.calls
        for asked in message.calls:
            self._calls.recall(asked.id, asked.name, event.namespace, outer, message.id)
        if message.call:
            self._calls.recall(message.call, message.name, event.namespace, outer)
            self._calls.recall_answer(message.id, message.call)
        if message.other:
            self._converter.recall(message.other, message.id)
        calls = tuple((self._calls.of_id(asked.id).raw, asked.name) for asked in message.calls)
        answers = self._calls.of_id(message.call).raw if message.call else ""
        self._ids.recall(message.id, event.node or "", (message.role, message.text, calls, answers))

    def _know_graphs(self, namespace: tuple[str, ...]) -> None:
        for end in range(len(namespace)):
            self._graphs.add((namespace[:end], namespace[end].partition(":")[0]))

    def _read(self, part: object) -> Iterator[Happening]:
        if isinstance(part, (tuple, list)) and 2 <= len(part) <= 3 and isinstance(part[-2], str):
            part = {"ns": part[0] if len(part) == 3 else (), "type": part[-2], "data": part[-1]}
        if not isinstance(part, Mapping):
            yield Happening(ev.Unknown(self._converter.plain(part)))
            return
        mode, data = part.get("type"), part.get("data")
        if mode == "custom" and isinstance(data, Mapping) and data.get(PART) == "tools":
            mode, data = "tools", data.get("data")
            part = {**part, "type": mode, "data": data}
        raw = part.get("ns")
        namespace = self._as_before(tuple(map(text_of, raw))) if isinstance(raw, (tuple, list)) else ()
        self._know_graphs(namespace)
        mark = Mark.of(data) if mode == "custom" else None
        if mark and self._same:
            inside, task, node, agent = mark.place
            mark = replace(mark, place=Place(self._as_before(inside), task, node, agent))
        if self._early and not (mark and self._runs.is_noted_by(mark, self._early[1], self._early[0])):
            yield from self._release_early()
        if mark:
            self._runs.is_noting = True
            yield from self._marked(mark)
            yield from self._release_early()
        elif mode == "custom":
            yield Happening(ev.Custom(self._converter.as_written(data)), *self._where.at(namespace), namespace)
        elif mode == "messages":
            yield from self._release(namespace)
            yield self._said(data, namespace)
        elif self._where.is_unclear(namespace):
            self._held[namespace].append(part)
            if len(self._held[namespace]) > MOST_HELD:
                self._where.within[namespace] = self._where.calls_in(namespace)
                yield from self._release(namespace)
        elif read := _READERS.get(mode):
            yield from read(self, data, namespace)
        else:
            yield Happening(ev.Unknown(self._converter.plain(part)), *self._where.at(namespace), namespace)

    # where something comes from

    def _as_before(self, namespace: tuple[str, ...]) -> tuple[str, ...]:
        """A path of subgraphs by the ids that their tasks had at first."""
        if not self._same:
            return namespace
        steps = (step.partition(":") for step in namespace)
        return tuple(name + colon + self._same.get(task, task) for name, colon, task in steps)

    def _path(self, path: Path, namespace: tuple[str, ...], task: str, tool: str = "") -> tuple[str, ...]:
        """The calls on the path of a mark; unannounced tools are noted here."""
        calls: tuple[str, ...] = ()
        for raw, run in path:
            call = self._calls.of_run(run)
            if call is None and run == path[-1][1]:
                if not raw and (asked := self._only_call.get(task)) and asked[1] == tool:
                    self._calls.begin_task(task, *asked, namespace, calls)
                call = self._calls.begin_run(run, raw, tool, namespace, task, calls)
            elif call is None:
                call = self._calls.begin_run(run, raw, "", namespace, "", calls)
            calls = call.path
        return calls

    # custom

    def _marked(self, mark: Mark) -> Iterator[Happening]:
        namespace, task, node, agent = mark.place
        calls = self._path(mark.path, namespace, task, mark.tool)
        if mark.event == "node-started":
            self._where.within[namespace] = calls
            yield from self._release(namespace)
        elif mark.event == "tool-started" and mark.path:
            self._where.within.setdefault(namespace, calls[:-1])
            yield from self._release(namespace)
            self._where.open_runs[task].append(calls)
            self._runs.note(mark)
            self._node_of_run[mark.path[-1][1]] = node
        elif mark.event == "tool-ended" and mark.path:
            self._calls.end_run(mark.path[-1][1])
            if calls in self._where.open_runs[task]:
                self._where.open_runs[task].remove(calls)
            self._runs.note(mark)
        elif not mark.event:
            yield from self._release(namespace)
            calls = calls or self._calls_of_plain_tool(namespace, task)
            where = node, agent or self._where.agent(namespace), calls, namespace
            for chunk in mark.chunks:
                yield Happening(ev.Custom(self._converter.as_written(chunk)), *where)

    def _calls_of_plain_tool(self, namespace: tuple[str, ...], task: str) -> tuple[str, ...]:
        """The calls of a chunk that no LangChain tool wrote: those of the task it was written in."""
        if call := self._calls.of_task(task):
            return call.path
        outer = self._where.calls_in(namespace)
        if asked := self._only_call.get(task):
            return self._calls.begin_task(task, *asked, namespace, outer).path
        return outer

    def _release(self, namespace: tuple[str, ...]) -> Iterator[Happening]:
        for part in self._held.pop(namespace, ()):
            if read := _READERS.get(part.get("type")):
                yield from read(self, part.get("data"), namespace)

    def _release_early(self) -> Iterator[Happening]:
        if self._early:
            (told, namespace), self._early = self._early, None
            yield self._tool(told, namespace)

    # messages

    def _said(self, data: object, namespace: tuple[str, ...]) -> Happening:
        message, metadata = data if isinstance(data, (tuple, list)) and len(data) == 2 else (None, None)
        metadata = metadata if isinstance(metadata, Mapping) else {}
        raw = read_message(message)
        if raw is None:
            return Happening(ev.Unknown(self._converter.plain(data), "messages"), *self._where.at(namespace), namespace)
        node, agent = text_of(metadata.get("langgraph_node")) or None, text_of(metadata.get("lc_agent_name"))
        if agent and not self._has_tasks:  # tasks know better: an agent on a thread of its own has no namespace
            self._where.agents[namespace] = agent
        task = text_of(metadata.get("langgraph_checkpoint_ns")).rpartition(":")[2]
        path = path_of(metadata)
        self._runs.is_noting |= path is not None
        calls = self._path(path, namespace, "") if path else ()
        if not calls and raw.role != "tool" and (call := self._calls.of_task(task)):
            calls = call.path
        calls = calls or self._where.calls_in(namespace)
        where = node, agent or self._where.agent(namespace), calls, namespace
        if raw.role == "ai" and (raw.is_chunk or RUN in metadata):
            message_id = self._ids.of_piece(raw, text_of(metadata.get(RUN)), task)
            if raw.is_chunk:
                return Happening(self._token(raw, message_id, calls, namespace), *where)
        else:
            message_id = self._ids.of_whole(raw, node or "")
        said = self._converter.message(raw, message_id, calls, namespace)
        if said.call:
            where = node, agent or self._where.agent(namespace), self._calls.of_id(said.call).path, namespace
        return Happening(ev.Said(said), *where)

    def _token(self, raw: RawMessage, message_id: str, calls: tuple[str, ...], namespace: tuple[str, ...]) -> ev.Token:
        pieces = tuple(self._piece(piece, message_id, calls, namespace) for piece in raw.calls)
        other = self._converter.content_of_piece(raw, message_id)
        return ev.Token(message_id, raw.text, raw.reasoning, other, pieces, raw.finish_reason, raw.usage)

    def _piece(
        self, piece: RawCall, message_id: str, calls: tuple[str, ...], namespace: tuple[str, ...]
    ) -> ev.CallPiece:
        call = self._calls.piece(message_id, piece.id, piece.index, namespace, calls)
        name = "" if piece.name == call.name else piece.name  # some servers repeat it in each piece
        call.name += name
        return ev.CallPiece(call.id, name, piece.args if isinstance(piece.args, str) else "")

    # updates and values

    def _updates(self, data: object, namespace: tuple[str, ...]) -> Iterator[Happening]:
        if not isinstance(data, Mapping) or not data:
            yield Happening(ev.Unknown(self._converter.plain(data), "updates"), *self._where.at(namespace), namespace)
            return
        metadata = data.get("__metadata__")
        is_cached = isinstance(metadata, Mapping) and bool(metadata.get("cached"))
        for key, update in data.items():
            if key == "__interrupt__":
                yield from self._interrupted(self._converter.interrupts(update), namespace)
            elif key != "__metadata__":
                is_repeated = is_cached and self._repeats[namespace, str(key)] > 0
                self._repeats[namespace, str(key)] -= is_repeated
                happening = self._update(str(key), update, is_cached, namespace)
                if not is_repeated:
                    yield happening

    def _interrupted(self, interrupts: tuple[ev.Interrupt, ...], namespace: tuple[str, ...]) -> Iterator[Happening]:
        if not namespace:
            self.pending |= {interrupt.id: interrupt for interrupt in interrupts}
            self.is_at_breakpoint |= not interrupts
        new = tuple(interrupt for interrupt in interrupts if interrupt.id not in self._asked)
        self._asked.update(interrupt.id for interrupt in new)
        if new or not interrupts:
            yield Happening(ev.Interrupted(new), *self._where.at(namespace), namespace)

    def _update(self, node: str, update: object, is_cached: bool, namespace: tuple[str, ...]) -> Happening:
        raws, rest = split(update)
        usage = None
        if isinstance(rest, dict) and (usage := read_usage(rest.get("usage"))):
            rest = {key: value for key, value in rest.items() if key != "usage"}
        is_graph = (namespace, node) in self._graphs
        ids = self._ids.of_history(raws, node) if is_graph else [self._ids.of_whole(raw, node) for raw in raws]
        calls = self._where.calls_in(namespace)
        messages = tuple(
            self._converter.message(raw, id_, calls, namespace) for raw, id_ in zip(raws, ids, strict=True)
        )
        if not namespace:
            self._answer.hear(messages)
        if messages and len(answered := {message.call for message in messages}) == 1 and (call := answered.pop()):
            calls = self._calls.of_id(call).path
        payload = ev.Update(messages, self._converter.plain(rest) if rest else None, usage, is_cached)
        return Happening(payload, *self._where.at(namespace, node, calls), namespace)

    def _values(self, data: object, namespace: tuple[str, ...]) -> Iterator[Happening]:
        if isinstance(data, Mapping) and "__interrupt__" in data:  # as servers deliver it
            yield from self._updates({"__interrupt__": data["__interrupt__"]}, namespace)
            data = {key: value for key, value in data.items() if key != "__interrupt__"}
        raws, rest = split(data)
        calls = self._where.calls_in(namespace)
        ids = self._ids.of_history(raws)
        pairs = zip(raws, ids, strict=True)
        messages = tuple(self._converter.message(raw, id_, calls, namespace, is_repeated=True) for raw, id_ in pairs)
        if not namespace:
            self._answer.see(data)
            if self._has_begun_anew:  # what was saved may never have been told
                asked = [place for place, message in enumerate(messages) if message.role == "human"]
                self._answer.hear(messages[asked[-1] + 1 :] if asked else ())
                self._has_begun_anew = False
        yield Happening(
            ev.State(messages, None if rest is None else self._converter.plain(rest)),
            *self._where.at(namespace),
            namespace,
        )

    # tasks and tools

    def _tasks(self, data: object, namespace: tuple[str, ...]) -> Iterator[Happening]:
        task, name = (data.get("id"), data.get("name")) if isinstance(data, Mapping) else (None, None)
        if not isinstance(data, Mapping) or not isinstance(task, str) or not isinstance(name, str):
            yield Happening(ev.Unknown(self._converter.plain(data), "tasks"), *self._where.at(namespace), namespace)
            return
        self._has_tasks = True
        metadata = data.get("metadata")
        if isinstance(metadata, Mapping) and (agent := text_of(metadata.get("lc_agent_name"))):
            self._where.agents[namespace] = agent
        task, name = text_of(task), text_of(name)
        payload: ev.Payload
        if "input" in data or "triggers" in data:
            payload = self._task_started(task, name, data.get("input"), namespace)
            if self._is_repeating:
                self._done.discard(task)
            if task in self._done:
                self._repeats[namespace, name] += 1
                return
        else:
            result, interrupts = data.get("result"), data.get("interrupts")
            if self._is_repeating and not interrupts and not data.get("error"):
                self._done.add(task)
            payload = ev.TaskEnded(
                task,
                name,
                self._converter.plain(result) if result else None,
                bool(data.get("error")),
                self._converter.interrupts(interrupts) if interrupts else (),
            )
        call = self._calls.of_task(task)
        yield Happening(payload, *self._where.at(namespace, name, call.path if call else None), namespace)

    def _task_started(self, task: str, name: str, given: object, namespace: tuple[str, ...]) -> ev.TaskStarted:
        raw, plain = read_call(call_in(given)), self._converter.plain(given)
        if raw:
            call = self._calls.begin_task(task, raw.id, raw.name, namespace, self._where.calls_in(namespace))
            if self._is_repeating and call.first_task:
                self._same[task] = call.first_task
            if isinstance(inner := call_in(plain), dict):
                inner["id"] = call.id
            return ev.TaskStarted(task, name, plain, ev.AskedCall(call.id, raw.name, raw.args))
        if self._is_repeating and (before := self._last[namespace, name]):
            self._same.setdefault(task, before.pop())
        fields = fields_of(given)
        messages, _ = messages_in(fields.get("messages") if fields else None)
        if messages and len(asked := messages[-1].calls) == 1:
            self._only_call[task] = asked[0].id, asked[0].name
        return ev.TaskStarted(task, name, plain)

    def _tools(self, data: object, namespace: tuple[str, ...]) -> Iterator[Happening]:
        if not isinstance(data, Mapping) or data.get("event") not in _TOOL_EVENTS:
            yield Happening(ev.Unknown(self._converter.plain(data), "tools"), *self._where.at(namespace), namespace)
        elif self._waits and self._runs.is_early(namespace, data):
            self._early = data, namespace
        else:
            yield self._tool(data, namespace)

    def _tool(self, data: Mapping[Any, Any], namespace: tuple[str, ...]) -> Happening:
        name, run = text_of(data.get("tool_name")), self._runs.of(namespace, data)
        call = self._calls.of_run(run) or self._calls.begin_run(
            run, text_of(data.get("tool_call_id")), name, namespace, "", self._where.calls_in(namespace)
        )
        payload: ev.Payload
        match data["event"]:
            case "tool-started":
                given = data.get("input")
                payload = ev.ToolStarted(name, None if given is None else self._converter.plain(given))
            case "tool-output-delta":
                payload = ev.ToolDelta(self._converter.as_written(data.get("delta")))
            case "tool-finished":
                self._calls.end_run(run)
                payload = ev.ToolFinished(self._converter.output(data.get("output")))
            case _:
                self._calls.end_run(run)
                payload = ev.ToolFailed()
        return Happening(payload, *self._where.at(namespace, self._node_of_run.get(run), call.path), namespace)

    # checkpoints and debug

    def _checkpoints(self, data: object, namespace: tuple[str, ...]) -> Iterator[Happening]:
        yield Happening(ev.Checkpoint(self._converter.without_errors(data)), *self._where.at(namespace), namespace)

    def _debug(self, data: object, namespace: tuple[str, ...]) -> Iterator[Happening]:
        yield Happening(ev.Debug(self._converter.without_errors(data)), *self._where.at(namespace), namespace)


def _mode_of(part: Any) -> StreamMode:
    """The mode of an unreadable part."""
    with contextlib.suppress(Exception):
        return next(mode for mode in STREAM_MODES if mode == part["type"])
    return "custom"


_READERS: dict[object, Callable[[Adapter, object, tuple[str, ...]], Iterator[Happening]]] = {
    "updates": Adapter._updates,
    "values": Adapter._values,
    "tasks": Adapter._tasks,
    "tools": Adapter._tools,
    "checkpoints": Adapter._checkpoints,
    "debug": Adapter._debug,
}
_TOOL_EVENTS = ("tool-started", "tool-output-delta", "tool-finished", "tool-error")
