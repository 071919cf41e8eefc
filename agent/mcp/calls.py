"""The door to MCP servers: loads `mcp` with the first call, and says how to install it where it is missing."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from langgraph.config import get_stream_writer

from agent.errors import ToolFailed
from agent.mcp.bounds import bounds_here
from agent.mcp.servers import McpServer
from texts import sentence

MOST_TEXT = 4_000
"""Characters of a tool's description."""
_PLACES: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool as its server describes it."""

    server: McpServer
    name: str
    description: str
    schema: dict[str, Any]
    title: str = ""


def is_installed() -> bool:
    """Whether the packages are installed."""
    return importlib.util.find_spec("mcp") is not None


async def list_tools(server: McpServer) -> list[McpTool]:
    """The tools of a server; raises ToolFailed with a sentence."""
    async with _client() as client:
        found = await client.list_tools(server)
    return [
        McpTool(server, tool.name, (tool.description or "")[:MOST_TEXT], tool.inputSchema, (tool.title or "")[:80])
        for tool in found
    ]


async def call_tool(server: McpServer, name: str, arguments: dict[str, Any]) -> str:
    """Call a tool, and stream what it reports while it works. Raises ToolFailed with a sentence."""
    write = get_stream_writer()
    async with _client() as client:
        return str(await client.call_tool(server, name, arguments, write))


@asynccontextmanager
async def _client() -> AsyncIterator[Any]:
    if not is_installed():
        raise ToolFailed(sentence("mcp-not-installed"))
    client = await asyncio.to_thread(importlib.import_module, "agent.mcp.client")  # it takes half a second
    async with _PLACES.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(bounds_here.get().sessions)):
        yield client
