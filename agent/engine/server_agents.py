"""What an Agent Server offers while the app runs: asked in the background, and again if it did not answer."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.engine.agent_server import AgentServer, Assistant
from agent.engine.own_graphs import OwnState
from agent.errors import AgentError
from agent.graphs.arguments import tamed
from agent.graphs.loading import GraphNotLoaded, OwnGraph, Reference
from agent.graphs.registry import GRAPHS
from texts import Spoken, sentence

log = logging.getLogger(__name__)

AGAIN_SECONDS = 10.0
"""Seconds after a failure until the server is asked again, if somebody looks."""
AT_ONCE = 5
"""Schemas that are asked for at the same time."""
MOST_AGENTS = 30
"""Assistants whose schemas are asked for; a server may have thousands."""


class ServerAgents:
    """The assistants of an Agent Server. `states` and `has_ours` are for any thread, the rest for one loop."""

    def __init__(self, server: AgentServer) -> None:
        self._server, self._at_once = server, asyncio.Semaphore(AT_ONCE)
        self._loop = asyncio.get_running_loop()
        self._since = self._asked = time.monotonic()
        self._states: list[OwnState] | None = None
        self._ids: dict[str, str] = {}
        self._all: list[Assistant] = []
        self._failed: Spoken = ""
        self._task = self._loop.create_task(self._list())
        self.has_ours = True
        """Whether the server has the graphs of our registry; until it has answered, that is what it is there for."""

    async def close(self) -> None:
        """Stop asking."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def answered(self, seconds: float) -> None:
        """Wait until the server has answered or could not be asked, at most this many seconds."""
        await asyncio.wait([self._task], timeout=seconds)

    def states(self) -> list[OwnState]:
        """The state of each assistant; of the server itself while it has not answered, or could not be asked."""
        if self._states is not None:
            return list(self._states)
        if self._failed:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._ask_again)
            return [OwnState("", "failed", message=self._failed, is_on_server=True)]
        return [OwnState("", "loading", seconds=time.monotonic() - self._since, is_on_server=True)]

    async def get(self, name: str) -> str:
        """The id of the assistant of this name; raises AgentError."""
        await asyncio.shield(self._task)
        if name in self._ids:
            return self._ids[name]
        broken = next((state.message for state in self._states or () if state.name == name), self._failed)
        raise GraphNotLoaded(broken or sentence("refused-agent"))

    def name_of(self, assistant_id: str) -> str:
        """What an assistant is called; empty for one that is not known."""
        return next((one.name for one in self._all if one.id == assistant_id), "")

    def _ask_again(self) -> None:
        if self._task.done() and time.monotonic() - self._asked > AGAIN_SECONDS:
            self._task = self._loop.create_task(self._list())

    async def _list(self) -> None:
        self._asked = time.monotonic()
        try:
            found = self._all = await self._server.assistants()
            self.has_ours = GRAPHS.keys() <= {assistant.graph for assistant in found}
            others = [one for one in found if not (self.has_ours and one.graph in GRAPHS)][:MOST_AGENTS]
            names = _names(others)
            described = (self._described(one, name) for one, name in zip(others, names, strict=True))
            states = await asyncio.gather(*described)
            self._ids = {
                name: one.id for one, name, state in zip(others, names, states, strict=True) if state.state == "ready"
            }
            self._states, self._failed = states, ""
        except AgentError as error:
            log.warning("The Agent Server could not be asked what it offers: %s", error)
            self._failed = error.said

    async def _described(self, assistant: Assistant, name: str) -> OwnState:
        """An assistant with what it takes, or why it cannot be run."""
        try:
            async with self._at_once:
                schemas = await self._server.schemas(assistant.id)
        except AgentError as error:
            log.warning("The assistant %s has no schema: %s", assistant.id, error)
            message = sentence("server-graph-broken", graph=assistant.graph)
            return OwnState(name, "failed", assistant.graph, message=message, is_on_server=True)
        context = tamed(schemas.get("context_schema"))
        own = OwnGraph(
            Reference(name, assistant.graph, Path()),
            graph=None,
            project=None,
            takes_messages="messages" in _properties(schemas.get("input_schema")),
            input_schema=tamed(schemas.get("input_schema")),
            context_schema=context if _properties(context) else None,
            keeps_threads=False,
            saved_at=0.0,
        )
        return OwnState(name, "ready", assistant.graph, assistant.description, own=own, is_on_server=True)


def _names(assistants: list[Assistant]) -> list[str]:
    """A unique name for each."""
    names: list[str] = []
    for assistant in assistants:
        numbered = (f"{assistant.name}-{number}" for number in itertools.count(2))
        names.append(next(name for name in itertools.chain([assistant.name], numbered) if name not in names))
    return names


def _properties(schema: Any) -> Mapping[Any, Any]:
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return found if isinstance(found, Mapping) else {}
