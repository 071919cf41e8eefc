"""A process that is held up for longer than its lease, and finds its runs in another one's hands."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from agent.demo_model import DemoServer
from agent.settings import Limits
from agent.store.recorder import Track
from agent.store.recording import Header, event_line
from agent.store.store import FILE, Store
from agent.streaming.events import Custom, StreamEvent
from tests.postgres import Server
from tests.server.client import ME, SOMEBODY, Visitor
from tests.server.steps import complete, numbers
from tests.serving import ROOT, app_server, pointed_at, wait_until
from tests.warm import FRESH

LEASE = 1.0
HELD_UP = """
import sys, time
from pathlib import Path
from agent.settings import Limits
from agent.store.recording import Header, event_line, versions
from agent.store.store import Store
from agent.streaming.events import Custom, Ended, RunRequest, StreamEvent

class Listener:
    def __getattr__(self, name):
        return lambda *told: print(name, flush=True)

store = Store(Path(sys.argv[1]), Limits(lease_seconds=1.0), sys.argv[2] or None, has_server=True)
store.listen(Listener())
track = store.record(Header("run-number-1", time.time(), RunRequest("?"), "thread", "me", versions(), on_server=True))
track.note("running", 0.0)
last, number = time.monotonic(), 0
while True:
    if time.monotonic() - last > 1.5:
        track.add(event_line(StreamEvent(number, 0.0, Ended("finished"))))
        track.note("finished", 1.0)
    last, number = time.monotonic(), number + 1
    track.add(event_line(StreamEvent(number, 0.0, Custom("by the first"))))
    time.sleep(0.02)
"""


class Taker:
    """Takes over what is adrift."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.taken = threading.Event()
        self.track: Track | None = None

    def on_adrift(self, header: Header, has_begun: bool) -> None:
        self.track = self.store.resume(header, has_begun=has_begun)
        self.track.note("running", 0.0)
        self.taken.set()

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


@pytest.mark.parametrize("is_in_postgres", [False, True], ids=["sqlite", "postgres"])
def test_a_process_that_was_held_up_writes_nothing_to_what_another_one_has_taken_over(
    is_in_postgres: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = ""
    if is_in_postgres:
        database: Server = request.getfixturevalue("database")
        url = database.url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS toolstream_store CASCADE")
    command = [FRESH, "-c", HELD_UP, str(tmp_path), url]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as first,
        Store(tmp_path, Limits(lease_seconds=LEASE), url or None, has_server=True) as store,
    ):
        try:
            lines = _Lines(store)
            wait_until(lambda: lines.read().count("by the first") > 20, 30, lambda: f"it has written\n{lines.read()}")
            taker = Taker(store)
            store.listen(taker)  # type: ignore[arg-type]
            first.send_signal(signal.SIGSTOP)
            assert taker.taken.wait(30), "its lease has run out"
            before = lines.read()
            assert taker.track
            taker.track.add(event_line(StreamEvent(9_999, 0.0, Custom("by the second"))))
            wait_until(lambda: "by the second" in lines.read(), 10, "it is written")
            first.send_signal(signal.SIGCONT)
            assert first.stdout
            assert "on_taken" in first.stdout.readline()
            taker.track.add(event_line(StreamEvent(10_000, 0.0, Custom("by the second"))))
            wait_until(lambda: lines.read().count("by the second") == 2, 10, "it is written")
            after = lines.read().removeprefix(before)
            assert "by the first" not in after
            assert "finished" not in after
            entry = store.entry("run-number-1")
            assert entry
            assert (entry.state, entry.interrupted) == ("running", False)
        finally:
            first.kill()


def test_beside_a_process_that_is_held_up_in_a_transaction_visitors_are_answered_and_told(
    model: DemoServer, tmp_path: Path
) -> None:
    env = pointed_at(model) | {"TOOLSTREAM_RECORDINGS": str(tmp_path)}
    with (
        app_server(env) as app,
        Visitor(app.url, headers=ME, model="demo-fast", tool_choice="none") as visitor,
        closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as held_up,
    ):
        visitor.wait_idle()
        held_up.execute("BEGIN IMMEDIATE")
        visitor.ask("count to 3")
        complete(visitor, timeout=60)
        assert numbers(visitor) == ["1", "2", "3"]
        assert "This run could not be saved" in visitor.text
        with Visitor(app.url, headers=SOMEBODY) as other:
            other.wait_idle(60)
            assert "Traceback" not in other.text
        held_up.execute("ROLLBACK")
        visitor.ask("count to 3")
        complete(visitor, 2, timeout=60)
        assert "Traceback" not in app.log()


class _Lines:
    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self) -> str:
        """The whole recording so far."""
        recordings = self._store._recordings
        try:
            return recordings.read("run-number-1", 0).decode() if recordings else ""
        except FileNotFoundError:
            return ""
