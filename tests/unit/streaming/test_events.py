import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.streaming.events import RunRequest, StreamEvent, json_safe


def test_an_event_survives_json():
    event = StreamEvent(3, 1.25, "custom", {"rows": [1, None, "ä"]}, "tools", "call_1", ("tools:7", "inner:8"))
    assert StreamEvent.from_json(json.loads(json.dumps(event.to_json()))) == event


def test_a_request_survives_json():
    request = RunRequest("what?", "prebuilt", ("get_items", "take_inventory"), "required", "demo-fast", "home")
    assert RunRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_plain_values_stay_as_they_are():
    value = {"a": [1, 2.5, None, True, "text"], "b": {"c": []}}
    assert json_safe(value) == value


class Hostile:
    def __str__(self):
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
def test_odd_values_are_said_in_json(value, plain):
    assert json_safe(value) == plain


def test_cycles_and_depths_end():
    cycle: list = []
    cycle.append(cycle)
    assert json_safe(cycle) == ["(a cycle)"]
    deep: list = []
    for _ in range(10_000):
        deep = [deep]
    assert "nested too deep" in json.dumps(json_safe(deep))


def test_five_megabytes_are_cut_and_say_so():
    plain = json_safe({"text": "x" * 5_000_000, "more": list(range(1_000_000))})
    assert "more characters" in plain["text"]
    assert len(json.dumps(plain)) < 400_000


@given(st.recursive(st.one_of(st.none(), st.text(), st.binary(), st.floats(), st.integers()), st.lists))
def test_whatever_is_sent_becomes_strict_json(value):
    json.dumps(json_safe(value), allow_nan=False).encode("utf-8")
