"""Where LangGraph keeps conversations: a file beside the recordings, PostgreSQL, or this process's memory."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from agent.engine.savers import MemorySaver, SqliteSaver, ThreadSaver, damaged, is_closed_to_us
from agent.errors import CheckpointError, SettingsError
from agent.settings import NEEDS_PACKAGES, Settings
from agent.streaming._langgraph_compat import declared_types

log = logging.getLogger(__name__)

FILE = "checkpoints.sqlite3"
_PACKAGES = ("psycopg", "psycopg_pool", "langgraph.checkpoint.postgres")


class Checkpoints:
    """The checkpoints of all conversations. Belongs to the loop it is entered and left on.

    A LangGraph thread is a conversation. Raises SettingsError if made for a database without its packages.
    """

    def __init__(self, settings: Settings) -> None:
        self._url, self._limits = settings.database_url, settings.limits
        self._path = settings.recordings / FILE if settings.recordings and not self._url else None
        self._saver: BaseCheckpointSaver[Any]
        self._threads: ThreadSaver
        self._resources = contextlib.AsyncExitStack()
        if self._url and not all(map(importlib.util.find_spec, _PACKAGES)):
            raise SettingsError(NEEDS_PACKAGES)

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """The saver to compile a graph with. Its failures are CheckpointErrors, each of a single run."""
        return self._saver

    def for_graph(self, own: Any = None) -> BaseCheckpointSaver[Any]:
        """The saver for one run's graph. That of a host's `own` also reads the types that its schema names.

        Ours have messages and plain data, which is not looked up for each run: it takes milliseconds.
        """
        return self._saver.with_allowlist(declared_types(own) if own else set())

    async def forget(self, thread_id: str) -> None:
        """Delete all of a conversation; raises CheckpointError."""
        await self._saver.adelete_thread(thread_id)

    async def prune(self, keep: Collection[str] = ()) -> list[str]:
        """Forget conversations that are too old, then the oldest until the rest is small enough; returns which.

        Those in `keep` stay: they have runs at work or waiting for a person. Raises CheckpointError.
        """
        oldest = time.time() - self._limits.recording_days * 86_400
        in_memory = isinstance(self._saver, MemorySaver)
        room = (self._limits.memory_megabytes if in_memory else self._limits.recording_megabytes) * 1e6
        gone = []
        kept = sorted(await self._threads.threads(), key=lambda thread: thread.saved_at, reverse=True)
        for thread in kept:
            room -= thread.bytes
            if thread.thread_id not in keep and (room < 0 or thread.saved_at < oldest):
                await self.forget(thread.thread_id)
                gone.append(thread.thread_id)
        if gone:
            await self._threads.shrink()
        if self._path:
            _delete_if_older(damaged(self._path), oldest)
        return gone

    async def __aenter__(self) -> Checkpoints:
        self._saver = self._threads = MemorySaver()
        if self._url:
            from agent.engine.postgres import PostgresSaver

            database = PostgresSaver(self._url)
            await database.open()
            self._resources.push_async_callback(database.close)
            self._saver = self._threads = database
        elif self._path and (file := await self._opened(self._path)):
            self._resources.push_async_callback(file.close)
            self._saver = self._threads = file
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._resources.aclose()

    async def _opened(self, path: Path) -> SqliteSaver | None:
        file = SqliteSaver(path)
        try:
            await file.threads()
        except CheckpointError as error:  # one that is damaged or busy is opened again by the first run
            if isinstance(error.__cause__, OSError) or is_closed_to_us(error.__cause__):
                log.warning("Conversations are kept until the next restart: %s cannot be used: %s", path, error)
                await file.close()
                return None
        return file


def _delete_if_older(path: Path, moment: float) -> None:
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            file = Path(f"{path}{end}")
            if file.stat().st_mtime < moment:
                file.unlink()
