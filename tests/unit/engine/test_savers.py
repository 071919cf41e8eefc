"""A file of checkpoints that has been closed stays closed."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from agent.engine.savers import SqliteSaver
from agent.errors import CheckpointError


def test_a_run_that_ends_late_opens_nothing_that_nobody_closes(tmp_path: Path) -> None:
    async def late() -> None:
        saver = SqliteSaver(tmp_path / "kept.sqlite3")
        await saver.setup()
        await saver.close()
        with pytest.raises(CheckpointError):
            await saver.threads()

    before = set(threading.enumerate())
    asyncio.run(late())
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
