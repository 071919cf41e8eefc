"""Attribution that travels with a graph, for Agent Servers: they run a graph themselves, and let nobody add to its run.

from agent import attributed

graph = attributed(builder.compile())
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

from langgraph.pregel import Pregel

from agent.errors import AgentError, causes
from agent.streaming.attribution import Attribution
from texts import Sentence

PART = "@part"
"""Key of the mode, in a custom chunk that carries a part of another mode. LangGraph Server refuses the mode `tools`."""
ERROR = "error"
"""In place of the mode: why the run fails, as a sentence, or as the kind of the error."""
DONE = "done"
"""In place of the mode: the graph has come to its end, or waits for a person."""
ALIVE = "alive"
"""In place of the mode: it is still at work, although it has nothing to say."""
STAMP = "@attempt"
"""Key of a part's stamp."""
COUNTED = "toolstream_counted"
"""Key in a run's metadata: the modes that its reader gets, of which each part is stamped. Without it, none is."""
ALIVE_SECONDS = 5.0
_MOST_AHEAD = 100
"""Parts that a graph may be ahead of whoever reads them."""
G = TypeVar("G", bound=Pregel[Any, Any, Any, Any])


class Stamp(NamedTuple):
    """Which attempt at a run a part belongs to, and its place among that one's parts.

    A server may begin again with a run whose worker it takes for dead, while that one is only held up: both write into
    the same stream then. Or it loses what is sent while somebody joins.
    """

    attempt: str
    """Rises: the later an attempt has begun, the greater it is."""
    number: int
    """From 1, without gaps."""

    @classmethod
    def of(cls, plain: object) -> Stamp | None:
        """The stamp in a part; None if there is none."""
        if isinstance(plain, (list, tuple)) and len(plain) == 2:
            attempt, number = plain
            if isinstance(attempt, str) and isinstance(number, int):
                return cls(attempt, number)
        return None


def attributed(graph: G) -> G:
    """The same graph, whose custom chunks, tokens and tools say which call they belong to, on any Agent Server.

    Runs the same everywhere else; where Toolstream itself runs it, it adds nothing. Raises TypeError for what is none.
    """
    if not isinstance(graph, Pregel):
        raise TypeError(f"attributed() takes a compiled graph, and this is a {type(graph).__name__}.")
    copied, kind = graph.copy(), type(graph)
    copied.__class__ = type(kind.__name__, (_Attributed, kind), {"__module__": kind.__module__})
    return copied


def unstamped(mode: str, data: Any) -> tuple[Any, Stamp | None]:
    """What a part said before it was stamped, and its stamp."""
    if isinstance(data, Mapping) and STAMP in data:
        return {key: value for key, value in data.items() if key != STAMP}, Stamp.of(data[STAMP])
    if mode == "messages" and isinstance(data, (list, tuple)) and len(data) == 2:
        metadata, stamp = unstamped("", data[1])
        return [data[0], metadata], stamp
    return data, None


class _Attributed(Pregel[Any, Any, Any, Any]):
    async def astream(
        self, input: Any, config: Any = None, *, stream_mode: Any = None, **options: Any
    ) -> AsyncIterator[Any]:
        modes = [stream_mode] if isinstance(stream_mode, str) else list(stream_mode or ())
        if "custom" not in modes or isinstance(stream_mode, str) or Attribution.is_in(config):
            async for part in super().astream(input, config, stream_mode=stream_mode, **options):
                yield part
            return
        asked: Any = modes if "tools" in modes else [*modes, "tools"]
        metadata = {**((config or {}).get("metadata") or {})}
        counted = str(metadata.pop(COUNTED, "")).split()
        config = Attribution().config(self, {**(config or {}), "metadata": metadata})  # type: ignore[arg-type]
        stream: Any = super().astream(input, config, stream_mode=asked, **options)
        carried = (part if "tools" in modes else _carried(part) async for part in _told(stream, options, counted))
        async with contextlib.aclosing(_stamped(carried, counted) if counted else carried) as parts:
            async for part in parts:
                yield part


async def _told(stream: AsyncGenerator[Any], options: dict[str, Any], counted: Sequence[str]) -> AsyncGenerator[Any]:
    """A graph's parts, and how it has ended."""
    try:
        async for part in _with_signs_of_life(stream, options) if counted else stream:
            yield part
        if counted:
            yield _part({PART: DONE}, options)
    except Exception as error:
        said = next((cause.said for cause in causes(error) if isinstance(cause, AgentError)), None)
        if said or counted:
            plain = dataclasses.asdict(said) if isinstance(said, Sentence) else said
            yield _part({PART: ERROR, "data": plain or None, "kind": type(error).__name__}, options)
        raise


async def _with_signs_of_life(stream: AsyncGenerator[Any], options: dict[str, Any]) -> AsyncGenerator[Any]:
    """The same, and a word every few seconds in which the graph says nothing."""
    parts: asyncio.Queue[Any] = asyncio.Queue(_MOST_AHEAD)
    end = object()

    async def read() -> None:
        try:
            async with contextlib.aclosing(stream):
                async for part in stream:
                    await parts.put(part)
        finally:
            await parts.put(end)

    reading = asyncio.create_task(read())
    try:
        while True:
            try:
                async with asyncio.timeout(ALIVE_SECONDS):
                    part = await parts.get()
            except TimeoutError:
                yield _part({PART: ALIVE}, options)
                continue
            if part is end:
                break
            yield part
        await reading
    finally:
        while not reading.done():
            reading.cancel()
            with contextlib.suppress(asyncio.QueueEmpty):
                while True:
                    parts.get_nowait()
            await asyncio.wait([reading], timeout=0.5)


async def _stamped(parts: AsyncGenerator[Any], counted: Sequence[str]) -> AsyncGenerator[Any]:
    attempt, number = f"{time.time_ns():020}-{uuid4().hex[:6]}", 0
    async with contextlib.aclosing(parts):
        async for part in parts:
            mode = part["type"] if isinstance(part, dict) else part[-2]
            data = part["data"] if isinstance(part, dict) else part[-1]
            is_messages = mode == "messages" and len(data) == 2
            if mode in counted and (is_messages or isinstance(data, Mapping)):
                number += 1
                stamp = {STAMP: [attempt, number]}
                data = (data[0], {**data[1], **stamp}) if is_messages else {**data, **stamp}
                part = {**part, "data": data} if isinstance(part, dict) else (*part[:-1], data)
            yield part


def _carried(part: Any) -> Any:
    """A part of the mode `tools` inside a custom chunk; any other part as it is."""
    if isinstance(part, dict):
        return {**part, "type": "custom", "data": _inside(part["data"])} if part.get("type") == "tools" else part
    if isinstance(part, Sequence) and len(part) >= 2 and part[-2] == "tools":
        return (*part[:-2], "custom", _inside(part[-1]))
    return part


def _inside(data: object) -> dict[str, object]:
    return {PART: "tools", "data": data}


def _part(data: object, options: dict[str, Any]) -> Any:
    if options.get("version") == "v2":
        return {"type": "custom", "ns": (), "data": data}
    return ((), "custom", data) if options.get("subgraphs") else ("custom", data)
