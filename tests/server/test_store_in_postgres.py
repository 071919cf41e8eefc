"""What is kept in PostgreSQL, where several machines share it: the same facts as of files, and those of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from agent.engine.in_process import InProcessBackend
from agent.errors import SettingsError
from agent.settings import Limits
from agent.store.comments import Comment, Comments
from agent.store.database import Database, DatabaseError
from agent.store.links import Links
from agent.store.postgres import Postgres
from agent.store.recording import event_line
from agent.store.store import Store
from tests.postgres import Server
from tests.runs import counting, finish, found, has_words, started, wait_for
from tests.serving import wait_until
from tests.unit.engine import test_recorded as recorded
from tests.unit.engine import test_waiting as waiting
from tests.unit.store import test_comments as comments_
from tests.unit.store import test_conversations as conversations
from tests.unit.store import test_links as links
from tests.unit.store import test_store as stores

for _facts in (
    links.test_a_link_is_random_found_again_after_a_restart_and_can_be_revoked,
    *(fact for name, fact in vars(comments_).items() if name.startswith("test_") and "csv" not in name),
    *(fact for name, fact in vars(conversations).items() if name.startswith("test_")),
    recorded.test_a_run_at_work_elsewhere_is_followed_to_its_end,
    recorded.test_a_run_at_work_elsewhere_is_stopped_from_here,
    recorded.test_a_run_that_waits_elsewhere_is_one,
    recorded.test_the_next_question_can_be_asked_here_and_knows_the_turns,
    recorded.test_what_is_deleted_here_stops_elsewhere_and_is_gone_for_both,
    recorded.test_a_visitors_limits_hold_over_all_processes,
    waiting.test_what_is_deleted_while_it_waits_is_gone,
    waiting.test_what_waits_is_answered_from_another_process,
    waiting.test_each_wait_may_be_answered_by_another_process,
    waiting.test_what_is_asked_here_waits_behind_what_waits_elsewhere,
):
    globals()[_facts.__name__] = _facts


@pytest.fixture
def url(database: Server) -> str:
    """A database in which nothing is kept yet."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS toolstream_store CASCADE")
    return database.url


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Database]]:
    with ExitStack() as stack:

        def opened() -> Database:
            database = Postgres(url)
            stack.callback(database.close)
            return database

        yield opened


@pytest.fixture
def comments(opened: Callable[[], Database]) -> Comments:
    return Comments(opened())


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path, url=url) as store:
        yield store


@pytest.fixture
def elsewhere_store(url: str, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path, url=url) as store:
        yield store


@pytest.fixture
def here(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[InProcessBackend]:
    with _backend(request, tmp_path / "here", url) as here:
        yield here


@pytest.fixture
def elsewhere(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[InProcessBackend]:
    with _backend(request, tmp_path / "elsewhere", url) as elsewhere:
        yield elsewhere


def _backend(request: pytest.FixtureRequest, folder: Path, url: str) -> InProcessBackend:
    """A process on a machine of its own: its folder is nobody else's."""
    if hasattr(waiting, request.function.__name__):
        return waiting.backend_of(folder, waiting.FEW, url)
    backend = recorded.backend(folder, url)
    backend.wait_until_open()
    return backend


def test_a_run_is_kept_whole_and_goes_with_all_that_belongs_to_it(
    store: Store, elsewhere_store: Store, url: str
) -> None:
    stores.end(stores.begin(store, "run-number-1"))
    tail = elsewhere_store.tail("run-number-1")
    assert tail
    assert tuple(event for event, _ in tail.read()) == stores.EVENTS
    wait_until(lambda: stores.entry(elsewhere_store, "run-number-1").state == "finished", 5, "its end is noted")
    store.links.make("run-number-1")
    assert elsewhere_store.comments.add(Comment("run-number-1", "ann", 1, "a \0 and half \ud800")) is None
    assert [comment.text for comment in store.comments.of("run-number-1")] == ["a \N{REPLACEMENT CHARACTER} and half ?"]
    assert store.links.run_of("\0") is None
    assert elsewhere_store.forget("run-number-1") is None
    with psycopg.connect(url) as connection:
        for table in ("runs", "lines", "links", "comments"):
            assert connection.execute(f"SELECT count(*) FROM toolstream_store.{table}").fetchone() == (0,)


def test_what_is_deleted_elsewhere_is_not_written_again(store: Store, elsewhere_store: Store) -> None:
    heard = stores.Heard()
    store.listen(heard)
    track = stores.begin(store, "run-number-1")
    wait_until(lambda: track.size, 5, "it is written")
    assert elsewhere_store.forget("run-number-1") is None
    track.add(event_line(stores.EVENTS[1]))
    wait_until(lambda: heard.deleted == ["run-number-1"], 5, "it is heard of")
    tail = elsewhere_store.tail("run-number-1")
    assert tail
    assert list(tail.read()) == []


def test_what_is_too_much_goes_once(url: str, tmp_path: Path) -> None:
    limits = Limits(recording_megabytes=0.000_001)
    with Store(tmp_path, url=url) as store:
        stores.end(stores.begin(store, "run-number-1"))
        with Store(tmp_path, limits, url) as one, Store(tmp_path, limits, url) as two:
            wait_until(lambda: one._has_pruned and two._has_pruned, 10, "both have begun")
            wait_until(lambda: store.entry("run-number-1") is None, 10, "it has gone")
            stores.end(stores.begin(store, "run-number-2"))
            one.prune()
            two.prune()
            assert stores.entry(store, "run-number-2"), "they have done it less than a minute ago"


def test_a_burst_of_starts_is_counted_to_the_last_one(store: Store, elsewhere_store: Store) -> None:
    with ThreadPoolExecutor(16) as threads:
        each = (store, elsewhere_store)
        counted = list(threads.map(lambda n: each[n % 2].starts.count({"me": 20, "net": 100}), range(60)))
    assert counted.count(None) == 20
    assert store.starts.count({"you": 20, "net": 100}) is None
    assert {who for who, _ in filter(None, counted)} == {"me"}


def test_what_a_folder_has_kept_is_copied_once_and_stays_where_it_was(url: str, tmp_path: Path) -> None:
    with Store(tmp_path) as before:
        for name in ("run-number-1", "run-number-2"):
            stores.end(stores.begin(before, name))
        before.links.make("run-number-1")
        token = before.links.token_of("run-number-1")
        before.comments.add(Comment("run-number-1", "ann", 1, "good"))
        before.conversations.rename("thread", "Plans")
        wait_until(lambda: stores.entry(before, "run-number-2").state == "finished", 5, "it is noted")
    with Store(tmp_path, url=url) as store:
        assert {entry.header.id for entry in store.entries("me")} == {"run-number-1", "run-number-2"}
        tail = store.tail("run-number-1")
        assert tail
        assert tuple(event for event, _ in tail.read()) == stores.EVENTS
        assert token
        assert store.links.run_of(token) == "run-number-1"
        assert [comment.text for comment in store.comments.all()] == ["good"]
        assert store.conversations.titles("me") == {"thread": "Plans"}
        assert store.forget("run-number-1") is None
    with Store(tmp_path, url=url) as store:
        assert [entry.header.id for entry in store.entries("me")] == ["run-number-2"]
    assert (tmp_path / "run-number-1.jsonl").exists()


def test_many_make_the_tables_at_once(url: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        for database in threads.map(lambda _: Postgres(url), range(8)):
            database.close()


def test_a_run_goes_on_while_its_database_restarts_and_not_a_line_is_lost(
    here: InProcessBackend, elsewhere: InProcessBackend, database: Server
) -> None:
    run = started(here.start(counting(150), session="me"))
    mirrored = found(elsewhere, run.id)
    wait_for(mirrored, has_words)
    database.stop()
    seen = run.read()[1]
    wait_until(lambda: run.read()[1] > seen, 10, "it goes on without")
    database.start()
    assert finish(mirrored) == finish(run)
    assert (run.state, run.unrecorded) == ("finished", "")


def test_without_a_database_the_app_says_so_and_starts_when_there_is_one(
    database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.store.postgres.CONNECT_SECONDS", 0.5)
    database.stop()
    try:
        with pytest.raises(SettingsError, match="does not answer"):
            Store(tmp_path, url=database.url)
    finally:
        database.start()
    with Store(tmp_path, url=database.url) as store:
        assert store.records


def test_a_change_that_cannot_be_kept_is_said(opened: Callable[[], Database], database: Server) -> None:
    there = opened()
    kept = Links(there)
    assert kept.make("run-number-1") is None
    database.stop()
    try:
        began = time.monotonic()
        refusal = kept.revoke("run-number-1")
        assert refusal
        assert "nothing has changed" in str(refusal.sentence)
        assert time.monotonic() - began < 20
        with pytest.raises(DatabaseError):
            there.rows("SELECT 1")
    finally:
        database.start()
    wait_until(lambda: kept.token_of("run-number-1"), 10, "it is back")
