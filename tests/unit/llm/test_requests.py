"""What is sent: what a server refuses is left out, once and from then on; what it wants back comes back."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from agent.errors import ProviderError
from agent.llm.chunks import Text
from agent.llm.completions import stream_chunks
from agent.llm.request import conversation
from tests.scripted_server import Answer, Reply, calls, delta, refuses, says, sse
from tests.unit.llm.agents import GRAPHS, Asking, asking
from tests.unit.llm.cases import HI, OFFICE, STOP, body, call, one

Body = dict[str, Any]
HELLO = [{"role": "user", "content": "hello"}]
NO_TOOLS = "This model cannot use tools, so it answers without them."


@pytest.fixture(scope="module")
def agents() -> Iterator[Asking]:
    with asking() as made:
        yield made


@pytest.fixture
def strangers() -> Iterator[Asking]:
    """Agents who remember nothing of their server yet."""
    with asking() as made:
        yield made


@dataclass(frozen=True)
class Strict:
    """A server that refuses a part of a request."""

    source: str
    part: str
    refusal: Reply
    sent: str = ""
    """Whether it is this part that has to go, where that is another one."""


def extra(part: str, given: object) -> Body:
    return {"type": "extra_forbidden", "loc": ["body", part], "msg": "Extra inputs are not permitted", "input": given}


def openai(message: str, **more: Any) -> Body:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}}


PARTS = {
    "pydantic's errors": Strict(
        "openai/openai-agents-python#442", "stream_options", refuses(422, {"detail": [extra("stream_options", {})]})
    ),
    "an old Azure": Strict(
        "", "stream_options", refuses(400, openai("Unrecognized request argument supplied: stream_options"))
    ),
    "Gemini": Strict(
        "",
        "stream_options",
        refuses(400, [{"error": {"code": 400, "message": 'Unknown name "stream_options": Cannot find field.'}}]),
    ),
    "Go": Strict("", "parallel_tool_calls", refuses(400, 'json: unknown field "parallel_tool_calls"')),
    "OpenAI": Strict(
        "langchain-ai/langchain#29416",
        "parallel_tool_calls",
        refuses(
            400,
            openai(
                "Unsupported parameter: 'parallel_tool_calls' is not supported with this model.",
                param="parallel_tool_calls",
                code="unsupported_parameter",
            ),
        ),
    ),
    "vLLM's errors, which are Python's": Strict(
        "",
        "parallel_tool_calls",
        refuses(
            400,
            {
                "object": "error",
                "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'parallel_tool_calls'), "
                "'msg': 'Extra inputs are not permitted', 'input': {'tools': [], 'stream_options': {}}}]",
            },
        ),
    ),
    "tool_choice": Strict("", "tool_choice", refuses(400, openai("tool_choice is not supported by this model"))),
    "a word between quotes": Strict("", "seed", refuses(400, openai("Unsupported parameter: 'seed'", param="seed"))),
    "streams": Strict(
        "",
        "stream",
        refuses(400, openai("Your organization must be verified to stream this model.", param="stream")),
    ),
}
ASKED = {"parallel_tool_calls": False, "tool_choice": "auto", "seed": 7, "tools": [{"type": "function"}]}


def strict(case: Strict) -> Callable[[Body], Reply]:
    def answer(sent: Body) -> Reply:
        if case.part in sent:
            return case.refusal
        return Reply(sse(*HI, STOP)) if sent.get("stream") else body({"content": "Hi there"})

    return answer


@pytest.mark.parametrize("case", PARTS.values(), ids=PARTS)
def test_a_refused_part_is_left_out_and_that_is_remembered(strangers: Asking, case: Strict) -> None:
    async def ask() -> list[str]:
        chunks = stream_chunks(strangers.models.openai, model="scripted", messages=HELLO, **ASKED)
        return [type(chunk).__name__ async for chunk in chunks]

    for requests in ((True, False), (False,)):
        strangers.server.play(strict(case))
        assert strangers.loop.call(ask(), 10)[-1] == "End"
        sent = strangers.server.requests
        assert [case.part in request for request in sent] == [*requests]
    left_out = {"stream": {"stream", "stream_options"}}.get(case.part, {case.part})
    assert sent[-1].keys() == {"model", "messages", "stream", "stream_options", *ASKED} - left_out


def test_several_refused_parts_are_left_out_one_after_the_other(strangers: Asking) -> None:
    def answer(sent: Body) -> Reply:
        refused = [part for part in ("seed", "tool_choice", "stream_options") if part in sent]
        return refuses(400, openai(f"unknown field '{refused[0]}'")) if refused else Reply(sse(*HI, STOP))

    async def ask() -> None:
        async for _ in stream_chunks(strangers.models.openai, model="scripted", messages=HELLO, **ASKED):
            pass

    strangers.server.play(answer)
    strangers.loop.call(ask(), 10)
    assert len(strangers.server.requests) == 4
    strangers.loop.call(ask(), 10)
    assert len(strangers.server.requests) == 5


WITHOUT_TOOLS = {
    "ollama/ollama#6027": refuses(400, openai("registry.ollama.ai/library/gemma:2b does not support tools")),
    "OpenRouter": refuses(404, {"error": {"message": "No endpoints found that support tool use.", "code": 404}}),
    "vLLM": refuses(
        400,
        {
            "object": "error",
            "message": '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        },
    ),
    "llama.cpp": refuses(500, {"error": {"code": 500, "message": "tools param requires --jinja flag"}}),
    "Groq": refuses(400, openai("`tool calling` is not supported with this model", param="tools")),
}


@pytest.mark.parametrize("refusal", WITHOUT_TOOLS.values(), ids=WITHOUT_TOOLS)
def test_a_model_without_tools_answers_without_and_the_reader_is_told(strangers: Asking, refusal: Reply) -> None:
    def answer(sent: Body) -> Reply:
        return refusal if "tools" in sent else says("Hi there")

    for graph, number in (("react", 2), *((graph, 1) for graph in GRAPHS)):
        outcome = strangers.ask(graph, answer)
        assert (outcome.failure, outcome.answer, outcome.notes) == (None, "Hi there", [NO_TOOLS])
        assert len(outcome.server.requests) == number
        assert not {"tools", "tool_choice"} & outcome.server.requests[-1].keys()


@pytest.mark.parametrize(
    "refusal",
    [
        refuses(400, openai("Invalid schema for function 'get_items': 'tools' must be an array")),
        refuses(400, openai("something else is wrong")),
        refuses(
            422, {"detail": [{"type": "missing", "loc": ["body", "user"], "msg": "Field required", "input": ASKED}]}
        ),
        refuses(400, openai("This model's maximum context length is 4096 tokens (4000 in the messages, 96 in tools)")),
    ],
    ids=["a wrong schema", "another fault", "the request repeated", "too long"],
)
def test_an_error_that_names_nothing_to_leave_out_is_an_error(strangers: Asking, refusal: Reply) -> None:
    for graph in GRAPHS:
        outcome = strangers.ask(graph, refusal)
        assert isinstance(outcome.failure, ProviderError)
        assert len(outcome.server.requests) == 1


def test_what_did_not_help_is_not_remembered(strangers: Asking) -> None:
    outcome = strangers.ask("react", refuses(400, openai("stream_options is not supported, nor is anything else")))
    assert isinstance(outcome.failure, ProviderError)
    assert ["stream_options" in sent for sent in outcome.server.requests] == [True, False]
    assert strangers.ask("react", says("Hi there")).answer == "Hi there"
    assert "stream_options" in strangers.server.requests[0]


def test_null_beside_tool_calls_becomes_empty_where_it_is_refused(strangers: Asking) -> None:
    def answer(sent: Body) -> Reply:
        contents = [message["content"] for message in sent["messages"]]
        if None in contents:  # reported as mistralai/mistral-common#324
            return refuses(
                422, {"detail": [{"loc": ["messages", 1, "content"], "msg": "Input should be a valid string"}]}
            )
        return says("Hi there") if "" in contents else one(call(index=0, id="c1"))

    for graph in GRAPHS:
        outcome = strangers.ask(graph, answer)
        assert (outcome.failure, outcome.answer, outcome.runs) == (None, "Hi there", ["office"])


# What comes back


def turns(agents: Asking, graph: str, first: Answer) -> list[Body]:
    """The messages of the second request, after a first answer that asks for a tool."""
    outcome = agents.ask(graph, first, says("Hi there"))
    assert (outcome.failure, outcome.answer) == (None, "Hi there")
    messages: list[Body] = outcome.server.requests[1]["messages"]
    return messages


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_goes_back_where_it_came_from(agents: Asking, graph: str, name: str) -> None:
    asked = sse(delta(**{name: "Let "}), delta(**{name: "me see"}), delta(tool_calls=[call(index=0, id="c1")]), STOP)
    _, assistant, _ = turns(agents, graph, Reply(asked))
    assert assistant[name] == "Let me see"
    assert {"reasoning", "reasoning_content"} & assistant.keys() == {name}


@pytest.mark.parametrize("graph", GRAPHS)
def test_blocks_of_reasoning_go_back_whole(agents: Asking, graph: str) -> None:
    def details(**block: Any) -> Body:
        return delta(reasoning_details=[block])

    asked = sse(
        details(type="reasoning.text", index=0, text="Let "),
        details(type="reasoning.text", index=0, text="me see", signature="s"),
        details(type="reasoning.encrypted", index=1, data="AAAA"),
        delta(tool_calls=[call(index=0, id="c1")]),
        STOP,
    )
    _, assistant, _ = turns(agents, graph, Reply(asked))
    assert assistant["reasoning_details"] == [
        {"type": "reasoning.text", "index": 0, "text": "Let me see", "signature": "s"},
        {"type": "reasoning.encrypted", "index": 1, "data": "AAAA"},
    ]


@pytest.mark.parametrize("graph", GRAPHS)
def test_fields_that_a_call_has_of_its_servers_own_go_back(agents: Asking, graph: str) -> None:
    signed = {"google": {"thought_signature": "c2ln"}}  # reported as langroid/langroid#969
    first = call(index=0, id="a", extra_content=signed)
    second = call('{"place": "bedroom"}', index=1, id="b") | {"x": 1}
    second["function"] = {**second["function"], "y": [2]}
    _, assistant, *_ = turns(agents, graph, one(first, second))
    sent = {sent_call["id"]: sent_call for sent_call in assistant["tool_calls"]}
    assert sent["a"]["extra_content"] == signed
    assert sent["b"]["x"] == 1
    assert sent["b"]["function"]["y"] == [2]
    assert "index" not in sent["a"]


@pytest.mark.parametrize("graph", GRAPHS)
def test_what_was_thought_between_tags_does_not_go_back(agents: Asking, graph: str) -> None:
    asked = sse(delta(content="<think>secret</think>Let me look."), delta(tool_calls=[call(index=0, id="c1")]), STOP)
    messages = turns(agents, graph, Reply(asked))
    assert messages[1]["content"] == "Let me look."
    assert "secret" not in json.dumps(messages)


@pytest.mark.parametrize("graph", GRAPHS)
def test_what_was_thought_without_an_opening_tag_does_not_go_back(agents: Asking, graph: str) -> None:
    # reported as perplexityai/api-discussion#177
    asked = sse(delta(content="secret\n</think>\n\nLook."), delta(tool_calls=[call(index=0, id="c1")]), STOP)
    assert turns(agents, graph, Reply(asked))[1]["content"] == "Look."


@pytest.mark.parametrize("graph", GRAPHS)
def test_arguments_that_were_no_json_go_back_as_json(agents: Asking, graph: str) -> None:
    # reported as vllm-project/vllm#43995
    _, assistant, tool = turns(agents, graph, one(call('{"place": "off', index=0, id="c1")))
    assert json.loads(assistant["tool_calls"][0]["function"]["arguments"]) == {"not JSON": '{"place": "off'}
    assert "was not run" in tool["content"]


@pytest.mark.parametrize("graph", GRAPHS)
def test_an_id_that_the_conversation_has_used_becomes_another(agents: Asking, graph: str) -> None:
    same = calls(call(index=0, id="call_0"))
    outcome = agents.ask(graph, same, same, says("Hi there"))
    assert (outcome.failure, outcome.runs) == (None, ["office", "office"])
    messages = outcome.server.requests[2]["messages"]
    first, second = (message["tool_calls"][0]["id"] for message in messages if message.get("tool_calls"))
    assert (first, second != first, len(second), second.isalnum()) == ("call_0", True, 9, True)
    assert [message["tool_call_id"] for message in messages if message["role"] == "tool"] == [first, second]


def test_a_refused_field_of_a_message_is_left_out(strangers: Asking) -> None:
    def answer(sent: Body) -> Reply:
        if len(sent["messages"]) == 1:
            return Reply(sse(delta(reasoning_content="hm"), delta(tool_calls=[call(index=0, id="c1")]), STOP))
        if "reasoning_content" in sent["messages"][1]:
            return refuses(400, openai("property 'reasoning_content' is unsupported"))
        return says("Hi there")

    for graph in GRAPHS:
        assert strangers.ask(graph, answer).answer == "Hi there"


@pytest.mark.parametrize(
    "complaint",
    [
        "The `reasoning_content` in the thinking mode must be passed back to the API.",
        "thinking is enabled but reasoning_content is missing in assistant tool call message at index 1",
    ],
)
def test_reasoning_that_is_missed_is_sent_empty(strangers: Asking, complaint: str) -> None:
    # reported as langchain-ai/langchain#37390: messages of earlier turns have none
    def answer(sent: Body) -> Reply:
        bare = [message for message in sent["messages"] if message["role"] == "assistant"]
        if all("reasoning_content" in message for message in bare):
            return says("Hi there")
        return refuses(400, openai(complaint))

    async def ask() -> str:
        turns = [*HELLO, {"role": "assistant", "content": "Hello."}, *HELLO]
        chunks = stream_chunks(strangers.models.openai, model="scripted", messages=turns)
        return "".join([chunk.text async for chunk in chunks if isinstance(chunk, Text)])

    strangers.server.play(answer)
    assert strangers.loop.call(ask(), 10) == "Hi there"
    assert [message.get("reasoning_content") for message in strangers.server.requests[1]["messages"]] == [
        None,
        "",
        None,
    ]


def test_a_conversation_is_sent_without_what_no_server_takes() -> None:
    question = {"role": "user", "content": "hello"}
    function = {"name": "f", "arguments": ""}
    sent = conversation(
        [
            question,
            {"role": "assistant", "content": ""},
            {"role": "assistant", "content": "<think>hm</think>"},
            {"role": "assistant", "content": "", "tool_calls": []},
            {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "type": "function", "function": function}]},
            {"role": "tool", "tool_call_id": "1", "name": "f", "content": ""},
        ]
    )
    assert sent == [
        question,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "(nothing)"},
    ]


# Bounds


@pytest.mark.parametrize("status", [200, 500])
def test_a_packed_answer_is_not_unpacked_beyond_the_bound(agents: Asking, status: int) -> None:
    packed = gzip.compress(b"\0" * 60_000_000)
    reply = Reply(packed, status, headers={"content-encoding": "gzip", "x-should-retry": "false"})
    agents.ask("react", reply)
    tracemalloc.start()
    outcome = agents.ask("react", reply)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcome.failure
    assert most < 12_000_000
    assert OFFICE not in str(outcome.failure)
