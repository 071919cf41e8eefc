"""What a run consists of for its reader: answers, and tool calls with what happens inside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agent.projections.attempts import Attempts
from agent.projections.output import Output
from agent.streaming.events import JSON, Interrupt

CallState = Literal["asked", "running", "waiting", "finished", "failed", "stopped"]
"""`asked`: its arguments are still being written, or it waits for its turn; `waiting`: it waits for a person."""


@dataclass(slots=True)
class Answer:
    """Text by the agent or a node: an answer, remarks between tools, reasoning."""

    key: str
    """Unique in the run, and the same for as long as it grows."""
    node: str = ""
    agent: str = ""
    """The agent that the node belongs to, if agents have names."""
    output: Output = field(default_factory=Output)
    """Its text and reasoning; and what a node other than a tool wrote."""
    visible: bool = False
    began_at: float = 0.0
    """Seconds since the run was asked for."""
    ended_at: float | None = None
    """When its text was complete; None while it is written."""
    is_value: bool = False
    """Whether it is not a message but the graph's final value."""

    @property
    def speaker(self) -> str:
        """The speaker: the agent, or the node."""
        return self.agent or self.node

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see in it."""
        return not self.output and not self.output.reasoning


@dataclass(slots=True)
class ToolCall:
    """One tool call and its output so far. Times are in seconds since the run was asked for."""

    id: str
    name: str = ""
    args: JSON = None
    """Its arguments; text if they are not JSON, None while they are being written."""
    state: CallState = "asked"
    tries: Attempts = field(default_factory=Attempts)
    earlier: list[tuple[float, float]] = field(default_factory=list)
    """When earlier attempts began and ended."""
    redone: int = 0
    """How often its output has started over."""
    output: Output = field(default_factory=Output)
    """What the tool sent while it worked, in the last attempt."""
    items: list[Answer | ToolCall] = field(default_factory=list)
    """What happened inside it: the words of models it asked, the calls of sub-agents."""
    steps: list[str] = field(default_factory=list)
    """The nodes of a graph inside it, in the order of their beginning."""
    result: str | None = None
    returned: Output = field(default_factory=Output)
    """What came out besides the text of its result: images, files."""
    visible: bool = False
    shows_output: bool = False
    """Whether to show what it sent while it worked."""
    shows_result: bool = False
    asked_by: str = ""
    """The agent or node that requested it."""
    asked_at: float | None = None
    """When its arguments were known."""
    beside: bool = False
    """Whether another call, requested beside it, had not ended yet."""
    started_at: float | None = None
    ended_at: float | None = None
    depth: int = 0
    """How many calls it is nested in."""
    level: int = 0
    """How deep in subgraphs it runs: anything deeper happens inside it."""
    pieces: list[str] = field(default_factory=list)
    """Its arguments as they are being written."""

    @property
    def key(self) -> str:
        """Unique in the run, and the same for as long as it grows."""
        return f"call {self.id}"

    @property
    def attempts(self) -> int:
        """How often a tool has started on it."""
        return self.tries.count

    @property
    def tells_progress(self) -> bool:
        """Whether how far it is still says something: once it has finished, only if nothing else has come of it."""
        has_more = bool(self.output.counts.keys() - {"progress"} or (self.shows_result and self.result) or self.items)
        return self.state != "finished" or not has_more

    @property
    def seconds(self) -> float | None:
        """How long it took; None while unknown."""
        return None if self.started_at is None or self.ended_at is None else max(self.ended_at - self.started_at, 0.0)


Item: TypeAlias = Answer | ToolCall


@dataclass(slots=True)
class Asked:
    """A question to a person, since when it is open, and its answer. Times are in seconds since the run was asked
    for.
    """

    at: float
    interrupt: Interrupt
    call: str = ""
    """The innermost tool call that asks, if known."""
    depth: int = 0
    """How many calls the question is nested in."""
    answered_at: float | None = None
    answer: JSON = None


@dataclass(slots=True)
class Pause:
    """A time when nothing worked on the run: it waited for a person, and then for its turn."""

    start: float
    end: float | None = None
    """None while it waits."""


def walk(items: Iterable[Item]) -> Iterator[Item]:
    """The items, each before those inside it."""
    for item in items:
        yield item
        if isinstance(item, ToolCall):
            yield from walk(item.items)


def visible(items: Iterable[Item]) -> list[Item]:
    """The items that a reader can see now."""
    return [item for item in items if item.visible and (isinstance(item, ToolCall) or not item.is_empty)]


def is_readable(item: Item) -> bool:
    """Whether there is something to read in it: words, data, a result; that it has begun is nothing to read."""
    if isinstance(item, Answer):
        return item.visible and bool(item.output)
    return item.visible and (
        item.shows_output and bool(item.output) or item.shows_result and bool(item.result or item.returned)
    )
