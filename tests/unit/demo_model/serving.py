"""A demo server on a thread of its own, for tests that are not async."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from agent.demo_model import DemoServer, Stats


@dataclass(frozen=True)
class Served:
    """A running server."""

    server: DemoServer

    @property
    def base_url(self) -> str:
        return self.server.base_url

    @property
    def stats(self) -> Stats:
        return self.server.stats

    def wait_until(self, condition: Callable[[Stats], bool], seconds: float = 2.0) -> None:
        """Wait until the server's counts meet a condition."""
        end = time.monotonic() + seconds
        while not condition(self.stats):
            assert time.monotonic() < end, self.stats
            threading.Event().wait(0.002)


@contextmanager
def serve(**options: Any) -> Iterator[Served]:
    """Run a `DemoServer` on another thread's event loop."""
    started, served = threading.Event(), []

    async def run() -> None:
        ended = asyncio.Event()
        async with DemoServer(**options) as server:
            served.append((server, asyncio.get_running_loop(), ended))
            started.set()
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert started.wait(5)
    server, loop, ended = served[0]
    try:
        yield Served(server)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(5)
        assert not thread.is_alive()
