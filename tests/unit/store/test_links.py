from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.store.database import Database
from agent.store.links import Links

Open = Callable[[], Database]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "links.sqlite3"


@pytest.fixture
def opened(path: Path, sqlite: Callable[[Path], Database]) -> Open:
    """Open the database as another process would."""
    return lambda: sqlite(path)


def test_a_link_is_random_found_again_after_a_restart_and_can_be_revoked(opened: Open) -> None:
    links, elsewhere = Links(opened()), Links(opened())
    assert links.make("run-number-1") is None
    token = links.token_of("run-number-1")
    assert token
    assert len(token) == 22
    assert "run" not in token
    links.make("run-number-1")
    links.make("run-number-2")
    assert links.token_of("run-number-1") == token != links.token_of("run-number-2")
    assert elsewhere.run_of(token) == "run-number-1"

    elsewhere.revoke("run-number-1")
    assert links.run_of(token) is None
    links.make("run-number-2")  # which writes: what was revoked elsewhere does not come back
    assert elsewhere.run_of(token) is None
    assert elsewhere.token_of("run-number-2")
    links.make("run-number-1")
    assert links.token_of("run-number-1") != token


def test_the_file_is_for_its_owner_only(path: Path, opened: Open) -> None:
    Links(opened()).make("run-number-1")
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_what_cannot_be_written_down_is_said_and_nothing_has_changed(opened: Open) -> None:
    database = opened()
    links = Links(database)
    links.make("run-number-1")
    token = links.token_of("run-number-1")
    assert token
    database.rows("PRAGMA query_only = ON")
    for refusal in (links.make("run-number-2"), links.revoke("run-number-1")):
        assert refusal
        assert "nothing has changed" in str(refusal.sentence)
    assert links.token_of("run-number-2") is None
    assert links.run_of(token) == "run-number-1"
