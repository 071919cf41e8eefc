"""One session with an MCP server for each call, so that all it reports belongs to that call.

Needs requirements-mcp.txt; `agent.mcp.calls` is the door for who does not know whether that is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

import httpx
from langgraph.errors import GraphBubbleUp
from langgraph.types import interrupt
from mcp import ClientSession, McpError, types
from mcp.shared.context import RequestContext
from pydantic import JsonValue as JSON
from pydantic import ValidationError

from agent.errors import ToolFailed, cause
from agent.mcp.bounds import bounds_here
from agent.mcp.servers import McpServer
from agent.mcp.transports import Wire, connected
from texts import Sentence, sentence

log = logging.getLogger(__name__)

CANCEL_SECONDS = 0.2
"""Seconds that telling a server that nobody waits any more may take."""
LAST_WORDS_SECONDS = 2.0
"""Seconds that an answer which has come may take to be read, once nothing more comes."""
MOST_LOG_CHARS = 1_000
MOST_QUESTION_CHARS = 20_000
"""What a server asks a person, with the form for the answer."""
MOST_TOOLS = 100
"""Tools of one server that are listed."""
Write = Callable[[Any], None]


async def list_tools(server: McpServer) -> list[types.Tool]:
    """The tools of a server; raises ToolFailed with a sentence."""
    async with _session(server, {}) as (session, _):
        found: list[types.Tool] = []
        cursor: str | None = None
        async with asyncio.timeout(bounds_here.get().start_seconds):
            while len(found) < MOST_TOOLS:
                request = types.ListToolsRequest(params=types.PaginatedRequestParams(cursor=cursor))
                page = await session.send_request(types.ClientRequest(request), _ToolsPage)
                found += _usable(server, page.tools)
                cursor = page.nextCursor
                if not (cursor and page.tools):
                    break
        return found[:MOST_TOOLS]


class _ToolsPage(types.PaginatedResult):
    tools: list[Any]
    """As they come: one that is none does not make the others so."""


def _usable(server: McpServer, listed: list[Any]) -> Iterator[types.Tool]:
    for number, tool in enumerate(listed):
        try:
            yield types.Tool.model_validate(tool)
        except ValidationError as error:
            log.warning(
                "Tool %d of the MCP server %s is not offered: %s", number, server.name, error.errors()[0]["msg"]
            )


async def call_tool(server: McpServer, name: str, arguments: dict[str, Any], write: Write) -> str:
    """What a tool answers; what it reports meanwhile is written to the stream. Raises ToolFailed with a sentence.

    What the server asks a person is asked by `interrupt()`: the call is cancelled, and made again with the answer.
    """
    reports, asked = _Reports(write), _Questions(server, name)
    paused: asyncio.Future[GraphBubbleUp] = asyncio.get_running_loop().create_future()

    async def ask(
        _context: RequestContext[ClientSession, Any], params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        if len(params.model_dump_json()) > MOST_QUESTION_CHARS:
            return types.ErrorData(code=types.INVALID_PARAMS, message="The question is too long.")
        try:
            return _answer(asked.answer(params))
        except GraphBubbleUp as question:
            if not paused.done():
                paused.set_result(question)
            return await asyncio.Future[types.ElicitResult]()  # never: the session ends

    callbacks = {"logging_callback": reports.log, "elicitation_callback": ask}
    async with _session(server, callbacks) as (session, wire):
        params = types.CallToolRequestParams(name=name, arguments=arguments)
        request = types.ClientRequest(types.CallToolRequest(params=params))  # the SDK's method lists all tools besides
        call = asyncio.create_task(
            session.send_request(request, types.CallToolResult, progress_callback=reports.progress)
        )
        lost = asyncio.create_task(wire.lost.wait())
        try:
            await asyncio.wait((call, paused, lost), return_when=asyncio.FIRST_COMPLETED)
            if paused.done():
                raise paused.result()
            if lost.done() and not (await asyncio.wait((call,), timeout=LAST_WORDS_SECONDS))[0]:
                wire.fail("mcp-died")
                raise ConnectionError
            result = await call
            for block in result.content:
                if not _is_text(block):
                    write(block.model_dump(mode="json", exclude_none=True))  # for who watches; the model reads of it
            return _text(server, result)
        finally:
            lost.cancel()
            if not call.done():
                call.cancel()
                await _take_back(session, wire)


@contextlib.asynccontextmanager
async def _session(server: McpServer, callbacks: dict[str, Any]) -> AsyncIterator[tuple[ClientSession, Wire]]:
    wire: Wire | None = None
    try:
        async with connected(server) as wire:
            outgoing = cast(Any, wire.outgoing)
            incoming = cast(Any, wire.incoming)
            async with ClientSession(incoming, outgoing, message_handler=wire.misses, **callbacks) as session:
                async with asyncio.timeout(bounds_here.get().start_seconds):
                    await session.initialize()
                yield session, wire
    except Exception as error:
        raise _explained(server, error, wire.failed if wire else None) from error


def _explained(server: McpServer, error: Exception, failed: Sentence | None) -> Exception:
    """What a person is told: of several errors at once, the first cause."""
    leaves = list(_leaves(error))
    for leaf in leaves:
        if isinstance(leaf, (GraphBubbleUp, ToolFailed)):
            return leaf
    if failed:
        return ToolFailed(failed)
    for leaf in leaves:
        match leaf:
            case McpError():
                return ToolFailed(sentence("mcp-refused", server=server.name, message=leaf.error.message[:300]))
            case TimeoutError():
                seconds = bounds_here.get().start_seconds
                return ToolFailed(sentence("mcp-silent", server=server.name, seconds=f"{seconds:g}"))
            case ValidationError():
                return ToolFailed(sentence("mcp-junk", server=server.name))
            case httpx.HTTPStatusError(response=response):
                said = f"{response.status_code} {response.reason_phrase}"
                return ToolFailed(sentence("mcp-refused", server=server.name, message=said))
            case httpx.HTTPError():
                return ToolFailed(sentence("mcp-unreachable", server=server.name))
            case OSError():
                return ToolFailed(sentence("mcp-not-started", server=server.name))
    log.warning("A session with the MCP server %s failed: %s", server.name, cause(error))
    return ToolFailed(sentence("mcp-refused", server=server.name, message=type(leaves[0]).__name__))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


async def _take_back(session: ClientSession, wire: Wire) -> None:
    """Tell the server that nobody waits for the call any more."""
    if wire.outgoing.call is None:
        return
    params = types.CancelledNotificationParams(requestId=wire.outgoing.call)
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CANCEL_SECONDS):
            notification = types.CancelledNotification(params=params)
            await session.send_notification(types.ClientNotification(notification))


class _Reports:
    """Passes on what a tool reports while it works, in the shapes that are drawn."""

    def __init__(self, write: Write) -> None:
        self._write, self._left = write, bounds_here.get().reports

    async def progress(self, progress: float, total: float | None, message: str | None) -> None:
        """A bar if it is known how much there is to do, else the words alone."""
        status = (message or "")[:MOST_LOG_CHARS]
        share = progress / total if total and math.isfinite(total) else math.nan
        if math.isfinite(share):
            self._pass_on({"progress": share} | ({"status": status} if status else {}))
        else:
            self._pass_on({"status": status or f"{progress:g}"})

    async def log(self, params: types.LoggingMessageNotificationParams) -> None:
        """A line."""
        data = params.data
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
        self._pass_on({"log": text[:MOST_LOG_CHARS]})

    def _pass_on(self, chunk: dict[str, Any]) -> None:
        self._left -= 1
        if self._left >= 0:
            self._write(chunk)


class _Questions:
    """What a server asks a person in one call.

    Each attempt may ask in another order, as when it asks two things at once: so an answer names its question.
    """

    def __init__(self, server: McpServer, tool: str) -> None:
        self._asked: dict[str, JSON] = {"type": "mcp_elicitation", "server": server.name, "tool_name": tool}
        self._answers: dict[str, Any] = {}
        self._times: Counter[str] = Counter()

    def answer(self, params: types.ElicitRequestParams) -> Any:
        """What a person has answered; raises GraphBubbleUp while nobody has."""
        if isinstance(params, types.ElicitRequestURLParams):
            request: dict[str, JSON] = {"message": params.message, "mode": "url", "url": params.url}
        else:
            request = {"message": params.message, "mode": "form", "requested_schema": params.requestedSchema}
        same = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:16]
        self._times[same] += 1
        key = f"{same}-{self._times[same]}"
        while key not in self._answers:
            given = interrupt({**self._asked, "requests": [{"key": key, **request}]})
            match given:
                case {"responses": dict(responses)}:
                    self._answers |= responses
                    if not responses:
                        self._answers[key] = None
                case _:  # of a run that has waited since before answers had keys
                    self._answers[key] = given
        return self._answers[key]


def _answer(given: Any) -> types.ElicitResult:
    match given:
        case {"action": "accept", "content": dict(content)}:
            return types.ElicitResult(action="accept", content=content)
        case {"action": "accept"}:
            return types.ElicitResult(action="accept")
        case {"action": "decline"}:
            return types.ElicitResult(action="decline")
    return types.ElicitResult(action="cancel")


def _text(server: McpServer, result: types.CallToolResult) -> str:
    """An answer in words, with a word for an empty one."""
    parts = [_block(block) for block in result.content]
    text = "\n".join(part for part in parts if part)
    if not text and result.structuredContent:
        text = json.dumps(result.structuredContent, ensure_ascii=False)
    if len(text) > bounds_here.get().answer_chars:
        raise ToolFailed(sentence("mcp-answer-long", server=server.name, most=f"{bounds_here.get().answer_chars:,}"))
    if result.isError:
        raise ToolFailed(text or sentence("mcp-refused", server=server.name, message="?"))
    return text


def _is_text(block: types.ContentBlock) -> bool:
    match block:
        case types.TextContent() | types.EmbeddedResource(resource=types.TextResourceContents()):
            return True
    return False


def _block(block: types.ContentBlock) -> str:
    match block:
        case types.TextContent():
            return block.text
        case types.EmbeddedResource(resource=types.TextResourceContents() as resource):
            return resource.text
        case types.ResourceLink():
            return str(block.uri)
    return f"[{block.type}]"
