"""The host's MCP servers while the app runs: asked in the background for their tools, and again if they failed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent.errors import ToolFailed
from agent.mcp.bounds import Bounds, bounds_here
from agent.mcp.calls import McpTool, list_tools
from agent.mcp.servers import McpServer
from agent.tools.mcp_tools import offer
from texts import Spoken

log = logging.getLogger(__name__)

AGAIN_SECONDS, SELDOM_SECONDS = 10.0, 300.0
"""Seconds after a failure until a server is asked again, if somebody looks: doubled each time, up to the latter."""


@dataclass(frozen=True, slots=True)
class McpState:
    """One server, as a page shows it; plain data."""

    name: str
    state: Literal["starting", "ready", "failed"]
    tools: tuple[McpTool, ...] = ()
    message: Spoken = ""
    """Why it could not be asked."""


class McpTools:
    """The tools of the servers that a host names. `states` is for any thread, the rest for one loop."""

    def __init__(self, servers: Sequence[McpServer], bounds: Bounds | None = None) -> None:
        self._servers, self._bounds = servers, bounds or Bounds()
        self._states = [McpState(server.name, "starting") for server in servers]
        self._due: dict[int, float] = {}
        self._failures: Counter[int] = Counter()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Start asking all of them, without waiting."""
        self._loop = asyncio.get_running_loop()
        self._ask()

    async def close(self) -> None:
        """Stop asking."""
        for task in self._tasks.values():
            task.cancel()
        await self.listed()

    async def listed(self) -> None:
        """Wait until each has answered, or failed."""
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    def states(self) -> list[McpState]:
        """The states of all; those that failed a while ago are asked again from now on."""
        if self._loop and not self._loop.is_closed() and any(state.state == "failed" for state in self._states):
            self._loop.call_soon_threadsafe(self._ask)
        return list(self._states)

    def _ask(self) -> None:
        for place, state in enumerate(self._states):
            task = self._tasks.get(place)
            is_due = time.monotonic() > self._due.get(place, float("-inf"))
            if state.state != "ready" and is_due and (task is None or task.done()):
                self._tasks[place] = asyncio.create_task(self._list(place))

    async def _list(self, place: int) -> None:
        server = self._servers[place]
        bounds_here.set(self._bounds)  # in this task alone
        try:
            tools = tuple(await list_tools(server))
            offer(tools)
            self._states[place] = McpState(server.name, "ready", tools)
        except ToolFailed as error:
            log.warning("The MCP server %s has no tools for us: %s", server.name, error)
            self._states[place] = McpState(server.name, "failed", message=error.said)
            self._failures[place] += 1
            self._due[place] = time.monotonic() + min(AGAIN_SECONDS * 2 ** (self._failures[place] - 1), SELDOM_SECONDS)
