"""One graph at work for one run: started, and resumed from where it waited for a person."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from agent.engine.recorded import KeptRun
from agent.errors import CheckpointLost
from agent.graphs.langchain import Graph
from agent.streaming.adapter import Adapter, Happening
from agent.streaming.events import JSON, Interrupt, Waiting
from agent.streaming.modes import StreamMode
from agent.streaming.place import Place, head
from agent.streaming.watch import happenings

GONE = "What this run had kept while it waited is not there any more, so it cannot go on. Ask again."
KEEPS_NOTHING = "This agent asks a person, but keeps nothing meanwhile, so it cannot go on."
_BREAKPOINT = "breakpoint "
"""What the id of a question begins with that no graph has asked: it only stops where it was compiled to."""
_ID = re.compile(r"[0-9a-f]{32}")
"""What LangGraph can tell interrupts apart by."""


@dataclass(slots=True)
class Job:
    """A graph, and what it is run with."""

    graph: Graph
    thread: str
    """LangGraph's: the conversation."""
    keeps_threads: bool
    """Whether the graph came with a checkpointer of its own; else it has ours, which writes only when a run pauses."""
    config: RunnableConfig
    context: JSON
    modes: Collection[StreamMode]
    start: Place | None = None
    """Where it starts from; None for the newest of its thread."""

    def stream(self, given: Any, adapter: Adapter) -> AsyncGenerator[Happening]:
        """What happens when the graph is given this, by way of `adapter`."""
        options = {} if self.keeps_threads else {"durability": "exit"}
        config = self._config(self.start)
        return happenings(self.graph, given, adapter, config=config, context=self.context, modes=self.modes, **options)

    async def place(self) -> Place | None:
        """Where it has come to, if that is kept."""
        return await head(self.graph, self.thread)

    async def what_it_waits_for(self, adapter: Adapter) -> Waiting:
        """What it waits for, once its stream has come to an end; raises CheckpointLost where that is not kept."""
        place = await self.place()
        if not place:
            raise CheckpointLost(KEEPS_NOTHING)
        asked = tuple(adapter.pending.values())
        if not asked:
            state = await self.graph.aget_state(self._config(place))
            asked = (Interrupt(_BREAKPOINT + place.checkpoint, {"next": list(state.next)}),)
        return Waiting(asked, str(place))

    async def resumed(self, run: KeptRun, waits: Waiting) -> Any:
        """What the graph is given to go on, from where it waited; raises CheckpointLost where that is gone."""
        self.start = Place.of(waits.checkpoint)
        if not self.start:
            raise CheckpointLost(GONE)
        state = await self.graph.aget_state(self._config(self.start))
        answers = {interrupt.id: run.answers[interrupt.id] for interrupt in waits.interrupts}
        if all(id_.startswith(_BREAKPOINT) for id_ in answers):
            if not state.next:
                raise CheckpointLost(GONE)
            return None
        if not answers.keys() <= {interrupt.id for interrupt in state.interrupts}:
            raise CheckpointLost(GONE)
        if all(map(_ID.fullmatch, answers)):
            return Command(resume=answers)
        return Command(resume=next(iter(answers.values())))

    def _config(self, place: Place | None) -> RunnableConfig:
        return {**self.config, "configurable": (place or Place(self.thread)).configurable}
