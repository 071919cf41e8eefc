"""An Agent Server that works on runs: LangGraph Server, `langgraph dev`, aegra. They speak one protocol.

What they send is parsed here. Their own error texts are never passed on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import httpx
from langgraph_sdk.client import LangGraphClient

from agent.errors import ServerForgot, ServerRefused, ServerUnreachable
from agent.settings import Settings
from agent.streaming.json_safe import json_safe
from agent.streaming.messages import read_shorthand
from texts import sentence

log = logging.getLogger(__name__)

RunStatus = Literal["working", "success", "interrupted", "error"]
T = TypeVar("T")

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 15.0
"""Seconds without a byte after which a server is asked anew. They send a sign of life every 5 s or so."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between attempts to reach a server."""
MOST_BUSY = 20
"""Threads at work that are looked through for others' runs; each is a request."""
FROM_THE_START = "-1"
NAME = "toolstream_run"
"""Where the config of a run says what it is found by."""
_PLACE = re.compile(r"(\d+)(?:-(\d+))?\Z")
"""The end of an event's id: a number that rises, or a time and a number."""


@dataclass(frozen=True, slots=True)
class Part:
    """One event of a server's stream."""

    mode: str
    namespace: tuple[str, ...]
    data: Any
    source: str
    """Its place in the stream; empty if the server gives none."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """A graph that a server offers."""

    id: str
    name: str
    graph: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class OthersRun:
    """A run that was not started from here; plain data, for a page as well."""

    thread: str
    id: str
    assistant: str
    """The assistant's id; on a page its name."""
    asked: str
    """What it was asked: the last words of a person in its input, or the input as text. It may be empty."""
    began: float
    """When; seconds since the epoch, 0 if the server does not say."""
    is_ours: bool = False
    """Whether some Toolstream has started it."""


class Cursor:
    """Which parts of a run's stream are known. Ids rise, and need not be unique: those of `langgraph dev` are not."""

    def __init__(self) -> None:
        self._place: tuple[int, ...] = ()
        self._number = 0
        """How many parts with the last id are known."""
        self._repeated = 0
        """How many of these a new connection has sent once more."""
        self._id = self._before = ""

    @property
    def join_after(self) -> str:
        """The id to ask for what comes after: the one before the last, so that nothing that shares the last is lost."""
        return self._before or FROM_THE_START

    def joined(self) -> None:
        """Note that a new connection sends what comes after `join_after`."""
        self._repeated = 0

    def source(self, id_: str | None) -> str | None:
        """The source of the next part; None if it is known already, and empty if the server gives no ids."""
        found = _PLACE.search(id_ or "")
        place = place_of(id_)
        if not id_ or not found or not place or place < self._place:
            return None if place else ""
        if place == self._place:
            self._repeated += 1
            if self._repeated <= self._number:
                return None
            self._number = self._repeated
        else:
            self._before, self._id, self._place = self._id, id_, place
            self._number = self._repeated = 1
        return found.group() + ("" if self._number == 1 else f"#{self._number}")


def place_of(text: str | None) -> tuple[int, ...]:
    """What orders the ids of events, and the sources made of them; empty for an id that does not say."""
    id_, _, number = (text or "").partition("#")
    found = _PLACE.search(id_)
    return (*(int(part or 0) for part in found.groups()), int(number or 1)) if found else ()


class AgentServer:
    """One Agent Server, at one address or several of the same. Belongs to one loop; `close` it there.

    Methods raise AgentErrors: ServerUnreachable when no address answers, ServerRefused, ServerForgot.
    """

    def __init__(self, settings: Settings) -> None:
        self._patience = settings.limits.server_seconds
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
        return [assistant for one in found if (assistant := _assistant(one))]

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

    async def begin(self, thread: str, assistant: str, **options: Any) -> str:
        """Start a run whose stream can be joined again; returns its id. `options` are those of the SDK."""
        run = await self._ask(
            lambda client: client.runs.create(
                thread, assistant, stream_resumable=True, stream_subgraphs=True, **options
            ),
            again=False,
        )
        return str(run["run_id"])

    async def find(self, thread: str, name: str) -> str | None:
        """The id of the run on a thread that was begun under a name; None if there is none."""
        try:
            found = await self._ask(lambda client: client.runs.list(thread, limit=100))
        except (ServerForgot, ServerRefused):
            return None
        return next((str(run["run_id"]) for run in found if name in _names(run)), None)

    async def at_work(self) -> list[OthersRun]:
        """The runs at work that some other program has started, newest first."""
        threads = await self._ask(lambda client: client.threads.search(status="busy", limit=MOST_BUSY))
        ids = [
            one["thread_id"] for one in threads if isinstance(one, Mapping) and isinstance(one.get("thread_id"), str)
        ]
        lists = await asyncio.gather(*(self._runs(thread) for thread in ids))
        runs = [others_run(run) for found in lists for run in found if status_of(run) == "working"]
        return sorted((run for run in runs if run and not run.is_ours), key=lambda run: run.began, reverse=True)

    async def others_run(self, thread: str, run: str = "") -> OthersRun:
        """One run, or the newest of a thread; raises ServerForgot where there is none."""
        if run:
            found: Any = [await self._ask(lambda client: client.runs.get(thread, run))]
        else:
            found = await self._runs(thread)
        runs = [other for one in found if (other := others_run(one))]
        if not runs:
            raise ServerForgot(sentence("server-forgot"))
        return max(runs, key=lambda one: one.began)

    async def _runs(self, thread: str) -> list[Any]:
        found = await self._ask(lambda client: client.runs.list(thread, limit=10))
        return found if isinstance(found, list) else []

    async def status(self, thread: str, run: str) -> RunStatus:
        """What has become of a run."""
        found = await self._ask(lambda client: client.runs.get(thread, run))
        return status_of(found)

    async def cancel(self, thread: str, run: str) -> None:
        """Stop a run; one that has ended stays as it is."""
        with contextlib.suppress(ServerForgot, ServerRefused):
            await self._ask(lambda client: client.runs.cancel(thread, run))

    async def parts(self, thread: str, run: str, cursor: Cursor) -> AsyncGenerator[Part]:
        """What a run streams after `cursor`, to its end: joined again when a connection breaks or says nothing.

        Where there are several addresses, the next one is asked.
        """
        had_ended = False
        pause, tried = FIRST_PAUSE, 0
        while True:
            client = self._clients[tried % len(self._clients)]
            try:
                cursor.joined()
                stream = client.runs.join_stream(thread, run, last_event_id=cursor.join_after)
                async with contextlib.aclosing(stream) as events:  # type: ignore[type-var]  # it is a generator
                    async for event in events:
                        pause = FIRST_PAUSE
                        source = cursor.source(event.id)
                        if source is None:
                            continue
                        mode, *namespace = event.event.split("|")
                        yield Part(mode, tuple(namespace), event.data, source)
                        if mode == "end":
                            return
                if had_ended:
                    return
            except (httpx.HTTPError, ValueError) as error:
                if (said := _refusal(error)) is not None:
                    raise said from error
                log.info("A stream broke off, and is joined again: %s", type(error).__name__)
                tried += 1
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            had_ended = await self.status(thread, run) != "working"

    async def _ask(
        self, ask: Callable[[LangGraphClient], Awaitable[T]], *, again: bool = True, final: int | None = None
    ) -> T:
        """The answer to a request, from the first address that gives one; asked `again` until patience is over.

        A request that must not be carried out twice is repeated only where no connection came about. The status
        `final` is an answer, too.
        """
        until = asyncio.get_running_loop().time() + self._patience
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


def others_run(told: Any) -> OthersRun | None:
    """A run as a server tells of it; None for what is no run."""
    if not isinstance(told, Mapping) or not all(isinstance(told.get(key), str) for key in ("thread_id", "run_id")):
        return None
    kwargs = told.get("kwargs")
    given = told.get("input") or (kwargs.get("input") if isinstance(kwargs, Mapping) else None)
    return OthersRun(
        told["thread_id"],
        told["run_id"],
        str(told.get("assistant_id") or ""),
        _asked(given),
        _seconds(told.get("created_at")),
        any(_names(told)),
    )


def _seconds(moment: object) -> float:
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        told = datetime.fromisoformat(str(moment))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    return 0.0


def _asked(given: Any) -> str:
    messages = given.get("messages") if isinstance(given, Mapping) else None
    read = (read_shorthand(one) for one in (messages if isinstance(messages, list) else [messages]))
    if said := [message.text for message in read if message and message.role == "human" and message.text.strip()]:
        return said[-1].strip()
    return "" if given in (None, {}, []) else json.dumps(json_safe(given), ensure_ascii=False)


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


def _names(run: Any) -> list[object]:
    """Under what a run was begun: each server tells its config in another place."""
    configs = [run.get("config"), (run.get("kwargs") or {}).get("config")]
    metadata = [config.get("metadata") for config in configs if isinstance(config, Mapping)]
    return [one.get(NAME) for one in metadata if isinstance(one, Mapping)]


def _assistant(one: Any) -> Assistant | None:
    if not isinstance(one, Mapping) or not isinstance(one.get("assistant_id"), str):
        return None
    graph, metadata = str(one.get("graph_id") or ""), one.get("metadata")
    is_default = isinstance(metadata, Mapping) and metadata.get("created_by") == "system"
    name = (is_default and graph) or str(one.get("name") or graph)  # of a default one it is what its compiling says
    return Assistant(one["assistant_id"], name, graph, str(one.get("description") or ""))
