"""Whether a process that is named in the store is known to have ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.settings import Limits
from agent.store.database import Sqlite
from agent.store.index import Index
from agent.store.process import has_ended, process_name
from agent.store.recording import Header
from agent.streaming.events import RunRequest
from tests.serving import ROOT, wait_until
from tests.warm import FRESH

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="others do not tell when a process was started")

NAME_OF_ANOTHER = "from agent.store.process import process_name; print(process_name(), flush=True); input()"


def test_a_process_has_ended_when_it_was_killed_also_before_anybody_waits_for_it() -> None:
    command = [FRESH, "-c", NAME_OF_ANOTHER]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        name = process.stdout.readline().strip()
        assert not has_ended(name)
        process.kill()
        wait_until(lambda: has_ended(name), 5, "it is seen")
    assert has_ended(name)


def test_another_process_of_the_same_number_is_another() -> None:
    machine, pid, started, word = process_name().split(" ")
    assert not has_ended(f"{machine} {pid} {started} {word}")
    assert has_ended(f"{machine} {pid} {int(started) - 1} {word}")


def test_of_other_machines_nothing_is_known() -> None:
    _, pid, started, word = process_name().split(" ")
    for name in ("", word, f"elsewhere {pid} 1 {word}", f"elsewhere x {started}", "a b c d e"):
        assert not has_ended(name)


def test_no_two_names_are_alike() -> None:
    assert process_name() != process_name()
    assert process_name().split(" ")[1] == str(os.getpid())


def test_a_run_of_another_machine_is_interrupted_when_its_lease_has_run_out(tmp_path: Path) -> None:
    database = Sqlite(tmp_path / "index")
    there, here = (Index(database, name, Limits(lease_seconds=1)) for name in ("elsewhere 1 1 a", "here 1 1 b"))
    began = time.monotonic()
    there.add(Header("abcdefgh", time.time(), RunRequest("?"), owner="me"))
    assert here.of("me")[0].at_work
    wait_until(lambda: here.of("me")[0].interrupted, 5, "its lease has run out")
    assert time.monotonic() - began >= 1.0, "nobody can know it before"
    database.close()
