"""A process does all at once while it has time to spare, and takes its time when it has not."""

from __future__ import annotations

from itertools import pairwise

from agent.pace import BUSY, LATE, LOOK_SECONDS, MOST_SECONDS, Pace


class _Process:
    """One that uses a share of a core, as its pace sees it."""

    def __init__(self) -> None:
        self.now = self.used = 0.0
        self.pace = Pace(lambda: self.now, lambda: self.used)

    def work(self, share: float, seconds: float, late: float = 0.0) -> list[float]:
        """Its rests meanwhile."""
        found = []
        for _ in range(round(seconds / 0.01)):
            self.now += 0.01
            self.used += share * 0.01
            self.pace.note(late)
            found.append(self.pace.rest)
        return found


def test_with_time_to_spare_nothing_rests() -> None:
    assert not any(_Process().work(BUSY * 0.9, 10, LATE * 0.9))


def test_a_busy_process_rests_longer_and_longer_but_never_for_ever() -> None:
    rests = _Process().work(0.9, 10)
    assert rests == sorted(rests)
    assert rests[-1] == MOST_SECONDS


def test_so_does_one_whose_machine_others_keep_busy() -> None:
    assert _Process().work(0.1, 10, LATE * 2)[-1] == MOST_SECONDS


def test_soon_after_the_rush_it_does_not_rest() -> None:
    process = _Process()
    process.work(0.9, 10)
    rests = process.work(0.1, 10)
    assert rests[-1] == 0
    assert all(before >= after for before, after in pairwise(rests))


def test_a_process_whose_rests_save_it_work_settles_where_it_is_as_busy_as_it_may_be() -> None:
    process, shares = _Process(), []
    for _ in range(200):
        shares.append(0.9 / (1 + process.pace.rest / 0.05))
        process.work(shares[-1], LOOK_SECONDS)
    settled = shares[100:]
    assert BUSY * 0.85 < min(settled) <= max(settled) < BUSY * 1.15
