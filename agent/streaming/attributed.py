"""Attribution that travels with a graph, for Agent Servers: they run a graph themselves, and let nobody add to its run.

from agent import attributed

graph = attributed(builder.compile())
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

from langgraph.pregel import Pregel

from agent.errors import AgentError, causes
from agent.streaming.attribution import Attribution
from texts import Sentence

PART = "@part"
"""Key of the mode, in a custom chunk that carries a part of another mode. LangGraph Server refuses the mode `tools`."""
ERROR = "error"
"""In place of the mode: why the run fails, as a sentence."""
G = TypeVar("G", bound=Pregel[Any, Any, Any, Any])


def attributed(graph: G) -> G:
    """The same graph, whose custom chunks, tokens and tools say which call they belong to, on any Agent Server.

    Runs the same everywhere else; where Toolstream itself runs it, it adds nothing.
    """
    copied, kind = graph.copy(), type(graph)
    copied.__class__ = type(kind.__name__, (_Attributed, kind), {"__module__": kind.__module__})
    return copied


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
        config = Attribution().config(self, config)
        try:
            async for part in super().astream(input, config, stream_mode=asked, **options):
                yield part if "tools" in modes else _carried(part)
        except Exception as error:
            if said := next((cause.said for cause in causes(error) if isinstance(cause, AgentError)), None):
                plain = dataclasses.asdict(said) if isinstance(said, Sentence) else said
                yield _part({PART: ERROR, "data": plain}, options)
            raise


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
