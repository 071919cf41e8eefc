"""Runs as AG-UI events: the protocol's own verifier takes all of them, and its own client sees what we see."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from agent.export.ag_ui import OUTPUT, lines
from agent.projections.items import Answer, ToolCall, walk
from agent.projections.transcript import fold
from agent.store.recording import Header, read
from agent.streaming import events as ev
from agent.streaming.events import JSON, RunRequest, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.ag_ui_client import Client
from tests.unit.events import (
    FINISHED,
    STARTED,
    Event,
    Happened,
    answered,
    asks,
    began,
    log,
    piece,
    queued,
    returned,
    says,
    sent,
    task,
    token,
    updates,
    whole,
)
from tests.unit.examples import examples
from tests.unit.projections.arbitrary import RUN, some_run
from tests.unit.streaming.styles import ASKED, STYLES
from tests.unit.streaming.test_watch import watched

HEADER = Header("abcdefgh", 1_000.0, RunRequest("?", model="demo"))
SAMPLES = sorted(Path(__file__).parents[3].glob("recordings/*.jsonl"))


def told(*happened: Event) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(HEADER, log(*happened))]


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def legal(ag_ui: Client, events: list[StreamEvent], header: Header = HEADER) -> dict[str, Any]:
    """What AG-UI's client makes of a run."""
    return ag_ui.check(lines(header, events))


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(events=some_run())
def test_any_events_are_legal(ag_ui: Client, events: list[StreamEvent]) -> None:
    legal(ag_ui, [*events, *log(FINISHED)])


@pytest.mark.parametrize("seed", range(20))
def test_a_run_in_any_order_is_legal(ag_ui: Client, seed: int) -> None:
    events = list(RUN[:-1])
    random.Random(seed).shuffle(events)
    legal(ag_ui, [*events, RUN[-1]])


@pytest.mark.parametrize("end", ["finished", "stopped", "failed"])
def test_a_run_that_ends_anywhere_is_legal(ag_ui: Client, end: Any) -> None:
    for length in range(len(RUN)):
        legal(ag_ui, [*RUN[:length], *log(ev.Ended(end, "That was all."))])


@pytest.mark.parametrize("name", STYLES)
def test_of_a_graph_of_any_style_its_client_sees_what_we_see(ag_ui: Client, name: str) -> None:
    style = STYLES[name]
    events = watched(style.build(), ASKED if style.inputs is None else style.inputs)
    messages = legal(ag_ui, events)["messages"]
    run = fold(events, RUN_MODES)

    texts = [message["content"] for message in messages if message["role"] == "assistant" and message.get("content")]
    ours = [item.output.text.text for item in walk(run.items) if isinstance(item, Answer) and not item.is_value]
    for text in filter(None, ours):
        assert any(text.strip() in theirs for theirs in texts), text
    calls = {call["id"]: call["function"] for message in messages for call in message.get("toolCalls", ())}
    assert {call.id: call.name for call in run.calls} == {id_: call["name"] for id_, call in calls.items()}
    results = {message["toolCallId"]: message["content"] for message in messages if message["role"] == "tool"}
    assert results.keys() == {call.id for call in run.calls}
    sent = outputs_of(messages, "toolCallId")
    for path, chunks in style.chunks.items():
        if path:
            assert [chunk for chunk in sent[path[-1]] if chunk in chunks] == chunks


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_of_a_recording_its_client_sees_the_answer_and_the_calls(ag_ui: Client, path: Path) -> None:
    recording = read(path)
    seen = legal(ag_ui, list(recording.events), recording.header)
    run = fold(recording.events, RUN_MODES)
    assert seen["messages"][-1]["content"] == run.answer == seen["result"]
    calls = [call for message in seen["messages"] for call in message.get("toolCalls", ())]
    assert [json.loads(call["function"]["arguments"]) for call in calls] == [call.args for call in run.calls]
    results = {message["toolCallId"]: message["content"] for message in seen["messages"] if message["role"] == "tool"}
    assert results == {call.id: call.result for call in run.calls if isinstance(call, ToolCall)}


def outputs_of(messages: list[dict[str, Any]], key: str) -> dict[str, list[JSON]]:
    """What is in the activities, by the call or node that they belong to."""
    contents = [message["content"] for message in messages if message.get("activityType") == OUTPUT]
    return {content[key]: content["output"] for content in contents if key in content}


def test_words_reasoning_and_usage_are_told_as_they_come() -> None:
    finish = Happened(ev.Token("m", "!", finish_reason="stop", usage=ev.Usage(3, 4)), node="agent")
    events = told(
        queued(), STARTED, token("", reasoning="Hm. "), token("Yes"), finish, says("Yes!", message="m"),
        ev.Ended("finished", answer="Yes!"),
    )  # fmt: skip
    reasoning = ["START", "MESSAGE_START", "MESSAGE_CONTENT", "MESSAGE_END", "END"]
    text = ["START", "CONTENT", "CONTENT", "END"]
    assert types(events) == [
        "RUN_STARTED",
        *(f"REASONING_{each}" for each in reasoning),
        *(f"TEXT_MESSAGE_{each}" for each in text),
        "RUN_FINISHED",
    ]
    assert events[-1]["usage"] == [{"model": "demo", "inputTokens": 3, "outputTokens": 4}]
    assert events[0]["timestamp"] == 1_000_000


def test_an_attempt_that_begins_anew_empties_what_was_sent() -> None:
    events = told(
        queued(), STARTED, asks(("a", {})), began("a"), sent("x", "a"), Happened(ev.ToolFailed(), ("a",)), began("a"),
        sent("y", "a"), returned("done", "a"), answered("a"), FINISHED,
    )  # fmt: skip
    snapshots = [event["content"]["output"] for event in events if event["type"] == "ACTIVITY_SNAPSHOT"]
    assert snapshots == [["x"], []]
    assert [event["patch"][0]["value"] for event in events if event["type"] == "ACTIVITY_DELTA"] == ["y"]
    assert types(events).count("TOOL_CALL_START") == types(events).count("TOOL_CALL_RESULT") == 1


def test_a_model_inside_a_call_is_a_subagent(ag_ui: Client) -> None:
    happened = (
        queued(), STARTED, asks(("a", {}), name="research"), began("a", name="research"),
        token("inner", "a", message="i").of("helper", "tools:1"), asks(("b", {}), message="i2").below("tools:1"),
        Happened(ev.Token("i3", "more"), ("a",), "model", namespace=("tools:1",)), returned("x", "a"), answered("a"),
        token("outer"), FINISHED,
    )  # fmt: skip
    events = told(*happened)
    begun = next(event for event in events if event["type"] == "SUBAGENT_STARTED")
    assert (begun["name"], begun["parentToolCallId"]) == ("helper", "a")
    words = {event["delta"]: event.get("subagentRunId") for event in events if event["type"] == "TEXT_MESSAGE_CONTENT"}
    assert words == {"inner": "a", "more": "a", "outer": None}
    assert types(events).index("SUBAGENT_FINISHED") < types(events).index("TOOL_CALL_RESULT")
    legal(ag_ui, log(*happened))


def test_a_run_that_waits_is_finished_so_and_goes_on_as_the_next(ag_ui: Client) -> None:
    question = ev.Interrupt("q1", {"question": "Send it?"}, {"type": "string"})
    happened = (
        queued(), STARTED, task("agent"), asks(("a", {}), name="send"), task("tools", "a"), began("a", name="send"),
        token("hm", "a", message="i"), sent("1", "a"), Happened(ev.Interrupted((question,)), ("a",), "tools"),
        ev.Waiting((question,)), ev.Answered("q1", "yes"), ev.Resumed(), task("tools", "a"), began("a", name="send"),
        sent("1", "a"), sent("2", "a"), returned("sent", "a"), answered("a"), says("It is sent."), FINISHED,
    )  # fmt: skip
    events = told(*happened)
    first, second = (event for event in events if event["type"] == "RUN_FINISHED")
    asked = first["outcome"]["interrupts"]
    assert [(each["id"], each["message"], each["toolCallId"]) for each in asked] == [("q1", "Send it?", "a")]
    assert asked[0]["responseSchema"] == {"type": "string"}
    assert next(event for event in events if event["type"] == "SUBAGENT_FINISHED")["outcome"]["type"] == "suspended"
    started = [event for event in events if event["type"] == "RUN_STARTED"]
    assert started[1]["input"]["resume"] == [{"interruptId": "q1", "status": "resolved", "payload": "yes"}]
    assert started[1]["threadId"] == started[0]["threadId"]
    assert started[1]["runId"] != started[0]["runId"]
    assert second["outcome"] == {"type": "success"}
    seen = legal(ag_ui, log(*happened))["messages"]
    assert outputs_of(seen, "toolCallId") == {"a": ["1", "2"]}
    assert [message["content"] for message in seen if message["role"] == "tool"] == ["sent"]


def test_whoever_stops_a_run_cancels_it_also_while_it_waits(ag_ui: Client) -> None:
    question = ev.Interrupt("q1", "?")
    for happened in (
        (queued(), STARTED, token("Once"), ev.Ended("stopped", "Stopped by you.")),
        (queued(), STARTED, ev.Waiting((question,)), ev.Ended("stopped", "Nobody answered.")),
        (queued(), ev.Ended("stopped", "Stopped by you.")),
    ):
        events = told(*happened)
        assert events[-1]["outcome"] == {"type": "cancelled"}
        assert events[-1]["metadata"]["message"] == happened[-1].message
        legal(ag_ui, log(*happened))


def test_a_failure_closes_what_is_open_before_it_is_told() -> None:
    events = told(
        queued(), STARTED, task("agent"), token("Once"), piece("a", '{"x', "look"),
        ev.Ended("failed", "The server is gone."),
    )  # fmt: skip
    assert types(events)[-4:] == ["TEXT_MESSAGE_END", "TOOL_CALL_END", "STEP_FINISHED", "RUN_ERROR"]
    assert events[-1]["message"] == "The server is gone."


def test_the_conversation_before_is_not_told_again_and_a_value_is_the_answer() -> None:
    before = ev.State((ev.Message("human", "hi", "h"), ev.Message("ai", "hello", "old")))
    events = told(
        queued(), STARTED, before, updates(ev.Message("ai", "hello", "old")), ev.Ended("finished", answer="42")
    )
    assert [event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT"] == ["42"]


def test_steps_at_the_same_time_are_one_and_state_and_unknown_parts_are_told() -> None:
    events = told(
        queued(), STARTED, task("work", id="1"), task("work", id="2"), task("work", id="1", ended=True),
        task("work", id="2", ended=True), ev.State(rest={"count": 1}), ev.Unknown({"odd": 1}), FINISHED,
    )  # fmt: skip
    assert types(events)[1:] == ["STEP_STARTED", "STEP_FINISHED", "STATE_SNAPSHOT", "RAW", "RUN_FINISHED"]


def test_half_a_character_is_told_as_one_that_is_missing(ag_ui: Client) -> None:
    happened = queued(), STARTED, token("half \ud800"), sent("\ud800", "a"), whole("\udc00", message="n"), FINISHED
    assert "half ?" in json.dumps(told(*happened))
    legal(ag_ui, log(*happened))


def test_neither_the_runs_id_nor_its_owner_nor_the_conversation_is_told() -> None:
    header = Header("secret-run-id", 1.0, RunRequest("?"), thread_id="secret-thread", owner="secret-owner")
    assert "secret" not in "".join(lines(header, log(queued(), STARTED, token("x"), FINISHED)))


def test_a_call_without_a_result_is_not_left_to_its_reader(ag_ui: Client) -> None:
    happened = queued(), STARTED, updates(ev.Message("ai", "", "m", calls=(ev.AskedCall("a", "look"),))), FINISHED
    assert [event["content"] for event in told(*happened) if event["type"] == "TOOL_CALL_RESULT"] == [""]
    legal(ag_ui, log(*happened))
