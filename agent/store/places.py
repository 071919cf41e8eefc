"""Whose turn it is, and who has which place in the queue: the rule, and the runs of all processes it is applied to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from agent.settings import Limits
from agent.store.database import Connection, Database
from agent.store.process import has_ended

_QUEUED = """
SELECT runs.id, runs.owner, runs.thread, runs.process, until, runs.parent, before.state
FROM runs JOIN leases ON leases.process = runs.process LEFT JOIN runs AS before ON before.id = runs.parent
WHERE runs.state = 'queued' ORDER BY runs.asked_at, runs.id
"""
_AT_WORK = """
SELECT leases.process, until, many
FROM (SELECT process, count(*) AS many FROM runs WHERE state = 'running' GROUP BY process) AS work
JOIN leases ON leases.process = work.process
"""
_BEGIN = "UPDATE runs SET state = 'running' WHERE id = ? AND process = ?"
_BESIDE = """
SELECT runs.id, owner, thread, runs.process, until FROM runs JOIN leases ON leases.process = runs.process
WHERE state = 'running' AND (owner IN (SELECT owner FROM runs WHERE state = 'queued')
OR thread IN (SELECT thread FROM runs WHERE state = 'queued'))
"""


class Crowded(Exception):
    """As many wait already as may."""


class Turn(NamedTuple):
    """How a run stands in the queue."""

    place: int = 0
    """From 1; 0 when it is held, when its turn has come, or when nobody has looked yet."""
    is_held: bool = False
    """Whether it is behind a question to a person, and so in nobody's way."""
    has_come: bool = False


class Asked(NamedTuple):
    """A run that waits or is at work."""

    id: str
    owner: str
    thread: str
    is_held: bool = False


def turns(waiting: Iterable[Asked], beside: Iterable[Asked], room: int, most_of_one: int) -> dict[str, Turn]:
    """How those stand that wait, given in the order in which they have asked: first come, first served.

    Passed over, so that nobody else waits for it, is a run that waits for a person, for its own thread or its visitor.
    `beside` are those at work of the same threads and visitors; `room` more may be at work, `most_of_one` of a visitor.
    """
    found: dict[str, Turn] = {}
    visitors: Counter[str] = Counter()
    threads: set[str] = set()
    for run in beside:
        visitors[run.owner] += 1
        threads.add(run.thread)
    place = 0
    for run in waiting:
        if run.is_held:
            found[run.id] = Turn(is_held=True)
            continue
        if room > 0 and run.thread not in threads and visitors[run.owner] < most_of_one:
            found[run.id] = Turn(has_come=True)
            visitors[run.owner] += 1
            room -= 1
        else:
            place += 1
            found[run.id] = Turn(place)
        threads.add(run.thread)
    return found


class Places:
    """The queue over all processes. A process whose lease is over, or which has ended, holds no place in it."""

    def __init__(self, database: Database, process: str, limits: Limits) -> None:
        self._database, self._process, self._limits = database, process, limits

    def look(self) -> dict[str, Turn]:
        """How all stand that wait. Whose turn has come has its room, whichever process will begin it."""
        lives: dict[str, bool] = {self._process: True}

        def alive(process: str, until: float) -> bool:
            if process not in lives:
                lives[process] = holds(process, until)
            return lives[process]

        waiting: list[Asked] = []
        held: set[str] = set()
        for run_id, owner, thread, process, until, parent, state_before in self._database.rows(_QUEUED):
            if alive(process, until):
                held |= {run_id} if state_before == "waiting" or parent in held else set()
                waiting.append(Asked(run_id, owner, thread, run_id in held))
        if not waiting:
            return {}
        at_work = sum(count for process, until, count in self._database.rows(_AT_WORK) if alive(process, until))
        beside = [Asked(*run) for *run, process, until in self._database.rows(_BESIDE) if alive(process, until)]
        limits = self._limits
        return turns(waiting, beside, limits.runs_at_once - at_work, limits.runs_per_session)

    def enter(self, connection: Connection, run_id: str) -> Turn:
        """How a run stands that was added in this transaction; it is at work from now on if its turn has come.

        Raises Crowded.
        """
        found = self._take(connection, {run_id})
        mine = found[run_id]
        if (sum(turn.is_held for turn in found.values()) if mine.is_held else mine.place) > self._limits.runs_queued:
            raise Crowded
        return mine

    def take(self, run_ids: set[str]) -> dict[str, Turn]:
        """How these of this process's runs stand; those whose turn has come are at work from now on."""
        found = self.look()
        if not any(turn.has_come for run_id, turn in found.items() if run_id in run_ids):
            return found
        with self._database.transaction() as connection:
            return self._take(connection, run_ids)

    def _take(self, connection: Connection, run_ids: set[str]) -> dict[str, Turn]:
        if self._database.one_by_one:
            connection.execute(self._database.one_by_one)
        found = {run_id: turn for run_id, turn in self.look().items() if run_id in run_ids or turn.is_held}
        for run_id in sorted(run_id for run_id in run_ids & found.keys() if found[run_id].has_come):
            begun = connection.execute(_BEGIN, (run_id, self._process)).rowcount
            if not begun:  # another process has taken it over
                del found[run_id]
        return found


def holds(process: str, until: float | None) -> bool:
    """Whether a process still gives signs of life."""
    return until is not None and until >= time.time() and not has_ended(process)
