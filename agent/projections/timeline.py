"""Who worked when: a run as rows, one for each node and tool call, with what happens inside a call below it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agent.projections.items import Pause, ToolCall
from agent.projections.transcript import Transcript
from agent.streaming import events as ev
from agent.streaming.events import StreamEvent
from texts import Language, say

MAX_TICKS = 2_000
"""Chunks that are drawn; of more, every nth."""
MAX_ROWS = 60
QUEUE = "queue"
"""The row for the time before a run may begin."""
_WAITED = 0.1
"""Seconds in a queue that are worth showing: with less, nobody was in the way."""

PERSON = "person"
"""The row of the moments at which it waited for a person."""

RowKind = Literal["queue", "person", "model", "tool", "step"]
"""`model` is a node that uses one, `step` any other."""
SpanKind = Literal["waiting", "working", "paused"]
"""`paused` has no length, as nothing worked in it; `Span.seconds` is how long it was."""

_Path: TypeAlias = tuple[str, ...]
_Place: TypeAlias = tuple[_Path, _Path, str]
"""Calls, namespace, node."""
_Key: TypeAlias = tuple[_Path, _Path, str, int]
"""Calls, names of subgraphs, node, and which of those that work at once; of a call, its path alone."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of work. Times are in seconds since the run's turn came, without waiting for a person."""

    kind: SpanKind
    start: float
    end: float
    seconds: float = 0.0
    """Of a pause: how long it was."""


@dataclass(slots=True)
class Row:
    """A node, or a tool call."""

    name: str
    """Unique in the picture: prefixed with what it is inside of."""
    label: str
    """Its own name: of a node or a tool call."""
    kind: RowKind
    depth: int = 0
    """How many rows it is nested in."""
    call: ToolCall | None = None
    spans: list[Span] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)
    """When there was something to read in its chunks; down-sampled."""

    @property
    def start(self) -> float:
        """Its first sign of life."""
        return min((span.start for span in self.spans), default=0.0)

    @property
    def end(self) -> float:
        """Its last sign of life."""
        return max((span.end for span in self.spans), default=0.0)


@dataclass(frozen=True, slots=True)
class Picture:
    """Who worked when, so far."""

    rows: list[Row]
    """In order of their first sign of life, each before those inside it: the first MAX_ROWS."""
    more: int
    """Rows that are left out."""
    chunks: int
    """How many chunks with something to read there were, before ticks were left out."""
    first_output: float | None
    end: float


@dataclass(slots=True)
class _Work:
    """A node at work, from its task's beginning to its end."""

    place: _Place
    slot: int
    """Which of this node's simultaneous tasks it is."""
    start: float
    end: float | None = None
    first: float | None = None
    """When its first chunk came."""
    messages: int = 0
    """How many messages it has begun to write."""
    ticks: list[float] = field(default_factory=list)

    @property
    def key(self) -> _Key:
        calls, namespace, node = self.place
        return calls, _names(namespace), node, self.slot


class Timeline:
    """Draws a run as it grows: `add` its events, and read the `picture`."""

    def __init__(self) -> None:
        self._works: list[_Work] = []
        self._tasks: dict[str, _Work] = {}
        self._open: dict[_Place, list[_Work]] = {}
        """The tasks that chunks may come from."""
        self._writing: dict[tuple[_Place, str], _Work] = {}
        """Who writes a message."""
        self._busy: dict[_Key, _Work] = {}
        self._speaking: set[_Key] = set()
        self._calling: set[_Key] = set()
        """Nodes that run tools, whose calls have rows of their own."""
        self._ticks: dict[str, list[float]] = {}
        """Of each call."""

    def add(self, event: StreamEvent) -> None:
        """Add the next event of the run."""
        if event.calls and event.node:
            self._calling.add((event.calls[:-1], _names(event.namespace), event.node, 0))
        match event.payload:
            case ev.TaskStarted(id=task, name=name):
                self._begin(event, task, name)
            case ev.TaskEnded(id=task):
                if work := self._tasks.pop(task, None):
                    work.end = event.at
                    self._open[work.place].remove(work)
                    self._busy.pop(work.key, None)
            case ev.Token(message=message, text=text, reasoning=reasoning):
                self._chunk(event, message, is_readable=bool(text or reasoning))
                self._speaks(event)
            case ev.Said(message=ev.Message(role="ai", id=message, text=text)):
                self._chunk(event, message, is_readable=bool(text))
                self._speaks(event)
            case ev.Update(messages=messages) if any(message.role == "ai" for message in messages):
                self._speaks(event)
            case ev.Custom() | ev.ToolDelta():
                self._chunk(event, "", is_readable=True)

    def picture(self, transcript: Transcript, titles: Mapping[str, str]) -> Picture:
        """Who worked when; `transcript` is the fold of the same events, `titles` name its tool calls."""
        end = transcript.last_at
        found: dict[_Key, Row] = {}
        for call in transcript.calls:
            self._draw_call(found, transcript, call, titles, end)
        for work in self._works:
            self._draw_work(found, transcript, work, end)
        rows = _worked(_in_order(found), transcript)
        if pauses := [_paused(pause, transcript) for pause in transcript.pauses]:
            rows.append(Row(PERSON, PERSON, "person", spans=pauses))
        if transcript.request and (queued := transcript.queued_for) >= _WAITED:
            rows.insert(0, Row(QUEUE, QUEUE, "queue", spans=[Span("paused", 0.0, 0.0, queued)]))
        chunks = sum(len(row.ticks) for row in rows)
        every = math.ceil(chunks / MAX_TICKS) or 1
        for row in rows:
            row.ticks = row.ticks[::every]
        first = transcript.first_output_at
        first = None if first is None else transcript.worked(first)
        return Picture(rows[:MAX_ROWS], max(len(rows) - MAX_ROWS, 0), chunks, first, transcript.worked(end))

    def _begin(self, event: StreamEvent, task: str, name: str) -> None:
        place = (event.calls, event.namespace, name)
        slot = 0
        while (event.calls, _names(event.namespace), name, slot) in self._busy:
            slot += 1
        work = _Work(place, slot, event.at)
        self._works.append(work)
        self._tasks[task] = self._busy[work.key] = work
        self._open.setdefault(place, []).append(work)

    def _speaks(self, event: StreamEvent) -> None:
        self._speaking.add((event.calls, _names(event.namespace), event.node or "", 0))

    def _chunk(self, event: StreamEvent, message: str, *, is_readable: bool) -> None:
        if event.call and is_readable:
            self._ticks.setdefault(event.call, []).append(event.at)
        place = (event.calls, event.namespace, event.node or "")
        work = self._writing.get((place, message)) if message else None
        if work is None and (open_ := self._open.get(place)):
            work = min(open_, key=lambda work: work.messages)  # of several, one that has written nothing yet
            if message:
                work.messages += 1
                self._writing[place, message] = work
        if work:
            work.first = event.at if work.first is None else work.first
            if is_readable:
                work.ticks.append(event.at)

    def _draw_call(
        self, found: dict[_Key, Row], transcript: Transcript, call: ToolCall, titles: Mapping[str, str], end: float
    ) -> None:
        if call.started_at is None:
            return
        outer = transcript.outer(call)
        path = _path(transcript, call)
        label = titles.get(call.id, call.name)
        above = found.get((path[:-1], (), "", 0)) if outer else None
        row = Row(f"{above.name} › {label}" if above else label, label, "tool", call.depth, call)
        row.spans += [Span("working", began, ended) for began, ended in call.earlier]
        row.spans.append(Span("working", call.started_at, end if call.ended_at is None else call.ended_at))
        row.ticks = list(self._ticks.get(call.id, ()))
        found[path, (), "", 0] = row

    def _draw_work(self, found: dict[_Key, Row], transcript: Transcript, work: _Work, end: float) -> None:
        calls, names, node, slot = work.key
        namespace = work.place[1]
        call = transcript.call(calls[-1]) if calls else None
        if (calls, names, node, 0) in self._calling or (call and len(namespace) <= call.level):
            return  # it runs tools: each call has a row of its own
        inside = _names(namespace[call.level + 1 :] if call else namespace)
        if call:
            calls = _path(transcript, call)
        key = (calls, inside, node, slot)
        if key not in found:
            above = found.get((calls, inside[:-1], inside[-1], 0) if inside else (calls, (), "", 0))
            label = node if not slot else f"{node} ({slot + 1})"
            prefix = f"{above.name} › " if above else "".join(f"{name} › " for name in inside)
            speaks = (work.key[0], names, node, 0) in self._speaking
            found[key] = Row(f"{prefix}{label}", label, "model" if speaks else "step", above.depth + 1 if above else 0)
        row, until = found[key], end if work.end is None else work.end
        row.ticks += work.ticks
        if row.kind == "model":
            first = until if work.first is None else min(work.first, until)
            row.spans += [Span("waiting", work.start, first), Span("working", first, until)]
        else:
            row.spans.append(Span("working", work.start, until))


def timeline(events: Iterable[StreamEvent], transcript: Transcript, titles: Mapping[str, str]) -> Picture:
    """The picture of these events; `transcript` is their fold, `titles` name its tool calls."""
    drawn = Timeline()
    for event in events:
        drawn.add(event)
    return drawn.picture(transcript, titles)


def describe(picture: Picture, language: Language = "en") -> list[str]:
    """The picture in words: a line for each span, by time."""
    spans = sorted(((span, row) for row in picture.rows for span in row.spans), key=lambda both: both[0].start)
    lines = [_told(span, row, language) for span, row in spans]
    if picture.first_output is not None:
        lines.append(say(language, "timeline-first", seconds=f"{picture.first_output:.2f}"))
    return lines


def _told(span: Span, row: Row, language: Language) -> str:
    if row.kind == "queue":
        return say(language, "timeline-queued", seconds=f"{span.seconds:.1f}")
    if span.kind == "paused":
        return say(language, "timeline-paused", at=f"{span.start:.2f}", seconds=f"{span.seconds:.1f}")
    return say(
        language,
        "timeline-span",
        **{"from": f"{span.start:.2f}", "to": f"{span.end:.2f}"},
        name=row.name,
        does=say(language, f"timeline-does-{does(row.kind, span.kind)}"),
    )


def does(row: RowKind, span: SpanKind) -> Literal["waits", "writes", "works"]:
    """What is done in a span that is not a pause, as the end of a key."""
    if span == "waiting":
        return "waits"
    return "writes" if row == "model" else "works"


def _worked(rows: Iterable[Row], transcript: Transcript) -> list[Row]:
    """Rows on a clock that stands still while the run waits for its turn or for a person."""
    rows = list(rows)
    for row in rows:
        spans = (Span(s.kind, transcript.worked(s.start), transcript.worked(s.end)) for s in row.spans)
        row.spans = _seen(row, spans)
        row.ticks = [transcript.worked(at) for at in row.ticks]
    return [row for row in rows if row.spans]


def _seen(row: Row, spans: Iterable[Span]) -> list[Span]:
    """The spans of some length; a call that took no time at all has its last one, and so its row."""
    spans = list(spans)
    return [span for span in spans if span.end > span.start] or (spans[-1:] if row.call else [])


def _paused(pause: Pause, transcript: Transcript) -> Span:
    at = transcript.worked(pause.start)
    return Span("paused", at, at, (transcript.last_at if pause.end is None else pause.end) - pause.start)


def _in_order(found: Mapping[_Key, Row]) -> Iterator[Row]:
    """The rows by time, each before those inside it; empty spans are left out, except of a call."""
    below: dict[_Key | None, list[tuple[_Key, Row]]] = {}
    for key, row in found.items():
        row.spans = _seen(row, row.spans)
        below.setdefault(_above(key, found), []).append((key, row))
    stack = sorted(below.get(None, ()), key=lambda each: -each[1].start)
    while stack:
        key, row = stack.pop()
        if row.spans:
            yield row
        stack += sorted(below.get(key, ()), key=lambda each: -each[1].start)


def _above(key: _Key, found: Mapping[_Key, Row]) -> _Key | None:
    """The row that contains this one."""
    calls, names, node, _ = key
    around: list[_Key] = []
    if node and names:
        around.append((calls, names[:-1], names[-1], 0))
    outer = calls if node else calls[:-1]
    around.append((outer, (), "", 0))
    return next((other for other in around if other in found and other != key), None)


def _path(transcript: Transcript, call: ToolCall) -> _Path:
    """The calls that a call is nested in, and itself last."""
    path: list[str] = []
    inner: ToolCall | None = call
    while inner:
        path.append(inner.id)
        inner = transcript.outer(inner)
    return tuple(reversed(path))


def _names(namespace: _Path) -> _Path:
    """A path of subgraphs without the ids of their tasks."""
    return tuple(step.partition(":")[0] for step in namespace if not step.isdecimal())
