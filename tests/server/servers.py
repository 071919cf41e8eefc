"""An app whose sources can be edited, and what can be seen of servers from outside."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.serving import ROOT, App, app_server


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
        kept = {"PYTHONDONTWRITEBYTECODE": "1"}  # two edits in one second would be the same to what is kept compiled
        with app_server({**env, **kept}, copy, watch=True) as app:
            yield app, copy


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


def disconnections(app: App) -> int:
    """How many connections to browsers the app has lost so far."""
    with urllib.request.urlopen(f"{app.url}/_stcore/metrics?families=session_events", timeout=5) as answer:
        (told,) = re.findall(r'^session_events.*type="disconnect".* (\d+)$', answer.read().decode(), re.MULTILINE)
    return int(told)
