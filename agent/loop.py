"""One asyncio loop on one daemon thread: the home of everything asynchronous."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from agent._asyncio_compat import EventLoop

T = TypeVar("T")


class BackgroundLoop:
    """An asyncio loop that runs on its own thread until it is closed.

    HTTP clients are bound to the loop they first ran on, so a process needs one loop for all of them. As a context
    manager it closes itself.
    """

    new_loop: ClassVar[Callable[[], asyncio.AbstractEventLoop]] = EventLoop
    """What makes the loop."""

    def __init__(self, name: str = "agent-loop") -> None:
        self._loop = type(self).new_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the loop, in the caller's context variables; returns its future at once.

        Cancelling the future cancels the coroutine. Raises RuntimeError once the loop is closed.
        """
        if self._loop.is_closed():
            coroutine.close()
            raise RuntimeError("The background loop is closed.")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def call(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run a coroutine on the loop and wait for its result, at most `timeout` seconds.

        Raises RuntimeError on the loop's own thread, where waiting would never end.
        """
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("call() would wait for ever on the loop's own thread; await the coroutine instead.")
        return self.submit(coroutine).result(timeout)

    def call_soon(self, callback: Any, *args: Any) -> None:
        """Call a plain function on the loop's thread; does nothing once the loop is closed."""
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def close(self, timeout: float = 2.0) -> None:
        """Cancel what still runs, let it clean up, and end the thread; waits at most `timeout` seconds."""
        if self._loop.is_closed() or not self._thread.is_alive():
            return
        self.call_soon(self._loop.stop)
        self._thread.join(timeout)

    def __enter__(self) -> BackgroundLoop:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            while self._is_ended_by_work():
                pass
        finally:
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self._loop.run_until_complete(asyncio.wait(tasks, timeout=1.5))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def _is_ended_by_work(self) -> bool:
        """Run the loop until it is stopped, or until work on it asks the process to end, as argparse does in a tool.

        Whoever waits for that work is told; asyncio leaves the loop as well, with all other work on it.
        """
        try:
            self._loop.run_forever()
        except (SystemExit, KeyboardInterrupt):
            return True
        return False
