"""What Agent Servers tell of runs, in the forms of aegra and of LangGraph Server, and in none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.engine.agent_server import NAME, Assistant, Part
from agent.engine.other_modes import OtherModes
from agent.engine.others_runs import OthersRun, others_run
from agent.engine.server_agents import _names
from agent.projections.transcript import fold
from agent.streaming.adapter import Adapter, Happening
from agent.streaming.events import Queued, RunRequest, Started, StreamEvent
from agent.streaming.modes import RUN_MODES

IDS = {"run_id": "r", "thread_id": "t", "assistant_id": "a", "created_at": "1970-01-01T00:00:09+00:00"}
ASKED = {"messages": [["user", "first"], {"role": "assistant", "content": "x"}, {"type": "human", "content": "last"}]}
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*IDS, "input", "kwargs"]), inner),
)


@pytest.mark.parametrize("told", [{"input": ASKED, "config": {}}, {"kwargs": {"input": ASKED, "config": {}}}])
def test_a_run_is_read_with_a_persons_last_words(told: dict[str, Any]) -> None:
    assert others_run(IDS | told) == OthersRun("t", "r", "a", "last", 9.0)


@pytest.mark.parametrize("place", ["config", "kwargs"])
def test_one_of_ours_is_known_wherever_a_server_puts_its_config(place: str) -> None:
    config = {"metadata": {NAME: "run 0"}}
    run = others_run(IDS | {place: config if place == "config" else {"config": config}})
    assert run
    assert run.is_ours


@pytest.mark.parametrize(
    ("given", "asked"),
    [(None, ""), ({}, ""), ({"topic": "bees"}, '{"topic": "bees"}'), ({"messages": "hi"}, "hi"), ("go", '"go"')],
)
def test_any_other_input_is_its_own_name(given: object, asked: str) -> None:
    run = others_run(IDS | {"input": given})
    assert run
    assert run.asked == asked


@given(JSON)
def test_nothing_that_a_server_tells_raises(told: object) -> None:
    others_run(told)
    others_run({**IDS, **(told if isinstance(told, dict) else {"input": told})})
    modes = OtherModes()
    for mode in ("messages/metadata", "messages/partial", "messages/complete", "values", "custom"):
        for data in (told, [told], {"messages": told}, {"messages": [told]}):
            list(modes.read(Part(mode, (), data, "")))


def test_messages_that_come_whole_so_far_become_pieces_and_then_the_message() -> None:
    def so_far(text: str) -> Part:
        return Part("messages/partial", (), [{"type": "ai", "id": "m", "content": text}], "")

    modes, read = OtherModes(), list[Any]()
    for part in (so_far(""), so_far("one"), so_far("one two"), Part("custom", (), 1, "")):
        read += [(one.mode, one.data[0]["type"], one.data[0]["content"]) for one in modes.read(part) if one.data != 1]
    assert read == [
        ("messages", "AIMessageChunk", "one"),
        ("messages", "AIMessageChunk", " two"),
        ("messages", "ai", "one two"),
    ]


@given(st.lists(st.sampled_from(["a", "a-2", "a-2-2", "b"])))
def test_no_two_assistants_have_one_name(names: list[str]) -> None:
    found = _names([Assistant(str(number), name, "g") for number, name in enumerate(names)])
    assert len(set(found)) == len(names)


@pytest.mark.parametrize("joined", range(6))
def test_wherever_one_joins_its_call_is_there_once(joined: int) -> None:
    ask: Any = {"type": "ai", "id": "a1", "content": "", "tool_calls": [{"name": "look", "args": {"at": 1}, "id": "c"}]}
    told = {"type": "tool", "id": "t1", "content": "three", "tool_call_id": "c", "name": "look"}
    answer = {"type": "ai", "id": "a2", "content": "There are three."}
    partial, whole = "messages/partial", "messages/complete"
    stream = [(partial, ask), (whole, ask), (whole, told), (partial, answer), (whole, answer)]
    parts = [Part(mode, (), [message], "") for mode, message in stream[joined:]]
    parts.append(
        Part("values", (), {"messages": [{"type": "human", "id": "h", "content": "?"}, ask, told, answer]}, "")
    )
    modes, adapter = OtherModes(), Adapter()
    happenings: list[Happening] = [Happening(Queued(RunRequest("?"))), Happening(Started())]
    for part in parts:
        for one in modes.read(part):
            happenings += adapter.read({"type": one.mode, "ns": one.namespace, "data": one.data})
    seen = fold([StreamEvent(seq, float(seq), *happening) for seq, happening in enumerate(happenings)], RUN_MODES)
    (call,) = seen.calls
    assert (call.name, call.args, call.result) == ("look", {"at": 1}, "three")
