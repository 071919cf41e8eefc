"""Starts what the browser tests look at: the real app as a process, and the demo model where it can be watched."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.demo_model import DemoServer
from agent.loop import BackgroundLoop
from tests import warm
from tests.warm import Forked

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class App:
    """The app at work."""

    url: str
    process: subprocess.Popen[bytes] | Forked
    log_file: Path

    def log(self) -> str:
        """What it has written to its output so far."""
        return self.log_file.read_text(errors="replace")


@contextmanager
def app_server(
    env: Mapping[str, str] | None = None,
    root: Path = ROOT,
    *,
    watch: bool = False,
    fresh: bool = False,
    script: str = "app.py",
) -> Iterator[App]:
    """Run the app as a visitor would meet it, with `env` on top of an environment that configures nothing.

    With `watch` it starts its scripts anew when a source below `root` is saved, as while one works on it. Such an app
    has an interpreter of its own, as has one that is `fresh`; another is forked where its libraries are imported
    already, which is what takes an app most of the time that it needs to start. The `script` is Streamlit's, or an
    ASGI app that uvicorn runs, as `asgi:app`.
    """
    with tempfile.TemporaryDirectory(prefix="toolstream-test-") as folder:
        port = free_port()
        log = Path(folder, "log.txt")
        app = App(f"http://127.0.0.1:{port}", _start(port, env or {}, log, root, watch, fresh, script), log)
        try:
            wait_until(lambda: _is_healthy(app), 60, lambda: f"the app answers\n{app.log()}")
            yield app
        finally:
            _end(app)


@contextmanager
def model_server(rate: float = 30.0, api_key: str | None = None) -> Iterator[DemoServer]:
    """Run the demo model in this process, so that a test can watch its `stats`; with a key, it asks for that."""
    with BackgroundLoop("demo-model") as loop:

        async def start() -> DemoServer:
            server = DemoServer(rate=rate, api_key=api_key)
            await server.start()
            return server

        server = loop.call(start(), 10)
        try:
            yield server
        finally:
            loop.call(server.close(), 10)


def pointed_at(server: DemoServer) -> dict[str, str]:
    """The environment of an app that asks this model server."""
    models = "demo,demo-fast,demo-flaky,demo-flaky:broken,demo-flaky:stall,demo-flaky:unauthorized"
    return {"OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": models}


def wait_until(predicate: Callable[[], object], timeout: float, why: str | Callable[[], str]) -> None:
    """Ask again and again until it is true; fails with what was waited for."""
    deadline = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {timeout:g} s in vain until {why() if callable(why) else why}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(
    port: int, env: Mapping[str, str], log: Path, root: Path, watch: bool, fresh: bool, script: str
) -> subprocess.Popen[bytes] | Forked:
    arguments = ["run", script, "--server.headless", "true"]
    arguments += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    watcher = ["auto", "--server.runOnSave", "true"] if watch else ["none"]
    arguments += ["--server.fileWatcherType", *watcher]
    whole = clean_environment() | {"TOOLSTREAM_RECORDINGS": str(log.with_name("runs"))} | dict(env)
    command = [warm.FRESH, "-m", "streamlit", *arguments]
    if ":" in script:
        command = [warm.FRESH, "-m", "uvicorn", script, "--port", str(port)]
    elif root == ROOT and not watch and not fresh and "PYTHONPATH" not in env and warm.PLACE in os.environ:
        return Forked(["-m", "streamlit", *arguments], whole, log)
    with log.open("wb") as file:
        return subprocess.Popen(command, cwd=root, env=whole, stdout=file, stderr=subprocess.STDOUT)


def clean_environment() -> dict[str, str]:
    """The environment without anything that configures the app."""
    ours = ("OPENAI_", "TOOLSTREAM_", "STREAMLIT_", "LANG", "OTEL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _is_healthy(app: App) -> bool:
    if app.process.poll() is not None:
        raise AssertionError(f"The app ended by itself with code {app.process.poll()}:\n{app.log()}")
    try:
        with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        return False


def _end(app: App) -> None:
    app.process.terminate()
    try:
        app.process.wait(5)
    except subprocess.TimeoutExpired:
        app.process.kill()
        app.process.wait()
        raise AssertionError(f"The app did not end within 5 s of SIGTERM:\n{app.log()}") from None
