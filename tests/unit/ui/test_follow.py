"""The loop that reads a log draws as often as the process can bear."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agent.streaming.events import StreamEvent
from ui.run import follow
from ui.run.follow import QUICKEST, SLOWEST, Reader, rest_after


def test_one_reader_of_a_cheap_drawing_rests_no_longer_than_it_has_to() -> None:
    assert rest_after(0.001, readers=1, pace=1.0) <= QUICKEST


def test_on_a_busy_process_drawings_become_fewer_by_what_they_cost_and_by_how_many_there_are() -> None:
    rests = [rest_after(0.002, readers, pace=1.0) for readers in range(1, 50)]
    assert rests == sorted(rests)
    assert rests[-1] == rest_after(5.0, readers=1, pace=0.0) == SLOWEST, "and never rarer than that"


def test_while_there_is_time_to_spare_each_of_many_readers_rests_no_longer_than_a_lone_one() -> None:
    assert rest_after(0.002, readers=50, pace=0.0) == rest_after(0.002, readers=1, pace=0.0)
    assert rest_after(0.002, readers=1, pace=0.0) < rest_after(0.002, readers=50, pace=0.03) == 0.03 < SLOWEST


class _Log:
    def __init__(self, fails: bool = False) -> None:
        self.looks, self.fails = 0, fails

    def read(self, cursor: int = 0, timeout: float = 0.0) -> tuple[Sequence[StreamEvent], int, bool]:
        self.looks += 1
        if self.fails:
            raise KeyError("the store is gone")
        return [], cursor, self.looks == 3


class _Drawn:
    is_due = True
    rest = 0.0
    waits = False

    def __init__(self) -> None:
        self.readers: list[int] = []

    def add(self, events: Sequence[StreamEvent]) -> None: ...

    def draw(self, *, ended: bool) -> None:
        self.readers.append(follow._following)


def test_who_follows_is_counted_until_they_do_not() -> None:
    drawn = _Drawn()
    Reader(_Log(), drawn).follow()
    assert drawn.readers == [1, 1, 1]
    with pytest.raises(KeyError):
        Reader(_Log(fails=True), drawn).follow()
    assert follow._following == 0
