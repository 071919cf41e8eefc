"""Many visitors at a time, by protocol. As a module of its own (`python -m bench.load ...`) it is the client.

The client runs in a process of its own, so that it is not what is measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from bench.browser import lags, percentile
from bench.servers import ROOT, Server, app_server, model_log, page_url
from bench.sessions import SESSIONS
from bench.stamped import question, stamps

RATE = 30
TEXT = 5_000
"""Tokens of each answer; it is left before it ends."""


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
    way: str = "toolstream"
    cpu_per_1k: float = 0.0
    """Seconds of the server's process for 1,000 tokens that arrived, at all sessions."""


def measure(
    graph: str, model: Server, sessions: int, seconds: float, *, way: str = "toolstream", tool: bool = False
) -> Load:
    """Open sessions, let them stream, and look at the last `seconds`; with `tool`, as the other front ends do it."""
    machine_load = os.getloadavg()[0]
    with app_server(way, model) as server:
        url = page_url(server, way, graph, tool=tool)
        command = [sys.executable, "-m", "bench.load", way, url, str(sessions), str(seconds), str(server.process.pid)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        result = json.loads(done.stdout)
    delays: list[float] = []
    arrived = 0
    for tag, seen in result.pop("seen").items():
        log = model_log(model, tag)
        since = result["since"] * 1000
        at = lags(seen, log["sent"], TEXT) if log else []
        # Only what arrived in the window counts; a stamp that never arrived is counted as starved below.
        delays += at[_arrived_before(seen, since, at, log) :]
        arrived += _last(seen, result["until"] * 1000) - _last(seen, since)
    return Load(
        graph,
        sessions,
        percentile(delays, 50),
        percentile(delays, 95),
        machine_load=machine_load,
        way=way,
        cpu_per_1k=result["cpu_seconds"] / max(arrived, 1) * 1000,
        **{name: result[name] for name in Load.__dataclass_fields__ if name in result},
    )


def _arrived_before(seen: list[tuple[float, int]], since: float, delays: list[float], log: Any) -> int:
    """How many of the delays belong to stamps that had arrived before the window began."""
    last = _last(seen, since)
    return min(len(delays), sum(1 for stamp in stamps(TEXT) if stamp <= last))


def _last(seen: list[tuple[float, int]], moment: float) -> int:
    """The last stamp that had arrived by then; milliseconds since the epoch."""
    return max((stamp for at, stamp in seen if at < moment), default=-1)


async def client(way: str, url: str, count: int, seconds: float, pid: int) -> dict[str, Any]:
    """Open `count` sessions at the server with this process id, and report on their last `seconds`."""
    import psutil

    app = psutil.Process(pid)
    first = SESSIONS[way](url, "")
    await first.open()  # what the server imports with its first page is not charged to the sessions
    empty = app.memory_info().rss
    sessions = [SESSIONS[way](url, f"load{pid}n{at}") for at in range(count)]
    for batch in range(0, count, 10):
        await asyncio.gather(*(session.open() for session in sessions[batch : batch + 10]))
    for session in sessions:
        await session.ask(question(TEXT, RATE, session.tag))
        await asyncio.sleep(0.02)  # people do not press Enter in the same instant
    await asyncio.sleep(4)
    since, cpu, own = time.time(), _cpu(app), _own_cpu()
    bytes_before = sum(session.wire_bytes for session in sessions)
    await asyncio.sleep(seconds)
    took, used = time.time() - since, _cpu(app) - cpu
    result = {
        "since": since,
        "until": since + took,
        "cpu_seconds": used,
        "cpu_percent": used / took * 100,
        "client_cpu_percent": (_own_cpu() - own) / took * 100,
        "rss_mb_a_session": (app.memory_info().rss - empty) / 1e6 / count,
        "wire_kb_a_second": (sum(s.wire_bytes for s in sessions) - bytes_before) / 1000 / took / count,
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
    _, _way, _url, _count, _seconds, _pid = sys.argv
    print(json.dumps(asyncio.run(client(_way, _url, int(_count), float(_seconds), int(_pid)))))
