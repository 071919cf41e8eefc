"""Whose turn it is: the limits on new runs, and the queue of waiting ones."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

from agent.engine.active import ActiveRun
from agent.errors import Refusal
from agent.settings import Limits
from agent.store.database import DatabaseError
from agent.store.starts import Starts
from texts import sentence

log = logging.getLogger(__name__)


class Scheduler:
    """Starts runs in turn. Only `charge` is safe outside the loop's thread."""

    def __init__(
        self,
        limits: Limits,
        begin: Callable[[ActiveRun], None],
        starts: Starts,
        is_held: Callable[[ActiveRun], bool] = lambda _: False,
        rivals: Callable[[ActiveRun], int] = lambda _: 0,
    ) -> None:
        self.waiting: list[ActiveRun] = []
        self.working: set[ActiveRun] = set()
        self._limits, self._begin, self._starts, self._is_held, self._rivals = limits, begin, starts, is_held, rivals

    def charge(self, session: str, address: str = "") -> Refusal | None:
        """Count a new run against the limits of the visitor and the address, or say which one is reached."""
        if len(self.waiting) >= self._limits.runs_queued:
            return Refusal(sentence("refused-crowded"))
        visitor, network = f"visitor {session}", f"address {address}"
        bounds = {visitor: self._limits.runs_per_minute}
        if address:
            bounds[network] = self._limits.runs_per_minute_and_address
        try:
            reached = self._starts.count(bounds)
        except DatabaseError as error:  # which then refuses to record the run, and that is told
            log.warning("A new run is not counted: %s", error)
            return None
        if not reached:
            return None
        who, seconds = reached
        key = "refused-often" if who == visitor else "refused-often.network"
        return Refusal(sentence(key, most=bounds[who], count=int(seconds) + 1))

    def enqueue(self, run: ActiveRun) -> None:
        """Queue a run for its turn, which may be now."""
        if not run.ended:
            self.waiting.append(run)
        self.admit()

    def release(self, run: ActiveRun) -> None:
        """Give the place of a finished run to the next one."""
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
            if full or run.thread_id in threads or sessions[run.session] + self._rivals(run) >= limits.runs_per_session:
                still_waiting.append(run)
                run.place = len(still_waiting)
            else:
                self.working.add(run)
                sessions[run.session] += 1
                self._begin(run)
            threads.add(run.thread_id)
        self.waiting = still_waiting
