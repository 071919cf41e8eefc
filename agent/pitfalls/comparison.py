"""Both sides of a pitfall at work, each in its own process, so that the wrong one can do no harm here; or all ways to
stream from a tool, which are harmless, in one.

The processes are forked from one that has loaded all they need (`server`) and knows nothing of this one: no keys, no
settings, no data. It is not the fork server of `multiprocessing`: started from here, that one would keep the host's
environment, and its children would run the page's script, which is `__main__` here.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
import threading
from collections import deque
from functools import cache
from typing import Literal

from agent.errors import Refusal
from agent.offload import ROOT, environment
from agent.pitfalls.pitfall import SIDES, Moment
from agent.pitfalls.stage import MOST, failure
from agent.pitfalls.ways import ALL_WAYS
from agent.snippets.ways import WAYS
from texts import Language, Spoken, sentence

LIMIT = 10.0
"""Seconds a side may take."""

ComparisonState = Literal["waiting", "starting", "running", "ended"]
_Server = subprocess.Popen[str]


class Comparison:
    """One run of both sides, or of all ways. Ends by itself; safe to read from any thread."""

    def __init__(self, name: str, url: str | None, language: Language, limit: float, most: int) -> None:
        self.request = (name, url, language, limit, most)
        self.state: ComparisonState = "waiting"
        self.moments: dict[str, list[Moment]] = {side: [] for side in (WAYS if name == ALL_WAYS else SIDES)}
        """What happened on each side, or of each way, oldest first; only ever appended to."""
        self._ended = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; returns whether it has come."""
        return self._ended.wait(timeout)

    def add(self, side: str, moment: Moment) -> None:
        """Something has happened on a side; nothing does after its end."""
        moments = self.moments[side]
        if not moments or moments[-1]["kind"] not in ("end", "error"):
            moments.append(moment)

    def end(self, why: Spoken) -> None:
        """Nothing more will come; `why` is the error of a side that has not ended."""
        for side in self.moments:
            self.add(side, failure(why))
        self.state = "ended"
        self._ended.set()


class Comparisons:
    """Starts comparisons one at a time: each takes 60 MB, and time from the others. Safe from any thread."""

    def __init__(self, at_once: int = 1, most_waiting: int = 20) -> None:
        self._at_once, self._most_waiting = at_once, most_waiting
        self._lock = threading.Lock()
        self._waiting: deque[Comparison] = deque()
        self._working: dict[int, tuple[Comparison, _Server]] = {}
        self._numbers = itertools.count()
        self._server: _Server | None = None

    def prepare(self) -> None:
        """Start loading what the sides need, without waiting for it."""
        with self._lock:
            self._running()

    def start(
        self, name: str, url: str | None = None, limit: float = LIMIT, most: int = MOST, language: Language = "en"
    ) -> Comparison | Refusal:
        """Run both sides of a pitfall, or ALL_WAYS, as soon as there is a place, or say that too many are waiting.

        `url` is an OpenAI-compatible demo server; without one, each side starts its own. The sides speak `language`;
        the ways are programs as their readers have them, in English.
        """
        comparison = Comparison(name, url, language, limit, most)
        with self._lock:
            if len(self._waiting) >= self._most_waiting:
                return Refusal(sentence("refused-trap-crowded"))
            self._waiting.append(comparison)
            self._fill()
        return comparison

    def close(self) -> None:
        """End the server; sides at work go on to their end, but nobody hears of it."""
        with self._lock:
            server, self._server = self._server, None
        if server:
            server.kill()
            server.wait()

    def _fill(self) -> None:
        while self._waiting and len(self._working) < self._at_once:
            comparison = self._waiting.popleft()
            comparison.state = "starting"
            try:
                self._send(next(self._numbers), comparison)
            except OSError:
                comparison.end(sentence("pitfall-not-started"))

    def _send(self, number: int, comparison: Comparison) -> None:
        for server in (self._running(), None):  # it may have ended since it was looked at
            server = server or self._open()
            assert server.stdin is not None
            self._working[number] = comparison, server
            with contextlib.suppress(BrokenPipeError):
                server.stdin.write(json.dumps([number, *comparison.request]) + "\n")
                server.stdin.flush()
                return

    def _running(self) -> _Server:
        return self._server if self._server and self._server.poll() is None else self._open()

    def _open(self) -> _Server:
        server = self._server = subprocess.Popen(
            [sys.executable, "-m", "agent.pitfalls.server"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        threading.Thread(target=self._listen, args=(server,), name="pitfalls", daemon=True).start()
        return server

    def _listen(self, server: _Server) -> None:
        assert server.stdout is not None
        with server, contextlib.suppress(ValueError):
            for line in server.stdout:
                number, what, moment = json.loads(line)
                comparison, _ = self._working[number]
                if what == "running":
                    comparison.state = what
                elif what == "ended":
                    self._end(number)
                else:
                    comparison.add(what, moment)
        for number in [number for number, (_, its) in list(self._working.items()) if its is server]:
            self._end(number)

    def _end(self, number: int) -> None:
        with self._lock:
            comparison, _ = self._working.pop(number)
            comparison.end(sentence("pitfall-broke-off"))
            self._fill()


@cache
def comparisons() -> Comparisons:
    """The comparisons of this process."""
    return Comparisons()
