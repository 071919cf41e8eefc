"""What of a long conversation a model is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.graphs.registry import GRAPHS
from agent.llm.request import last_turns
from agent.loop import BackgroundLoop
from agent.settings import Limits
from agent.streaming.events import JSON
from tests.scripted_server import calls, says, scripted_server
from tests.unit.llm.agents import QUESTION, Asking

AGENTS = [spec.name for spec in GRAPHS.values() if spec.model in ("chat", "openai")]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def turn(name: str, *ids: str) -> list[dict[str, Any]]:
    asked = [{"id": id_, "type": "function", "function": {"name": "get_items", "arguments": "{}"}} for id_ in ids]
    return [
        user(name),
        {"role": "assistant", "content": None, "tool_calls": asked},
        *({"role": "tool", "tool_call_id": id_, "content": f"of {id_}"} for id_ in ids),
        {"role": "assistant", "content": f"answer to {name}"},
    ]


def test_so_many_turns_besides_the_last_are_sent_whole() -> None:
    turns = [turn("one", "a"), turn("two", "b", "c"), turn("three", "d")]
    messages = [message for one in turns for message in one]
    assert last_turns(messages, None) == last_turns(messages, 2) == messages
    assert last_turns(messages, 1) == turns[1] + turns[2]
    assert last_turns(messages, 0) == turns[2]


def test_what_the_system_says_is_always_sent() -> None:
    system, note = {"role": "system", "content": "Be brief."}, {"role": "developer", "content": "Use English."}
    messages: list[dict[str, Any]] = [system, *turn("one", "a"), note, *turn("two", "b")]
    assert last_turns(messages, 0) == [system, note, *turn("two", "b")]


def test_a_person_who_speaks_between_a_call_and_its_answer_begins_no_turn() -> None:
    asked, *rest = turn("two", "b", "c")
    spoken = [asked, rest[0], rest[1], user("by the way"), *rest[2:]]
    assert last_turns([*turn("one", "a"), *spoken, user("now")], 1) == [*spoken, user("now")]


MESSAGES = st.lists(
    st.one_of(
        st.just(user("?")),
        st.lists(st.sampled_from("abc"), max_size=3).map(
            lambda ids: {"role": "assistant", "content": "", "tool_calls": [{"id": id_} for id_ in ids]}
        ),
        st.sampled_from("abc").map(lambda id_: {"role": "tool", "tool_call_id": id_, "content": ""}),
    )
)


@given(MESSAGES, st.integers(0, 3))
def test_no_answer_of_a_tool_is_sent_without_the_call_before_it(messages: list[dict[str, Any]], before: int) -> None:
    sent = last_turns(messages, before)
    assert sent == messages[len(messages) - len(sent) :]
    left_out = messages[: len(messages) - len(sent)]
    last = next((message for message in reversed(left_out) if message["role"] == "assistant"), None)
    open_ = {call["id"] for call in last["tool_calls"]} if last else set()
    for message in left_out[left_out.index(last) :] if last else ():
        open_.discard(message.get("tool_call_id"))
    assert open_ == set()


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Asking]:
    with BackgroundLoop() as loop, scripted_server() as server:
        asking = Asking(loop, server, Limits(turns_remembered=1))
        yield asking
        asking.close()


@pytest.mark.parametrize("graph", AGENTS)
def test_every_agent_sends_the_last_turns_at_each_of_its_calls(forgetful: Asking, graph: str) -> None:
    before: list[JSON] = [*turn("one", "a"), *turn("two", "b", "c")]
    call = {"index": 0, "id": "x", "function": {"name": "get_items", "arguments": '{"place": "office"}'}}
    outcome = forgetful.ask(graph, calls(call), says("Done."), before=before)
    assert (outcome.failure, outcome.text) == (None, "Done.")
    first, second = ([message.get("content") for message in body["messages"]] for body in forgetful.server.requests)
    assert first == ["two", None, "of b", "of c", "answer to two", QUESTION["content"]]
    assert second == [*first, None, "bed and lamp of the office"]
