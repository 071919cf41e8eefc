"""Agent Servers of the tests' own, as processes: aegra and `langgraph dev`, from an environment of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import ROOT, clean_environment, free_port, wait_until

PROGRAMS = ROOT / ".venv" / "agent-servers" / "bin"
MISSING = "There is no aegra and no langgraph dev here: make agent-servers, which takes Python 3.12 or newer."
START_SECONDS = 90
OTHERS = ("plain", "marked", "form", "failing", "slow", "short", "stops", "broken")
"""The graphs of tests/server/served_by_others.py."""


@dataclass(frozen=True)
class AgentServer:
    """A server at work."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> str:
        """What it has written to its output so far."""
        return self.log_file.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Hold it up, or let it go on."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """End it without a word, as when a machine dies."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def aegra(
    database: str, env: Mapping[str, str], config: Path = ROOT / "aegra.json", port: int = 0
) -> Iterator[AgentServer]:
    """aegra on a PostgreSQL, with the graphs that a configuration names."""
    more = {"DATABASE_URL": database, "AEGRA_CONFIG": str(config), **env}
    with _server(["uvicorn", "aegra_api.main:app", "--log-level", "warning", "--port"], more, config, port) as server:
        yield server


NO_REDIS = "Redis is not installed here (Debian: apt-get install redis-server)."


@contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing; its address."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def langgraph_dev(env: Mapping[str, str], config: Path = ROOT / "langgraph.json") -> Iterator[AgentServer]:
    """`langgraph dev`, with the graphs that a configuration names."""
    command = ["langgraph", "dev", "--no-browser", "--no-reload", "--config", str(config), "--port"]
    with _server(command, env, config, 0) as server:
        yield server


@contextmanager
def _server(command: list[str], env: Mapping[str, str], config: Path, port: int) -> Iterator[AgentServer]:
    port = port or free_port()
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    whole = clean_environment() | {"PATH": path, "TOOLSTREAM_RECORDINGS": "off", "LANGSMITH_TRACING": "false"}
    with tempfile.TemporaryDirectory(prefix="toolstream-test-") as folder:
        log = Path(folder, "log.txt")
        with log.open("wb") as file:
            process = subprocess.Popen(
                [PROGRAMS / command[0], *command[1:], str(port)],
                cwd=config.parent,
                env=whole | dict(env),
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = AgentServer(f"http://127.0.0.1:{port}", process, log)
        try:
            wait_until(lambda: _answers(server), START_SECONDS, lambda: f"the server answers\n{server.log()[-4000:]}")
            yield server
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    server.kill()


def _answers(server: AgentServer) -> bool:
    assert server.process.poll() is None, f"the server ended by itself:\n{server.log()[-4000:]}"
    try:
        with urllib.request.urlopen(f"{server.url}/info", timeout=2):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code in (401, 403)
    except OSError:
        return False
