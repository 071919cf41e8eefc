"""Any value becomes JSON within bounds, and none raises."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.streaming.json_safe import DataLeft, flat, json_safe


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


@given(st.recursive(st.one_of(st.none(), st.text(), st.binary(), st.floats(), st.integers()), st.lists))
def test_whatever_is_sent_becomes_strict_json(value: object) -> None:
    json.dumps(json_safe(value), allow_nan=False).encode("utf-8")


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just("x" * 600), st.just([1])
)


@given(st.dictionaries(st.text(max_size=4) | st.integers(), SCALARS, max_size=12) | SCALARS)
def test_what_is_flat_is_copied_as_it_is_or_left_to_the_rest(value: object) -> None:
    if (copied := flat(value)) is not None:
        assert copied == json_safe(value, data=DataLeft())
        assert copied is not value


def test_most_chunks_are_flat() -> None:
    assert flat({"progress": 0.5, "status": "half", "step": 3, "done": False, "error": None})
    assert flat({"progress": float("nan")}) is flat({"half": "\ud83d"}) is flat({"big": 2**60}) is flat({1: 2}) is None
