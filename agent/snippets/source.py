"""The code behind a run, to be shown beside it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any

from agent.graphs.registry import GRAPHS
from agent.streaming.modes import STREAM_MODES
from agent.tools.catalog import TOOLS
from agent.tools.registry import function_of


def tool_source(tool_id: str, graph: str = "") -> str:
    """The source of a tool, as it runs in a graph."""
    return inspect.getsource(_function(tool_id, graph)).rstrip()


def tool_file(tool_id: str, graph: str = "") -> str:
    """The file that a tool is in, relative to the project's folder."""
    return _function(tool_id, graph).__module__.replace(".", "/") + ".py"


def _function(tool_id: str, graph: str) -> Callable[..., Any]:
    spec, asking = TOOLS[tool_id], GRAPHS.get(graph)
    return function_of(spec.act if spec.act and asking and asking.asks_first else spec.code)


def graph_source(graph: str) -> str:
    """The source of the function that builds a graph."""
    return inspect.getsource(GRAPHS[graph].builder).rstrip()


def stream_call(modes: Collection[str]) -> str:
    """The call that would deliver exactly these modes."""
    chosen = [mode for mode in STREAM_MODES if mode in modes]
    if not chosen:
        return 'result = await graph.ainvoke({"messages": messages})  # no stream mode: wait for the whole answer'
    listed = ", ".join(f'"{mode}"' for mode in chosen)
    return (
        'async for part in graph.astream(\n    {"messages": messages},\n'
        f'    stream_mode=[{listed}],\n    subgraphs=True,\n    version="v2",\n):\n'
        '    print(part["type"], part["data"])'
    )
