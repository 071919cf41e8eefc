"""Starts what is measured, each in a process of its own: the model server, the app, the obvious ways."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.serving import free_port

ROOT = Path(__file__).resolve().parents[1]

WAYS = {
    "toolstream": "app.py",
    "write_stream": "bench/obvious_write_stream.py",
    "placeholder": "bench/obvious_placeholder.py",
}
"""What is compared, and the script that does it."""

NO_LIMITS = {
    "TOOLSTREAM_RUNS_AT_ONCE": "1000",
    "TOOLSTREAM_RUNS_PER_MINUTE": "10000",
    "TOOLSTREAM_RUNS_PER_SESSION": "10",
    "TOOLSTREAM_RUN_SECONDS": "600",
    "TOOLSTREAM_OUTPUT_EVENTS": "1000000",
    "TOOLSTREAM_OUTPUT_BYTES": "100000000",
}


@dataclass(frozen=True)
class Server:
    """A process that answers at a URL."""

    url: str
    process: psutil.Process
    ready_after: float
    """Seconds from its start until it was healthy."""

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def rss(self) -> float:
        """Megabytes of memory now."""
        return float(self.process.memory_info().rss / 1e6)


@contextmanager
def model_server() -> Iterator[Server]:
    port = free_port()
    with _running([sys.executable, "-m", "bench.model_server", str(port)], port, "/log/none", {}) as server:
        yield server


@contextmanager
def streamlit_server(way: str, model: Server) -> Iterator[Server]:
    """One of the WAYS, which asks this model server. They share .streamlit/config.toml."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", WAYS[way], "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), "--server.fileWatcherType", "none"]
    env = {"OPENAI_BASE_URL": f"{model.url}/v1", "OPENAI_API_KEY": "none", "OPENAI_MODEL": "bench", **NO_LIMITS}
    with _running(command, port, "/_stcore/health", env) as server:
        yield server


def page_url(server: Server, way: str, graph: str = "react", view: str = "simple") -> str:
    """The page to open. Of the app: one whose agent has no tool, so that it does what the obvious ways do."""
    if way != "toolstream":
        return server.url
    return f"{server.url}/{'LLM_tokens' if graph == 'react' else 'Without_LangChain'}?tools=-&view={view}"


def model_log(model: Server, tag: str) -> Any:
    """When the question of this tag came (`asked`) and when its tokens were `sent`; empty if it never came."""
    return json.loads(fetch(f"{model.url}/log/{tag}"))


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


@contextmanager
def _running(command: list[str], port: int, health: str, env: dict[str, str]) -> Iterator[Server]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "TOOLSTREAM_"))}
    start = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = psutil.Popen(command, cwd=ROOT, env=kept | env, stdout=log, stderr=subprocess.STDOUT)
        url = f"http://127.0.0.1:{port}"
        try:
            while not _answers(url + health):
                if process.poll() is not None or time.monotonic() - start > 30:
                    log.seek(0)
                    raise RuntimeError(f"{command} does not answer:\n{log.read().decode()}")
                time.sleep(0.01)
            yield Server(url, process, time.monotonic() - start)
        finally:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        fetch(url)
        return True
    except OSError:
        return False
