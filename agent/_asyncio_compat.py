"""The one private name of asyncio that is used: where a timer keeps the context it was set in."""

from __future__ import annotations

import asyncio
import contextvars

_NOTHING = contextvars.Context()


class EventLoop(asyncio.SelectorEventLoop):
    """A loop whose cancelled timers hold nothing.

    asyncio keeps a cancelled timer until its time comes, with its context; a minute's timeout of a model's answer so
    kept the model, and with it a visitor's key.
    """

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        handle._context = _NOTHING  # type: ignore[attr-defined]
        super()._timer_handle_cancelled(handle)  # type: ignore[misc]
