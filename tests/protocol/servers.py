"""Servers that only these tests need: a model that asks for a key, an app whose sources can be edited."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from agent.background import BackgroundLoop
from agent.demo_model import DemoServer
from tests.serving import ROOT, App, free_port, wait_until


@contextmanager
def locked_model_server(api_key: str) -> Iterator[DemoServer]:
    """Run the demo model so that it refuses requests without this key."""
    with BackgroundLoop("demo-model") as loop:

        async def start() -> DemoServer:
            server = DemoServer(rate=150, api_key=api_key)
            await server.start()
            return server

        server = loop.call(start(), 10)
        try:
            yield server
        finally:
            loop.call(server.close(), 10)


@contextmanager
def edited_app(env: Mapping[str, str]) -> Iterator[tuple[App, Path]]:
    """Run a copy of the app that watches its sources, as while one works on it; also gives the copy's folder."""
    with tempfile.TemporaryDirectory(prefix="toolstream-copy-") as folder:
        copy = Path(folder, "app")
        shutil.copytree(
            ROOT,
            copy,
            ignore=shutil.ignore_patterns(".*cache", "secrets.toml", ".git", ".venv", ".hypothesis", "tests"),
        )
        port, log_file = free_port(), Path(folder, "log.txt")
        options = f"--server.headless true --server.address 127.0.0.1 --server.port {port} "
        options += "--server.fileWatcherType auto --server.runOnSave true"
        clean = {name: value for name, value in os.environ.items() if not re.match("OPENAI|TOOLSTREAM|STREAMLIT", name)}
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", *options.split()],
                cwd=copy,
                env=clean | dict(env),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        app = App(f"http://127.0.0.1:{port}", process, log_file)
        try:
            wait_until(lambda: port in listening_ports(process.pid), 30, lambda: f"the app listens\n{app.log()}")
            yield app, copy
        finally:
            process.terminate()
            process.wait(5)


def listening_ports(pid: int) -> list[int]:
    """The TCP ports on which a process waits for connections."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(descriptor).removeprefix("socket:[").removesuffix("]"))
        except OSError:  # closed in the meantime
            continue
    rows = [row.split() for row in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return sorted(int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and row[9] in inodes)


def requests_at(port: int) -> int:
    """How often the demo model at this port has been asked."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        return int(json.load(answer)["requests"])
