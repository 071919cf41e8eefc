"""Measurements of a run: how soon there was something to read, how fast words followed, how many there were.

First output is the moment when a reader has something to read, according to the transcript: words, data, a result. The
start of a tool is nothing to read, and neither are arguments still being written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.projections.output import piece_of
from agent.projections.transcript import Transcript, fold, speaker_of
from agent.streaming import events as ev
from agent.streaming.events import StreamEvent
from agent.streaming.modes import StreamMode


@dataclass(slots=True)
class Turn:
    """A stretch of time in which a model wrote."""

    first: float
    last: float
    chunks: int = 1


@dataclass(slots=True)
class Source:
    """A sender: a node or a tool call. Times are in seconds since the run's turn came."""

    name: str
    first: float | None = None
    """When its first chunk of any kind came."""
    chunks: int = 0
    """Everything it sent while it worked."""
    turns: dict[str, Turn] = field(default_factory=dict)
    """What its models wrote, one turn per message: between them, a node waits for tools."""
    read: int = 0
    """Tokens read by its models, as reported by their servers."""
    reported: int = 0
    """Tokens written, as reported."""
    began: float | None = None
    """When a tool call began."""
    ended: float | None = None

    @property
    def tokens(self) -> int:
        """Tokens as reported, or else the chunks its models wrote: usually one per token."""
        return self.reported or sum(turn.chunks for turn in self.turns.values())

    @property
    def per_second(self) -> float | None:
        """Chunks written per second while it was writing; None if too few to tell."""
        return _rate(list(self.turns.values()))


@dataclass(frozen=True, slots=True)
class Metrics:
    """The measurements of a run. Times are in seconds since its turn came, without waiting for a person."""

    first_output: float | None
    """When there was something to read; None if there never was."""
    whole: float
    """When everything was there: the waiting time without streaming."""
    sources: tuple[Source, ...]
    """Nodes and tool calls, in order of their first sign of life."""

    @property
    def is_sooner(self) -> bool:
        """Whether there was something to read noticeably before everything was there."""
        return is_sooner(self.first_output, self.whole)

    @property
    def tokens(self) -> int:
        """All tokens written, each source's counted as well as possible."""
        return sum(source.tokens for source in self.sources)

    @property
    def read(self) -> int:
        """All tokens read, where servers reported them."""
        return sum(source.read for source in self.sources)

    @property
    def reported(self) -> int:
        """All tokens written, where servers reported them."""
        return sum(source.reported for source in self.sources)

    @property
    def is_counted(self) -> bool:
        """Whether any source's tokens are only counted chunks."""
        return any(source.turns and not source.reported for source in self.sources)

    @property
    def per_second(self) -> float | None:
        """Chunks written per second while at least one model was writing; None if too few to tell."""
        return _rate([turn for source in self.sources for turn in source.turns.values()])


NOTICED = 0.2
"""Seconds by which a wait must be shorter for a person to notice."""


def is_sooner(first: float | None, whole: float) -> bool:
    """Whether streaming made a difference: whether there was something to read noticeably before all was there."""
    return first is not None and whole - first >= NOTICED


_Key = tuple[str, str]
"""A tool call's id, or nothing; then a node's name, or nothing."""


class Measuring:
    """Measures a run as it grows: `add` its events, and read its `metrics`."""

    def __init__(self) -> None:
        self._sources: dict[_Key, Source] = {}
        self._reported: set[str] = set()
        """Messages whose usage has come with their tokens."""
        self._firsts: dict[_Key, float] = {}
        """When the first chunk of any kind came, as the log has it."""
        self._tasks: dict[_Key, int] = {}

    def add(self, event: StreamEvent) -> None:
        """Add the next event of the run."""
        match event.payload:
            case ev.Token() as token:
                source = self._chunk(event)
                if token.text or token.reasoning or token.calls:
                    _write(source, token.message, event.at)
                if token.usage:
                    self._reported.add(token.message)
                    _use(source, token.usage)
            case ev.Custom(data=data):
                source = self._chunk(event)
                if piece_of(data) is not None:
                    _write(source, f"task {self._tasks.get(_key(event), 0)}", event.at)
            case ev.ToolDelta():
                self._chunk(event)
            case ev.Said(message=message):
                self._message(event, message)
            case ev.Update(messages=messages, usage=usage):
                for message in messages:
                    self._message(event, message)
                if usage:
                    _use(self._source(event), usage)
            case ev.TaskStarted():
                self._tasks[_key(event)] = self._tasks.get(_key(event), 0) + 1

    def metrics(self, transcript: Transcript, titles: Mapping[str, str]) -> Metrics:
        """The measurements so far; `transcript` is the fold of the same events, `titles` name its tool calls."""
        for call in transcript.calls:
            source = self._sources.setdefault((call.id, ""), Source(""))
            source.name = titles.get(call.id, "tool")
            source.began, source.ended = _worked(transcript, call.started_at), _worked(transcript, call.ended_at)
        for key, at in self._firsts.items():
            self._sources[key].first = transcript.worked(at)
        first = _worked(transcript, transcript.first_output_at)
        return Metrics(first, transcript.worked(transcript.last_at), tuple(self._sources.values()))

    def _chunk(self, event: StreamEvent) -> Source:
        source = self._source(event)
        source.chunks += 1
        self._firsts.setdefault(_key(event), event.at)
        return source

    def _message(self, event: StreamEvent, message: ev.Message) -> None:
        if message.usage and message.id not in self._reported:
            self._reported.update([message.id] if message.id else ())
            _use(self._source(event), message.usage)

    def _source(self, event: StreamEvent) -> Source:
        return self._sources.setdefault(_key(event), Source(speaker_of(event) or "graph"))


def measure(events: Iterable[StreamEvent], transcript: Transcript, titles: Mapping[str, str]) -> Metrics:
    """The measurements of these events; `transcript` is their fold, `titles` name its tool calls."""
    measuring = Measuring()
    for event in events:
        measuring.add(event)
    return measuring.metrics(transcript, titles)


def first_output(events: Iterable[StreamEvent], modes: Collection[StreamMode]) -> float | None:
    """Seconds until a reader with these `modes` has something to read; None if that never comes."""
    transcript = fold(events, modes)
    return _worked(transcript, transcript.first_output_at)


def seconds_worked(events: Sequence[StreamEvent]) -> float:
    """How long a run has worked: without the wait for its turn, and for a person."""
    first = next((event for event in events if not isinstance(event.payload, ev.Queued | ev.Ended)), None)
    told = fold((*([first] if first else ()), *filter(_moves, events), *events[-1:]), ())
    return told.worked(told.last_at)


def _moves(event: StreamEvent) -> bool:
    return isinstance(
        event.payload, ev.Queued | ev.Started | ev.Waiting | ev.Answered | ev.Resumed | ev.Retried | ev.Ended
    )


def _worked(transcript: Transcript, at: float | None) -> float | None:
    return None if at is None else transcript.worked(at)


def _key(event: StreamEvent) -> _Key:
    return (event.call, "") if event.call else ("", speaker_of(event))


def _write(source: Source, message: str, at: float) -> None:
    if turn := source.turns.get(message):
        turn.last = at
        turn.chunks += 1
    else:
        source.turns[message] = Turn(at, at)


def _use(source: Source, usage: ev.Usage) -> None:
    source.read += usage.read
    source.reported += usage.written


def _rate(turns: list[Turn]) -> float | None:
    """Chunks per second of the time covered by turns; a turn's first chunk has no time before it."""
    seconds, until, chunks = 0.0, 0.0, 0
    for turn in sorted(turns, key=lambda turn: turn.first):
        chunks += turn.chunks - 1
        seconds += max(turn.last - max(turn.first, until), 0.0)
        until = max(until, turn.last)
    return chunks / seconds if seconds > 0 and chunks > 0 else None
