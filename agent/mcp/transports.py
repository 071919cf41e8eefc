"""The two ways to an MCP server, each bounded: a child process, or streamable HTTP. Needs requirements-mcp.txt."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCMessage, JSONRPCRequest
from pydantic import ValidationError

from agent.mcp.bounds import bounds_here
from agent.mcp.servers import McpServer
from texts import Sentence, sentence

MOST_JUNK = 50
"""Lines that may be no messages: some servers greet, or print for debugging."""
CONNECT_SECONDS = 10.0
END_SECONDS = 0.5
"""Seconds that a child gets to end when its input ends, and again when it is told to."""


class Wire:
    """A connection: what comes in, what goes out, and what is wrong with it."""

    def __init__(self, server: McpServer, incoming: ObjectReceiveStream[Any], outgoing: Outgoing) -> None:
        self.incoming, self.outgoing = incoming, outgoing
        self._server = server
        self.failed: Sentence | None = None
        self.lost = asyncio.Event()
        """Set when an answer broke off, or cannot be read: the session would wait for the rest of it for ever."""

    async def misses(self, message: object) -> None:
        """Take in what the session was given: if it is the call's answer, and cannot be read, no other follows."""
        if isinstance(message, ValidationError):
            for value in (error["input"] for error in message.errors()):
                with contextlib.suppress(ValueError, RecursionError):
                    answer = json.loads(value) if isinstance(value, (str, bytes)) else value
                    if isinstance(answer, dict) and "method" not in answer and answer.get("id") == self.outgoing.call:
                        self.fail("mcp-junk")
                        self.lost.set()

    def fail(self, key: str, **values: str) -> None:
        """Note why nothing more will come."""
        self.failed = self.failed or sentence(key, server=self._server.name, **values)


class Outgoing(ObjectSendStream[SessionMessage]):
    """Notes the id of a tool call on its way out: it is needed to cancel the call."""

    def __init__(self) -> None:
        self.call: str | int | None = None

    async def send(self, item: SessionMessage) -> None:
        """Send a message."""
        request = item.message.root
        if isinstance(request, JSONRPCRequest) and request.method == "tools/call":
            self.call = request.id
        await self.put(item)

    async def put(self, item: SessionMessage) -> None:
        """Send a message, whichever the transport."""
        raise NotImplementedError


@contextlib.asynccontextmanager
async def connected(server: McpServer) -> AsyncIterator[Wire]:
    """A connection to a server; raises OSError if it cannot be started."""
    async with _over_http(server) if server.url else _as_child(server) as wire:
        yield wire


class _ToChild(Outgoing):
    def __init__(self, stdin: asyncio.StreamWriter) -> None:
        super().__init__()
        self._stdin = stdin

    async def put(self, item: SessionMessage) -> None:
        text = item.message.model_dump_json(by_alias=True, exclude_none=True)
        try:
            self._stdin.write(text.encode() + b"\n")
            await self._stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise anyio.ClosedResourceError from error

    async def aclose(self) -> None:
        self._stdin.close()


@contextlib.asynccontextmanager
async def _as_child(server: McpServer) -> AsyncIterator[Wire]:
    child = await asyncio.create_subprocess_exec(
        server.command,
        *server.args,
        env=get_default_environment() | dict(server.env),
        cwd=server.cwd or None,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=bounds_here.get().message_bytes,
        start_new_session=True,  # so that what it starts itself ends with it
    )
    assert child.stdin
    assert child.stdout
    to_session, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    wire = Wire(server, incoming, _ToChild(child.stdin))
    reading = asyncio.create_task(_read(child.stdout, to_session, wire))
    try:
        yield wire
    finally:
        child.stdin.close()
        reading.cancel()
        draining = asyncio.create_task(_drain(child.stdout))  # or it would not count as ended
        try:
            await _end(child)
        finally:
            draining.cancel()


async def _read(stdout: asyncio.StreamReader, to_session: ObjectSendStream[Any], wire: Wire) -> None:
    junk = 0
    async with to_session:  # whose end tells the session that nothing more will come
        while True:
            try:
                line = await stdout.readline()
            except ValueError:
                return wire.fail("mcp-too-much", megabytes=f"{bounds_here.get().message_bytes / 1e6:g}")
            if not line:
                return wire.fail("mcp-died")
            message: SessionMessage | Exception
            try:
                message = SessionMessage(_parsed(line))
            except (ValueError, RecursionError) as error:
                junk += bool(line.strip())
                if junk > MOST_JUNK:
                    return wire.fail("mcp-junk")
                message = error
            try:
                await to_session.send(message)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return None


def _parsed(line: bytes) -> JSONRPCMessage:
    """A message; of half an emoji, or of a byte in another encoding, there remains a question mark."""
    try:
        return JSONRPCMessage.model_validate_json(line)
    except ValueError:
        value = json.loads(line.decode(errors="replace"))
        return JSONRPCMessage.model_validate_json(json.dumps(value, ensure_ascii=False).encode(errors="replace"))


async def _drain(stdout: asyncio.StreamReader) -> None:
    while await stdout.read(1 << 16):
        pass


async def _end(child: asyncio.subprocess.Process) -> None:
    """End a child whose input has ended, and whatever it has started; its last moments are not waited for for long."""
    try:
        for number in (None, signal.SIGTERM):
            if number is not None:
                _signal(child, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(child.wait(), END_SECONDS)
                break
    finally:  # also when the app ends, and there is no more time for waiting
        _signal(child, getattr(signal, "SIGKILL", signal.SIGTERM))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), END_SECONDS)


def _signal(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, number)  # the child leads a group of its own
        else:
            child.send_signal(number)


class _ToStream(Outgoing):
    def __init__(self, stream: ObjectSendStream[SessionMessage]) -> None:
        super().__init__()
        self._stream = stream

    async def put(self, item: SessionMessage) -> None:
        await self._stream.send(item)

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextlib.asynccontextmanager
async def _over_http(server: McpServer) -> AsyncIterator[Wire]:
    transport = _Bounded()
    client = httpx.AsyncClient(
        headers={**server.headers, "accept-encoding": "identity"},
        timeout=httpx.Timeout(CONNECT_SECONDS, read=bounds_here.get().silent_seconds),
        transport=transport,
    )
    async with client, streamable_http_client(server.url, http_client=client) as (incoming, stream, _):
        wire = Wire(server, incoming, _ToStream(stream))
        transport.wire = wire
        yield wire


class _Bounded(httpx.AsyncHTTPTransport):
    """Reads no more of a response than its limit."""

    wire: Wire | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await super().handle_async_request(request)
        except httpx.TransportError:
            self.fail("mcp-unreachable")
            raise
        if response.headers.get("content-encoding", "identity") != "identity":
            self.fail("mcp-junk")  # it was asked not to: nobody knows how much it would be
            await response.aclose()
            raise httpx.DecodingError("compressed", request=request)
        kind = response.headers.get("content-type", "").lower()
        if request.method == "POST" and response.status_code == 200 and not kind.startswith(_ANSWERS):
            self.fail("mcp-junk")
            await response.aclose()
            raise httpx.DecodingError("no answer", request=request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        sent = b"".join(request.stream) if isinstance(request.stream, httpx.ByteStream) else b""
        is_call = b'"method":"tools/call"' in sent.replace(b" ", b"")
        if is_call and response.status_code == 202:
            self.lose()
        response.stream = _Counted(response.stream, self, is_answer=request.method == "POST", is_call=is_call)
        return response

    def fail(self, key: str, **values: str) -> None:
        if self.wire:
            self.wire.fail(key, **values)

    def lose(self) -> None:
        """Note that no answer to the call will come but what has come."""
        if self.wire:
            self.wire.lost.set()


_ANSWERS = ("application/json", "text/event-stream")


class _Counted(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, transport: _Bounded, *, is_answer: bool, is_call: bool) -> None:
        self._stream, self._transport, self._is_answer, self._is_call = stream, transport, is_answer, is_call

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count, goes_on = 0, False
        try:
            async for piece in self._stream:
                count += len(piece)
                if count > bounds_here.get().message_bytes:
                    self._transport.fail("mcp-too-much", megabytes=f"{bounds_here.get().message_bytes / 1e6:g}")
                    raise httpx.ReadError("too much")
                goes_on |= b"id:" in piece  # an event with an id: what follows can be asked for
                yield piece
            if self._is_call and not goes_on:
                self._transport.lose()
        except httpx.TransportError:
            if self._is_answer:
                self._transport.fail("mcp-died")
                self._transport.lose()
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()
