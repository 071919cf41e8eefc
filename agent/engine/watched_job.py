"""A run that somebody else has started on an Agent Server: it is read from here, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Never

from agent.engine.agent_server import Part
from agent.engine.other_modes import OtherModes
from agent.engine.others_runs import look_up
from agent.engine.server_job import ServerJob
from agent.errors import ServerStopped
from agent.streaming.adapter import Adapter, Happening
from agent.streaming.events import Noted, Payload, State, StreamEvent, Token, Update
from texts import sentence

LATE = sentence("server-watched-late")
WITHOUT_WORDS = sentence("server-watched-whole")


@dataclass(slots=True, kw_only=True)
class WatchedJob(ServerJob):
    """Reads a run of the server's to its end; to stop it here stops nothing there."""

    of_thread: str
    of_run: str
    _modes: OtherModes = field(default_factory=OtherModes)

    @property
    def thread(self) -> str:
        """The thread that it works on, which is somebody else's."""
        return self.of_thread

    async def stream(self, given: Any, adapter: Adapter) -> AsyncGenerator[Happening]:
        """What the server still has of it, and what comes."""
        async with contextlib.aclosing(self._told(adapter, ())) as happenings:
            async for happening in happenings:
                yield happening

    async def rejoined(self, given: Any, adapter: Adapter, known: Sequence[StreamEvent]) -> AsyncGenerator[Happening]:
        """The same, after what is `known`."""
        async with contextlib.aclosing(self._told(adapter, known)) as happenings:
            async for happening in happenings:
                yield happening

    async def place(self) -> None:
        """Nowhere: a question that follows is not for somebody else's thread."""

    async def what_it_waits_for(self, adapter: Adapter) -> Never:
        """Say that it goes on where it was started."""
        raise ServerStopped(sentence("server-watched-waits"))

    async def _told(self, adapter: Adapter, known: Sequence[StreamEvent]) -> AsyncGenerator[Happening]:
        kinds: set[type[Payload]] = set()
        async with contextlib.aclosing(self._told_by(self.of_run, adapter, known)) as happenings:
            async for happening in happenings:
                if not (kinds or known or self._attempts):  # the server begins each stream with the first attempt
                    yield Happening(Noted.saying(LATE))
                kinds.add(type(happening.payload))
                yield happening
        if known:
            return
        is_late = not kinds
        if is_late:
            yield Happening(Noted.saying(LATE))
        if not kinds & {State, Update}:
            for part in self._modes.read(await self._last_state()):
                for happening in self._read(part, adapter):
                    kinds.add(type(happening.payload))
                    yield happening
        if Token not in kinds and not is_late and adapter.has_spoken:
            yield Happening(Noted.saying(WITHOUT_WORDS))

    async def _last_state(self) -> Part:
        """What it has come to, as the last part of the mode `values`; empty if its thread has gone on since."""
        newest = await look_up(self.server, self.of_thread)
        state = await self.server.state(self.of_thread) if newest.id == self.of_run else {}
        values = state.get("values")
        tasks = [task for task in state.get("tasks") or () if isinstance(task, Mapping)]
        asked = [interrupt for task in tasks for interrupt in task.get("interrupts") or ()]
        asks = {"__interrupt__": asked} if state.get("next") else {}
        return Part("values", (), {**(values if isinstance(values, Mapping) else {}), **asks}, "")

    def _parts(self, part: Part) -> Iterator[Part]:
        return self._modes.read(part)

    def _cancel(self, server_run: str) -> None:
        """Leave it at work: it is not this app's to stop."""
