"""A cancelled timer keeps nothing of the context it was set in, however long it would have run."""

import contextvars
import weakref

from agent._asyncio_compat import EventLoop

HELD: contextvars.ContextVar[object] = contextvars.ContextVar("held")


class Key:
    pass


def test_a_cancelled_timer_lets_go_of_its_context() -> None:
    loop = EventLoop()
    key = Key()
    context = contextvars.Context()
    context.run(HELD.set, key)
    cancelled = loop.call_later(1_000, print, context=context)
    waiting = loop.call_later(1_000, print, context=context)
    gone = weakref.ref(key)
    del key, context
    cancelled.cancel()
    assert gone() is not None, "a timer that is not cancelled runs in its context"
    waiting.cancel()
    assert gone() is None
    loop.run_until_complete(_nothing())
    loop.close()


async def _nothing() -> None:
    pass
