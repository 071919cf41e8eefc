"""What is looked up, shared by all processes: a SQLite file in WAL mode beside the recordings, or PostgreSQL.

Statements are in the words that both know, with `?` for each value.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

BUSY_SECONDS = 2.0
"""Seconds that a transaction waits for another process's. None of ours takes more than milliseconds."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    thread TEXT NOT NULL,
    asked_at DOUBLE PRECISION NOT NULL,
    header TEXT NOT NULL,
    state TEXT NOT NULL,
    seconds DOUBLE PRECISION NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    process TEXT NOT NULL DEFAULT '',
    stopping INTEGER NOT NULL DEFAULT 0,
    broken INTEGER NOT NULL DEFAULT 0,
    rested DOUBLE PRECISION NOT NULL DEFAULT 0,
    parent TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS runs_by_owner ON runs (owner, asked_at);
CREATE INDEX IF NOT EXISTS runs_by_thread ON runs (thread, asked_at);
CREATE INDEX IF NOT EXISTS runs_by_age ON runs (asked_at);
CREATE INDEX IF NOT EXISTS runs_by_process ON runs (process);
CREATE INDEX IF NOT EXISTS runs_at_work ON runs (state, process, owner, thread);
CREATE TABLE IF NOT EXISTS leases (process TEXT PRIMARY KEY, until DOUBLE PRECISION NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (token TEXT PRIMARY KEY, run TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comments (
    run TEXT NOT NULL,
    author TEXT NOT NULL,
    thumb INTEGER,
    text TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (run, author)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS comments_by_author ON comments (author);
CREATE TABLE IF NOT EXISTS looked (run TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS titles (thread TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (thread TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    run TEXT NOT NULL,
    interrupt TEXT NOT NULL,
    answer TEXT NOT NULL,
    heard INTEGER NOT NULL DEFAULT 0,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (run, interrupt)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    run TEXT NOT NULL,
    interrupt TEXT NOT NULL,
    number INTEGER NOT NULL,
    decision TEXT NOT NULL,
    PRIMARY KEY (run, interrupt, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS starts (
    who TEXT PRIMARY KEY,
    moments TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (what TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class DatabaseError(Exception):
    """What is kept cannot be read or written at the moment."""


class Connection(Protocol):
    """Runs statements inside of one transaction."""

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Any:
        """One statement; returns its cursor."""

    def executemany(self, statement: str, rows: Iterable[Sequence[object]], /) -> Any:
        """The same statement with each of these rows."""


class Database(ABC):
    """Safe from any thread; methods raise DatabaseError."""

    for_update = ""
    """At the end of a query in a transaction: nobody changes these rows until it is over."""
    one_by_one = ""
    """A statement that a transaction gets past when no other one is past it; empty where one at a time writes."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Connection]:
        """Write, all or nothing. What a thread does meanwhile with the database belongs to it."""

    @abstractmethod
    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a query finds."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it; closing twice is harmless."""

    def write(self, statement: str, *values: object) -> int:
        """One statement in a transaction; returns the number of rows changed."""
        with self.transaction() as connection:
            return int(connection.execute(statement, values).rowcount)


class Sqlite(Database):
    """The file, or without a path this process's memory. One process at a time writes.

    DatabaseErrors come of a full disk, or of another process that holds the file for BUSY_SECONDS.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # links are in it: for its owner only
        self._lock = threading.RLock()
        with _as_ours():
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "temp_store = MEMORY", "secure_delete = FAST"):
                self.rows(f"PRAGMA {pragma}")
            with self.transaction() as connection:
                for statement in filter(str.strip, SCHEMA.split(";")):
                    connection.execute(statement)
                self._upgrade(connection)
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write, all or nothing; see Database."""
        with _as_ours(), self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a query finds."""
        with _as_ours(), self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            self._connection.close()

    def _upgrade(self, connection: Connection) -> None:
        """Add what files of before do not have."""
        there = {row[1] for row in connection.execute("PRAGMA table_info(runs)")}
        if "rested" not in there:
            connection.execute("ALTER TABLE runs ADD COLUMN rested DOUBLE PRECISION NOT NULL DEFAULT 0")
        if "parent" not in there:
            connection.execute("ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT ''")
            connection.execute("UPDATE runs SET parent = coalesce(json_extract(header, '$.parent'), '')")


@contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseError(str(error)) from error
