"""Checkpoint savers whose failures are sentences, and which read back nothing but messages and plain data."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.errors import CheckpointError, CheckpointLost
from texts import sentence

BUSY_SECONDS = 5.0
"""Seconds that a write waits for another process's."""
_UUID_EPOCH = 0x01B21DD213814000
"""The start of 1970 in UUID time: steps of 100 ns since 1582."""
_DEEPEST = 6
"""Levels of a value in which what cannot be saved is looked for."""
T = TypeVar("T")


class PlainData(JsonPlusSerializer):
    """Reads LangChain's messages and plain data, and never calls anything else that a file names.

    A value of another type comes back as the data it was made from; `BaseCheckpointSaver.with_allowlist` lets more in.
    """

    def __init__(self) -> None:
        super().__init__(allowed_msgpack_modules=None)

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """A value as bytes; what is alive in it, such as a lock or a connection, comes back as None.

        A graph that holds such things runs like any other: only what it goes on with later lacks them.
        """
        try:
            return super().dumps_typed(obj)
        except Exception:
            return super().dumps_typed(self._without_live(obj))

    def _without_live(self, value: Any, depth: int = 0) -> Any:
        try:
            super().dumps_typed(value)
            return value
        except Exception:
            if depth < _DEEPEST and isinstance(value, Mapping):
                return {key: self._without_live(inner, depth + 1) for key, inner in value.items()}
            if depth < _DEEPEST and isinstance(value, (list, tuple)):
                return [self._without_live(inner, depth + 1) for inner in value]
            return None

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """A value; raises CheckpointLost if it was not written here."""
        if data[0] == "json":  # nothing here writes it, and what reads it makes objects of many classes
            raise CheckpointLost(UNREADABLE)
        try:
            return super().loads_typed(data)
        except Exception as error:
            raise CheckpointLost(UNREADABLE) from error


@dataclass(frozen=True, slots=True)
class Kept:
    """What a saver holds of one thread."""

    thread_id: str
    bytes: int
    saved_at: float
    """When its newest checkpoint was made, in seconds since the epoch."""


class ThreadSaver(Protocol):
    """A saver that knows how much of each thread it holds."""

    async def threads(self) -> list[Kept]:
        """All threads, in no order."""

    async def shrink(self) -> None:
        """Give back the room of what was deleted."""


class Guarded(BaseCheckpointSaver[str]):
    """A saver that reports its failures as CheckpointErrors, and does not stop in the middle of a write.

    A mixin, to be put before the saver whose methods it guards.
    """

    def guard(self) -> AbstractAsyncContextManager[None]:
        """Wraps every use of the database."""
        raise NotImplementedError

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """One checkpoint; raises CheckpointLost where it cannot be read."""
        try:
            async with self.guard():
                found = await super().aget_tuple(config)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise CheckpointLost(UNREADABLE) from error
        if found and not {"channel_values", "channel_versions", "versions_seen"} <= found.checkpoint.keys():
            raise CheckpointLost(UNREADABLE)
        return found

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Checkpoints, newest first; all are read before the first is yielded, as reading locks the saver."""
        async with self.guard():
            found = [one async for one in super().alist(config, filter=filter, before=before, limit=limit)]
        for one in found:
            yield one

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint."""
        return await self._whole(partial(super().aput, config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Keep what a task has written."""
        await self._whole(partial(super().aput_writes, config, writes, task_id, task_path))

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all of a thread."""
        await self._whole(partial(super().adelete_thread, thread_id))

    async def aget_delta_channel_history(self, *, config: RunnableConfig, channels: Sequence[str]) -> Mapping[str, Any]:
        """What was written to channels that are kept as differences."""
        async with self.guard():
            return await super().aget_delta_channel_history(config=config, channels=channels)

    async def _whole(self, write: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Finish a write even if the run is stopped meanwhile: half of one would hold the file's lock."""

        async def guarded() -> T:
            async with self.guard():
                return await write()

        return await asyncio.shield(asyncio.ensure_future(guarded()))


class MemorySaver(InMemorySaver):
    """Keeps checkpoints for as long as the process lives."""

    def __init__(self) -> None:
        super().__init__(serde=PlainData())

    async def threads(self) -> list[Kept]:
        """All threads, in no order."""
        sizes: dict[str, int] = {}
        for (thread_id, *_), blob in self.blobs.items():
            sizes[thread_id] = sizes.get(thread_id, 0) + len(blob[1])
        return [
            Kept(thread_id, sizes.get(thread_id, 0), max(map(saved_at, _ids(spaces)), default=0.0))
            for thread_id, spaces in self.storage.items()
        ]

    async def shrink(self) -> None:
        """Nothing to do."""


class SqliteSaver(Guarded, AsyncSqliteSaver):
    """Keeps checkpoints in a file shared by several processes.

    A damaged file is put aside, and a deleted one is not missed: the next use starts a new one.
    """

    def __init__(self, path: Path) -> None:
        self._file = _File(path)
        super().__init__(self._file.connection, serde=PlainData())

    @property
    def conn(self) -> aiosqlite.Connection:
        """The connection, shared by all copies of the saver."""
        return self._file.connection

    @conn.setter
    def conn(self, connection: aiosqlite.Connection) -> None:
        self._file.connection = connection

    @property
    def is_setup(self) -> bool:
        """Whether the file has its tables."""
        return self._file.is_ready

    @is_setup.setter
    def is_setup(self, is_ready: bool) -> None:
        self._file.is_ready = is_ready

    async def setup(self) -> None:
        """Open the file if it is not open, or has been replaced."""
        async with self.lock:
            if not self._file.is_open():
                await self._file.open()
        await super().setup()

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Wraps every use of the file."""
        try:
            await self.setup()
            yield
        except (sqlite3.Error, OSError) as error:
            with contextlib.suppress(Exception):
                async with self.lock:
                    await self.conn.rollback()
            if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                self._file.put_aside()
                raise CheckpointLost(_DAMAGED) from error
            raise CheckpointError(_WHY.get(_code(error), _NOT_WRITTEN)) from error

    async def threads(self) -> list[Kept]:
        """All threads, in no order."""
        query = """
        SELECT thread_id, max(checkpoint_id), sum(length(checkpoint)) + coalesce(
            (SELECT sum(length(value)) FROM writes WHERE writes.thread_id = checkpoints.thread_id), 0
        ) FROM checkpoints GROUP BY thread_id
        """
        async with self.guard(), self.lock, self.conn.execute(query) as rows:
            return [Kept(thread_id, size, saved_at(newest)) async for thread_id, newest, size in rows]

    async def shrink(self) -> None:
        """Give back the room of what was deleted."""
        async with self.guard(), self.lock, self.conn.executescript("PRAGMA incremental_vacuum"):
            pass

    async def close(self) -> None:
        """Release the file once everything is written; what is written later is refused."""
        async with self.lock:
            await self._file.close(for_good=True)


class _File:
    """An SQLite file, and the connection to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None
        self._is_closed_for_good = False
        self.is_ready = False
        self.connection = aiosqlite.connect(path)

    def is_open(self) -> bool:
        """Whether the connection leads to what is now at the path."""
        return self._opened is not None and self._opened == self._identity()

    async def open(self) -> None:
        """Connect anew; raises sqlite3.Error once it is closed for good, when nobody would close the connection."""
        if self._is_closed_for_good:
            raise sqlite3.ProgrammingError("The file has been closed.")
        await self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))  # questions are in it: for its owner only
        self.connection = await aiosqlite.connect(self._path, timeout=BUSY_SECONDS)
        self._opened = self._identity()
        for pragma in ("auto_vacuum = INCREMENTAL", "synchronous = NORMAL", "secure_delete = FAST"):
            await self.connection.execute(f"PRAGMA {pragma}")

    async def close(self, *, for_good: bool = False) -> None:
        """Release it; closing twice is harmless."""
        self._is_closed_for_good |= for_good
        self.is_ready, opened, self._opened = False, self._opened, None
        if opened:
            await self.connection.close()

    def put_aside(self) -> None:
        """Keep a damaged file under another name, replacing the last one."""
        self.is_ready = False
        if not self.is_open():
            return  # another process has done it
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                os.replace(f"{self._path}{end}", f"{damaged(self._path)}{end}")

    def _identity(self) -> tuple[int, int] | None:
        with contextlib.suppress(OSError):
            found = self._path.stat()
            return found.st_dev, found.st_ino
        return None


def damaged(path: Path) -> Path:
    """Where a damaged file is put."""
    return path.with_name(f"{path.stem}.damaged{path.suffix}")


def is_closed_to_us(error: BaseException | None) -> bool:
    """Whether a file cannot be opened or written to."""
    return error is not None and _code(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def saved_at(checkpoint_id: str) -> float:
    """When a checkpoint was made, according to its id, in seconds since the epoch; long ago for an id that is not
    LangGraph's.
    """
    digits = checkpoint_id.replace("-", "")
    with contextlib.suppress(ValueError):
        seconds = (int(digits[:12] + digits[13:16], 16) - _UUID_EPOCH) / 1e7
        return seconds if 0 < seconds < time.time() + 86_400 else 0.0
    return 0.0


def _ids(spaces: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [checkpoint_id for checkpoints in spaces.values() for checkpoint_id in checkpoints]


def _code(error: BaseException) -> int:
    """The kind of failure, as SQLite numbers them."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


UNREADABLE = sentence("ended-unreadable")
_NOT_WRITTEN = sentence("ended-not-written")
_DAMAGED = sentence("ended-file-damaged")
_FULL = sentence("ended-disk-full")
_BUSY = sentence("ended-busy")
_WHY = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
}
