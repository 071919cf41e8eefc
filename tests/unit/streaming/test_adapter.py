"""Parts of a stream in all their forms, as libraries, servers and people make them; none is too odd."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.load import dumpd
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    message_to_dict,
)
from langchain_core.messages.tool import tool_call_chunk as of_call
from langgraph.types import Command, Interrupt, Overwrite, Send
from pydantic import BaseModel

from agent.streaming.adapter import Adapter, Happening
from agent.streaming.attribution import MARK, RUN
from agent.streaming.events import (
    EVENTS,
    AskedCall,
    Checkpoint,
    Custom,
    Debug,
    Interrupted,
    Message,
    Said,
    State,
    StreamEvent,
    TaskEnded,
    TaskStarted,
    Token,
    ToolDelta,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    Unknown,
    Update,
    Usage,
)
from agent.streaming.events import Interrupt as Asked
from agent.streaming.modes import STREAM_MODES
from tests.unit.examples import examples

CALL = {"id": "c", "name": "look", "args": {"place": "A"}}
OPENAI_CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": '{"place": "A"}'}}


def part(mode: str, data: Any, *namespace: str) -> dict[str, Any]:
    return {"type": mode, "ns": namespace, "data": data}


def read(*parts: Any) -> list[Happening]:
    adapter = Adapter()
    return [happening for each in parts for happening in adapter.read(each)] + adapter.finish()


def payloads(*parts: Any) -> list[Any]:
    return [happening.payload for happening in read(*parts)]


def messages(update: Any) -> list[tuple[str, str]]:
    """Role and text of each message in an update."""
    (found,) = payloads(part("updates", {"node": update}))
    assert isinstance(found, Update)
    return [(message.role, message.text) for message in found.messages]


# Updates


class Model(BaseModel):
    messages: list[Any]
    more: int = 1


@dataclass
class Fields:
    messages: list[Any]
    more: int = 1


HI = [("ai", "hi")]
UPDATES: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "a list": ({"messages": [AIMessage("hi")]}, HI),
    "one message": ({"messages": AIMessage("hi")}, HI),
    "a pair": ({"messages": ("ai", "hi")}, HI),
    "pairs": ({"messages": [("ai", "hi"), ["user", "ho"]]}, [*HI, ("human", "ho")]),
    "a text": ({"messages": "hi"}, [("human", "hi")]),
    "OpenAI's": ({"messages": [{"role": "assistant", "content": "hi"}]}, HI),
    "OpenAI's, for developers": ({"messages": [{"role": "developer", "content": "hi"}]}, [("system", "hi")]),
    "a server's": ({"messages": [{"type": "ai", "content": "hi", "id": "m"}]}, HI),
    "serialized": ({"messages": [dumpd(AIMessage("hi"))]}, HI),
    "as a dict with data": ({"messages": [message_to_dict(AIMessage("hi"))]}, HI),
    "an overwrite": ({"messages": Overwrite([AIMessage("hi")])}, HI),
    "an overwrite as a dict": ({"messages": {"__overwrite__": [AIMessage("hi")]}}, HI),
    "a whole overwrite": (Overwrite({"messages": [AIMessage("hi")]}), HI),
    "a command": (Command(update={"messages": [AIMessage("hi")]}), HI),
    "a list of updates": ([{"messages": [AIMessage("hi")]}, {"messages": "ho"}], [*HI, ("human", "ho")]),
    "a list of commands": ([Command(update={"messages": AIMessage("hi")}), Command(goto="x")], HI),
    "a message alone": (AIMessage("hi"), HI),
    "messages alone": ([AIMessage("hi"), ToolMessage("ho", tool_call_id="c")], [*HI, ("tool", "ho")]),
    "a model": (Model(messages=[AIMessage("hi")]), HI),
    "a dataclass": (Fields([AIMessage("hi")]), HI),
    "a removal": ({"messages": [RemoveMessage(id="x"), AIMessage("hi")]}, HI),
    "a chat message": ({"messages": [ChatMessage(content="hi", role="critic")]}, [("other", "hi")]),
    "blocks": (
        {"messages": AIMessage([{"type": "text", "text": "h"}, "i", {"type": "refusal", "refusal": "!"}])},
        [("ai", "hi!")],
    ),
    "nothing": (None, []),
    "no messages": ({"messages": None}, []),
    "an empty list": ({"messages": []}, []),
}


@pytest.mark.parametrize(("update", "expected"), UPDATES.values(), ids=UPDATES)
def test_messages_are_found_in_every_form_of_an_update(update: Any, expected: list[tuple[str, str]]) -> None:
    assert messages(update) == expected


OTHERS: dict[str, tuple[Any, Any]] = {
    "a text": ("some text", "some text"),
    "a number": (5, 5),
    "a list": ([1, "two", None], [1, "two"]),
    "a state without messages": ({"plan": ["dig"]}, {"plan": ["dig"]}),
    "what is no message": ({"messages": [3]}, {"messages": [3]}),
    "beside messages": ({"messages": [AIMessage("hi")], "active_agent": "bob"}, {"active_agent": "bob"}),
    "a surface": ([{"ui": [{"type": "ui", "name": "weather"}]}], [{"ui": [{"type": "ui", "name": "weather"}]}]),
    "a Send": ({"jobs": [Send("joke", {"topic": "cats"})]}, {"jobs": [{"node": "joke", "input": {"topic": "cats"}}]}),
    "messages elsewhere": ({"history": [HumanMessage("hi")]}, {"history": [{"role": "human", "text": "hi"}]}),
    "an exception": ({"error": ValueError("sk-secret")}, {"error": {"error": "ValueError"}}),
}


@pytest.mark.parametrize(("update", "rest"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_message_is_kept_as_data(update: Any, rest: Any) -> None:
    (found,) = payloads(part("updates", {"node": update}))
    assert isinstance(found, Update)
    assert found.rest == rest


def test_a_replayed_update_is_told_as_such() -> None:
    found = read(part("updates", {"tools": {"messages": []}, "__metadata__": {"cached": True}}))
    assert found == [Happening(Update(cached=True), "tools")]


def test_the_usage_that_a_node_tells_is_its_own() -> None:
    update = {"messages": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}}
    assert payloads(part("updates", {"agent": update})) == [Update(usage=Usage(3, 4))]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((Interrupt("Really?", id="i"),), (Asked("i", "Really?"),)),
        ([{"value": {"question": "?"}, "id": "i", "response_schema": None}], (Asked("i", {"question": "?"}),)),
        ([{"value": 1}, {"value": 2}], (Asked("interrupt 1", 1), Asked("interrupt 2", 2))),
        (Interrupt("Really?", id="i"), (Asked("i", "Really?"),)),
        ([], ()),
        ("odd", (Asked("interrupt 1", "odd"),)),
    ],
)
def test_interrupts_are_questions_in_every_form(asked: Any, expected: tuple[Asked, ...]) -> None:
    assert payloads(part("updates", {"__interrupt__": asked})) == [Interrupted(expected)]


def test_interrupts_among_values_are_told_and_are_no_part_of_the_state() -> None:
    data = {"topic": "cats", "__interrupt__": [{"value": 1, "id": "i"}]}
    assert payloads(part("values", data)) == [Interrupted((Asked("i", 1),)), State(rest={"topic": "cats"})]


# Calls


@pytest.mark.parametrize(
    "message",
    [
        AIMessage("", tool_calls=[CALL], id="m"),
        {"type": "ai", "content": "", "tool_calls": [CALL], "id": "m"},
        {"role": "assistant", "content": None, "tool_calls": [OPENAI_CALL]},
        {"role": "assistant", "tool_calls": [OPENAI_CALL]},
        {"type": "ai", "content": "", "additional_kwargs": {"tool_calls": [OPENAI_CALL]}},
    ],
)
def test_a_call_is_found_in_every_form_of_a_message(message: Any) -> None:
    (found,) = payloads(part("updates", {"node": {"messages": [message]}}))
    assert found.messages[0].calls == (AskedCall("c", "look", {"place": "A"}),)


@pytest.mark.parametrize(
    ("sent", "args"),
    [
        ('{"place": "of', '{"place": "of'),
        ("", {}),
        (None, None),
        ("[1]", [1]),
        ("9" * 400, "9" * 400),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_arguments_are_json_or_the_text_that_was_sent(sent: Any, args: Any) -> None:
    message = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": sent}}],
    }
    (found,) = payloads(part("updates", {"node": {"messages": [message]}}))
    assert found.messages[0].calls == (AskedCall("c", "f", args),)


def test_arguments_that_are_no_json_are_kept_with_the_call() -> None:
    broken = AIMessage("", invalid_tool_calls=[{"id": "c", "name": "look", "args": '{"place', "error": "cut"}])
    (found,) = payloads(part("updates", {"node": {"messages": [broken]}}))
    assert found.messages[0].calls == (AskedCall("c", "look", '{"place'),)


@pytest.mark.parametrize(
    "given",
    [
        [CALL],
        {"__type": "tool_call_with_context", "tool_call": CALL, "state": {"messages": []}},
        CALL,
        OPENAI_CALL,
        [OPENAI_CALL],
    ],
)
def test_a_task_that_is_started_for_a_call_belongs_to_it(given: Any) -> None:
    started, ended = read(
        part("tasks", {"id": "t", "name": "tools", "input": given, "triggers": []}),
        part("tasks", {"id": "t", "name": "tools", "result": {}, "error": None, "interrupts": []}),
    )
    assert isinstance(started.payload, TaskStarted)
    assert started.payload.asked == AskedCall("c", "look", {"place": "A"})
    assert started.calls == ended.calls == ("c",)


@pytest.mark.parametrize("given", [{"id": "cats"}, {"id": "cats", "name": "Cat"}, ["cats"], None, {"tool_call": 3}])
def test_what_only_looks_like_a_call_is_none(given: Any) -> None:
    (started,) = read(part("tasks", {"id": "t", "name": "joke", "input": given, "triggers": []}))
    assert started == Happening(TaskStarted("t", "joke", given), "joke")


def test_what_a_plain_node_writes_in_a_task_for_a_call_belongs_to_it() -> None:
    mark: dict[str, Any] = {MARK: [], "namespace": [], "task": "t", "node": "tools", "agent": None, "chunks": ["chunk"]}
    _, chunk = read(part("tasks", {"id": "t", "name": "tools", "input": CALL, "triggers": []}), part("custom", mark))
    assert chunk == Happening(Custom("chunk"), "tools", None, ("c",))


def test_a_graph_inside_a_task_for_a_call_works_inside_the_call() -> None:
    started = part("tasks", {"id": "t", "name": "tools", "input": CALL, "triggers": []})
    inner = part("updates", {"look_around": {"seen": 1}}, "tools:t")
    assert read(started, inner)[1].calls == ("c",)


def test_what_is_told_of_a_graph_waits_until_it_is_known_whose_it_is() -> None:
    def note(event: str, call: str, *namespace: str, node: str = "tools", task: str = "t") -> dict[str, Any]:
        place = {"namespace": list(namespace), "task": task, "node": node, "agent": None}
        return part("custom", {MARK: [[call, f"run of {call}"]], **place, "event": event, "tool": "ask"})

    found = read(
        note("tool-started", "one"),
        note("tool-started", "two"),
        part("updates", {"first": {"x": 1}}, "tools:t"),
        part("updates", {"first": {"x": 2}}, "tools:t", "1"),
        note("node-started", "two", "tools:t", "1", node="first"),
        note("node-started", "one", "tools:t", node="first"),
    )
    assert [(happening.calls, happening.payload) for happening in found] == [
        (("two",), Update(rest={"x": 2})),
        (("one",), Update(rest={"x": 1})),
    ]


def test_what_nobody_says_whose_it_is_does_not_wait_for_ever() -> None:
    adapter = Adapter()
    for call in ("one", "two"):
        place: dict[str, object] = {"namespace": [], "task": "t", "node": "tools", "agent": None}
        mark = {MARK: [[call, f"run of {call}"]], **place, "event": "tool-started", "tool": "ask"}
        assert adapter.read(part("custom", mark)) == []
    told = [adapter.read(part("updates", {"n": {"x": number}}, "tools:t")) for number in range(30)]
    assert sum(map(len, told)) == 30
    assert adapter.finish() == []


# Messages in pieces


def piece(
    text: str = "", *, id_: Any = None, run: str = "", calls: Any = (), task: str = "t", **more: Any
) -> dict[str, Any]:
    message = AIMessageChunk(content=text, id=id_, tool_call_chunks=list(calls), **more)
    metadata = {"langgraph_node": "agent", "langgraph_checkpoint_ns": f"agent:{task}"}
    return part("messages", (message, {**metadata, **({RUN: run, MARK: []} if run else {})}))


@pytest.mark.parametrize("run", ["r", ""])
@pytest.mark.parametrize(
    "ids",
    [("resp_1", "lc_run--r", "lc_run--r"), ("msg_1", "run-r", "run-r"), ("m", "m", "m"), (None, None, None)],
)
def test_a_message_whose_id_changes_is_one_message(ids: tuple[Any, ...], run: str) -> None:
    parts = [piece(text, id_=id_, run=run) for text, id_ in zip("abc", ids, strict=True)]
    end = piece("", id_=ids[-1], run=run, response_metadata={"finish_reason": "stop"})
    whole = [part("updates", {"agent": {"messages": [AIMessage("abc", id=ids[0])]}})] if ids[0] else []
    found = payloads(*parts, end, *whole)
    names = {payload.message for payload in found if isinstance(payload, Token)}
    names |= {payload.messages[0].id for payload in found if isinstance(payload, Update)}
    assert len(names) == 1
    assert names != {""}


def test_two_messages_of_the_same_id_are_two() -> None:
    found = payloads(piece("a", id_="m", run="r1"), piece("b", id_="m", run="r2"))
    assert [payload.message for payload in found] == ["m", "m#2"]


def test_what_two_tasks_write_at_once_without_ids_stays_apart() -> None:
    found = payloads(*(piece(text, task=task) for text, task in (("a", "1"), ("b", "2"), ("c", "1"), ("d", "2"))))
    first, second, third, fourth = (payload.message for payload in found)
    assert (first, second) == (third, fourth)
    assert first != second


def test_messages_without_ids_are_told_apart_and_found_again() -> None:
    def says(role: str, text: str) -> dict[str, Any]:
        return {"role": role, "content": text}

    asked, answer = says("user", "?"), says("assistant", "OK")
    found = payloads(
        part("values", {"messages": [asked]}),
        part("updates", {"agent": {"messages": [answer]}}),
        part("values", {"messages": [asked, answer]}),
        part("updates", {"agent": {"messages": [answer]}}),
        part("values", {"messages": [asked, answer, answer]}),
    )
    ids = [[message.id for message in payload.messages] for payload in found]
    question, first, second = ids[-1]
    assert len({question, first, second}) == 3
    assert ids == [[question], [first], [question, first], [second], [question, first, second]]


def test_the_history_that_a_graph_gives_back_is_known() -> None:
    inner = [
        {"role": "assistant", "content": "", "tool_calls": [OPENAI_CALL]},
        {"role": "tool", "tool_call_id": "c", "content": "seen"},
    ]
    found = payloads(
        *(part("updates", {"node": {"messages": [message]}}, "agent:1") for message in inner),
        part("updates", {"agent": {"messages": inner}}),
    )
    assert [message.id for message in found[-1].messages] == [payload.messages[0].id for payload in found[:2]]
    assert found[-1].messages[0].calls[0].id == found[-1].messages[1].call == "c"


PIECES: dict[str, tuple[list[Any], list[tuple[str, str, str]]]] = {
    "by index": (
        [
            [of_call(name="look", args="", id="a", index=0)],
            [of_call(args='{"p', index=0)],
            [of_call(args='"}', index=0)],
        ],
        [("a", "look", '{"p"}')],
    ),
    "two at once": (
        [
            [of_call(name="look", args="1", id="a", index=0), of_call(name="see", args="2", id="b", index=1)],
            [of_call(args="3", index=0)],
        ],
        [("a", "look", "13"), ("b", "see", "2")],
    ),
    "index always 0": (
        [
            [of_call(name="look", args="1", id="a", index=0)],
            [of_call(name="look", args="2", id="b", index=0)],
        ],
        [("a", "look", "1"), ("b", "look", "2")],
    ),
    "no index": (
        [
            [of_call(name="look", args="1", id="a")],
            [of_call(args="2")],
            [of_call(name="see", args="3", id="b")],
            [of_call(args="4", id="a")],
        ],
        [("a", "look", "124"), ("b", "see", "3")],
    ),
    "the name in every piece": (
        [
            [of_call(name="look", args="1", id="a", index=0)],
            [of_call(name="look", args="2", id="a", index=0)],
        ],
        [("a", "look", "12")],
    ),
    "the name in two pieces": (
        [[of_call(name="lo", args="", id="a", index=0)], [of_call(name="ok", args="1", index=0)]],
        [("a", "look", "1")],
    ),
    "no ids": (
        [[of_call(name="look", args="1", index=0)], [of_call(name="look", args="2", index=1)]],
        [("call", "look", "1"), ("call#2", "look", "2")],
    ),
    "the same id twice": (
        [
            [of_call(name="look", args="1", id="a", index=0)],
            [of_call(name="look", args="2", id="a", index=1)],
        ],
        [("a", "look", "1"), ("a#2", "look", "2")],
    ),
}


@pytest.mark.parametrize(("sent", "expected"), PIECES.values(), ids=PIECES)
def test_calls_in_pieces_are_put_together(sent: list[Any], expected: list[tuple[str, str, str]]) -> None:
    calls: dict[str, list[str]] = {}
    for token in payloads(*(piece(id_="m", run="r", calls=chunk) for chunk in sent)):
        for each in token.calls:
            call = calls.setdefault(each.id, ["", ""])
            call[0] += each.name
            call[1] += each.args
    assert [(id_, *call) for id_, call in calls.items()] == expected


def test_a_call_in_pieces_is_the_one_of_the_whole_message() -> None:
    chunk = [of_call(name="look", args="{}", index=0), of_call(name="see", args="{}", id="b", index=1)]
    whole = AIMessage(
        "", id="m", tool_calls=[{"id": "", "name": "look", "args": {}}, {"id": "b", "name": "see", "args": {}}]
    )
    token, update = payloads(piece(id_="m", run="r", calls=chunk), part("updates", {"agent": {"messages": [whole]}}))
    assert [each.id for each in token.calls] == [call.id for call in update.messages[0].calls] == ["call", "b"]


REASONING: dict[str, Any] = {
    "a block of LangChain's": {"content": [{"type": "reasoning", "reasoning": "hm"}]},
    "a summary of Responses": {"content": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}]},
    "an open model's by Responses": {"content": [{"type": "reasoning", "content": [{"text": "hm"}]}]},
    "a block of Anthropic's": {"content": [{"type": "thinking", "thinking": "hm", "signature": ""}]},
    "beside the content": {"content": "", "additional_kwargs": {"reasoning_content": "hm"}},
    "beside the content, OpenRouter's": {"content": "", "additional_kwargs": {"reasoning": "hm"}},
    "beside the content, an item": {"content": "", "additional_kwargs": {"reasoning": {"summary": [{"text": "hm"}]}}},
}  # fmt: skip


@pytest.mark.parametrize("fields", REASONING.values(), ids=REASONING)
@pytest.mark.parametrize("as_dict", [False, True])
def test_what_a_model_thinks_is_no_text(fields: Any, as_dict: bool) -> None:
    chunk: Any = {"type": "AIMessageChunk", **fields} if as_dict else AIMessageChunk(**fields)
    (token,) = payloads(part("messages", [chunk, {}]))
    assert isinstance(token, Token)
    assert (token.reasoning, token.text, token.other) == ("hm", "", ())


def test_what_is_neither_text_nor_thought_is_kept() -> None:
    image: Any = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    (said,) = payloads(part("messages", (HumanMessage([{"type": "text", "text": "see"}, image]), {})))
    assert said == Said(Message("human", "see", said.message.id, other=(image,)))


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"finish_reason": "length"}, "length"),
        ({"stop_reason": "max_tokens"}, "max_tokens"),
        ({"status": "completed"}, "completed"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "max_output_tokens"),
        ({}, ""),
    ],
)
def test_why_a_model_stopped_is_told(metadata: Any, reason: str) -> None:
    (token,) = payloads(piece("x", id_="m", response_metadata=metadata))
    assert token.finish_reason == reason


def test_a_servers_messages_are_read_as_objects_are() -> None:
    chunk = piece(
        "hi", id_="m", run="r", calls=[of_call(name="look", args="{", id="c", index=0)],
        usage_metadata={"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
    )  # fmt: skip
    message, metadata = chunk["data"]
    as_dict = part("messages", [json.loads(message.model_dump_json()), metadata])
    assert payloads(as_dict) == payloads(chunk)
    assert payloads(chunk)[0].usage == Usage(3, 4)


def test_only_a_models_pieces_are_tokens() -> None:
    whole = [AIMessage("a"), HumanMessage("h"), SystemMessage("s"), ToolMessage("t", tool_call_id="c", name="look")]
    found = payloads(*(part("messages", (message, {"langgraph_node": "n"})) for message in whole))
    assert [(said.message.role, said.message.text) for said in found] == [
        ("ai", "a"), ("human", "h"), ("system", "s"), ("tool", "t"),
    ]  # fmt: skip
    assert found[-1].message.call == "c"


# Tools


def test_a_tool_is_told_with_what_it_got_and_gave() -> None:
    def told(event: str, **more: Any) -> dict[str, Any]:
        return part("tools", {"event": event, "tool_call_id": "c", **more})

    message = ToolMessage("handed over", tool_call_id="c")
    plain = {"type": "tool", "content": "handed over", "tool_call_id": "c"}
    as_json: dict[str, Any] = {
        "graph": "__parent__",
        "update": None,
        "resume": None,
        "goto": [],
    }  # as an Agent Server has a Command
    handed_over: tuple[Any, ...] = (
        Command(graph=Command.PARENT, goto="b", update={"messages": [message]}),
        Command(graph=Command.PARENT, goto=[Send("b", {"messages": [message]})]),
        as_json | {"update": {"messages": [plain]}},
        as_json | {"goto": [{"node": "b", "arg": {"messages": [plain]}}]},
        as_json | {"graph": None, "goto": "b"},
    )
    found = read(
        told("tool-started", tool_name="look", input={"place": "A"}),
        told("tool-output-delta", delta=AIMessage("so far")),
        told("tool-finished", output=ToolMessage([{"type": "text", "text": "seen"}], tool_call_id="c")),
        told("tool-started", tool_name="look"),
        told("tool-error", message="sk-secret"),
        told("tool-started", tool_name="look"),
        told("tool-finished", output=Command(update={"x": 1})),
        *(told("tool-finished", output=output) for output in handed_over),
    )
    assert [happening.payload for happening in found] == [
        ToolStarted("look", {"place": "A"}),
        ToolDelta({"role": "ai", "text": "so far"}),
        ToolFinished("seen"),
        ToolStarted("look"),
        ToolFailed(),
        ToolStarted("look"),
        ToolFinished({"update": {"x": 1}}),
        *[ToolFinished("handed over")] * 4,
        ToolFinished({"goto": "b"}),
    ]
    assert {happening.calls for happening in found} == {("c",)}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 3, 2)])
def test_a_tool_may_be_told_of_before_or_after_it_is_noted(order: tuple[int, ...]) -> None:
    def note(event: str) -> dict[str, Any]:
        place: dict[str, Any] = {"namespace": [], "task": "t", "node": "here", "agent": None}
        return part("custom", {MARK: [["outer", "r1"], ["c", "r2"]], **place, "event": event, "tool": "look"})

    parts = [
        note("tool-started"),
        part("tools", {"event": "tool-started", "tool_call_id": "c", "tool_name": "look"}),
        note("tool-ended"),
        part("tools", {"event": "tool-finished", "tool_call_id": "c", "output": "seen"}),
    ]
    found = read(piece("x", run="r"), *(parts[place] for place in order))[1:]
    assert [(happening.payload, happening.node, happening.calls) for happening in found] == [
        (ToolStarted("look"), "here", ("outer", "c")),
        (ToolFinished("seen"), "here", ("outer", "c")),
    ]


# Errors and oddities


def test_the_text_of_an_exception_is_told_in_no_mode() -> None:
    failed = {"id": "t", "name": "tools", "error": "sk-secret", "result": {}, "interrupts": []}
    checkpoint = {"values": {}, "next": [], "tasks": [{"id": "t", "name": "tools", "error": ValueError("sk-secret")}]}
    found = payloads(
        part("tasks", failed),
        part("tools", {"event": "tool-error", "tool_call_id": "c", "message": "sk-secret"}),
        part("debug", {"type": "task_result", "step": 1, "payload": failed}),
        part("debug", {"type": "checkpoint", "step": 1, "payload": checkpoint}),
        part("checkpoints", checkpoint),
        part("custom", ValueError("sk-secret")),
        part("values", {"failure": ValueError("sk-secret")}),
    )
    assert [type(payload) for payload in found] == [TaskEnded, ToolFailed, Debug, Debug, Checkpoint, Custom, State]
    assert found[0].failed
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("odd", "of"),
    [
        (None, "custom"),
        ("text", "custom"),
        ({}, "custom"),
        (part("metadata", {"run_id": "r"}), "custom"),
        (part("messages", "text"), "messages"),
        (part("messages", ({"type": "dream"}, {})), "messages"),
        (part("messages", ({"event": "message-start"}, {})), "messages"),
        (part("updates", ["not", "nodes"]), "updates"),
        (part("updates", {}), "updates"),
        (part("tasks", {"id": 3}), "tasks"),
        (part("tools", {"event": "tool-slept"}), "tools"),
        (part("tools", None), "tools"),
    ],
)
def test_what_nobody_understands_is_kept_as_data(odd: Any, of: str) -> None:
    (found,) = payloads(odd)
    assert isinstance(found, Unknown)
    assert found.of == of
    assert found.data == json.loads(json.dumps(odd["data"] if of != "custom" else odd))


@pytest.mark.parametrize(
    "shape", [("updates", {"a": None}), ((), "updates", {"a": None}), (["sub:1"], "updates", {"a": None})]
)
def test_the_shapes_before_version_2_are_read(shape: Any) -> None:
    (found,) = read(shape)
    assert found.payload == Update()
    assert found.node == "a"


class Hostile(dict[str, Any]):
    """Raises at every touch."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("no")

    def __iter__(self) -> Any:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")


class Untold:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no")

    def __str__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = object.__hash__


HOSTILE: dict[str, Any] = {
    "a dict": Hostile,
    "an object": Untold,
    "in a list": lambda: [Untold()],
    "for messages": lambda: {"messages": Untold()},
    "as a message": lambda: {"n": {"messages": [Hostile()]}},
}


@pytest.mark.parametrize("mode", [*STREAM_MODES, "of another world"])
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_what_raises_when_it_is_touched_is_data_too(make: Any, mode: str) -> None:
    assert read(part(mode, make()))
    assert read(make())


def test_a_cycle_ends() -> None:
    cycle: dict[str, Any] = {}
    cycle["messages"] = [cycle]
    for mode in STREAM_MODES:
        assert read(part(mode, cycle), part(mode, {"node": cycle}))


TEXT = st.text(max_size=4) | st.sampled_from(["", "c", "call_0", "tools:t", "agent", "m", "lc_run--r"])
WORDS = st.sampled_from(
    f"""
    messages type role content ai assistant tool human AIMessageChunk constructor id name args tool_calls function
    arguments tool_call_id tool_call_chunks index additional_kwargs response_metadata usage_metadata kwargs data input
    triggers result error interrupts event tool-started tool-finished tool-error tool-output-delta tool_name delta
    output __interrupt__ __metadata__ __overwrite__ tool_call payload tasks values usage {MARK} {RUN} namespace task
    chunks node agent node-started tool-ended langgraph_node langgraph_checkpoint_ns
    """.split()
)
OBJECTS = st.sampled_from(
    [
        AIMessage("hi", tool_calls=[CALL]),
        AIMessageChunk(content="hi", tool_call_chunks=[of_call(name="look", args="{", id="", index=0)]),
        AIMessageChunk(content=[{"type": "text", "text": "x"}]),
        ToolMessage("seen", tool_call_id=""),
        HumanMessage("hi"),
        RemoveMessage(id="x"),
        Send("tools", [CALL]),
        Command(update={"messages": ["x"]}, goto="y"),
        Overwrite([("ai", "x")]),
        Interrupt("?", id=""),
        ValueError("sk-secret"),
        Model(messages=[1]),
        Fields([CALL]),
        float("nan"),
        2**80,
        b"\xff",
        object(),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT | WORDS | OBJECTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(WORDS | TEXT, inner, max_size=4)
    ),
    max_leaves=12,
)
PARTS = st.builds(
    lambda mode, namespace, data: {"type": mode, "ns": namespace, "data": data},
    st.sampled_from([*STREAM_MODES, "x"]),
    st.lists(TEXT, max_size=3) | st.none(),
    ANYTHING,
)


@settings(max_examples=examples(200))
@given(st.lists(PARTS | ANYTHING, max_size=6))
def test_no_part_is_an_error_and_all_of_it_is_strict_json(parts: list[Any]) -> None:
    found = read(*parts)
    for seq, happening in enumerate(found):
        event = StreamEvent(seq, 0.0, *happening)
        line = json.dumps(event.to_json(), allow_nan=False)
        assert EVENTS.validate_json(line, strict=True) == event
        assert "secret" not in line
    Adapter().answer.encode()


@settings(max_examples=examples(100))
@given(st.lists(PARTS, max_size=6))
def test_there_is_an_answer_whatever_came(parts: list[Any]) -> None:
    adapter = Adapter()
    for each in parts:
        adapter.read(each)
    assert isinstance(adapter.answer, str)
    assert "secret" not in adapter.answer
