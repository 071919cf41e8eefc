"""AG-UI's own client, run by Node: what it finds wrong with events, and what it makes of them."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MISSING = "Node and npm are missing: apt-get install nodejs npm"


def is_there() -> bool:
    """Whether this machine can run it."""
    return bool(shutil.which("node") and shutil.which("npm"))


class Client:
    """Checks one run after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def check(self, lines: Iterable[str]) -> dict[str, Any]:
        """The messages, the state and the result that these events make; raises AssertionError for illegal ones."""
        assert self._process.stdin
        assert self._process.stdout
        lines = list(lines)
        self._process.stdin.write(json.dumps({"lines": lines}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, "\n".join([answer["error"], *lines])
        return answer


@contextmanager
def client() -> Iterator[Client]:
    """Start it; it is installed when first asked for."""
    with subprocess.Popen(
        ["node", _installed() / "check.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Client(process)
        process.kill()


def read(url: str, timeout: float = 60) -> list[dict[str, Any]]:
    """What it reads at an address, until the end: each event, then the messages or an error."""
    done = subprocess.run(
        ["node", _installed() / "read.mjs", url], capture_output=True, text=True, timeout=timeout, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _installed() -> Path:
    with Path(tempfile.gettempdir(), "toolstream-ag-ui-client.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # by one of several test processes
        if not (HERE / "node_modules" / ".package-lock.json").exists():
            subprocess.run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=HERE, check=True, timeout=300)
    return HERE
