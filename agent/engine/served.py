"""The graphs for an Agent Server, one function each: a run's config says with which tools and which model.

`serve.py` in the project's folder hands them out; `langgraph.json` and `aegra.json` name it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from langchain_core.runnables import RunnableConfig

from agent.engine.builder import GraphBuilder
from agent.graphs.langchain import Graph
from agent.graphs.registry import GRAPHS
from agent.settings import Settings
from agent.streaming.attributed import attributed
from agent.streaming.events import RunRequest
from agent.tools.scenario import asked_in

Factory = Callable[[RunnableConfig], Awaitable[Graph]]

_builders: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[GraphBuilder]] = WeakKeyDictionary()
"""What the graphs of one loop share."""


def served(name: str) -> Factory:
    """The function that makes a graph of the registry for one run of an Agent Server.

    `configurable` may hold `tools` (ids of the registry), `tool_choice`, `model`, and the question's `language`.
    """

    async def make(config: RunnableConfig) -> Graph:
        asked: dict[str, Any] = config.get("configurable") or {}
        settings = _settings()
        only = GRAPHS[name].only_tool
        tools = [str(tool) for tool in asked.get("tools") or ([only] if only else RunRequest("").tools)]
        if asked.get("tools") == []:
            tools = []
        choice, model = str(asked.get("tool_choice") or "auto"), str(asked.get("model") or settings.models()[0])
        loop = asyncio.get_running_loop()
        if loop not in _builders:
            _builders[loop] = loop.create_task(_opened(settings))
        builder = await asyncio.shield(_builders[loop])
        asked_in.set("ko" if asked.get("language") == "ko" else "en")
        return attributed(await builder.graph(name, tools, choice, model))

    make.__name__ = make.__qualname__ = name
    return make


def _settings() -> Settings:
    return Settings.from_env(os.environ)


async def _opened(settings: Settings) -> GraphBuilder:
    builder = GraphBuilder(settings)
    await builder.open()
    return builder
