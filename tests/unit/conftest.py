"""What these tests would wait for is mostly time: a tool's, a model's, a provider's. Here it goes by more quickly."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Iterator

import pytest

from agent.loop import BackgroundLoop

SPEED = 10
"""Seconds on the clock of a background loop in one second of everybody else's."""


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / SPEED if timeout else timeout)


class _QuickLoop(asyncio.SelectorEventLoop):
    """Sleeps, timeouts and rates are over sooner; what is work takes as long as ever."""

    def __init__(self) -> None:
        super().__init__(_Selector())

    def time(self) -> float:
        return super().time() * SPEED


@pytest.fixture(scope="session", autouse=True)
def _quick_loops() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BackgroundLoop, "new_loop", _QuickLoop)
        yield
