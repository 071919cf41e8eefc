"""One SQLite file in WAL mode, for lookups, shared by all processes that work on one folder."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BUSY_SECONDS = 2.0
"""Seconds that a transaction waits for another process's. None of ours takes more than milliseconds."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    thread TEXT NOT NULL,
    asked_at REAL NOT NULL,
    header TEXT NOT NULL,
    state TEXT NOT NULL,
    seconds REAL NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    process TEXT NOT NULL DEFAULT '',
    stopping INTEGER NOT NULL DEFAULT 0,
    broken INTEGER NOT NULL DEFAULT 0,
    rested REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS runs_by_owner ON runs (owner, asked_at);
CREATE INDEX IF NOT EXISTS runs_by_thread ON runs (thread, asked_at);
CREATE INDEX IF NOT EXISTS runs_by_age ON runs (asked_at);
CREATE INDEX IF NOT EXISTS runs_by_process ON runs (process);
CREATE TABLE IF NOT EXISTS leases (process TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (token TEXT PRIMARY KEY, run TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comments (
    run TEXT NOT NULL,
    author TEXT NOT NULL,
    thumb INTEGER,
    text TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (run, author)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS comments_by_author ON comments (author);
CREATE TABLE IF NOT EXISTS looked (run TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS titles (thread TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (thread TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    run TEXT NOT NULL,
    interrupt TEXT NOT NULL,
    answer TEXT NOT NULL,
    heard INTEGER NOT NULL DEFAULT 0,
    at REAL NOT NULL,
    PRIMARY KEY (run, interrupt)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    run TEXT NOT NULL,
    interrupt TEXT NOT NULL,
    number INTEGER NOT NULL,
    decision TEXT NOT NULL,
    PRIMARY KEY (run, interrupt, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (what TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Database:
    """The file, or without a path this process's memory. Safe from any thread.

    Methods raise sqlite3.Error if the disk is full, or another process holds the file for BUSY_SECONDS.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # links are in it: for its owner only
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "temp_store = MEMORY", "secure_delete = FAST"):
                self._connection.execute(f"PRAGMA {pragma}")
            with self.transaction() as connection:
                for statement in filter(str.strip, SCHEMA.split(";")):
                    connection.execute(statement)
                if "rested" not in {row[1] for row in connection.execute("PRAGMA table_info(runs)")}:
                    connection.execute("ALTER TABLE runs ADD COLUMN rested REAL NOT NULL DEFAULT 0")
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write, all or nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def write(self, statement: str, *values: object) -> int:
        """One statement in a transaction of its own; returns the number of rows changed."""
        with self.transaction() as connection:
            return connection.execute(statement, values).rowcount

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a query finds."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            self._connection.close()
