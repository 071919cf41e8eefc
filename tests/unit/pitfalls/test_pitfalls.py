"""What is said of the traps."""

import re

import pytest

from agent.pitfalls import NAMES, pitfall, source
from agent.pitfalls.pitfall import SIDES, Kind, Moment, verdict


@pytest.mark.parametrize("name", NAMES)
def test_a_trap_says_all_there_is_to_say(name: str) -> None:
    trap = pitfall(name)
    assert trap.threads
    assert all(re.fullmatch(r"[\w-]+/[\w-]+#\d+", thread) for thread in trap.threads)
    assert 1 <= trap.fix.count("\n") <= 4
    assert not re.search(r"\S  # ", trap.fix), "beside its line, a comment is broken on a phone"
    for side in SIDES:
        code = source(name, side)
        assert f"def {side}(" in code
        assert "noqa" not in code


def test_there_is_no_trap_of_another_name() -> None:
    with pytest.raises(KeyError):
        pitfall("os")


def moment(at: float, kind: Kind) -> Moment:
    return Moment(at=at, kind=kind, text="", lane="")


def test_the_verdict_while_it_runs_and_after() -> None:
    assert verdict([]) == "Nothing yet"
    live = [moment(0.1, "chunk"), moment(0.9, "chunk"), moment(1.5, "chunk")]
    assert verdict(live) == "3 pieces so far"
    assert verdict([*live, moment(1.6, "end")]) == "Live: 3 pieces, from 0.1 s to 1.5 s."
    assert verdict([*live, moment(1.6, "end")], "But mixed.") == "But mixed."
    assert verdict([*live, moment(1.6, "error")]) == "3 pieces, then it failed."
    assert verdict([moment(2.0, "end")]) == "Nothing was seen in 2.0 s."
