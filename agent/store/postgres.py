"""What is looked up in PostgreSQL, and the recordings too, for processes on several machines.

Needs the packages of requirements-postgres.txt.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from agent.store.database import SCHEMA, Connection, Database, DatabaseError

CONNECT_SECONDS = 5.0
"""Seconds that whoever needs it waits for a connection: a database that restarts is back by then."""
HELD_UP_MS = 5_000
"""Milliseconds after which the database ends a transaction of a process that is held up: others wait for its rows."""
MOST_CONNECTIONS = 10
"""Connections of one process."""
_SETUP_LOCK = 7_261_540_114
"""The number of the lock that one process holds while it creates the tables."""
_TURN_LOCK = 7_261_540_115
"""The number of the lock that one process holds while it looks whose turn it is."""
_LINES = """
CREATE TABLE IF NOT EXISTS lines (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    start BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (run, start)
)
"""
_TABLES = re.compile(r"\b(" + "|".join(re.findall(r"TABLE IF NOT EXISTS (\w+)", SCHEMA + _LINES)) + r")\b")


class Postgres(Database):
    """A database that may go away and come back. All is in a schema of its own."""

    for_update = " FOR UPDATE"
    one_by_one = f"SELECT pg_advisory_xact_lock({_TURN_LOCK})"

    def __init__(self, url: str) -> None:
        self._here = threading.local()
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=MOST_CONNECTIONS,
            open=True,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            check=ConnectionPool.check_connection,
            configure=_configure,
            kwargs={
                "autocommit": True,
                "prepare_threshold": None,  # a pooler between us and the database knows no prepared statements
                "connect_timeout": 3,
                "tcp_user_timeout": 10_000,
            },
        )
        try:
            with self.transaction() as connection:
                connection.execute("SELECT pg_advisory_xact_lock(?)", (_SETUP_LOCK,))
                connection.execute("CREATE SCHEMA IF NOT EXISTS toolstream_store")
                for statement in filter(str.strip, [*SCHEMA.replace(" WITHOUT ROWID", "").split(";"), _LINES]):
                    connection.execute(statement)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write, all or nothing; see Database."""
        if current := self._current:
            yield current
            return
        with _as_ours(), self._pool.connection() as connection, connection.transaction():
            self._here.connection = translating = _Translating(connection)
            try:
                yield translating
            finally:
                self._here.connection = None

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a query finds."""
        with _as_ours():
            if current := self._current:
                return list(current.execute(query, values).fetchall())
            try:
                return self._find(query, values)
            except psycopg.OperationalError:  # it went away at this very moment
                return self._find(query, values)

    def write(self, statement: str, *values: object) -> int:
        """One statement, which is a transaction by itself; returns the number of rows changed."""
        with _as_ours():
            if current := self._current:
                return int(current.execute(statement, values).rowcount)
            with self._pool.connection() as connection:
                return int(_Translating(connection).execute(statement, values).rowcount)

    def close(self) -> None:
        """Let go of all connections; closing twice is harmless."""
        self._pool.close(1.0)

    @property
    def _current(self) -> Connection | None:
        """The connection of this thread's transaction."""
        return getattr(self._here, "connection", None)

    def _find(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._pool.connection() as connection:
            return list(_Translating(connection).execute(query, values).fetchall())


class Rows:
    """Recordings in the database, as pieces in the order of their bytes."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    def append(self, run_id: str, start: int, data: bytes) -> None:
        """Keep what follows the first `start` bytes, unless the run was deleted; twice is the same as once."""
        self._database.write(
            "INSERT INTO lines SELECT id, ?, ? FROM runs WHERE id = ? ON CONFLICT DO NOTHING", start, data, run_id
        )

    def read(self, run_id: str, start: int) -> bytes:
        """What is kept from this byte on, which is the first of a piece."""
        query = "SELECT bytes FROM lines WHERE run = ? AND start >= ? ORDER BY start"
        return b"".join(data for (data,) in self._database.rows(query, run_id, start))

    def size(self, run_id: str) -> int | None:
        """Bytes of a recording; None where there is none."""
        query = "SELECT max(start + length(bytes)) FROM lines WHERE run = ?"
        size: int | None = self._database.rows(query, run_id)[0][0]
        return size

    def cut(self, run_id: str, size: int) -> None:
        """Nothing to do: pieces are whole."""

    def delete(self, run_id: str) -> None:
        """Nothing to do: they go with the run."""


class _Translating:
    """A connection with SQLite's interface."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        """One statement; returns its cursor."""
        return self._connection.execute(_translated(statement), [*map(_storable, values)])

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> Any:
        """The same statement with each of these rows."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(statement), [[*map(_storable, row)] for row in rows])
        return cursor


@functools.cache
def _translated(statement: str) -> bytes:
    return _TABLES.sub(r"toolstream_store.\1", statement).replace("?", "%s").encode()


def _storable(value: object) -> object:
    """Values without what PostgreSQL cannot store as text."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    return value


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = {HELD_UP_MS}")


@contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise DatabaseError(str(error)) from error
