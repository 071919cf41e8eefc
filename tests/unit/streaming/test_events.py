from __future__ import annotations

import json

import pytest

from agent.streaming import events as ev
from agent.streaming.events import RunRequest, StreamEvent
from agent.streaming.modes import MODES, RUN_MODES, STREAM_MODES

PAYLOADS: list[ev.Payload] = [
    ev.Queued(RunRequest("?", inputs={"topic": "cats"})),
    ev.Ended("failed", "Why.", "Half an answer"),
    ev.Custom({"rows": [1, None, "ä"]}),
    ev.Token("m", "Hi", "thinking", ({"type": "image"},), (ev.CallPiece("c#2", "look", "{"),), "stop", ev.Usage(3, 4)),
    ev.Update(
        (ev.Message("ai", "Hi", "m", calls=(ev.AskedCall("c", "look", {"place": "A"}),)),),
        ["more"],
        ev.Usage(1, 2),
        True,
    ),
    ev.State(rest="a value"),
    ev.Interrupted((ev.Interrupt("i", {"question": "Really?"}),)),
    ev.TaskEnded("t", "tools", failed=True, interrupts=(ev.Interrupt("i"),)),
    ev.Unknown({"of": "another library"}, "messages"),
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: str(payload.kind))
def test_an_event_survives_json(payload: ev.Payload) -> None:
    event = StreamEvent(3, 1.25, payload, "tools", "math", ("call_1", "call_2"), ("tools:7", "inner:8"))
    assert StreamEvent.from_json(json.dumps(event.to_json())) == event


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: str(payload.kind))
def test_an_event_is_delivered_in_one_of_the_modes(payload: ev.Payload) -> None:
    assert StreamEvent(0, 0, payload).mode in ("run", *STREAM_MODES)


def test_what_is_empty_is_left_out() -> None:
    assert StreamEvent(0, 0.5, ev.Token("m", "Hi")).to_json() == {
        "seq": 0,
        "at": 0.5,
        "payload": {"message": "m", "text": "Hi", "kind": "token"},
    }


def test_the_innermost_call_is_the_one_that_an_event_belongs_to() -> None:
    assert StreamEvent(0, 0, ev.Custom(1), calls=("outer", "inner")).call == "inner"
    assert StreamEvent(0, 0, ev.Custom(1)).call is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        '{"seq": 0, "at": 0}',
        '{"seq": "0", "at": 0, "payload": {"kind": "started"}}',
        '{"seq": -1, "at": 0, "payload": {"kind": "started"}}',
        '{"seq": 0, "at": NaN, "payload": {"kind": "started"}}',
        f'{{"seq": 0, "at": {"9" * 400}, "payload": {{"kind": "started"}}}}',
        '{"seq": 0, "at": 0, "payload": {"kind": "dreamt"}}',
        '{"seq": 0, "at": 0, "payload": {"kind": "unknown", "data": 1, "of": "run"}}',
        '{"seq": 0, "at": 0, "payload": {"kind": "started"}, "calls": [null]}',
        f'{{"seq": 0, "at": 0, "payload": {{"kind": "custom", "data": {"[" * 10_000}',
    ],
)
def test_what_is_no_event_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        StreamEvent.from_json(line)


def test_a_request_survives_json() -> None:
    request = RunRequest("what?", "prebuilt", ("get_items", "take_inventory"), "required", "demo-fast", "home")
    assert RunRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_every_mode_has_its_entry_and_its_payloads() -> None:
    assert all(spec.name == name for name, spec in MODES.items())
    of_unknown = ev.EVENTS.json_schema()["$defs"]["Unknown"]["properties"]["of"]["enum"]
    assert set(of_unknown) == set(STREAM_MODES)
    assert set(RUN_MODES) == set(STREAM_MODES) - {"checkpoints", "debug"}
