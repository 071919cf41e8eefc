"""An HTTP server on loopback that speaks the Agent Server protocol, whose streams are given event by event: what a
server of two workers can send, right or wrong.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

from agent.graphs.registry import GRAPHS

Event = tuple[str, object]
"""Its name, with the namespace behind `|`, and its data."""


@dataclass
class ScriptedRun:
    """What is streamed of one run, and how it is said to stand."""

    events: Sequence[Event] = ()
    """In the order in which the server keeps them; their ids rise by two, as aegra's with Redis."""
    left_out: Sequence[Iterable[int]] = ()
    """For one connection after the other, the events that it does not send; later ones send all."""
    breaks_after: Sequence[int] = ()
    """For one connection after the other, how many events it sends before it breaks."""
    is_silent: bool = False
    """The stream stays open after the last event, with signs of life; else it closes."""
    status: Literal["pending", "running", "success", "error", "interrupted"] = "success"
    name: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What it was asked for with."""
    joined: int = 0
    """How often somebody has joined its stream."""
    cancelled: bool = False


class ProtocolServer:
    """The server: hands out one run after the other."""

    def __init__(self, script: list[ScriptedRun]) -> None:
        self.url = ""
        self.script = script
        self.begun: list[ScriptedRun] = []
        self.state: dict[str, Any] = {}
        """The state of every thread."""
        self.breaks_off: list[Callable[[ScriptedRun], bool]] = []
        """For the next requests to start a run: whether it is started, before the connection breaks off unanswered."""


@contextmanager
def protocol_server(*script: ScriptedRun) -> Iterator[ProtocolServer]:
    """Run a server that hands out these runs."""
    told = ProtocolServer(list(script))
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
            path = urlsplit(self.path).path
            if path == "/assistants/search":
                self._answer([{"assistant_id": name, "graph_id": name, "name": name} for name in GRAPHS])
            elif path == "/threads":
                self._answer({"thread_id": body["thread_id"]})
            elif path.endswith("/runs"):
                self._begin(body)
            elif path.endswith("/cancel"):
                self._run(path).cancelled = True
                self._answer({})
            else:
                self.send_error(404)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.endswith("/state"):
                self._answer(told.state)
            elif path.endswith("/runs"):
                self._answer([self._record(number) for number in range(len(told.begun))])
            elif path.endswith("/stream"):
                self._stream(self._run(path.removesuffix("/stream")))
            elif "/runs/" in path:
                self._answer(self._record(int(path.rpartition("/")[2])))
            else:
                self._answer({"thread_id": path.rpartition("/")[2]})

        def _run(self, path: str) -> ScriptedRun:
            return told.begun[int(path.removesuffix("/cancel").rpartition("/")[2])]

        def _record(self, number: int) -> dict[str, Any]:
            run = told.begun[number]
            config = {"metadata": {"toolstream_run": run.name}}
            return {"run_id": str(number), "status": run.status, "config": config, "created_at": f"{number:06}"}

        def _begin(self, body: dict[str, Any]) -> None:
            run = told.script[min(len(told.begun), len(told.script) - 1)]
            run.name, run.options = body["config"]["metadata"]["toolstream_run"], body
            if told.breaks_off:
                if told.breaks_off.pop(0)(run):
                    told.begun.append(run)
                self.close_connection = True
                return
            told.begun.append(run)
            self._answer(self._record(len(told.begun) - 1))

        def _stream(self, run: ScriptedRun) -> None:
            turn, run.joined = run.joined, run.joined + 1
            left_out = set(run.left_out[turn]) if turn < len(run.left_out) else set()
            most = run.breaks_after[turn] if turn < len(run.breaks_after) else None
            after = int((self.headers.get("last-event-id") or "-1").rpartition("_")[2])
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            ids = [2 * number + 1 for number in range(len(run.events))]
            kept = [(id_, event) for id_, event in zip(ids, run.events, strict=True) if id_ > after]
            for number, (id_, (name, data)) in enumerate(kept):
                if most is not None and number >= most:
                    self.close_connection = True
                    return
                if (id_ - 1) // 2 not in left_out:
                    self._send(f"event: {name}\ndata: {json.dumps(data)}\nid: run_event_{id_}\n\n")
            while run.is_silent and not closing.is_set():
                time.sleep(0.02)
                self._send(": heartbeat\n\n")
            self.wfile.write(b"0\r\n\r\n")

        def _send(self, text: str) -> None:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(text.encode()), text.encode()))

        def _answer(self, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
