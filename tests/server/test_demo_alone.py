"""The server as a program of its own, and the package as an import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.serving import ROOT, model_server

HOW_TO = Path(__file__).with_name("how_to.py")


@contextmanager
def program(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the server as a program; give its process and the line it says."""
    command = [sys.executable, "-m", "agent.demo_model", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline()
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_alone_until_it_is_told_to_end(ending: signal.Signals) -> None:
    with program("--port", "0", "--rate", "20") as (process, line):
        url = line.split()[-1]
        body = {"model": "demo", "messages": [{"role": "user", "content": "count to 900"}], "stream": True}
        with httpx2.stream("POST", f"{url}/chat/completions", json=body) as response:
            next(response.iter_bytes())
            start = time.monotonic()
            process.send_signal(ending)
            assert process.wait(5) == 0
            assert time.monotonic() - start < 2
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert "no AI" in line


def test_a_taken_port_is_said_in_one_line() -> None:
    with (
        model_server() as server,
        program("--port", server.base_url.split(":")[2].removesuffix("/v1")) as (process, line),
    ):
        assert (process.wait(10), line) == (1, "")
        assert process.stderr is not None
        assert process.stderr.read().startswith("cannot listen on 127.0.0.1:")


def test_the_how_to_runs_against_it_unchanged() -> None:
    with model_server(rate=3000) as server:
        environment = {**os.environ, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "demo"}
        done = subprocess.run([sys.executable, HOW_TO], env=environment, capture_output=True, text=True, timeout=30)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("books|penciles|pictures|")
    assert "1. **Bed**: " in done.stdout
    assert "1. **Workbench**: " in done.stdout
