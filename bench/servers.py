"""Starts what is measured, each in a process of its own: the model server, the app, other ways, other front ends."""

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

from bench import environments
from tests.serving import free_port

ROOT = Path(__file__).resolve().parents[1]
REST_SECONDS = 0.3
"""A process that needed next to no processor time for so long is at rest."""


@dataclass(frozen=True)
class Way:
    """A way to show an agent's answer: the script that does it, and how a browser finds its way around the page."""

    script: str
    box: str = ".st-key-question textarea"
    """Selects where a question is typed."""
    answers: str = "[data-testid=stChatMessage]"
    """Selects the messages of which the answer will be one."""
    before: int = 1
    """How many new ones of these come before the answer: the question is one, or is not."""
    end: str = ""
    """Selects what is in an answer once it is complete; without it, the last words say so."""
    command: tuple[str, ...] = (
        "streamlit",
        "run",
        "{script}",
        "--server.headless",
        "true",
        "--server.address",
        "127.0.0.1",
        "--server.port",
        "{port}",
        "--server.fileWatcherType",
        "none",
    )
    """The module that runs the script, and its arguments."""
    health: str = "/_stcore/health"


_CAPTION = "[data-testid=stCaptionContainer]"
WAYS = {
    "toolstream": Way("app.py", end=_CAPTION),
    "write_stream": Way("bench/obvious_write_stream.py", end=_CAPTION),
    "placeholder": Way("bench/obvious_placeholder.py", end=_CAPTION),
}
"""What is compared with every full run: the app, and the obvious ways in Streamlit."""

VISITED = {"asgi": Way("asgi.py", end=_CAPTION), "bare": Way("bench/bare.py")}
"""What is only visited: the app as `make run` starts it, and an app that draws a title, all Streamlit's own doing."""

PEERS = {
    "chainlit": Way(
        "bench/peers/chainlit_app.py",
        box="#chat-input",
        answers="[data-step-type=assistant_message]",
        before=0,
        command=("chainlit", "run", "{script}", "--headless", "--host", "127.0.0.1", "--port", "{port}"),
        health="/",
    ),
    "gradio": Way(
        "bench/peers/gradio_app.py",
        box="[data-testid=textbox]",
        answers=".bot-row",
        before=0,
        command=("bench.peers.gradio_app",),
        health="/",
    ),
    "nicegui": Way(
        "bench/peers/nicegui_app.py",
        box=".question input",
        answers=".answer",
        before=0,
        command=("bench.peers.nicegui_app",),
        health="/",
    ),
}
"""Other front ends, each in an environment of its own."""

EVERY = {**WAYS, **VISITED, **PEERS}

NO_LIMITS = {
    "TOOLSTREAM_RUNS_AT_ONCE": "1000",
    "TOOLSTREAM_RUNS_PER_MINUTE": "10000",
    "TOOLSTREAM_RUNS_PER_MINUTE_AND_ADDRESS": "10000",
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

    def rest(self) -> None:
        """Wait until it has nothing to do."""
        before = -1.0
        while (now := self.cpu) - before > 0.01:
            before = now
            time.sleep(REST_SECONDS)


@contextmanager
def model_server() -> Iterator[Server]:
    port = free_port()
    with _running([sys.executable, "-m", "bench.model_server", str(port)], port, "/log/none", {}) as server:
        yield server


@contextmanager
def app_server(name: str, model: Server, **more: str) -> Iterator[Server]:
    """EVERY one of these, which asks this model server. Those in Streamlit share .streamlit/config.toml.

    `more` is what else is in its environment.
    """
    way, port = EVERY[name], free_port()
    command = [str(environments.python(name)) if name in PEERS else sys.executable, "-m"]
    command += [part.format(script=way.script, port=port) for part in way.command]
    env = {"OPENAI_BASE_URL": f"{model.url}/v1", "OPENAI_API_KEY": "none", "OPENAI_MODEL": "bench", **NO_LIMITS}
    env |= {"PORT": str(port), "PYTHONPATH": str(ROOT)}
    env |= {"CHAINLIT_APP_ROOT": str(environments.FOLDER / name), "GRADIO_ANALYTICS_ENABLED": "False", **more}
    with _running(command, port, way.health, env) as server:
        yield server


def page_url(server: Server, way: str, graph: str = "react", view: str = "simple", *, tool: bool = False) -> str:
    """The page to open. Of the app: one whose agent has no tool, so that it does what the obvious ways do.

    With `tool`, the one of the other front ends, and everything that it sends is shown.
    """
    if way not in ("toolstream", "asgi"):
        return server.url
    if tool:
        return f"{server.url}/Custom_data?tools=get_items&modes=custom,messages&view={view}"
    return f"{server.url}/{'LLM_tokens' if graph == 'react' else 'Without_LangChain'}?tools=-&view={view}"


def model_log(model: Server, tag: str) -> Any:
    """When the question of this tag came (`asked`) and when its tokens were `sent`; empty if it never came."""
    return json.loads(fetch(f"{model.url}/log/{tag}"))


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


@contextmanager
def _running(command: list[str], port: int, health: str, env: dict[str, str]) -> Iterator[Server]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENAI_", "TOOLSTREAM_", "PYTHONDONT"))
    }
    start = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = psutil.Popen(command, cwd=ROOT, env=kept | env, stdout=log, stderr=subprocess.STDOUT)
        url = f"http://127.0.0.1:{port}"
        try:
            while not _answers(url + health):
                if process.poll() is not None or time.monotonic() - start > 120:
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
