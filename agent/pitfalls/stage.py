"""The stage for a side: an agent to ask, and a way to show what arrives."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import os
import time
from collections.abc import Callable, Iterator
from typing import TypeAlias

from agent.loop import BackgroundLoop
from agent.pitfalls.pitfall import Kind, Moment, Side
from agent.tools.scenario import asked_in
from texts import Language, Spoken, sentence

LONGEST = 500
"""Characters of one text."""
MOST = 400
"""Moments of one side; one more ends its process."""

Tell: TypeAlias = Callable[[Moment], None]


class Show:
    """Reports what a visitor would see, and when. Safe from any thread."""

    def __init__(self, tell: Tell, most: int) -> None:
        self._t0 = time.monotonic()
        self._tell = tell
        self._left = most

    def __call__(self, chunk: object, lane: str | None = None) -> None:
        """A chunk has arrived."""
        if text := str(chunk):
            self._add("chunk", text, lane or "")

    def mark(self, text: str) -> None:
        """Something was done from outside: on the page, a sentence `pitfall-mark-` with this name."""
        self._add("mark", text)

    def told(self, said: Spoken) -> None:
        """The visitor is told that something went wrong."""
        self._add("told", said)

    def error(self, error: BaseException) -> None:
        """The side failed."""
        self._add("error", f"{type(error).__name__}: {error}")

    def end(self) -> None:
        """The side has returned, and says that all is well."""
        self._add("end", "")

    def _add(self, kind: Kind, said: Spoken, lane: str = "") -> None:
        at = round(time.monotonic() - self._t0, 3)
        if self._left == 0:
            self._tell(failure(sentence("pitfall-too-much"), at))
            os._exit(1)
        self._left -= 1
        self._tell(_moment(at, kind, said, lane))


def failure(said: Spoken, at: float = 0.0) -> Moment:
    """The end of a side that did not end by itself."""
    return _moment(at, "error", said, "")


def _moment(at: float, kind: Kind, said: Spoken, lane: str) -> Moment:
    moment = Moment(at=at, kind=kind, text=str(said)[:LONGEST], lane=lane)
    return moment if isinstance(said, str) else {**moment, "key": said.key}


def run(
    name: str, side: Side, url: str | None, language: Language, tell: Tell, most: int, ready: Callable[[], object]
) -> None:
    """Run one side of a pitfall, for a reader of a `language`; without a `url` it gets its own demo server.

    It begins when `ready` returns.
    """
    asked_in.set(language)
    work = getattr(importlib.import_module(f"agent.pitfalls.{name}"), side)
    with demo_server(url) as url:
        ready()
        show = Show(tell, most)
        try:
            result = work(url, show)
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except Exception as error:
            show.error(error)
        else:
            show.end()


@contextlib.contextmanager
def demo_server(url: str | None) -> Iterator[str]:
    """The address of the demo model that is there, or else of one of our own."""
    if url:
        yield url
        return

    from agent.demo_model import DemoServer  # only where it is needed: it loads a web server

    with BackgroundLoop("demo-model") as loop:
        server = DemoServer()
        loop.call(server.start(), 10)
        yield server.base_url
        loop.call(server.close(), 10)
