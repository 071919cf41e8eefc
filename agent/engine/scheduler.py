"""The limits on new runs, and the queue of those that wait for their turn in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable

from agent.engine.active import ActiveRun
from agent.errors import Refusal
from agent.settings import Limits
from agent.store.database import DatabaseError
from agent.store.places import Asked, turns
from agent.store.starts import Starts
from texts import sentence

log = logging.getLogger(__name__)

CROWDED = sentence("refused-crowded")


class Scheduler:
    """Begins runs when their turn comes over all processes. Only `charge` is safe outside the loop's thread.

    The turns of runs of which the others do not know are decided here, by the same rule.
    """

    def __init__(
        self,
        limits: Limits,
        begin: Callable[[ActiveRun], None],
        starts: Starts,
        is_held: Callable[[ActiveRun], bool] = lambda _: False,
    ) -> None:
        self.waiting: list[ActiveRun] = []
        self.working: set[ActiveRun] = set()
        self._limits, self._begin, self._starts, self._is_held = limits, begin, starts, is_held

    def charge(self, session: str, address: str = "") -> Refusal | None:
        """Count a new run against the limits of the visitor and the address, or say which one is reached."""
        if sum(run.is_alone for run in self.waiting) >= self._limits.runs_queued:
            return Refusal(CROWDED)
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
        """Begin the waiting runs whose turn has come, once what a stopped one leaves behind is done here."""
        self.waiting = [run for run in self.waiting if not run.ended]
        alone = turns(
            [self._asked(run) for run in self.waiting if run.is_alone],
            map(self._asked, self.working),
            self._limits.runs_at_once - len(self.working),
            self._limits.runs_per_session,
        )
        threads = {run.thread_id for run in self.working}
        still_waiting: list[ActiveRun] = []
        for run in self.waiting:
            turn = alone.get(run.id, run.turn)
            has_room = len(self.working) < self._limits.runs_at_once and run.thread_id not in threads
            if turn.has_come and has_room:
                self.working.add(run)
                threads.add(run.thread_id)
                self._begin(run)
            else:
                still_waiting.append(run)
                run.place = turn.place
        self.waiting = still_waiting

    def _asked(self, run: ActiveRun) -> Asked:
        return Asked(run.id, run.session, run.thread_id, self._is_held(run))
