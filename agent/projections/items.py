"""What a run consists of for its reader: answers, and tool calls with what goes on inside of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agent.projections.output import Output
from agent.streaming.events import JSON, Interrupt

CallState = Literal["asked", "running", "waiting", "finished", "failed", "stopped"]
"""`asked` is a call whose arguments are still being written, or that waits for its turn; `waiting` is for a person."""


@dataclass(slots=True)
class Answer:
    """Text of the agent itself, or of a node: an answer, what it says between tools, what it thinks before."""

    key: str
    """Unique in the run, and the same for as long as it grows."""
    node: str = ""
    agent: str = ""
    """Whose node it is, where agents have names."""
    output: Output = field(default_factory=Output)
    """Its text and reasoning; and what a node that is no tool wrote."""
    visible: bool = False
    began_at: float = 0.0
    """Seconds since the run was asked for."""
    ended_at: float | None = None
    """When its text was complete; None while it is written."""
    is_value: bool = False
    """Whether it is no message, but what the graph ended with."""

    @property
    def speaker(self) -> str:
        """Who speaks: the agent, or the node."""
        return self.agent or self.node

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing of it to see."""
        return not self.output and not self.output.reasoning


@dataclass(slots=True)
class ToolCall:
    """One call of a tool, and what came out of it so far. Times are seconds since the run was asked for."""

    id: str
    name: str = ""
    args: JSON = None
    """What it was asked; text where that is not JSON, None while it is being written."""
    state: CallState = "asked"
    attempts: int = 0
    """How often a tool has begun to work on it."""
    redone: int = 0
    """How often its output has begun anew."""
    output: Output = field(default_factory=Output)
    """What the tool sent while it worked: of several attempts, in the last."""
    items: list[Answer | ToolCall] = field(default_factory=list)
    """What went on inside of it: the words of models that it asked, the calls of sub-agents."""
    steps: list[str] = field(default_factory=list)
    """The nodes of a graph inside of it, in the order in which they began."""
    result: str | None = None
    visible: bool = False
    shows_output: bool = False
    """Whether what it sent while it worked is to be shown."""
    shows_result: bool = False
    asked_by: str = ""
    """The agent or node that asked."""
    asked_at: float | None = None
    """When it was known what it is asked."""
    beside: bool = False
    """Whether another call had been asked beside it, and had not ended."""
    started_at: float | None = None
    ended_at: float | None = None
    depth: int = 0
    """How many calls it is inside of."""
    level: int = 0
    """How deep in subgraphs it is run: what is deeper goes on inside of it."""
    is_over: bool = False
    """Whether its last attempt is: what it writes now belongs to another."""
    is_early: bool = False
    """Whether an attempt has written before it was told that it begins."""
    pieces: list[str] = field(default_factory=list)
    """Its arguments as they are being written."""

    @property
    def key(self) -> str:
        """Unique in the run, and the same for as long as it grows."""
        return f"call {self.id}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while that is not known."""
        return None if self.started_at is None or self.ended_at is None else max(self.ended_at - self.started_at, 0.0)


Item: TypeAlias = Answer | ToolCall


@dataclass(slots=True)
class Asked:
    """What a person is asked, since when, and what the answer was. Times are seconds since the run was asked for."""

    at: float
    interrupt: Interrupt
    call: str = ""
    """The innermost tool call that asks, where that is known."""
    depth: int = 0
    """How many calls it is asked inside of."""
    answered_at: float | None = None
    answer: JSON = None


@dataclass(slots=True)
class Pause:
    """A time in which nothing worked on the run: it waited for a person, and then for its turn."""

    start: float
    end: float | None = None
    """None while it waits."""


def walk(items: Iterable[Item]) -> Iterator[Item]:
    """The items, each before those inside of it."""
    for item in items:
        yield item
        if isinstance(item, ToolCall):
            yield from walk(item.items)


def visible(items: Iterable[Item]) -> list[Item]:
    """The items that a reader can see now."""
    return [item for item in items if item.visible and (isinstance(item, ToolCall) or not item.is_empty)]


def is_readable(item: Item) -> bool:
    """Whether a reader has something of it to read: words, data, a result; that it has begun is nothing to read."""
    if isinstance(item, Answer):
        return item.visible and bool(item.output)
    return item.visible and (item.shows_output and bool(item.output) or item.shows_result and bool(item.result))
