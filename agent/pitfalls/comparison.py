"""Both sides of a trap at work, each in a process of its own, so that the wrong one can do no harm here.

A side that hangs is ended by force, what it prints is bounded, and it knows nothing of this process: no keys, no
settings, no data.
"""

from __future__ import annotations

import contextlib
import json
import threading
from typing import Literal

from agent.errors import RequestRefused
from agent.pitfalls.nursery import Nursery
from agent.pitfalls.pitfall import SIDES, Moment, Side

LIMIT = 10.0
"""Seconds a side may take."""
STARTUP = 60.0
"""Seconds until both sides must have loaded what they need."""
AT_ONCE = 2
"""Trials at work at the same time, few so that they do not slow each other down; later ones wait."""
MOST_WAITING = 20
"""Trials that may wait; later ones are refused."""
MOST_MOMENTS = 400
LONGEST_LINE = 2_000

TrialState = Literal["waiting", "starting", "running", "ended"]

NURSERY = Nursery()
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
        try:
            child = NURSERY.start(self._arguments(side))
        except OSError:
            self._both_ready.abort()
            moments.append(_unfinished("It could not be started."))
            return
        forced: list[str] = []

        def end(why: str) -> None:
            forced.append(why)
            child.kill()

        deadline = threading.Timer(STARTUP, end, ("It could not be started in time.",))
        deadline.start()
        try:
            if child.stdout.readline():
                self._both_ready.wait(STARTUP)  # the two begin together, so that they can be compared
                deadline.cancel()
                deadline = threading.Timer(
                    self._limit, end, (f"It was still at work after {self._limit:g} seconds, and was ended by force.",)
                )
                deadline.start()
                child.stdin.write("\n")
                child.stdin.flush()
                while line := child.stdout.readline(LONGEST_LINE):
                    moments.append(json.loads(line))
                    if len(moments) == MOST_MOMENTS:
                        end("It sent more than can be shown, and was ended by force.")
                        break
        except (OSError, ValueError, threading.BrokenBarrierError):
            end("It broke off.")  # it is gone, or printed what was not asked for
        finally:
            deadline.cancel()
            self._both_ready.abort()
            child.stdout.close()
            with contextlib.suppress(OSError):
                child.stdin.close()
        if not moments or moments[-1]["kind"] not in ("end", "error"):
            at = self._limit if forced else 0.0
            moments.append(_unfinished(forced[0] if forced else "It broke off.", at))

    def _arguments(self, side: Side) -> list[str]:
        arguments = [self._name, side, "--wait", "--limit", f"{self._limit + 2}"]
        return [*arguments, "--url", self._url] if self._url else arguments


def _unfinished(text: str, at: float = 0.0) -> Moment:
    return Moment(at=at, kind="error", text=text, lane="")
