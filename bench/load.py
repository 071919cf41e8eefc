"""Many visitors at a time, by protocol. As a module of its own (`python -m bench.load ...`) it is the client.

The client runs in a process of its own and leaves almost everything unparsed, so that it is not what is measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.browser import lags, percentile
from bench.servers import ROOT, Server, model_log, page_url, streamlit_server
from bench.stamped import question, stamps

RATE = 30
TEXT = 5_000
"""Tokens of each answer; it is left before it ends."""


class Counted(ClientConnection):
    """A connection that counts what comes over the wire, compressed as it is."""

    wire_bytes = 0

    def data_received(self, data: bytes) -> None:
        self.wire_bytes += len(data)
        super().data_received(data)


class Session:
    """A visitor: opens a page, asks, and notes when which stamp arrived."""

    def __init__(self, url: str, tag: str) -> None:
        self.url, self.tag = urlsplit(url), tag
        self.seen: list[tuple[float, int]] = []
        """Milliseconds since the epoch, and the last stamp that had arrived."""
        self.scripts_ended = 0
        self._page = self._box = ""
        self._watching = False
        self._news = asyncio.Event()
        self.socket: Counted

    async def open(self) -> None:
        self.socket = await connect(  # type: ignore[assignment]
            f"ws://{self.url.netloc}/_stcore/stream",
            subprotocols=["streamlit", "no-token"],  # type: ignore[list-item]
            max_size=None,
            ping_interval=None,
            open_timeout=60,
            create_connection=Counted,
        )
        self._reader = asyncio.create_task(self._read())
        await self.rerun()
        await self.until(lambda: self._box and self.scripts_ended)

    async def ask(self, text: str) -> None:
        asked = WidgetState(id=self._box)
        asked.chat_input_value.data = text
        self._watching = True
        await self.rerun(asked)

    async def rerun(self, trigger: WidgetState | None = None) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.url.query, self._page
        if not self._page:
            state.page_name = self.url.path.strip("/")
        state.context_info.timezone = "UTC"
        state.context_info.url = self.url.geturl()
        if trigger:
            state.widget_states.widgets.append(trigger)
        await self.socket.send(message.SerializeToString())

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def close(self) -> None:
        self._reader.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                assert isinstance(frame, bytes)
                if self._watching:
                    self._look(frame)
                if not self._watching or len(frame) < 300:  # longer ones are not about a script's end
                    self._take(ForwardMsg.FromString(frame))
                    self._news.set()
        except ConnectionClosed:
            pass

    def _look(self, frame: bytes) -> None:
        """Find the last stamp, `q12z`, without parsing anything."""
        end = len(frame)
        while (end := frame.rfind(b"z", 0, end)) > 0:
            number = frame[frame.rfind(b"q", 0, end) + 1 : end]
            if number.isdigit():
                if int(number) > (self.seen[-1][1] if self.seen else -1):
                    self.seen.append((time.time() * 1000, int(number)))
                return

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page = message.new_session.page_script_hash
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.scripts_ended += 1
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "chat_input":
            self._box = message.delta.new_element.chat_input.id


@dataclass
class Load:
    """What many sessions at a time cost, in the last seconds of their stream."""

    graph: str
    sessions: int
    lag_p50_ms: float | None
    lag_p95_ms: float | None
    starved: int
    """Sessions that got nothing new in that time."""
    cpu_percent: float
    """Of one core, the server."""
    client_cpu_percent: float
    rss_mb_a_session: float
    wire_kb_a_second: float
    """Compressed, of one session."""
    machine_load: float = 0.0
    """As for one answer."""


def measure(graph: str, model: Server, sessions: int, seconds: float) -> Load:
    """Open sessions, let them stream, and look at the last `seconds`."""
    machine_load = os.getloadavg()[0]
    with streamlit_server("toolstream", model) as server:
        url = page_url(server, "toolstream", graph)
        command = [sys.executable, "-m", "bench.load", url, str(sessions), str(seconds), str(server.process.pid)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        result = json.loads(done.stdout)
    delays: list[float] = []
    for tag, seen in result.pop("seen").items():
        log = model_log(model, tag)
        since = result["since"] * 1000
        at = lags(seen, log["sent"], TEXT) if log else []
        # Only what arrived in the window counts; a stamp that never arrived is counted as starved below.
        delays += at[_arrived_before(seen, since, at, log) :]
    return Load(
        graph,
        sessions,
        percentile(delays, 50),
        percentile(delays, 95),
        machine_load=machine_load,
        **{name: result[name] for name in Load.__dataclass_fields__ if name in result},
    )


def _arrived_before(seen: list[tuple[float, int]], since: float, delays: list[float], log: Any) -> int:
    """How many of the delays belong to stamps that had arrived before the window began."""
    last = max((stamp for at, stamp in seen if at < since), default=-1)
    return min(len(delays), sum(1 for stamp in stamps(TEXT) if stamp <= last))


async def client(url: str, count: int, seconds: float, pid: int) -> dict[str, Any]:
    """Open `count` sessions at the server with this process id, and report on their last `seconds`."""
    import psutil

    app = psutil.Process(pid)
    first = Session(url, "")
    await first.open()  # what the server imports with its first page is not charged to the sessions
    empty = app.memory_info().rss
    sessions = [Session(url, f"load{pid}n{at}") for at in range(count)]
    for batch in range(0, count, 10):
        await asyncio.gather(*(session.open() for session in sessions[batch : batch + 10]))
    for session in sessions:
        await session.ask(question(TEXT, RATE, session.tag))
        await asyncio.sleep(0.02)  # people do not press Enter in the same instant
    await asyncio.sleep(4)
    since, cpu, own = time.time(), _cpu(app), _own_cpu()
    bytes_before = sum(session.socket.wire_bytes for session in sessions)
    await asyncio.sleep(seconds)
    took = time.time() - since
    result = {
        "since": since,
        "cpu_percent": (_cpu(app) - cpu) / took * 100,
        "client_cpu_percent": (_own_cpu() - own) / took * 100,
        "rss_mb_a_session": (app.memory_info().rss - empty) / 1e6 / count,
        "wire_kb_a_second": (sum(s.socket.wire_bytes for s in sessions) - bytes_before) / 1000 / took / count,
        "starved": sum(1 for s in sessions if not s.seen or s.seen[-1][0] < since * 1000),
        "seen": {session.tag: session.seen for session in sessions},
    }
    return result


def _cpu(process: Any) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    _, _url, _count, _seconds, _pid = sys.argv
    print(json.dumps(asyncio.run(client(_url, int(_count), float(_seconds), int(_pid)))))
