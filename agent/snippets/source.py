"""The code behind a run, to be shown beside it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any

from agent.graphs import langchain as graphs
from agent.graphs import without_langchain
from agent.streaming.events import STREAM_MODES
from agent.tools.demo import TOOLS

_BUILDERS: dict[str, Callable[..., Any]] = {
    "react": graphs.react,
    "prebuilt": graphs.prebuilt,
    "without_langchain": without_langchain.react_without_langchain,
    "tool_node": without_langchain.tool_node,
}


def tool_source(tool_id: str) -> str:
    """The source of a tool, as it runs."""
    return inspect.getsource(TOOLS[tool_id].code).rstrip()


def graph_source(graph: str) -> str:
    """The source of the function that builds a graph."""
    return inspect.getsource(_BUILDERS[graph]).rstrip()


def stream_call(modes: Collection[str]) -> str:
    """The call that would deliver just these modes."""
    chosen = [mode for mode in STREAM_MODES if mode in modes]
    if not chosen:
        return 'result = await graph.ainvoke({"messages": messages})  # no stream mode: wait for the whole answer'
    listed = ", ".join(f'"{mode}"' for mode in chosen)
    return (
        'async for part in graph.astream(\n    {"messages": messages},\n'
        f'    stream_mode=[{listed}],\n    subgraphs=True,\n    version="v2",\n):\n'
        '    print(part["type"], part["data"])'
    )
