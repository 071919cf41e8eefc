"""Two real processes that share a folder or a PostgreSQL have one queue: its order, its limits, and who dies in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from agent.settings import Limits
from agent.store.store import Store
from tests.postgres import Server
from tests.serving import ROOT, wait_until

LEASE = 3.0
LIMITS = Limits(runs_at_once=2, runs_queued=3, lease_seconds=LEASE)
PROGRAM = """
import json, os, sys
from pathlib import Path
from agent.engine.in_process import InProcessBackend
from agent.errors import Refusal
from agent.settings import Limits, Settings
from agent.store.store import Store
from tests.runs import counting

folder, url, limits = sys.argv[1], sys.argv[2] or None, Limits(**json.loads(sys.argv[3]))
settings = Settings(demo_rate=20, recordings=Path(folder), database_url=url, limits=limits)
with InProcessBackend(settings, Store.of(settings)) as backend:
    backend.wait_until_open()
    print(json.dumps(os.getpid()), flush=True)
    for line in sys.stdin:
        command, value = json.loads(line)
        if command == "ask":
            outcome = backend.start(counting(5_000), session=value)
            told = str(outcome.sentence) if isinstance(outcome, Refusal) else outcome.id
        elif command == "stop":
            told = backend.stop(value)
        else:
            run = backend.get(value)
            run.read()
            told = run.place
        print(json.dumps(told), flush=True)
"""


class Process:
    """A process with a backend, told what to do by lines."""

    def __init__(self, folder: Path, url: str, lease_seconds: float = LEASE) -> None:
        limits = {"runs_at_once": 2, "runs_queued": 3, "lease_seconds": lease_seconds}
        command = [sys.executable, "-c", PROGRAM, str(folder), url, json.dumps(limits)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def told(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def do(self, command: str, value: str) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps([command, value]) + "\n")
        return self.told()

    def ask(self, who: str) -> str:
        run_id = self.do("ask", who)
        assert isinstance(run_id, str)
        return run_id

    def __enter__(self) -> Process:
        self.pid = self.told()
        return self

    def send(self, what: signal.Signals) -> None:
        """Send a signal to the process itself; what started it only passes some on."""
        os.kill(self.pid, what)

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(params=["folder", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "folder":
        return ""
    database: Server = request.getfixturevalue("database")
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS toolstream_store CASCADE")
    return database.url


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path, LIMITS, url or None) as store:
        yield store


@pytest.fixture
def two(url: str, tmp_path: Path, store: Store) -> Iterator[tuple[Process, Process]]:
    with ExitStack() as stack:
        processes = [Process(tmp_path, url) for _ in range(2)]
        yield stack.enter_context(processes[0]), stack.enter_context(processes[1])


def _told(where: Process, runs: list[str], places: list[int]) -> bool:
    return [where.do("place", run_id) for run_id in runs] == places


def states(store: Store, *run_ids: str) -> str:
    found = [store.entry(run_id) for run_id in run_ids]
    return " ".join("gone" if not one else "dead" if one.interrupted else one.state for one in found)


def test_who_asks_first_begins_first_in_whichever_process_and_no_more_than_may(
    two: tuple[Process, Process], store: Store
) -> None:
    here, there = two
    runs = [where.ask(who) for where, who in ((here, "a"), (there, "b"), (there, "c"), (here, "d"), (there, "e"))]
    assert states(store, *runs) == "running running queued queued queued"
    for where in (there, here):  # each tells the places of its own and of the other's
        wait_until(partial(_told, where, runs, [0, 0, 1, 2, 3]), 10, "the places are told")
    for where in two:
        assert "Too many visitors are waiting" in where.ask("f")
    for number, (where, done) in enumerate(((here, runs[0]), (there, runs[1]), (there, runs[2]))):
        where.do("stop", done)
        begun = runs[number + 2]
        wait_until(lambda begun=begun: states(store, begun) == "running", 10, "the next begins")  # type: ignore[misc]
        assert states(store, *runs).split().count("running") == 2
        assert states(store, *runs[number + 3 :]).replace("queued", "").strip() == ""
    assert states(store, *runs) == "stopped stopped stopped running running"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_dies_or_is_held_up_keeps_its_places_for_no_longer_than_its_lease(
    two: tuple[Process, Process], store: Store, how: signal.Signals
) -> None:
    here, there = two
    theirs = [there.ask("a"), there.ask("b"), there.ask("c")]
    mine = [here.ask("d"), here.ask("e")]
    assert states(store, *theirs, *mine) == "running running queued queued queued"
    there.send(how)
    wait_until(lambda: states(store, *mine) == "running running", 30, "they begin")
    assert states(store, *theirs) == "dead dead dead"
    here.do("stop", mine[0])
    if how == signal.SIGSTOP:
        there.send(signal.SIGCONT)
        wait_until(lambda: states(store, *theirs[:2]) == "running running", 30, "it goes on with what it was at")
        assert states(store, theirs[2]) == "queued"
        for run_id in theirs[:2]:
            there.do("stop", run_id)
        wait_until(lambda: states(store, theirs[2]) == "running", 30, "and begins what has waited")


def test_while_the_database_is_away_what_waits_is_not_lost(database: Server, tmp_path: Path) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS toolstream_store CASCADE")
    with Process(tmp_path, database.url, 30.0) as here, Process(tmp_path, database.url, 30.0) as there:
        with Store(tmp_path, LIMITS, database.url) as store:
            runs = [here.ask("a"), there.ask("b"), there.ask("c"), here.ask("d")]
            wait_until(lambda: all(store.tail(run).read() for run in runs[:2]), 10, "they are at work")  # type: ignore[union-attr]
        database.stop()
        try:
            assert "does not answer" in here.ask("e")
        finally:
            database.start()
        with Store(tmp_path, LIMITS, database.url) as store:
            wait_until(lambda: states(store, *runs) == "running running queued queued", 30, "all is as before")
            here.do("stop", runs[0])
            wait_until(lambda: states(store, *runs) == "stopped running running queued", 30, "and goes on")
