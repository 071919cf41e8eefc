"""Any value becomes JSON within bounds, and none raises."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.streaming.json_safe import json_safe


def test_plain_values_stay_as_they_are() -> None:
    value = {"a": [1, 2.5, None, True, "text"], "b": {"c": []}}
    assert json_safe(value) == value


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no")


@dataclass
class Point:
    x: int
    y: float


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (b"\x00\xff", "b'\\x00\\xff'"),
        (2**80, str(2**80)),
        (Point(1, 2.0), {"x": 1, "y": 2.0}),
        ({1: "one"}, {"1": "one"}),
        ("\ud800", "?"),
        (Hostile(), "(a Hostile that cannot be shown: RuntimeError)"),
    ],
)
def test_odd_values_are_said_in_json(value: object, plain: object) -> None:
    assert json_safe(value) == plain


def test_cycles_and_depths_end() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    assert json_safe(cycle) == ["(a cycle)"]
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert "nested too deep" in json.dumps(json_safe(deep))


def test_five_megabytes_are_cut_and_say_so() -> None:
    plain = json_safe({"text": "x" * 5_000_000, "more": list(range(1_000_000))})
    assert isinstance(plain, dict)
    assert "more characters" in str(plain["text"])
    assert len(json.dumps(plain)) < 400_000


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(st.one_of(st.none(), st.text(), st.binary(), st.floats(), st.integers()), st.lists))
def test_whatever_is_sent_becomes_strict_json(value: object) -> None:
    json.dumps(json_safe(value), allow_nan=False).encode("utf-8")
