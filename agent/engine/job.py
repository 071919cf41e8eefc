"""One graph at work for one run: started, and resumed from where it waited for a person."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from agent.engine.active import ActiveRun
from agent.errors import CheckpointLost
from agent.graphs.langchain import Graph
from agent.streaming.adapter import Adapter, Happening
from agent.streaming.events import JSON, Interrupt, Waiting
from agent.streaming.json_safe import json_safe
from agent.streaming.modes import StreamMode
from agent.streaming.place import NOWHERE, Place, head
from agent.streaming.watch import happenings, parts
from texts import sentence

log = logging.getLogger(__name__)

GONE = sentence("ended-gone")
ASKS_OTHERWISE = sentence("ended-asks-otherwise")
KEEPS_NOTHING = sentence("ended-keeps-nothing")
BREAKPOINT = "breakpoint "
"""What the id of a question begins with that no graph has asked: it only stops where it was compiled to."""
_GO_ON: Command[Any] = Command(resume={})
"""What a graph is given at a breakpoint: given nothing at a named checkpoint, it begins its subgraphs anew."""
_RUN = "run"
"""What checkpoints note of the run that has made them."""
_ID = re.compile(r"[0-9a-f]{32}")
"""What LangGraph can tell interrupts apart by."""


class Pending(NamedTuple):
    """What a graph asks, and whether it has come to its end if it asks nothing."""

    asked: tuple[tuple[str, JSON], ...]
    """Ids and values."""
    goes_on: bool


class Repeating(Protocol):
    """A job that can be made to ask again."""

    async def repeat(self, given: Any) -> Pending:
        """Repeat what was done before it asked."""

    def answering(self, answers: Mapping[str, JSON]) -> Any:
        """The input with which it goes on with these answers."""


@dataclass(slots=True)
class Job:
    """A graph, and what to run it with."""

    graph: Graph
    thread: str
    """LangGraph's: the conversation."""
    run_id: str
    keeps_threads: bool
    """Whether the graph came with a checkpointer of its own; else it has ours, which writes only when a run pauses."""
    config: RunnableConfig
    context: JSON
    modes: Collection[StreamMode]
    start: Place | None = None
    """Where it starts from; None for the newest of its thread."""
    _replayed: list[object] = field(default_factory=list)
    """What was repeated with nobody looking; whoever reads what follows must know it."""

    def stream(self, given: Any, adapter: Adapter) -> AsyncGenerator[Happening]:
        """What happens when the graph is given this, by way of `adapter`."""
        if self._replayed:
            adapter.repeat(self._replayed)
            self._replayed.clear()
        config, options = self._config(self.start), self._options()
        return happenings(self.graph, given, adapter, config=config, context=self.context, modes=self.modes, **options)

    def rejoined(self, given: Any, adapter: Adapter, known: Sequence[object]) -> AsyncGenerator[Happening]:
        """What happens when it is started anew: in this process nobody else can have followed it."""
        return self.stream(given, adapter)

    async def place(self) -> Place | None:
        """Where it has got to, if that is kept; other runs of its conversation may be at work beside it."""
        saver = self.graph.checkpointer
        if self.keeps_threads or not isinstance(saver, BaseCheckpointSaver):
            return await head(self.graph, self.thread)
        found = saver.alist(self._config(Place(self.thread)), filter={_RUN: self.run_id}, limit=1)
        async with contextlib.aclosing(found) as checkpoints:  # type: ignore[type-var]  # it is a generator
            async for one in checkpoints:
                return Place(self.thread, one.checkpoint["id"])
        return None

    async def can_start(self, place: Place) -> bool:
        """Whether it can go on from there; raises CheckpointError when nobody knows."""
        saver = self.graph.checkpointer
        if not isinstance(saver, BaseCheckpointSaver):
            return False
        try:
            return await saver.aget_tuple(self._config(place)) is not None
        except CheckpointLost as error:
            log.warning("A conversation goes on from its recordings: %s", error)
            return False

    def start_anew(self) -> None:
        """Start from nothing, whatever is in its thread."""
        self.start = Place(self.thread, NOWHERE)

    async def what_it_waits_for(self, adapter: Adapter) -> Waiting:
        """What it waits for once its stream has ended; raises CheckpointLost if that is not kept."""
        place = await self.place()
        if not place:
            raise CheckpointLost(KEEPS_NOTHING)
        asked = tuple(adapter.pending.values())
        if not asked:
            state = await self.graph.aget_state(self._config(place))
            asked = (Interrupt(BREAKPOINT + place.checkpoint, {"type": "breakpoint", "next": list(state.next)}),)
        return Waiting(asked, str(place))

    async def resumed(self, run: ActiveRun, waits: Waiting) -> Any:
        """The input with which the graph goes on from where it waited; raises CheckpointLost if that is gone."""
        self.start = Place.of(waits.checkpoint)
        if not self.start:
            raise CheckpointLost(GONE)
        if run.is_fork:
            run.is_fork = False
            return await asked_again(self, run, waits)
        state = await self.graph.aget_state(self._config(self.start))
        answers = {interrupt.id: run.answers[interrupt.id] for interrupt in waits.interrupts}
        if all(id_.startswith(BREAKPOINT) for id_ in answers):
            if not state.next:
                raise CheckpointLost(GONE)
            return _GO_ON
        if not answers.keys() <= {interrupt.id for interrupt in state.interrupts}:
            raise CheckpointLost(GONE)
        return _command(answers)

    async def repeat(self, given: Any) -> Pending:
        """Make it repeat what it did before it asked, with nobody looking."""
        async with contextlib.aclosing(self._parts(given)) as stream:
            self._replayed += [part async for part in stream]
        self.start = await self.place()
        state = await self.graph.aget_state(self._config(self.start))
        return Pending(tuple((one.id, json_safe(one.value)) for one in state.interrupts), bool(state.next))

    def answering(self, answers: Mapping[str, JSON]) -> Any:
        """The input with which it goes on with these answers; without any, from a breakpoint."""
        return _command(answers) if answers else None

    def _parts(self, given: Any) -> AsyncGenerator[object]:
        return parts(self.graph, given, config=self._config(self.start), context=self.context, **self._options())

    def _options(self) -> dict[str, Any]:
        return {} if self.keeps_threads else {"durability": "exit"}

    def _config(self, place: Place | None) -> RunnableConfig:
        configurable = {**(place or Place(self.thread)).configurable, "checkpoint_ns": ""}
        return {**self.config, "configurable": configurable, "metadata": {_RUN: self.run_id}}


def _command(answers: Mapping[str, JSON]) -> Command[Any]:
    return Command(resume=dict(answers) if all(map(_ID.fullmatch, answers)) else next(iter(answers.values())))


async def asked_again(job: Repeating, run: ActiveRun, waits: Waiting) -> Any:
    """What a copy of a run is given to go on beside it: the graph is let ask once more, with nobody looking.

    A question that was answered cannot be answered otherwise in its place: LangGraph repeats the old answer.
    """
    given: Any = None
    wanted = {interrupt.id for interrupt in waits.interrupts}
    for _ in run.asked:
        pending = await job.repeat(given)
        if not pending.asked:
            at_breakpoint = wanted and all(id_.startswith(BREAKPOINT) for id_ in wanted) and pending.goes_on
            return job.answering({}) if at_breakpoint else _gone()
        found = _same(pending.asked, run.asked.values(), waits.interrupts)
        if not set(found.values()) <= run.answers.keys():
            break
        given = job.answering({new: run.answers[old] for new, old in found.items()})
        if wanted <= set(found.values()):
            return given
    raise CheckpointLost(ASKS_OTHERWISE)


def _same(
    pending: Sequence[tuple[str, JSON]], asked: Iterable[Interrupt], waits: Sequence[Interrupt]
) -> dict[str, str]:
    """Which earlier question each repeated one stands for: one with the same words, else by their order."""
    left = [*waits, *(interrupt for interrupt in asked if interrupt not in waits)]
    found: dict[str, str] = {}
    for id_, value in pending:
        same = next((before for before in left if before.value == value), None)
        if same:
            left.remove(same)
            found[id_] = same.id
    if len(pending) == len(waits) and len(found) < len(pending):
        return {new: old.id for (new, _), old in zip(pending, waits, strict=True)}
    return found


def _gone() -> NoReturn:
    raise CheckpointLost(GONE)
