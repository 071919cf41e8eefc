"""Builds the graphs that requests ask for, and owns what these share: the HTTP client, the models, the MCP tools."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Sequence

import httpx2

from agent.demo_model import DemoServer
from agent.engine.mcp_tools import McpTools
from agent.errors import AgentError
from agent.graphs.langchain import Graph
from agent.graphs.registry import GRAPHS
from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint, openai_client
from agent.llm.http import HttpClient
from agent.llm.key import KeyCheck, check_key
from agent.settings import DEMO_MODELS, Settings
from agent.tools.catalog import TOOLS
from agent.tools.registry import Models
from texts import LANGUAGES, say, sentence


class GraphBuilder:
    """Builds graphs of the registry. All of it belongs to the one loop that `open` is awaited on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._graph = functools.lru_cache(maxsize=64)(self._build)
        self._models = functools.lru_cache(maxsize=16)(self._connect)
        self._http: httpx2.AsyncClient
        self._resources = contextlib.AsyncExitStack()
        self.mcp = McpTools(settings.mcp, settings.limits.mcp)
        """The tools of the host's MCP servers."""
        self.demo: DemoServer | None = None
        """The demo model's server, if this builder has started one."""

    async def open(self) -> None:
        """Open the HTTP client, and start the demo model's server if nothing else is configured."""
        await asyncio.to_thread(_read_texts)
        self._http = await self._resources.enter_async_context(HttpClient(self._settings.limits))
        if self._settings.is_demo:
            demo = DemoServer(rate=self._settings.demo_rate)
            self._resources.push_async_callback(demo.close)
            await demo.start()
            self.demo = demo
        self.mcp.open()
        self._resources.push_async_callback(self.mcp.close)

    async def close(self) -> None:
        """Close the connections and the demo model."""
        await self._resources.aclose()

    async def graph(
        self, name: str, tools: Sequence[str], tool_choice: str, model: str, api_key: str | None = None
    ) -> Graph:
        """A graph with these tools and this model; raises AgentError for an unknown tool.

        With a visitor's own key it is built for this run alone.
        """
        if not TOOLS.keys() >= set(tools):  # of an MCP server that has not answered yet
            await self.mcp.listed()
        if missing := sorted(set(tools) - TOOLS.keys()):
            raise AgentError(sentence("ended-no-tool", tool=missing[0]))
        build = self._build if api_key else self._graph
        return build(name, tuple(tools), tool_choice, model, api_key)

    async def check_key(self, key: str) -> KeyCheck:
        """Ask the model server whether a visitor's key works, and for which models."""
        return await check_key(key, Endpoint("", key, self._settings.base_url).url, self._http)

    def _build(self, graph: str, tool_ids: tuple[str, ...], tool_choice: str, model: str, key: str | None) -> Graph:
        models = self._connect(model, key) if key else self._models(model, None)
        tools = [TOOLS[tool_id].build(models) for tool_id in tool_ids]
        return GRAPHS[graph].build(models, tools, tool_choice)

    def _connect(self, model: str, key: str | None) -> Models:
        endpoint = self._endpoint(model, key)
        chat = chat_model(endpoint, self._settings.limits, self._http)
        return Models(model, chat, openai_client(endpoint, self._http), self._settings.limits.turns_remembered)

    def _endpoint(self, model: str, key: str | None) -> Endpoint:
        if self.demo and model in DEMO_MODELS:
            return Endpoint(model, "no-key-needed", self.demo.base_url)
        return Endpoint(model, key or self._settings.api_key or "no-key-needed", self._settings.base_url)


def _read_texts() -> None:
    for language in LANGUAGES:
        say(language, "language-name")
