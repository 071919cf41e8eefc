"""An HTTP server on loopback whose answers are given byte by byte: what a model server could send, right or wrong."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True)
class Reply:
    """One response, as bytes."""

    body: bytes | Sequence[bytes] = b""
    """Parts are sent one by one."""
    status: int = 200
    content_type: str = EVENT_STREAM
    headers: Mapping[str, str] = field(default_factory=dict)
    stays_open: bool = False
    """The connection is left open after the last byte, until the client goes or the server ends."""
    breaks: bool = False
    """The connection breaks after the last byte, in the middle of the response."""


Answer = Reply | Callable[[dict[str, Any]], Reply]
"""A response, or what makes one of a request's body."""


@dataclass
class ScriptedServer:
    """The server: answers with one reply after the other, and with the last one from then on."""

    url: str
    """With `/v1`, as clients want it."""
    script: list[Answer] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of the requests so far."""
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    gone: queue.Queue[int] = field(default_factory=queue.Queue)
    """The numbers, from 0, of the requests whose clients left before the end."""

    def play(self, *answers: Answer) -> None:
        """Begin anew, with these answers."""
        self.script[:] = answers
        self.requests, self.paths, self.headers, self.gone = [], [], [], queue.Queue()


def sse(*events: object, done: bool = True) -> bytes:
    """Events as OpenAI sends them; what is no text is sent as JSON."""
    texts = [event if isinstance(event, str) else json.dumps(event, ensure_ascii=False) for event in events]
    return "".join(f"data: {text}\n\n" for text in [*texts, *(["[DONE]"] if done else [])]).encode()


def chunk(choice: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    return {**head, "choices": [] if choice is None else [{"index": 0, **choice}], **more}


def delta(finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """A chunk with one delta."""
    return chunk({"delta": fields, "finish_reason": finish_reason})


def says(text: str, finish_reason: str = "stop") -> Reply:
    """A whole, ordinary answer."""
    words = [delta(content=word) for word in text.split(" ") for word in (word + " ",)]
    words[-1]["choices"][0]["delta"]["content"] = text.split(" ")[-1]
    return Reply(sse(delta(role="assistant", content=""), *words, delta(finish_reason)))


def calls(*pieces: Mapping[str, Any], finish_reason: str = "tool_calls") -> Reply:
    """An ordinary answer that asks for tools: each piece in a chunk of its own."""
    return Reply(sse(delta(role="assistant"), *(delta(tool_calls=[piece]) for piece in pieces), delta(finish_reason)))


def refuses(status: int, body: object, **headers: str) -> Reply:
    """An error, as JSON or as the text that is given."""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/plain" if isinstance(body, str) else "application/json"
    return Reply(text.encode(), status, kind, {name.replace("_", "-"): value for name, value in headers.items()})


@contextmanager
def scripted_server(answers: Iterable[Answer] = ()) -> Iterator[ScriptedServer]:
    """Run a server that gives these answers in turn, however often it is asked."""
    lock = threading.Lock()
    open_sockets: set[socket.socket] = set()
    listener = socket.create_server(("127.0.0.1", 0))
    server = ScriptedServer(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", list(answers))

    def serve(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while request := _request(reader):
                path, headers, body = request
                with lock:
                    number = len(server.requests)
                    answer = server.script[min(number, len(server.script) - 1)]
                    server.paths.append(path)
                    server.headers.append(headers)
                    server.requests.append(body)
                reply = answer if isinstance(answer, Reply) else answer(body)
                if not _send(connection, reply):
                    server.gone.put(number)
                    return
                if reply.breaks:
                    return
                if reply.stays_open:
                    with suppress(OSError):
                        connection.recv(1)
                    server.gone.put(number)
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            open_sockets.add(connection)
            threading.Thread(target=_quietly, args=(serve, connection), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _quietly(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with suppress(OSError, ValueError):
        serve(connection)


def _request(reader: Any) -> tuple[str, dict[str, str], dict[str, Any]] | None:
    line = reader.readline().decode().split(" ")
    if len(line) < 2:
        return None
    headers: dict[str, str] = {}
    while header := reader.readline().decode().strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", 0)))
    return line[1], headers, json.loads(body) if body else {}


def _send(connection: socket.socket, reply: Reply) -> bool:
    """Whether the client stayed to the end."""
    parts = [reply.body] if isinstance(reply.body, bytes) else reply.body
    fields = {"content-type": reply.content_type, "transfer-encoding": "chunked", **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} Scripted", *(f"{name}: {value}" for name, value in fields.items())]
    head = "\r\n".join([*lines, "", ""]).encode()
    sent = [b"%x\r\n%b\r\n" % (len(part), part) for part in filter(None, parts)] or [b""]
    sent[0] = head + sent[0]
    if not (reply.breaks or reply.stays_open):
        sent[-1] += b"0\r\n\r\n"
    try:
        for data in sent:
            connection.sendall(data)
    except OSError:
        return False
    return True
