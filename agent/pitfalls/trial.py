"""Both sides of a trap at work, each in a process of its own, so that the wrong one can do no harm here.

A side that hangs is ended by force, what it prints is bounded, and it knows nothing of this process: no keys, no
settings, no data.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from agent.errors import RequestRefused
from agent.pitfalls.pitfall import SIDES, Moment, Side

LIMIT = 7.0
"""Seconds a side may take."""
STARTUP = 45.0
"""Seconds until both sides must have loaded what they need."""
AT_ONCE = 3
"""Trials at work at the same time; later ones wait."""
MOST_WAITING = 20
"""Trials that may wait; later ones are refused."""
MOST_MOMENTS = 400
LONGEST_LINE = 2_000

ROOT = Path(__file__).parents[2]
INHERITED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
"""What a process needs in order to start at all; everything else in the environment is none of its business."""

TrialState = Literal["waiting", "starting", "running", "ended"]

_places = threading.BoundedSemaphore(AT_ONCE)
_waiting = threading.BoundedSemaphore(AT_ONCE + MOST_WAITING)


class Trial:
    """One run of both sides. Starts at once, and ends by itself; safe to read from any thread.

    `url` is an OpenAI-compatible demo server; without it each side starts one of its own. Raises RequestRefused
    when too many are waiting.
    """

    def __init__(self, name: str, url: str | None = None, limit: float = LIMIT) -> None:
        if not _waiting.acquire(blocking=False):
            raise RequestRefused("Too many visitors are trying this just now. Try again in a minute.")
        self.state: TrialState = "waiting"
        self.moments: dict[Side, list[Moment]] = {side: [] for side in SIDES}
        """What happened on each side, oldest first; only ever appended to."""
        self._name, self._url, self._limit = name, url, limit
        self._both_ready = threading.Barrier(len(SIDES), action=self._begin)
        self._thread = threading.Thread(target=self._work, name=f"pitfall-{name}", daemon=True)
        self._thread.start()

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the end, at most `timeout` seconds."""
        self._thread.join(timeout)

    def _work(self) -> None:
        try:
            with _places:
                self.state = "starting"
                sides = [threading.Thread(target=self._follow, args=(side,), daemon=True) for side in SIDES]
                for thread in sides:
                    thread.start()
                for thread in sides:
                    thread.join()
        finally:
            self.state = "ended"
            _waiting.release()

    def _begin(self) -> None:
        self.state = "running"

    def _follow(self, side: Side) -> None:
        moments = self.moments[side]
        process = subprocess.Popen(
            self._command(side),
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdin is not None
        assert process.stdout is not None
        deadline = threading.Timer(STARTUP, process.kill)
        deadline.start()
        try:
            if process.stdout.readline():
                self._both_ready.wait(STARTUP)  # the two begin together, so that they can be compared
                deadline.cancel()
                deadline = threading.Timer(self._limit, process.kill)
                deadline.start()
                process.stdin.write("\n")
                process.stdin.flush()
                while len(moments) < MOST_MOMENTS and (line := process.stdout.readline(LONGEST_LINE)):
                    moments.append(json.loads(line))
        except (OSError, ValueError, threading.BrokenBarrierError):
            pass  # it is gone, or printed what was not asked for: said below
        finally:
            deadline.cancel()
            self._both_ready.abort()
            process.kill()
            code = process.wait()
            with contextlib.suppress(OSError):
                process.stdin.close()
            process.stdout.close()
        if not moments or moments[-1]["kind"] not in ("end", "error"):
            moments.append(_unfinished(moments, self._limit, code))

    def _command(self, side: Side) -> Sequence[str]:
        command = [sys.executable, "-m", "agent.pitfalls", self._name, side, "--wait", "--limit", f"{self._limit + 2}"]
        return [*command, "--url", self._url] if self._url else command


def environment() -> dict[str, str]:
    """The environment of a side: nothing of the host's but what every process needs."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {"PYTHONIOENCODING": "utf-8"}


def _unfinished(moments: list[Moment], limit: float, code: int) -> Moment:
    if len(moments) >= MOST_MOMENTS:
        text = "It sent more than can be shown, and was ended."
    elif code == 0 or code == -9 or moments:
        text = f"It did not come to an end, and was ended by force after {limit:g} seconds."
    else:
        text = f"It could not be started (exit code {code})."
    return Moment(at=moments[-1]["at"] if moments else 0.0, kind="error", text=text, lane="")
