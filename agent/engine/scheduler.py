"""Whose turn it is: the limits on new runs, and the queue of waiting ones."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable

from agent.engine.active import ActiveRun
from agent.errors import Refusal
from agent.settings import Limits
from texts import sentence

MOST_VISITORS = 10_000
"""Visitors whose questions of the last minute are counted; the oldest are forgotten first."""


class Scheduler:
    """Starts runs in turn. Only `charge` is safe outside the loop's thread."""

    def __init__(
        self, limits: Limits, begin: Callable[[ActiveRun], None], is_held: Callable[[ActiveRun], bool] = lambda _: False
    ) -> None:
        self.waiting: list[ActiveRun] = []
        self.working: set[ActiveRun] = set()
        self._limits, self._begin, self._is_held = limits, begin, is_held
        self._starts: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def charge(self, session: str, address: str = "") -> Refusal | None:
        """Count a new run against the limits of the visitor and the address, or say which one is reached."""
        limits, now = self._limits, time.monotonic()
        with self._lock:
            charged = [(self._starts[f"visitor {session}"], limits.runs_per_minute, "refused-often")]
            if address:
                limit = limits.runs_per_minute_and_address
                charged.append((self._starts[f"address {address}"], limit, "refused-often.network"))
            for starts, most, key in charged:
                while starts and now - starts[0] > 60:
                    starts.popleft()
                if len(starts) >= most:
                    return Refusal(sentence(key, most=most, count=int(61 - (now - starts[0]))))
            if len(self.waiting) >= limits.runs_queued:
                return Refusal(sentence("refused-crowded"))
            for starts, _, _ in charged:
                starts.append(now)
            while len(self._starts) > MOST_VISITORS:
                self._starts.pop(next(iter(self._starts)))
        return None

    def enqueue(self, run: ActiveRun) -> None:
        """Queue a run for its turn, which may be now."""
        if not run.ended:
            self.waiting.append(run)
        self.admit()

    def release(self, run: ActiveRun) -> None:
        """Pass the place of a finished run to the next one."""
        self.working.discard(run)
        self.admit()

    def admit(self) -> None:
        """Start waiting runs, first come, first served; skip any that waits for its own thread or visitor, or behind
        one that waits for a person, so that nobody else waits for it.
        """
        limits = self._limits
        still_waiting: list[ActiveRun] = []
        sessions = Counter(run.session for run in self.working)
        threads = {run.thread_id for run in self.working}
        for run in self.waiting:
            if run.ended:
                continue
            full = len(self.working) >= limits.runs_at_once
            if self._is_held(run):
                still_waiting.append(run)
                run.place = 0
                continue
            if full or run.thread_id in threads or sessions[run.session] >= limits.runs_per_session:
                still_waiting.append(run)
                run.place = len(still_waiting)
            else:
                self.working.add(run)
                sessions[run.session] += 1
                self._begin(run)
            threads.add(run.thread_id)
        self.waiting = still_waiting
