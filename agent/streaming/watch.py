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

from langchain_core.runnables import RunnableConfig, ensure_config

from agent.streaming.adapter import Adapter, Happening
from agent.streaming.attribution import Attribution
from agent.streaming.events import Ended, Started, StreamEvent, Waiting
from agent.streaming.modes import MODES, RUN_MODES, StreamMode
from agent.streaming.place import head


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
    the last is Ended with the answer, or Waiting with what a person is asked. That run goes on with
    `watch(graph, Command(resume={interrupt.id: answer, ...}), config=config)`, with the same `config` and an answer to
    each; where its `checkpoint` is empty, the graph was compiled without a checkpointer, and can never go on.
    What the graph raises is raised here. Leaving early cancels the run; it is over when the generator is closed, so
    where that matters write `async with contextlib.aclosing(watch(...)) as events`. Raises ValueError for no mode.
    """
    wanted = set(RUN_MODES if modes is None else modes)
    if unknown := wanted - set(MODES):
        raise ValueError(f"There is no stream mode {', '.join(sorted(unknown))}, only {', '.join(MODES)}.")
    adapter, began, seq = Adapter(), time.monotonic(), 0
    yield StreamEvent(0, 0.0, Started())
    stream = happenings(graph, inputs, adapter, config=config, context=context, modes=wanted)
    async with contextlib.aclosing(stream):
        async for happening in stream:
            if happening.payload.mode in wanted:
                seq += 1
                yield StreamEvent(seq, round(time.monotonic() - began, 4), *happening)
    end: Waiting | Ended = Ended("finished", answer=adapter.answer)
    if adapter.pending:
        own = (getattr(graph, "config", None) or {}).get("configurable") or {}
        thread = {**own, **ensure_config(config)["configurable"]}.get("thread_id")
        place = await head(graph, str(thread)) if thread else None
        end = Waiting(tuple(adapter.pending.values()), str(place or ""))
    yield StreamEvent(seq + 1, round(time.monotonic() - began, 4), end)


async def happenings(
    graph: Streaming,
    inputs: Any,
    adapter: Adapter,
    *,
    config: RunnableConfig | None = None,
    context: Any = None,
    modes: Collection[StreamMode] = (),
    **options: Any,
) -> AsyncGenerator[Happening]:
    """Like watch, but without a log: what `adapter` makes of a run. RUN_MODES are always requested, `modes` on top.

    `options` are passed on to `graph.astream`.
    """
    stream = parts(graph, inputs, config=config, context=context, modes=modes, **options)
    async with contextlib.aclosing(stream):
        async for part in stream:
            for happening in adapter.read(part):
                yield happening
    for happening in adapter.finish():
        yield happening


def parts(
    graph: Streaming,
    inputs: Any,
    *,
    config: RunnableConfig | None = None,
    context: Any = None,
    modes: Collection[StreamMode] = (),
    **options: Any,
) -> AsyncGenerator[object]:
    """As happenings, before anything is made of it: what an adapter reads."""
    stream: AsyncGenerator[object] = graph.astream(
        inputs,
        Attribution().config(graph, config),
        stream_mode=[mode for mode in MODES if mode in RUN_MODES or mode in modes],
        subgraphs=True,
        version="v2",
        **options,
        **({} if context is None else {"context": context}),
    )
    return stream
