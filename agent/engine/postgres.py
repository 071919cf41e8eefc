"""Checkpoints in PostgreSQL; needs the packages of requirements-postgres.txt."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from agent.engine.savers import Guarded, Kept, PlainData, saved_at
from agent.errors import CheckpointError
from texts import sentence

CONNECT_SECONDS = 10.0
"""Seconds that a run waits for a connection: a database that restarts is back by then."""
MOST_CONNECTIONS = 10
"""Connections of one process."""
_SETUP_LOCK = 7_261_540_113
"""The number of the lock that one process holds while it creates the tables."""
_ABSENT = sentence("ended-no-database")
_THREADS = """
SELECT thread_id, max(checkpoint_id) AS newest, sum(pg_column_size(checkpoint))
    + coalesce((SELECT sum(pg_column_size(blob)) FROM checkpoint_blobs b WHERE b.thread_id = c.thread_id), 0)
    + coalesce((SELECT sum(pg_column_size(blob)) FROM checkpoint_writes w WHERE w.thread_id = c.thread_id), 0) AS size
FROM checkpoints c GROUP BY thread_id
"""


class PostgresSaver(Guarded, AsyncPostgresSaver):
    """Keeps checkpoints in a database, which may go away and come back. Belongs to the loop it was created on."""

    def __init__(self, url: str) -> None:
        self._pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
            url,
            min_size=0,
            max_size=MOST_CONNECTIONS,
            open=False,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            check=AsyncConnectionPool.check_connection,
            kwargs={
                "autocommit": True,
                "prepare_threshold": None,  # a pooler between us and the database knows no prepared statements
                "row_factory": dict_row,
                "connect_timeout": 3,
                "tcp_user_timeout": 10_000,
            },
        )
        self._tables = _Tables()
        super().__init__(self._pool, serde=PlainData())

    async def open(self) -> None:
        """Get ready to connect; if the database does not answer yet, each run tries again."""
        await self._pool.open()

    async def close(self) -> None:
        """Release all connections."""
        await self._pool.close(1.0)

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> PostgresSaver:
        """A copy that also reads these types, and waits for no other copy."""
        clone = super().with_allowlist(extra_allowlist)
        clone = copy.copy(clone) if clone is self else clone
        assert isinstance(clone, PostgresSaver)
        clone.lock = asyncio.Lock()
        return clone

    async def setup(self) -> None:
        """Create the tables, or upgrade them; one process at a time."""
        async with self._pool.connection() as connection:
            # Not pg_advisory_lock: whoever waited in it would be waited for by CREATE INDEX CONCURRENTLY.
            while not await _ask(connection, "SELECT pg_try_advisory_lock(%s) AS got", _SETUP_LOCK):
                await _ask(connection, "SELECT pg_sleep(0.05) IS NULL AS got")
            try:
                await super().setup()
            finally:
                await _ask(connection, "SELECT pg_advisory_unlock(%s) AS got", _SETUP_LOCK)

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Wraps every use of the database."""
        try:
            if not self._tables.are_there:
                await self._tables.made(self.setup)
            yield
        except psycopg.Error as error:
            if isinstance(error, psycopg.errors.UndefinedTable):  # it has come back empty
                self._tables.are_there = False
            raise CheckpointError(_ABSENT) from error

    async def threads(self) -> list[Kept]:
        """All threads, in no order."""
        async with self.guard(), self._pool.connection() as connection:
            rows = await (await connection.execute(_THREADS)).fetchall()
        return [Kept(row["thread_id"], int(row["size"] or 0), saved_at(row["newest"])) for row in rows]

    async def shrink(self) -> None:
        """PostgreSQL does that by itself."""


class _Tables:
    """Whether the tables exist, shared by all copies of a saver; they are created once for all that wait."""

    def __init__(self) -> None:
        self.are_there = False
        self._making: asyncio.Future[None] | None = None

    async def made(self, make: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Wait until they exist; raises whatever prevented it."""
        if self._making is None:
            self._making = asyncio.ensure_future(make())
            self._making.add_done_callback(self._done)
        await asyncio.shield(self._making)

    def _done(self, making: asyncio.Future[None]) -> None:
        self._making = None
        self.are_there = not making.cancelled() and making.exception() is None


async def _ask(connection: AsyncConnection[DictRow], query: Any, *values: object) -> bool:
    row = await (await connection.execute(query, values)).fetchone()
    return bool(row and row["got"])
