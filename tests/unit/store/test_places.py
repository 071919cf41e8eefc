"""Whose turn it is over all processes, at its own door: an index on one database, and processes that come and go."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent.settings import Limits
from agent.store.database import Sqlite
from agent.store.index import Index, Progress
from agent.store.places import Asked, Crowded, Turn, turns
from agent.store.recording import Header
from agent.streaming.events import RunRequest, RunState
from tests.unit.examples import examples

LIMITS = Limits(runs_at_once=2, runs_per_session=1, runs_queued=3, lease_seconds=3_600)
PROCESSES, VISITORS, THREADS = 3, 2, 2
NUMBER = st.integers(0, PROCESSES - 1)


def asked(text: str) -> list[Asked]:
    """Runs named a1, b2, a3~: a visitor, a thread, and whether it is held."""
    return [Asked(f"{place} {name}", name[0], name[:2], name.endswith("~")) for place, name in enumerate(text.split())]


@pytest.mark.parametrize(
    ("waiting", "beside", "room", "places"),
    [
        ("a1 b1 c1", "", 2, "now now 1"),
        ("a1 a2 a3 b1", "", 9, "now now 1 now"),
        ("a1 a1 b1", "", 9, "now 1 now"),
        ("a1~ a1 b1", "", 1, "held now 1"),
        ("a2 b1 c1", "a1 a3", 1, "1 now 2"),
        ("a1 b1", "", -1, "1 2"),
        ("", "a1", 3, ""),
    ],
)
def test_first_come_first_served_and_nobody_waits_for_who_cannot_begin(
    waiting: str, beside: str, room: int, places: str
) -> None:
    found = turns(asked(waiting), asked(beside), room, most_of_one=2)
    told = ["held" if turn.is_held else "now" if turn.has_come else str(turn.place) for turn in found.values()]
    assert " ".join(told) == places


class Queue(RuleBasedStateMachine):
    """Processes ask, look, end, fall silent and wake up in any order."""

    @initialize()
    def begin(self) -> None:
        self.database = Sqlite()
        self.indexes = [Index(self.database, f"process-{number}", LIMITS) for number in range(PROCESSES)]
        self.silent: set[int] = set()
        self.states: dict[str, RunState] = {}
        self.headers: dict[str, Header] = {}
        self.where: dict[str, int] = {}
        self.shown: dict[str, Turn] = {}
        self.woke = False
        self.clock = time.time() - 1_000_000

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.settle()
            self.database.close()

    @rule(
        process=NUMBER,
        visitor=st.integers(0, VISITORS - 1),
        thread=st.integers(0, THREADS - 1),
        late=st.sampled_from([0.0, 0.0, 2.5]),
    )
    def ask(self, process: int, visitor: int, thread: int, late: float) -> None:
        """One more question, behind the newest of its conversation; the clock of its process may be late."""
        process = self.awake(process)
        self.clock += 1
        name = f"{visitor}/{thread}"
        before = [run_id for run_id, header in self.headers.items() if header.thread_id == name]
        header = Header(
            f"run-{len(self.headers)}",
            max(self.clock - late, self.headers[before[-1]].asked_at + 0.1 if before else 0.0),
            RunRequest("?"),
            name,
            f"visitor-{visitor}",
            parent=before[-1] if before else "",
        )
        self.headers[header.id], self.where[header.id] = header, process
        queued, held = len(self.eligible()), len(self.living("queued")) - len(self.eligible())
        expected = self.may_begin(header.id)
        try:
            turn = self.indexes[process].add(header)
        except Crowded:
            assert not expected
            assert max(queued, held) >= LIMITS.runs_queued
            del self.headers[header.id], self.where[header.id]
            return
        self.states[header.id] = "running" if turn.has_come else "queued"
        assert turn.has_come == expected
        assert turn.is_held == self.is_held(header.id)
        self.shown[header.id] = turn

    @rule(process=NUMBER)
    def look(self, process: int) -> None:
        """A tick of a process."""
        process = self.awake(process)
        mine = {run_id for run_id in self.states if self.where[run_id] == process}
        news = self.indexes[process].note([])
        before = {run_id: self.may_begin(run_id) for run_id in self.living("queued")}
        found = self.indexes[process].places.take(mine & news.queued)
        for run_id in sorted(mine & self.states.keys(), key=self.order):
            if self.states[run_id] == "queued":
                self.shown[run_id] = found[run_id]
                assert found[run_id].has_come == before[run_id]
                if found[run_id].has_come:
                    self.states[run_id] = "running"
        assert {run_id for run_id in news.known if self.states[run_id] == "queued"} <= news.queued

    @rule(number=st.integers(0, 99), state=st.sampled_from(["finished", "stopped", "waiting"]))
    def go_on(self, number: int, state: RunState) -> None:
        """A run at work ends, or asks a person."""
        working = [run_id for run_id in self.living("running") if self.where[run_id] not in self.silent]
        if working:
            run_id = working[number % len(working)]
            self.indexes[self.where[run_id]].note([Progress(run_id, state, 1.0, 0.0, 1, False)])
            self.states[run_id] = state

    @rule(number=st.integers(0, 99), process=NUMBER)
    def answer(self, number: int, process: int) -> None:
        """A run that waits for a person goes on in some process, when it has its turn."""
        waiting = [run_id for run_id, state in self.states.items() if state == "waiting"]
        if waiting:
            process = self.awake(process)
            run_id = waiting[number % len(waiting)]
            with self.indexes[process].claim(run_id) as claim:
                claim.take()
            self.states[run_id], self.where[run_id] = "queued", process

    @precondition(lambda self: len(self.silent) < PROCESSES - 1)
    @rule(process=NUMBER)
    def fall_silent(self, process: int) -> None:
        """A process is killed or stopped, and its lease runs out."""
        process = self.awake(process)
        self.silent.add(process)
        self.database.write("UPDATE leases SET until = 0 WHERE process = ?", f"process-{process}")

    @precondition(lambda self: self.silent)
    @rule()
    def wake_up(self) -> None:
        """It was only held up: what it was at work on is at work again."""
        self.woke = True
        self.indexes[self.silent.pop()].note([])

    @invariant()
    def nothing_is_too_much(self) -> None:
        """One that wakes up brings back what it was at work on; else no limit is ever passed."""
        if self.woke:
            return
        at_work = [self.headers[run_id] for run_id in self.living("running")]
        assert len(at_work) <= LIMITS.runs_at_once
        assert max(Counter(header.owner for header in at_work).values(), default=0) <= LIMITS.runs_per_session
        assert len({header.thread_id for header in at_work}) == len(at_work)

    def settle(self) -> None:
        """In the end nobody waits but behind a question, or with a process that is silent."""
        while any(self.where[run_id] not in self.silent for run_id in [*self.eligible(), *self.living("running")]):
            for process in range(PROCESSES):
                self.look(process)
            assert self.living("running")
            self.go_on(0, "finished")

    def awake(self, process: int) -> int:
        return next(one % PROCESSES for one in range(process, 2 * PROCESSES) if one % PROCESSES not in self.silent)

    # The rule in other words

    def order(self, run_id: str) -> tuple[float, str]:
        return self.headers[run_id].asked_at, run_id

    def living(self, state: str) -> list[str]:
        runs = [run for run, its in self.states.items() if its == state and self.where[run] not in self.silent]
        return sorted(runs, key=self.order)

    def is_held(self, run_id: str) -> bool:
        parent = self.headers[run_id].parent
        if self.states.get(parent) == "waiting":
            return True
        return self.states.get(parent) == "queued" and self.where[parent] not in self.silent and self.is_held(parent)

    def eligible(self) -> list[str]:
        return [run_id for run_id in self.living("queued") if not self.is_held(run_id)]

    def may_begin(self, run_id: str) -> bool:
        """Whether there is room for it after all who come before it, each of whom takes theirs if they can."""
        if self.is_held(run_id):
            return False
        at_work = self.living("running")
        for other in sorted({*self.eligible(), run_id}, key=self.order):
            mine = self.headers[other]
            of_thread = [run for run in at_work if self.headers[run].thread_id == mine.thread_id]
            of_visitor = [run for run in at_work if self.headers[run].owner == mine.owner]
            ahead = [
                run
                for run in self.eligible()
                if self.order(run) < self.order(other) and self.headers[run].thread_id == mine.thread_id
            ]
            can = len(at_work) < LIMITS.runs_at_once and len(of_visitor) < LIMITS.runs_per_session
            can = can and not of_thread and not ahead
            if other == run_id:
                return can
            at_work += [other] if can else []
        raise AssertionError("it is among them")


TestQueue = Queue.TestCase
TestQueue.settings = settings(stateful_step_count=50, max_examples=examples(40))
