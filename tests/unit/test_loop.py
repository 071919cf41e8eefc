import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest

from agent.loop import BackgroundLoop

WHO = contextvars.ContextVar("WHO", default="nobody")


@pytest.fixture
def loop() -> Iterator[BackgroundLoop]:
    with BackgroundLoop("test-loop") as loop:
        yield loop


def test_call_waits_for_the_result(loop: BackgroundLoop) -> None:
    async def work() -> str:
        return threading.current_thread().name

    assert loop.call(work(), timeout=5) == "test-loop"


def test_the_callers_context_goes_along(loop: BackgroundLoop) -> None:
    async def who() -> str:
        return WHO.get()

    WHO.set("me")
    assert loop.call(who(), timeout=5) == "me"


def test_an_error_reaches_the_caller_and_the_loop_goes_on(loop: BackgroundLoop) -> None:
    async def fail() -> None:
        raise ValueError("no")

    async def work() -> int:
        return 1

    with pytest.raises(ValueError, match="no"):
        loop.call(fail(), timeout=5)
    assert loop.call(work(), timeout=5) == 1


@pytest.mark.parametrize("ending", [SystemExit(2), KeyboardInterrupt()])
def test_work_that_asks_the_process_to_end_ends_alone(loop: BackgroundLoop, ending: BaseException) -> None:
    async def end() -> None:
        raise ending

    async def work() -> int:
        await asyncio.sleep(0)
        return 1

    other = loop.submit(work())
    with pytest.raises(type(ending)):
        loop.call(end(), timeout=5)
    assert (other.result(5), loop.call(work(), timeout=5)) == (1, 1)


def test_calling_from_the_loops_own_thread_is_refused_instead_of_hanging(loop: BackgroundLoop) -> None:
    async def work() -> int:
        return 1

    async def outer() -> int:
        return loop.call(work())

    with pytest.raises(RuntimeError, match="own thread"):
        loop.call(outer(), timeout=5)


def test_cancelling_the_future_cancels_the_work_and_lets_it_clean_up(loop: BackgroundLoop) -> None:
    started, cleaned = threading.Event(), threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    future = loop.submit(work())
    assert started.wait(5)
    future.cancel()
    assert cleaned.wait(5)


def test_closing_lets_what_still_runs_clean_up() -> None:
    cleaned = threading.Event()
    started = threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    loop = BackgroundLoop()
    loop.submit(work())
    assert started.wait(5)
    loop.close()
    assert cleaned.is_set()
    loop.close()
    loop.call_soon(print)


def test_a_closed_loop_says_so() -> None:
    loop = BackgroundLoop()
    loop.close()

    async def work() -> int:
        return 1

    with pytest.raises(RuntimeError, match="closed"):
        loop.submit(work())
