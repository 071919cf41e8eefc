"""One run at work on an Agent Server: what `job.Job` is for a run in this process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from agent.engine.active import ActiveRun
from agent.engine.agent_server import NAME, AgentServer, Part
from agent.engine.cursor import place_of
from agent.engine.job import BREAKPOINT, GONE, KEEPS_NOTHING, Pending, asked_again
from agent.engine.server_run import ServerRun
from agent.engine.unattributed import Unattributed
from agent.errors import AgentError, CheckpointLost, ServerRefused, ServersFault
from agent.graphs.registry import OWN
from agent.streaming.adapter import Adapter, Happening
from agent.streaming.attributed import COUNTED
from agent.streaming.events import JSON, Interrupt, Noted, Retried, StreamEvent, Waiting
from agent.streaming.modes import StreamMode
from agent.streaming.place import Place
from texts import Sentence, sentence

log = logging.getLogger(__name__)

_MODES: Mapping[StreamMode, str | None] = {"messages": "messages-tuple", "tools": None}
"""The modes that servers know by another name, or not at all."""
_EVERY_SERVERS = ("messages-tuple", "custom", "updates", "values")
_MOST_AGAIN = 2
"""How often a server is asked once more for a run that came to nothing for a reason of its own."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a run that waited goes on with."""

    by_interrupt: Mapping[str, JSON]


@dataclass(slots=True)
class ServerJob:
    """An assistant, and what it is run with."""

    server: AgentServer
    run: ActiveRun
    assistant: str
    options: Mapping[str, Any]
    """The config and the context that it is run with."""
    modes: Collection[StreamMode]
    start: Place | None = None
    """Where it starts from; its thread is the server's, which is another one than ours."""
    keeps_threads: bool = False
    _replayed: list[object] = field(default_factory=list)
    """What was done once more with nobody looking, to be known by whoever reads what follows."""
    _attempts: int = 0
    """How often the server has begun with it, as far as it is told."""
    _left_out: Sentence | None = None
    """Which modes the server has refused."""
    _cancelling: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def thread(self) -> str:
        """The server's thread."""
        return self.start.thread if self.start else str(uuid5(NAMESPACE_URL, self.run.id))

    @property
    def _name(self) -> str:
        """What the server's run is found by: ours, how often it had waited, and was asked for once more."""
        payloads = [event.payload for event in self.run.events]
        again = sum(isinstance(payload, Retried) and payload.anew for payload in payloads)
        name = f"{self.run.id} {sum(isinstance(payload, Waiting) for payload in payloads)}"
        return f"{name} {again}" if again else name

    @property
    def _is_over(self) -> bool:
        """Whether nobody reads on, also no other process."""
        return self.run.ended and not self.run.is_lost

    async def stream(self, given: Any, adapter: Adapter) -> AsyncGenerator[Happening]:
        """What happens when the assistant is given this, by way of `adapter`."""
        if self._replayed:
            adapter.repeat(self._replayed)
            self._replayed.clear()
        await self.server.make_thread(self.thread)
        server_run = await self._begun(await self._given(given))
        if self._left_out:
            yield Happening(Noted.saying(self._left_out))
        async with contextlib.aclosing(self._followed(server_run, given, adapter)) as happenings:
            async for happening in happenings:
                yield happening

    async def rejoined(self, given: Any, adapter: Adapter, known: Sequence[StreamEvent]) -> AsyncGenerator[Happening]:
        """As stream, for a run that another process has followed until it had noted what is `known`.

        What the server still has of it is read from its beginning, so that `adapter` knows what comes before.
        """
        server_run = await self.server.find(self.thread, self._name)
        stream = self._followed(server_run, given, adapter, known) if server_run else self.stream(given, adapter)
        async with contextlib.aclosing(stream) as happenings:
            async for happening in happenings:
                yield happening

    async def place(self) -> Place | None:
        """Where it has come to."""
        state = await self.server.state(self.thread)
        checkpoint = state.get("checkpoint")
        found = checkpoint.get("checkpoint_id") if isinstance(checkpoint, Mapping) else state.get("checkpoint_id")
        return Place(self.thread, found) if isinstance(found, str) and found else None

    async def can_start(self, place: Place) -> bool:
        """Whether the server still knows the thread of that place."""
        return await self.server.has_thread(place.thread)

    def start_anew(self) -> None:
        """Start from nothing, in a thread of its own."""
        self.start = None

    async def what_it_waits_for(self, adapter: Adapter) -> Waiting:
        """What it waits for, once its stream has come to an end; raises CheckpointLost where that is not kept."""
        place = await self.place()
        if not place:
            raise CheckpointLost(KEEPS_NOTHING)
        asked = tuple(adapter.pending.values())
        if not asked:
            following = (await self.server.state(self.thread)).get("next")
            value: JSON = {"type": "breakpoint", "next": [str(node) for node in following or ()]}
            asked = (Interrupt(BREAKPOINT + place.checkpoint, value),)
        return Waiting(asked, str(place))

    async def resumed(self, run: ActiveRun, waits: Waiting) -> Any:
        """What the assistant is given to go on from where it waited; raises CheckpointLost where that is gone."""
        self.start = Place.of(waits.checkpoint)
        if not self.start or not await self.can_start(self.start):
            raise CheckpointLost(GONE)
        if run.is_fork:
            run.is_fork = False
            return await asked_again(self, run, waits)
        answers = {interrupt.id: run.answers[interrupt.id] for interrupt in waits.interrupts}
        return self.answering({id_: answer for id_, answer in answers.items() if not id_.startswith(BREAKPOINT)})

    async def repeat(self, given: Any) -> Pending:
        """Have it do once more what it did before it asked, with nobody looking."""
        name = f"{self.run.id} repeated {uuid4().hex}"  # nobody is to find it in place of the run itself
        server_run = await self._begun(await self._given(given or self.answering({})), name)
        run = ServerRun(self.server, self.thread, server_run)
        async with contextlib.aclosing(run.parts()) as parts:
            told = [_readable(part) async for part in parts if part]
        self._replayed += told
        self.start = await self.place()
        reader = Adapter()  # the state would not tell: a server reads it with a graph of other tools
        for part in told:
            reader.read(part)
        return Pending(tuple((one.id, one.value) for one in reader.pending.values()), reader.is_at_breakpoint)

    def answering(self, answers: Mapping[str, JSON]) -> Answers:
        """What it is given to go on with these answers; with none, from a breakpoint."""
        return Answers(answers)

    async def _given(self, given: Any) -> dict[str, Any]:
        """What the server is asked for; where an earlier run of it has come to a checkpoint, to go on from there."""
        asked = [_MODES.get(mode, mode) for mode in self.modes]
        options: dict[str, Any] = {**self.options, "stream_mode": [mode for mode in asked if mode]}
        if (before := self._name.split())[2:] and await self._has_checkpoint(before[:2]):
            options["checkpoint"] = {"checkpoint_ns": ""}  # the last one; what is done of its step is not done again
            return options
        if isinstance(given, Answers):
            options["command"] = {"resume": dict(given.by_interrupt)} if given.by_interrupt else None
        else:
            options["input"] = given
        if self.start and self.start.checkpoint:
            options["checkpoint_id"] = self.start.checkpoint
        return options

    async def _has_checkpoint(self, before: Sequence[str]) -> bool:
        """Whether the last checkpoint is of a run that was asked for under this name."""
        metadata = (await self.server.state(self.thread)).get("metadata")
        name = metadata.get(NAME) if isinstance(metadata, Mapping) else None
        return isinstance(name, str) and name.split()[:2] == before

    async def _begun(self, options: dict[str, Any], name: str = "") -> str:
        """Start the run; one that is stopped before the server has answered is stopped there, too."""
        beginning = asyncio.ensure_future(self._begin(options, name or self._name))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            if self._is_over:
                beginning.add_done_callback(self._cancel_begun)
            raise

    async def _begin(self, options: dict[str, Any], name: str) -> str:
        """Start the run, with fewer modes if the server knows some of them not."""
        try:
            return await self._begin_with(options["stream_mode"], options, name)
        except ServerRefused:
            modes = [mode for mode in options["stream_mode"] if mode in _EVERY_SERVERS]
            if modes == options["stream_mode"]:
                raise
            left_out = ", ".join(mode for mode in options["stream_mode"] if mode not in modes)
            log.warning("The Agent Server may refuse these modes, and is asked without: %s", left_out)
            begun = await self._begin_with(modes, options, name)
            self._left_out = sentence("server-left-out", modes=left_out)
            return begun

    async def _begin_with(self, modes: Sequence[str], options: dict[str, Any], name: str) -> str:
        counted = " ".join(mode.removesuffix("-tuple") for mode in modes)
        options = {**options, "config": {**options["config"], "metadata": {COUNTED: counted}}, "stream_mode": modes}
        return await self.server.begin(self.thread, self.assistant, name, **options)

    def _cancel_begun(self, beginning: asyncio.Future[str]) -> None:
        if not beginning.cancelled() and beginning.exception() is None:
            self._cancel(beginning.result())

    async def _followed(
        self, server_run: str, given: Any, adapter: Adapter, known: Sequence[StreamEvent] = ()
    ) -> AsyncGenerator[Happening]:
        """What happens in a run of the server; where that comes to nothing for a reason of its own, in the next one."""
        for again in range(_MOST_AGAIN + 1):
            try:
                async with contextlib.aclosing(self._told_by(server_run, adapter, known)) as happenings:
                    async for happening in happenings:
                        yield happening
                return
            except ServersFault as error:
                if again == _MOST_AGAIN:
                    raise
                log.warning("The Agent Server is asked once more for a run: %s", error)
                await self.server.cancel(self.thread, server_run)
                adapter.begin_anew()
                yield Happening(Retried(anew=True))
                server_run, known = await self._begun(await self._given(given)), ()

    async def _told_by(
        self, server_run: str, adapter: Adapter, known: Sequence[StreamEvent]
    ) -> AsyncGenerator[Happening]:
        """What happens in one run of the server, after what is `known`; raises ServerFailed as it has ended."""
        is_ours = not self.run.request.graph.startswith(OWN)
        run = ServerRun(self.server, self.thread, server_run, is_attributed=is_ours)
        source, left = "", _Known([event.source for event in known if event.source])
        lacks = Unattributed(self.run.events[: len(self.run.events) - len(known)])
        try:
            async with contextlib.aclosing(run.parts()) as parts:
                async for part in parts:
                    if part and not source and left.begins_before(part.source):  # the server has kept the rest only
                        adapter.recall(known)
                    source, self._attempts = part.source if part else source, run.begun
                    for one in self._parts(part) if part else (None,):
                        happenings = self._read(one, adapter)
                        for happening in lacks.noted(one, happenings) if one else happenings:
                            if not left.has(source):
                                yield Happening(*happening[:-1], source)
            for happening in adapter.finish():
                if not left.has(source):
                    yield Happening(*happening[:-1], source)
            run.check(waits=adapter.waits)
        except GeneratorExit:  # nobody wants to know what comes
            self._cancel(server_run)
            raise
        except asyncio.CancelledError:  # else this process ends, and another one reads on
            if self._is_over:
                self._cancel(server_run)
            raise

    def _parts(self, part: Part) -> Iterable[Part]:
        """A part in the forms in which LangGraph delivers the modes that were asked for."""
        return (part,)

    def _read(self, part: Part | None, adapter: Adapter) -> list[Happening]:
        if part:
            return adapter.read(_readable(part))
        adapter.begin_anew()
        return [Happening(Retried())]

    def _cancel(self, server_run: str) -> None:
        """Stop the run on the server, while whoever stops it here goes on."""
        task = asyncio.get_running_loop().create_task(self._stop(server_run))
        self._cancelling.add(task)
        task.add_done_callback(self._cancelling.discard)

    async def _stop(self, server_run: str) -> None:
        try:
            await self.server.cancel(self.thread, server_run)
        except AgentError as error:
            log.warning("A run goes on on the Agent Server, which could not be told to stop it: %s", error)


class _Known:
    """What is noted already of a stream that is read once more, by the sources of its events."""

    def __init__(self, sources: Sequence[str]) -> None:
        self._first = place_of(sources[0]) if sources else None
        self._last = place_of(sources[-1]) if sources else None
        self._left = sum(source == sources[-1] for source in sources)
        """Events of the last part that are noted: the process may have ended before all of them were."""

    def begins_before(self, source: str) -> bool:
        """Whether a stream that begins there lacks what is noted first."""
        place = place_of(source)
        return bool(self._first and place and place > self._first)

    def has(self, source: str) -> bool:
        """Whether the next event, of this source, is noted."""
        place = place_of(source)
        if not self._last or not place or place > self._last:
            return False
        if place < self._last:
            return True
        self._left -= 1
        return self._left >= 0


def _readable(part: Part) -> dict[str, Any]:
    """A part as LangGraph itself delivers it."""
    return {"type": part.mode, "ns": part.namespace, "data": part.data}
