"""A run of any graph, event by event, each with the tool call that it belongs to.

from agent import watch

async for event in watch(graph, {"messages": [("user", "What is in the office?")]}):
print(event.calls, event.payload)
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, Collection
from typing import Any, Protocol

from langchain_core.runnables import RunnableConfig

from agent.streaming.adapter import Adapter, Happening
from agent.streaming.attribution import Attribution
from agent.streaming.events import Ended, Interrupted, Started, StreamEvent
from agent.streaming.modes import MODES, RUN_MODES, StreamMode


class Streaming(Protocol):
    """A compiled graph, or what streams like one."""

    @property
    def astream(self) -> Any:
        """As `langgraph.pregel.Pregel.astream`."""


async def watch(
    graph: Streaming,
    inputs: Any,
    *,
    config: RunnableConfig | None = None,
    context: Any = None,
    modes: Collection[StreamMode] | None = None,
) -> AsyncGenerator[StreamEvent]:
    """Run a compiled graph and yield what happens, the moment it happens; the graph stays as it is.

    `inputs`, `config` and `context` are what `graph.astream` takes: `inputs` may be a `Command(resume=...)`, `config`
    may name a `thread_id`. `modes` are the stream modes to yield, RUN_MODES if not given. The first event is Started;
    the last is Ended with the answer, but for a graph that waits for a person: its Interrupted say what it asks.
    What the graph raises is raised here. Leaving early cancels the run; it is over when the generator is closed, so
    where that matters write `async with contextlib.aclosing(watch(...)) as events`. Raises ValueError for no mode.
    """
    wanted = set(RUN_MODES if modes is None else modes)
    if unknown := wanted - set(MODES):
        raise ValueError(f"There is no stream mode {', '.join(sorted(unknown))}, only {', '.join(MODES)}.")
    adapter, began, seq, waits = Adapter(), time.monotonic(), 0, False
    yield StreamEvent(0, 0.0, Started())
    stream = happenings(graph, inputs, adapter, config=config, context=context, modes=wanted)
    async with contextlib.aclosing(stream):
        async for happening in stream:
            waits |= isinstance(happening.payload, Interrupted)
            if happening.payload.mode in wanted:
                seq += 1
                yield StreamEvent(seq, round(time.monotonic() - began, 4), *happening)
    if not waits:
        yield StreamEvent(seq + 1, round(time.monotonic() - began, 4), Ended("finished", answer=adapter.answer))


async def happenings(
    graph: Streaming,
    inputs: Any,
    adapter: Adapter,
    *,
    config: RunnableConfig | None = None,
    context: Any = None,
    modes: Collection[StreamMode] = (),
) -> AsyncGenerator[Happening]:
    """As watch, without a log: what `adapter` makes of a run. RUN_MODES are asked for always, `modes` beside them."""
    options: dict[str, Any] = {} if context is None else {"context": context}
    parts = graph.astream(
        inputs,
        Attribution().config(graph, config),
        stream_mode=[mode for mode in MODES if mode in RUN_MODES or mode in modes],
        subgraphs=True,
        version="v2",
        **options,
    )
    async with contextlib.aclosing(parts):
        async for part in parts:
            for happening in adapter.read(part):
                yield happening
    for happening in adapter.finish():
        yield happening
