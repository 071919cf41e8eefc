"""A clock that runs ahead: what a test would wait for is mostly time, a tool's, a model's, a provider's."""

from __future__ import annotations

import selectors

from agent._asyncio_compat import EventLoop

SPEED = 10
"""Seconds on the clock of such a loop in one second of everybody else's."""


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / SPEED if timeout else timeout)


class QuickLoop(EventLoop):
    """Sleeps, timeouts and rates are over sooner; what is work takes as long as ever."""

    def __init__(self) -> None:
        super().__init__(_Selector())

    def time(self) -> float:
        return super().time() * SPEED
