"""An Agent Server that works on runs: LangGraph Server, `langgraph dev`, aegra. They speak one protocol.

What they send is parsed here. Their own error texts are never passed on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import httpx
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.schema import StreamPart

from agent.engine.cursor import MOST_IN_VAIN, Cursor
from agent.errors import ServerForgot, ServerRefused, ServerUnreachable
from agent.settings import Settings
from agent.streaming.attributed import Stamp, unstamped
from texts import sentence

log = logging.getLogger(__name__)

RunStatus = Literal["working", "success", "interrupted", "error"]
T = TypeVar("T")

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 15.0
"""Seconds without an event after which a server is asked how the run stands. They send signs of life, but no events,
every 5 s or so, also in the stream of a run that has ended.
"""
REPLAY_SECONDS = 3.0
"""Seconds of silence after which a replay, which comes at once, has nothing more."""
IN_FLIGHT_SECONDS = 3.0
"""Seconds after which a request that broke off has been carried out, if it ever is."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between attempts to reach a server."""
NAME = "toolstream_run"
"""Where the config of a run says what it is found by."""


@dataclass(frozen=True, slots=True)
class Part:
    """One event of a server's stream."""

    mode: str
    namespace: tuple[str, ...]
    data: Any
    source: str
    """Its place in the stream; empty if the server gives none."""
    stamp: Stamp | None = None
    """The attempt at the run that it is of, where the graph is `attributed`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, asked for because its stream has come to an end, or says nothing."""

    status: RunStatus
    has_begun: bool
    """Whether some worker has taken it up."""
    is_read: bool
    """Whether its stream was read up to where it ends or has nothing more to say."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """A graph that a server offers."""

    id: str
    name: str
    graph: str
    description: str = ""


class AgentServer:
    """One Agent Server, at one address or several of the same. Belongs to one loop; `close` it there.

    Methods raise AgentErrors: ServerUnreachable when no address answers, ServerRefused, ServerForgot.
    """

    def __init__(self, settings: Settings) -> None:
        self.patience = settings.limits.server_seconds
        """Seconds for which it may not answer, or have nobody work on a run."""
        name, _, value = (settings.agent_server_header or "").partition(":")
        headers = {name.strip(): value.strip()} if name.strip() else {}
        self._clients = [_client(address, headers) for address in settings.agent_server]

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            await client.aclose()

    async def assistants(self) -> list[Assistant]:
        """All that it offers, one per graph first."""
        found = await self._ask(lambda client: client.assistants.search(limit=100))
        return [assistant for one in _many(found) if (assistant := _assistant(one))]

    async def schemas(self, assistant_id: str) -> Mapping[str, Any]:
        """The JSON Schemas of an assistant's graph: `input_schema`, `context_schema`.

        Of a graph that cannot be loaded some servers say with 500 that they are out of order.
        """
        found = await self._ask(lambda client: client.assistants.get_schemas(assistant_id), final=500)
        return found if isinstance(found, Mapping) else {}

    async def make_thread(self, thread: str) -> None:
        """Have a thread of this id, which is a UUID."""
        await self._ask(lambda client: client.threads.create(thread_id=thread, if_exists="do_nothing"))

    async def has_thread(self, thread: str) -> bool:
        """Whether it still knows a thread."""
        try:
            await self._ask(lambda client: client.threads.get(thread))
        except (ServerForgot, ServerRefused):  # refused is an id of another form
            return False
        return True

    async def state(self, thread: str) -> Mapping[str, Any]:
        """A thread's state now."""
        found = await self._ask(lambda client: client.threads.get_state(thread))
        return found if isinstance(found, Mapping) else {}

    async def begin(self, thread: str, assistant: str, name: str, **options: Any) -> str:
        """Start a run whose stream can be joined again; returns its id. `options` are those of the SDK.

        Where a connection breaks off before the answer, the run is looked for by its name, and started once more only
        if there is none.
        """
        options["config"] = {**options.get("config", {})}
        options["config"]["metadata"] = {**options["config"].get("metadata", {}), NAME: name}
        until = asyncio.get_running_loop().time() + self.patience
        is_again = False
        while True:
            try:
                run = await self._ask(
                    lambda client: client.runs.create(
                        thread, assistant, stream_resumable=True, stream_subgraphs=True, **options
                    ),
                    again=False,
                )
            except ServerUnreachable:
                if found := await self._found(thread, name):
                    return found
                if asyncio.get_running_loop().time() > until:
                    raise
                is_again = True
                continue
            run_id = run.get("run_id") if isinstance(run, Mapping) else None
            if not isinstance(run_id, str):
                raise ServerRefused(sentence("server-no-agent-server"))
            return await self._only_one(thread, name, run_id) if is_again else run_id

    async def _found(self, thread: str, name: str) -> str | None:
        """The run that a request which broke off has started, if it did; it may still be under way."""
        until = asyncio.get_running_loop().time() + IN_FLIGHT_SECONDS
        while True:
            found = await self.find(thread, name)
            if found or asyncio.get_running_loop().time() > until:
                return found
            await asyncio.sleep(3 * FIRST_PAUSE)

    async def _only_one(self, thread: str, name: str, run_id: str) -> str:
        """The first run of this name, after the others are stopped."""
        first, *others = await self._all(thread, name) or [run_id]
        for other in others:
            await self.cancel(thread, other)
        return first

    async def find(self, thread: str, name: str) -> str | None:
        """The id of the first run on a thread that was begun under a name; None if there is none."""
        return next(iter(await self._all(thread, name)), None)

    async def _all(self, thread: str, name: str) -> list[str]:
        """The runs on a thread that were begun under a name, oldest first."""
        try:
            found = await self.runs(thread, 100)
        except (ServerForgot, ServerRefused):
            return []
        runs = [run for run in found if isinstance(run, Mapping) and isinstance(run.get("run_id"), str)]
        named = [run for run in runs if name in names_of(run)]
        return [run["run_id"] for run in sorted(named, key=lambda run: str(run.get("created_at")))]

    async def busy_threads(self, most: int) -> list[str]:
        """The ids of threads on which somebody's run is at work."""
        threads = await self._ask(lambda client: client.threads.search(status="busy", limit=most))
        told = (one.get("thread_id") for one in _many(threads) if isinstance(one, Mapping))
        return [thread for thread in told if isinstance(thread, str)]

    async def runs(self, thread: str, most: int) -> list[Any]:
        """The runs on a thread, as the server tells of them."""
        return _many(await self._ask(lambda client: client.runs.list(thread, limit=most)))

    async def run(self, thread: str, run: str) -> Any:
        """One run, as the server tells of it."""
        return await self._ask(lambda client: client.runs.get(thread, run))

    async def _standing(self, thread: str, run: str, *, is_read: bool) -> Standing:
        found = await self.run(thread, run)
        return Standing(status_of(found), not isinstance(found, Mapping) or found.get("status") != "pending", is_read)

    async def cancel(self, thread: str, run: str) -> None:
        """Stop a run; one that has ended stays as it is."""
        with contextlib.suppress(ServerForgot, ServerRefused):
            await self._ask(lambda client: client.runs.cancel(thread, run))

    async def parts(
        self, thread: str, run: str, silence: Callable[[], float] = lambda: SILENCE_SECONDS
    ) -> AsyncGenerator[Part | Standing]:
        """What a run streams, from the beginning and without end: it is for whoever reads to know when that is enough.

        When a connection breaks, ends or says nothing for `silence` seconds, the run is asked how it stands, and its
        stream joined again, at the next address where there are several. What a server has left out is asked for.
        """
        cursor, pause, tried, has_ended = Cursor(), FIRST_PAUSE, 0, False
        while True:
            client, is_read = self._clients[tried % len(self._clients)], False
            try:
                cursor.joined()
                seconds = (lambda: REPLAY_SECONDS) if has_ended else silence
                async with contextlib.aclosing(_events(client, thread, run, cursor.join_after, seconds)) as events:
                    async for event in events:
                        is_read = True
                        mode, data, stamp = _opened(event)
                        async for part in self._missing(client, thread, run, event.id, stamp, cursor):
                            yield part
                        source = cursor.source(event.id, stamp)
                        if source is not None:
                            pause = FIRST_PAUSE
                            yield Part(mode[0], mode[1:], data, source, stamp)
                is_read = True
            except TimeoutError:
                tried += 1
            except (httpx.HTTPError, ValueError) as error:
                if (said := _refusal(error)) is not None:
                    raise said from error
                log.info("A stream broke off, and is joined again: %s", type(error).__name__)
                tried, is_read = tried + 1, False
            stands = await self._standing(thread, run, is_read=is_read)
            yield stands
            has_ended = stands.status != "working"
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _missing(
        self, client: LangGraphClient, thread: str, run: str, until: str | None, stamp: Stamp | None, cursor: Cursor
    ) -> AsyncGenerator[Part]:
        """What comes before a part and was not sent: aegra loses what happens between its replay and what is live.

        What breaks off or brings less is asked again.
        """
        for left in reversed(range(MOST_IN_VAIN)):
            if (after := cursor.missing_after(until, stamp)) is None:
                return
            has_found = False
            try:
                async with contextlib.aclosing(_events(client, thread, run, after, lambda: REPLAY_SECONDS)) as events:
                    async for event in events:
                        if event.id == until:
                            break
                        mode, data, its_stamp = _opened(event)
                        if left and its_stamp and cursor.missing_after(event.id, its_stamp) is not None:
                            break
                        if (source := cursor.source(event.id, its_stamp)) is not None:
                            has_found = True
                            yield Part(mode[0], mode[1:], data, source, its_stamp)
            except TimeoutError:  # it does not repeat anything
                break
            except (httpx.HTTPError, ValueError) as error:
                log.info("What a stream has left out could not be read: %s", type(error).__name__)
            finally:
                cursor.looked(has_found)
        if cursor.missing_after(until, stamp) is not None:
            log.warning("An Agent Server has lost a part of a stream, or counts in another way")

    async def _ask(
        self, ask: Callable[[LangGraphClient], Awaitable[T]], *, again: bool = True, final: int | None = None
    ) -> T:
        """The answer to a request, from the first address that gives one; asked `again` until patience is over.

        A request that must not be carried out twice is repeated only where no connection came about. The status
        `final` is an answer, too.
        """
        until = asyncio.get_running_loop().time() + self.patience
        pause = FIRST_PAUSE
        while True:
            for client in self._clients:
                try:
                    return await ask(client)
                except (httpx.HTTPError, ValueError) as error:
                    if (said := _refusal(error, final)) is not None:
                        raise said from error
                    if not again and not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                        raise ServerUnreachable(sentence("server-unreachable")) from error
            if asyncio.get_running_loop().time() > until:
                raise ServerUnreachable(sentence("server-unreachable"))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


_STATUS: Mapping[str, RunStatus] = {
    "pending": "working",
    "running": "working",
    "success": "success",
    "interrupted": "interrupted",
}


def status_of(told: Any) -> RunStatus:
    """How a run stands, as a server says it of the run or at the end of its stream."""
    return _STATUS.get(str(told.get("status")) if isinstance(told, Mapping) else "", "error")


async def _events(
    client: LangGraphClient, thread: str, run: str, after: str, seconds: Callable[[], float]
) -> AsyncGenerator[StreamPart]:
    """A stream after an event; raises TimeoutError once it says nothing for so long, having begun."""
    stream, patience = client.runs.join_stream(thread, run, last_event_id=after), SILENCE_SECONDS
    async with contextlib.aclosing(stream) as events:  # type: ignore[type-var]  # it is a generator
        while True:
            async with asyncio.timeout(patience):
                event = await anext(events, None)
            if event is None:
                return
            yield event
            patience = seconds()


def _opened(event: StreamPart) -> tuple[tuple[str, ...], Any, Stamp | None]:
    """An event's mode with its namespace, what it says, and its stamp."""
    mode = tuple(event.event.split("|"))
    return mode, *unstamped(mode[0], event.data)


def _client(address: str, headers: Mapping[str, str]) -> LangGraphClient:
    timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    hooks: dict[str, list[Callable[[httpx.Response], Awaitable[None]]]] = {"response": [_no_address]}
    return LangGraphClient(httpx.AsyncClient(base_url=address, headers=headers, timeout=timeout, event_hooks=hooks))


async def _no_address(response: httpx.Response) -> None:
    """Take from a stream the address at which the SDK would join it again by itself, losing what shares an id."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        response.headers.pop("location", None)


def _refusal(error: Exception, final: int | None = None) -> ServerRefused | ServerForgot | None:
    """What a server says no to; None for one that does not answer, or not at the moment."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        if status in (401, 403):
            return ServerRefused(sentence("server-key", status=str(status)))
        if status == 404:
            return ServerForgot(sentence("server-forgot"))
        if status == final or status < 500 and status not in (408, 425, 429):
            return ServerRefused(sentence("server-refused", status=str(status)))
    elif isinstance(error, ValueError):
        return ServerRefused(sentence("server-no-agent-server"))
    return None


def _many(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def names_of(run: Mapping[Any, Any]) -> list[object]:
    """Under what a run was begun: each server tells its config in another place."""
    kwargs = run.get("kwargs")
    configs = [run.get("config"), kwargs.get("config") if isinstance(kwargs, Mapping) else None]
    metadata = [config.get("metadata") for config in configs if isinstance(config, Mapping)]
    return [one.get(NAME) for one in metadata if isinstance(one, Mapping)]


def _assistant(one: Any) -> Assistant | None:
    if not isinstance(one, Mapping) or not isinstance(one.get("assistant_id"), str):
        return None
    graph, metadata = str(one.get("graph_id") or ""), one.get("metadata")
    is_default = isinstance(metadata, Mapping) and metadata.get("created_by") == "system"
    name = (is_default and graph) or str(one.get("name") or graph)  # of a default one it is what its compiling says
    return Assistant(one["assistant_id"], name, graph, str(one.get("description") or ""))
