"""People's own graphs while the app runs: loaded in the background, reloaded when their source is saved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agent.graphs.loading import CONFIGURATION, GraphNotLoaded, OwnGraph, Reference, loaded, references
from texts import Spoken, sentence

PROJECT = Path(__file__).parents[2]
LOOK_SECONDS = 0.5
"""Seconds between checks for saved source."""


@dataclass(frozen=True, slots=True)
class OwnState:
    """One graph, as a page shows it; plain data."""

    name: str
    state: Literal["loading", "ready", "failed"]
    source: str = ""
    """Its location, as the host wrote it."""
    description: str = ""
    message: Spoken = ""
    """Why it could not be loaded."""
    seconds: float = 0.0
    """How long it has been loading."""
    own: OwnGraph | None = None
    is_on_server: bool = False
    """Whether an Agent Server has it; or is it itself, if there is no name."""


class OwnGraphs:
    """The graphs named by the host. `open`, `get` and `close` belong to one loop, the rest to any thread."""

    def __init__(self, texts: Sequence[str], folder: Path) -> None:
        if not texts and folder != PROJECT and (folder / CONFIGURATION).is_file():
            texts = [CONFIGURATION]  # started from the folder of an agent
        self._refused: Spoken = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        try:
            found = references(texts, folder)
        except GraphNotLoaded as error:
            self._refused, found = error.said, []
        self._kept = {reference.name: _Kept(reference) for reference in found}

    def open(self) -> None:
        """Start loading all of them, without waiting."""
        self._loop = asyncio.get_running_loop()
        for kept in self._kept.values():
            kept.task = self._loop.create_task(kept.keep())

    async def close(self) -> None:
        """Release all of them."""
        tasks = [kept.task for kept in self._kept.values() if kept.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def states(self) -> list[OwnState]:
        """The states of all; any with newly saved source are reloaded from now on."""
        if self._loop and not self._loop.is_closed():
            for kept in self._kept.values():
                self._loop.call_soon_threadsafe(kept.look)
        found = [kept.state() for kept in self._kept.values()]
        return [OwnState("", "failed", message=self._refused)] if self._refused else found

    async def get(self, name: str) -> OwnGraph:
        """The graph of this name, once it is loaded; raises GraphNotLoaded."""
        if name not in self._kept:
            raise GraphNotLoaded(sentence("refused-agent"))
        return await self._kept[name].get()


class _Kept:
    """One reference, and the graph that it currently leads to."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._own: OwnGraph | None = None
        self._message: Spoken = ""
        self._since = self._looked = time.monotonic()
        self._done, self._again = asyncio.Event(), asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def state(self) -> OwnState:
        """Its current state."""
        reference, own = self._reference, self._own
        state: Literal["loading", "ready", "failed"] = "ready" if own else "failed" if self._message else "loading"
        seconds = time.monotonic() - self._since
        source = reference.target
        return OwnState(reference.name, state, source, reference.description, self._message, seconds, own)

    def look(self) -> None:
        """Reload it if it was saved since, or could not be loaded; not too often."""
        if not self._done.is_set() or time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        if self._own is None or self._own.is_stale:
            self._done.clear()
            self._again.set()

    async def get(self) -> OwnGraph:
        """The graph, once it is loaded."""
        await self._done.wait()
        if self._own is None:
            raise GraphNotLoaded(self._message)
        return self._own

    async def keep(self) -> None:
        """Load it, and again whenever its source is saved."""
        while True:
            self._since = time.monotonic()
            try:
                async with loaded(self._reference) as own:
                    self._own, self._message = own, ""
                    await self._until_saved()
                    self._own = None
            except GraphNotLoaded as error:
                self._own, self._message = None, error.said
                await self._until_saved()

    async def _until_saved(self) -> None:
        self._looked = time.monotonic()
        self._again.clear()
        self._done.set()
        await self._again.wait()
