"""The figures of a run: when the first token came, how fast the others followed, how many there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.projections.output import text_of
from agent.projections.transcript import ToolCall, Transcript
from agent.streaming.events import StreamEvent

MODEL = "model"
"""The name of the agent's own model among the sources."""


@dataclass(slots=True)
class Turn:
    """A stretch in which a model wrote."""

    first: float
    last: float
    chunks: int = 1


@dataclass(slots=True)
class Figures:
    """One source of tokens: a tool call, the agent's model, or all together. Times are seconds since the question."""

    source: str
    first: float | None = None
    """When its first chunk came, of whatever kind."""
    chunks: int = 0
    """Everything it sent while it worked."""
    turns: dict[int, Turn] = field(default_factory=dict)
    """What its model wrote: the agent's writes in several turns, and waits for tools between them."""
    tokens_in: int = 0
    """Tokens read by its model, as the server reported them."""
    tokens_out: int = 0
    began: float | None = None
    """When a tool call began."""
    ended: float | None = None

    @property
    def reported(self) -> bool:
        """Whether a server told how many tokens it wrote."""
        return self.tokens_out > 0

    @property
    def tokens(self) -> int:
        """Tokens as reported, otherwise the chunks a model wrote: mostly one a token."""
        return self.tokens_out if self.reported else self.written

    @property
    def written(self) -> int:
        """Chunks that a model wrote."""
        return sum(turn.chunks for turn in self.turns.values())

    @property
    def per_second(self) -> float | None:
        """Written chunks a second while it was writing; None where there were too few to tell."""
        return _rate(list(self.turns.values()))


@dataclass(slots=True)
class RunFigures:
    """A run in figures."""

    first_token: float | None
    """Seconds until the first token; None when no model wrote any."""
    first_sign: float | None
    """Seconds until the first chunk of any kind."""
    whole: float
    """Seconds until everything was there: what one waits without streaming."""
    sources: list[Figures]
    """The model and each tool call, in the order of their first sign."""

    @property
    def tokens(self) -> int:
        """All tokens written, each source counted as it can be."""
        return sum(source.tokens for source in self.sources)

    @property
    def tokens_in(self) -> int:
        """All tokens read, where a server reported them."""
        return sum(source.tokens_in for source in self.sources)

    @property
    def counted(self) -> list[str]:
        """The sources whose tokens are only counted chunks."""
        return [source.source for source in self.sources if source.turns and not source.reported]

    @property
    def per_second(self) -> float | None:
        """Written chunks a second while at least one model was writing; None where there were too few to tell."""
        return _rate([turn for source in self.sources for turn in source.turns.values()])


@dataclass(slots=True)
class _Tally:
    figures: dict[str, Figures] = field(default_factory=dict)
    """By tool call id; the model's under nothing."""
    first_token: float | None = None
    first_sign: float | None = None
    turn: int = 0


def figures(events: Iterable[StreamEvent], transcript: Transcript, titles: Mapping[str, str]) -> RunFigures:
    """The figures of these events; `transcript` is their fold, `titles` name its tool calls."""
    tally, end = _Tally(), 0.0
    for event in events:
        end = event.at
        _count(tally, event)
    for call in transcript.items:
        if isinstance(call, ToolCall):
            own = tally.figures.setdefault(call.id, Figures(""))
            own.began, own.ended = call.started_at, call.ended_at
    for call_id, own in tally.figures.items():
        own.source = titles.get(call_id, "tool") if call_id else MODEL
    return RunFigures(tally.first_token, tally.first_sign, end, list(tally.figures.values()))


def _count(tally: _Tally, event: StreamEvent) -> None:
    data: Any = event.data
    if event.mode == "custom":
        _chunk(tally, event, text_of(data) is not None)
    elif event.mode == "messages" and data.get("type") != "tool":
        own = _chunk(tally, event, bool(data.get("text") or data.get("tool_calls")))
        usage = data.get("usage") or {}
        own.tokens_in += usage.get("input_tokens", 0)
        own.tokens_out += usage.get("output_tokens", 0)
    elif event.mode == "updates" and not event.namespace:
        for update in data.values():
            if usage := isinstance(update, dict) and update.get("usage"):
                own = tally.figures.setdefault("", Figures(""))
                own.tokens_in += usage.get("prompt_tokens", 0)
                own.tokens_out += usage.get("completion_tokens", 0)
    elif event.mode == "tasks" and event.tool_call_id is None:
        tally.turn += 1


def _chunk(tally: _Tally, event: StreamEvent, is_token: bool) -> Figures:
    own = tally.figures.setdefault(event.tool_call_id or "", Figures(""))
    own.chunks += 1
    own.first = event.at if own.first is None else own.first
    tally.first_sign = event.at if tally.first_sign is None else tally.first_sign
    if is_token:
        tally.first_token = event.at if tally.first_token is None else tally.first_token
        number = 0 if event.tool_call_id else tally.turn
        if turn := own.turns.get(number):
            turn.last = event.at
            turn.chunks += 1
        else:
            own.turns[number] = Turn(event.at, event.at)
    return own


def _rate(turns: list[Turn]) -> float | None:
    """Chunks a second in the time that is covered by turns; a turn's first chunk has no time before it."""
    seconds, until, chunks = 0.0, 0.0, 0
    for turn in sorted(turns, key=lambda turn: turn.first):
        chunks += turn.chunks - 1
        seconds += max(turn.last - max(turn.first, until), 0.0)
        until = max(until, turn.last)
    return chunks / seconds if seconds > 0 and chunks > 0 else None
