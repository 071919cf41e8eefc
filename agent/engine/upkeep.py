"""Deletes what models remember of conversations that were deleted, are too old, or are too many."""

from __future__ import annotations

import asyncio
import logging

from agent.engine.checkpoints import Checkpoints
from agent.errors import CheckpointError
from agent.store.conversations import Conversations
from agent.store.database import DatabaseError

log = logging.getLogger(__name__)

SECONDS = 60.0
"""Seconds between checks for what others have deleted, and for what is too old or too large."""

SOON = 0.5
"""Seconds until the next check if something could not be deleted yet: a run is noted as ended a moment later."""


class Upkeep:
    """Limits checkpoints to existing conversations. Belongs to one loop, except for `soon`."""

    def __init__(self, checkpoints: Checkpoints, conversations: Conversations) -> None:
        self._checkpoints, self._conversations = checkpoints, conversations
        self._due = asyncio.Event()

    def soon(self) -> None:
        """Check now: something was deleted."""
        self._due.set()

    async def run(self) -> None:
        """Check until cancelled; if something cannot be deleted yet, sooner, and then less and less so."""
        pause = SOON
        while True:
            self._due.clear()
            is_done = await self._look()
            pause = SECONDS if is_done else min(2 * pause, SECONDS)
            try:
                async with asyncio.timeout(pause):
                    await self._due.wait()
                pause = SOON
            except TimeoutError:
                continue

    async def _look(self) -> bool:
        """Delete what can be deleted; returns whether that was all."""
        try:
            waiting = await asyncio.to_thread(self._conversations.forgotten)
            in_use = set(await asyncio.to_thread(self._conversations.in_use))
            for thread_id in waiting:
                if thread_id not in in_use:
                    await self._checkpoints.forget(thread_id)
                    await asyncio.to_thread(self._conversations.settle, thread_id)
            await self._checkpoints.prune(in_use)
        except (CheckpointError, DatabaseError) as error:
            log.warning("What models know of deleted conversations is deleted later: %s", error)
            return False
        return in_use.isdisjoint(waiting)
