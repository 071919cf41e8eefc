"""How OpenAI-compatible servers really answer. Each case says where it was reported, as repository#number."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.errors import (
    AgentError,
    AnswerCut,
    AnswerEmpty,
    AnswerFiltered,
    AnswerRefused,
    ProviderError,
    StreamBroken,
)
from tests.scripted_server import Answer, Reply, calls, chunk, delta, refuses, says, sse

OFFICE = '{"place": "office"}'
BEDROOM = '{"place": "bedroom"}'


@dataclass(frozen=True)
class Case:
    """What is sent, and what has to come of it."""

    source: str
    """Empty for one of the same kind that nobody has reported."""
    answer: Answer
    text: str = "Hi there"
    """All that is said."""
    thought: str = ""
    runs: Sequence[str] = ()
    """The places that the tool is run for."""
    failure: type[AgentError] | None = None
    words: str = ""
    """In the failure's sentence, or in what the model is told of its call."""


def call(place: object = OFFICE, **fields: Any) -> dict[str, Any]:
    """A whole call of get_items."""
    function = {"name": "get_items", "arguments": place}
    return {"type": "function", "function": function, **fields}


def piece(arguments: str | None = None, name: str | None = None, **fields: Any) -> dict[str, Any]:
    """A part of a call."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {**fields, "function": function}


def one(*entries: dict[str, Any], **fields: Any) -> Reply:
    """All calls in one delta."""
    return Reply(sse(delta(tool_calls=list(entries), **fields), delta("tool_calls")))


def body(message: dict[str, Any], finish_reason: str | None = "stop", **more: Any) -> Reply:
    """A completion that is not streamed."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason}
    whole = {"id": "c", "object": "chat.completion", "model": "scripted", "choices": [choice], **more}
    return Reply(json.dumps(whole).encode(), content_type="application/json")


HI = (delta(content="Hi "), delta(content="there"))
STOP = delta("stop")
USED = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}

CHUNKS = {
    "an ordinary answer": Case("", says("Hi there")),
    "choices null": Case("pydantic/pydantic-ai#5165", Reply(sse(chunk(choices=None) | {"choices": None}, *HI, STOP))),
    "choices missing": Case("awslabs/llmeter#34", Reply(sse({"id": "x", "usage": None}, *HI, STOP))),
    "an empty first chunk with filter results": Case(
        "AbanteAI/archive-old-cli-mentat#429", Reply(sse(chunk(prompt_filter_results=[{"prompt_index": 0}]), *HI, STOP))
    ),
    "choices an object": Case("", Reply(sse({"choices": {"delta": {"content": "Hi there"}}}, STOP))),
    "delta null": Case("eneo-ai/eneo#126", Reply(sse(chunk({"delta": None, "content_filter_offsets": {}}), *HI, STOP))),
    "delta missing": Case("envoyproxy/ai-gateway#2107", Reply(sse(*HI, chunk({"finish_reason": "stop"})))),
    "delta a text": Case("", Reply(sse(chunk({"delta": "Hi "}), chunk({"delta": "there"}), STOP))),
    "a message for a delta": Case("", Reply(sse(chunk({"message": {"content": "Hi there"}}), STOP))),
    "the whole message at the end, once more": Case(
        "", Reply(sse(*HI, chunk({"message": {"content": "Hi there"}, "finish_reason": "stop"})))
    ),
    "text for a delta": Case("", Reply(sse(chunk({"text": "Hi "}), chunk({"text": "there"}), STOP))),
    "null everywhere": Case(
        "sgl-project/sglang#6310",
        Reply(sse(*(delta(role=None, content=text, tool_calls=None, refusal=None) for text in ("Hi ", "there")), STOP)),
    ),
    "content a list": Case(
        "symfony/ai#2422",
        Reply(
            sse(
                delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
                delta(content=[{"type": "text", "text": "Hi "}, {"type": "text", "text": "there"}]),
                STOP,
            )
        ),
        thought="hm",
    ),
    "content a list of texts": Case("", Reply(sse(delta(content=["Hi ", {"type": "text", "text": "there"}]), STOP))),
    "content an object": Case("", Reply(sse(delta(content={"type": "text", "text": {"value": "Hi there"}}), STOP))),
    "content with what is no text": Case(
        "", Reply(sse(*HI, delta(content=[{"type": "image_url", "image_url": {}}]), STOP)), "Hi there[image_url]"
    ),
    "pictures beside the content": Case(
        "OpenRouterTeam/ai-sdk-provider#167",
        Reply(sse(delta(content="", images=[{"type": "image_url", "image_url": {"url": "data:x"}}]), STOP)),
        "[image_url]",
    ),
    "two choices for one": Case(
        "", Reply(sse({"choices": [{"delta": {"content": "Hi "}}, {"index": 1, "delta": {"content": "there"}}]}, STOP))
    ),
    "usage in every chunk": Case(
        "langchain-ai/langchain#30429",
        Reply(sse(*(part | {"usage": USED | {"completion_tokens": at}} for at, part in enumerate((*HI, STOP), 3)))),
    ),
    "usage in the choice": Case("", Reply(sse(*HI, chunk({"delta": {}, "finish_reason": "stop", "usage": USED})))),
    "usage under x_groq": Case("", Reply(sse(*HI, STOP | {"x_groq": {"usage": USED}}))),
    "usage that is none": Case("", Reply(sse(*HI, STOP | {"usage": {"prompt_tokens": None, "total_tokens": "many"}}))),
    "a finish reason '' in every chunk": Case(
        "ollama/ollama#4357", Reply(sse(*(delta("", content=text) for text in ("Hi ", "there")), STOP))
    ),
    "a finish reason in every chunk": Case(
        "open-webui/open-webui#16377", Reply(sse(*(delta("stop", content=text) for text in ("Hi ", "there"))))
    ),
    "a finish reason with the last text": Case(
        "vllm-project/vllm#36944", Reply(sse(delta(content="Hi "), delta("stop", content="there")))
    ),
    "finishReason": Case(
        "jakobdylanc/llmcord#84", Reply(sse(*HI, chunk({"delta": {}, "finishReason": "stop"}), done=False))
    ),
    "a finish reason of its own": Case("", Reply(sse(*HI, delta("eos_token"), done=False))),
    "[DONE] without a reason": Case("mudler/LocalAI#1194", Reply(sse(*HI))),
    "a reason without [DONE]": Case("oobabooga/textgen#4778", Reply(sse(*HI, STOP, done=False))),
    "no empty line at the end": Case("", Reply(sse(*HI, STOP, done=False)[:-2])),
    "left open after [DONE]": Case("agentscope-ai/agentscope-java#2073", Reply(sse(*HI, STOP), stays_open=True)),
    "left open after a reason": Case("maximhq/bifrost#6784", Reply(sse(*HI, STOP, done=False), stays_open=True)),
    "broken off after the end": Case("", Reply(sse(*HI, STOP, done=False), breaks=True)),
    "lines of CR LF": Case("", Reply(sse(*HI, STOP).replace(b"\n", b"\r\n"))),
    "lines of CR": Case("", Reply(sse(*HI, STOP).replace(b"\n", b"\r"))),
    "no space after data:": Case("", Reply(sse(*HI, STOP).replace(b"data: ", b"data:"))),
    "a mark of the byte order": Case("", Reply(b"\xef\xbb\xbf" + sse(*HI, STOP))),
    "comments": Case("openai/openai-go#227", Reply(b": OPENROUTER PROCESSING\n\n" + sse(*HI, STOP))),
    "comments sent on as data": Case(
        "mnfst/llm-gateway#2053", Reply(b"data: : OPENROUTER PROCESSING\n\ndata: [PING]\n\n" + sse(*HI, STOP))
    ),
    "data: twice": Case("", Reply(sse(*HI, STOP).replace(b"data: ", b"data: data: "))),
    "DONE in other letters": Case("", Reply(sse(*HI, "done", done=False))),
    "usage that breaks off": Case("", Reply(sse(*HI, STOP, done=False) + b'data: {"usage": {"prompt_tok')),
    "control events": Case("openai/openai-python#3833", Reply(b"retry: 1000\n\nid: 7\n\n" + sse(*HI, STOP))),
    "events of another kind": Case(
        "janhq/jan#8392",
        Reply(b"event: hermes.tool.progress\ndata: half way\n\nevent: ping\ndata: {}\n\n" + sse(*HI, STOP)),
    ),
    "one event in several lines": Case(
        "", Reply(b'data: {"choices": [{"delta":\ndata: {"content": "Hi there"}}]}\n\n' + sse(STOP))
    ),
    "several events without an empty line": Case("", Reply(sse(*HI, STOP).replace(b"\n\n", b"\n"))),
    "byte by byte": Case("", Reply([bytes([byte]) for byte in sse(*HI, STOP)])),
    "events under another content type": Case(
        "openclaw/openclaw#97454", Reply(sse(*HI, STOP), content_type="application/json")
    ),
    "no events but JSON": Case("tinyhumansai/tinyagents#56", body({"content": "Hi there"}, usage=USED)),
    "JSON without a reason": Case("", body({"content": "Hi there"}, None)),
    "JSON as an event stream": Case("", Reply(body({"content": "Hi there"}).body)),
    "a line of JSON each": Case(
        "langgenius/dify#4120", Reply("\n".join(json.dumps(part) for part in (*HI, STOP)).encode())
    ),
    "packed": Case("", Reply(gzip.compress(sse(*HI, STOP)), headers={"content-encoding": "gzip"})),
    "line separators of Unicode": Case(
        "florimondmanca/httpx-sse#34",
        Reply(sse(delta(content="Hi\u2028\u2029\x85there"), STOP)),
        "Hi\u2028\u2029\x85there",
    ),
    "raw control characters": Case(
        "", Reply(b'data: {"choices": [{"delta": {"content": "Hi\tthere"}}]}\n\n' + sse(STOP)), "Hi\tthere"
    ),
    "half an emoji": Case(
        "", Reply(b'data: {"choices":[{"delta":{"content":"Hi \\ud83d"}}]}\n\n' + sse(STOP)), "Hi \ud83d"
    ),
}
"""Answers in words: chunks of every shape, and their ends."""

THOUGHT = {
    "reasoning_content": Case(
        "langchain-ai/langchain#37390",
        Reply(sse(delta(reasoning_content="Let "), delta(reasoning_content="me see"), *HI, STOP)),
        thought="Let me see",
    ),
    "reasoning": Case("", Reply(sse(delta(reasoning="Let me see"), *HI, STOP)), thought="Let me see"),
    "the same reasoning in two fields": Case(
        "", Reply(sse(delta(reasoning="hm", reasoning_content="hm", content=""), *HI, STOP)), thought="hm"
    ),
    "reasoning_details": Case(
        "home-assistant/core#159812",
        Reply(sse(delta(reasoning_details=[{"type": "reasoning.text", "text": "hm"}]), *HI, STOP)),
        thought="hm",
    ),
    "thinking_content": Case(
        "nhatbien/copilot-helper#7", Reply(sse(delta(thinking_content="hm"), *HI, STOP)), thought="hm"
    ),
    "<think>": Case(
        "RooCodeInc/Roo-Code#1087", Reply(sse(delta(content="<think>\nhm\n</think>\n\n"), *HI, STOP)), thought="\nhm\n"
    ),
    "<think> in pieces": Case(
        "LibreChat-AI/agents#40",
        Reply(
            sse(*(delta(content=part) for part in ("<", "thi", "nk>h", "m</", "think", ">\n", "\nHi ", "there")), STOP)
        ),
        thought="hm",
    ),
    "<thinking>": Case(
        "LibreChat-AI/agents#40", Reply(sse(delta(content="<thinking>hm</thinking>Hi there"), STOP)), thought="hm"
    ),
    "[THINK]": Case(
        "RooCodeInc/Roo-Code#8522",
        Reply(sse(*(delta(content=part) for part in ("[TH", "INK]h", "m[/THINK", "]Hi there")), STOP)),
        thought="hm",
    ),
    "text that begins as [THINK] does": Case(
        "", Reply(sse(delta(content="[T"), delta(content="1] x"), STOP)), "[T1] x"
    ),
    "an empty <think>": Case("", Reply(sse(delta(content="<think>\n\n</think>\n\nHi there"), STOP))),
    "<think> after a line": Case(
        "bytedance/deer-flow#3218",
        Reply(sse(delta(content="Hi\n<think>hm</think> there"), STOP)),
        "Hi\nthere",
        thought="hm",
    ),
    "a text about <think>": Case(
        "nbramia/LifeOS#568",
        Reply(sse(delta(content="Use `<think>`:\n```\n<think>\n```\nand 1 < 2"), STOP)),
        "Use `<think>`:\n```\n<think>\n```\nand 1 < 2",
    ),
    "JSON with reasoning": Case("", body({"content": "Hi there", "reasoning_content": "hm"}), thought="hm"),
}
"""Answers with what the model thought."""

CALLS = {
    "an ordinary call": Case(
        "",
        calls(piece("", "get_items", index=0, id="c1"), piece('{"pla', index=0), piece('ce": "office"}', index=0)),
        runs=["office"],
    ),
    "text before a call": Case(
        "aws-samples/bedrock-access-gateway#134",
        Reply(sse(delta(content="Let me look."), delta(tool_calls=[call(index=0, id="c1")]), delta("tool_calls"))),
        "Let me look.Hi there",
        runs=["office"],
    ),
    "two calls": Case("", one(call(index=0, id="a"), call(BEDROOM, index=1, id="b")), runs=["office", "bedroom"]),
    "no index": Case("ollama/ollama#7881", one(call(id="c1")), runs=["office"]),
    "no index, two calls": Case(
        "SamSaffron/term-llm#314", one(call(id="a"), call(BEDROOM, id="b")), runs=["office", "bedroom"]
    ),
    "no index and no id, two calls": Case(
        "unslothai/unsloth#10275", one(call(), call(BEDROOM)), runs=["office", "bedroom"]
    ),
    "no index, two calls one by one": Case("", calls(call(id="a"), call(BEDROOM, id="b")), runs=["office", "bedroom"]),
    "no index, no id, one by one": Case("", calls(call(), call(BEDROOM)), runs=["office", "bedroom"]),
    "no index, in pieces": Case(
        "AstrBotDevs/AstrBot#6692",
        calls(piece("", "get_items", id="c1"), piece('{"pla'), piece('ce": "office"}')),
        runs=["office"],
    ),
    "an index only at first": Case(
        "", calls(piece("", "get_items", index=0, id="c1"), piece('{"place": '), piece('"office"}')), runs=["office"]
    ),
    "an index only later": Case(
        "",
        calls(piece("", "get_items", id="c1"), piece('{"place": ', index=0), piece('"office"}', index=0)),
        runs=["office"],
    ),
    "index null": Case("EricLBuehler/mistral.rs#1507", one(call(index=None, id="c1")), runs=["office"]),
    "index a text": Case(
        "anvia-hq/anvia#262", one(call(index="0", id="a"), call(BEDROOM, index="1", id="b")), runs=["office", "bedroom"]
    ),
    "index from 1": Case("", one(call(index=1, id="a"), call(BEDROOM, index=2, id="b")), runs=["office", "bedroom"]),
    "index from 1 in later pieces": Case(
        "", calls(piece("", "get_items", index=0, id="c1"), piece(OFFICE, index=1)), runs=["office"]
    ),
    "index always 0": Case(
        "ollama/ollama#15457", one(call(index=0, id="a"), call(BEDROOM, index=0, id="b")), runs=["office", "bedroom"]
    ),
    "index always 0, one by one": Case(
        "ollama/ollama#15457", calls(call(index=0, id="a"), call(BEDROOM, index=0, id="b")), runs=["office", "bedroom"]
    ),
    "index always 0, no id": Case("", calls(call(index=0), call(BEDROOM, index=0)), runs=["office", "bedroom"]),
    "index always 0, in pieces": Case(
        "InternLM/lmdeploy#3412",
        calls(
            piece("", "get_items", index=0, id="a"),
            piece(OFFICE, index=0),
            piece("", "get_items", index=0, id="b"),
            piece(BEDROOM, index=0),
        ),
        runs=["office", "bedroom"],
    ),
    "pieces that take turns": Case(
        "",
        calls(
            piece("", "get_items", index=0, id="a"),
            piece("", "get_items", index=1, id="b"),
            piece('{"place": ', index=0),
            piece('{"place": ', index=1),
            piece('"office"}', index=0),
            piece('"bedroom"}', index=1),
        ),
        runs=["office", "bedroom"],
    ),
    "id empty": Case("oracle/langchain-oracle#91", one(call(index=0, id="")), runs=["office"]),
    "id missing": Case("", one(call(index=0)), runs=["office"]),
    "id null": Case("", one(call(index=0, id=None)), runs=["office"]),
    "id a number": Case("", one(call(index=0, id=7)), runs=["office"]),
    "id empty in later pieces": Case(
        "",
        calls(
            piece("", "get_items", index=0, id="c1"),
            piece('{"place": ', index=0, id=""),
            piece('"office"}', index=0, id=""),
        ),
        runs=["office"],
    ),
    "id in every piece": Case(
        "",
        calls(
            piece("", "get_items", index=0, id="c1"),
            piece('{"place": ', index=0, id="c1"),
            piece('"office"}', index=0, id="c1"),
        ),
        runs=["office"],
    ),
    "id in every piece, no index": Case(
        "",
        calls(piece("", "get_items", id="c1"), piece('{"place": ', id="c1"), piece('"office"}', id="c1")),
        runs=["office"],
    ),
    "another id in every piece": Case(
        "poolsideai/pool#9",
        calls(
            piece("", "get_items", index=0, id="a"),
            piece('{"place": ', index=0, id="b"),
            piece('"office"}', index=0, id="c"),
        ),
        runs=["office"],
    ),
    "another id in every piece, and the name": Case(
        "",
        calls(
            piece('{"pla', "get_items", index=0, id="a"),
            piece('ce": ', "get_items", index=0, id="b"),
            piece('"office"}', "get_items", index=0, id="c"),
        ),
        runs=["office"],
    ),
    "index always 0, no arguments": Case(
        "", calls(call("", index=0, id="a"), call("", index=0, id="b")), runs=["everywhere", "everywhere"]
    ),
    "id twice": Case(
        "brainlid/langchain#620", one(call(index=0, id="a"), call(BEDROOM, index=1, id="a")), runs=["office", "bedroom"]
    ),
    "id twice, no index": Case("", one(call(id="a"), call(BEDROOM, id="a")), runs=["office", "bedroom"]),
    "id late": Case("", calls(piece("", "get_items", index=0), piece(OFFICE, index=0, id="late")), runs=["office"]),
    "name in every piece": Case(
        "langchain-ai/langchain#22589",
        calls(*(piece(part, "get_items", index=0, id="c1") for part in ("", '{"pla', 'ce": ', '"office"}'))),
        runs=["office"],
    ),
    "name in the last piece, id null": Case(
        "agentscope-ai/agentscope-java#1223",
        calls(piece('{"place": "office"', "get_items", index=0, id="c1"), piece("}", "get_items", index=0, id=None)),
        runs=["office"],
    ),
    "name empty later": Case(
        "", calls(piece("", "get_items", index=0, id="c1"), piece(OFFICE, "", index=0)), runs=["office"]
    ),
    "name null later": Case(
        "",
        calls(piece("", "get_items", index=0, id="c1"), {"index": 0, "function": {"name": None, "arguments": OFFICE}}),
        runs=["office"],
    ),
    "name in pieces": Case(
        "",
        calls(piece("", "get_", index=0, id="c1"), piece("", "items", index=0), piece(OFFICE, index=0)),
        runs=["office"],
    ),
    "name with a control token": Case(
        "vllm-project/vllm#32587",
        one(piece(OFFICE, "get_items<|channel|>commentary", index=0, id="c1")),
        runs=["office"],
    ),
    "name with its namespace": Case("", one(piece(OFFICE, "functions.get_items", index=0, id="c1")), runs=["office"]),
    "name with its number": Case(
        "MoonshotAI/Kimi-K2#100", one(piece(OFFICE, "functions.get_items:0", index=0, id="c1")), runs=["office"]
    ),
    "no function at first": Case(
        "vllm-project/vllm#19425",
        calls(
            {"index": 0, "id": "c1", "function": None}, piece('{"', "get_items", index=0), piece(OFFICE[2:], index=0)
        ),
        runs=["office"],
    ),
    "a signature by itself": Case(
        "open-webui/computer#224",
        calls(call(id="c1"), {"extra_content": {"google": {"thought_signature": "s"}}}, finish_reason="stop"),
        runs=["office"],
    ),
    "a reason for each": Case(
        "RayBytes/ChatMock#114",
        Reply(sse(delta(tool_calls=[call(index=0, id="c1")]), delta("tool_calls"), STOP)),
        runs=["office"],
    ),
    "name beside the function": Case(
        "", one({"index": 0, "id": "c1", "name": "get_items", "arguments": OFFICE}), runs=["office"]
    ),
    "arguments an object": Case(
        "ggml-org/llama.cpp#20198", one(call({"place": "office"}, index=0, id="c1")), runs=["office"]
    ),
    "arguments an empty object, then pieces": Case(
        "unslothai/unsloth#10275",
        calls(
            {"index": 0, "id": "c1", "function": {"name": "get_items", "arguments": {}}},
            piece('{"place": ', index=0),
            piece('"office"}', index=0),
        ),
        runs=["office"],
    ),
    "arguments {} first": Case(
        "openai/openai-agents-js#712",
        calls(piece("{}", "get_items", index=0, id="c1"), piece(OFFICE, index=0)),
        runs=["office"],
    ),
    "arguments once more at the end": Case(
        "64bit/async-openai#329", calls(call(index=0, id="c1"), piece('{"place":"office"}', index=0)), runs=["office"]
    ),
    "the whole call once more": Case("", calls(call(index=0, id="c1"), call(index=0, id="c1")), runs=["office"]),
    "arguments longer each time": Case(
        "",
        calls(
            *(piece(OFFICE[:end], "get_items" if end == 3 else None, index=0, id="c1") for end in (3, 9, len(OFFICE)))
        ),
        runs=["office"],
    ),
    "arguments encoded twice": Case("", one(call(json.dumps(OFFICE), index=0, id="c1")), runs=["office"]),
    "arguments with a raw line break": Case(
        "", one(call('{"place": "off\nice"}', index=0, id="c1")), runs=["off\nice"]
    ),
    "arguments between control tokens": Case(
        "raullenchai/Rapid-MLX#579",
        calls(piece("[ARGS]", "get_items", index=0, id="c1"), piece(OFFICE + "<|tool_call_end|>", index=0)),
        runs=["office"],
    ),
    "arguments with an empty text behind": Case(
        "sgl-project/sglang#29883", one(call('{}""', index=0, id="c1")), runs=["everywhere"]
    ),
    "no arguments": Case("", one(call("", index=0, id="c1")), runs=["everywhere"]),
    "arguments null": Case(
        "", one({"index": 0, "id": "c1", "function": {"name": "get_items", "arguments": None}}), runs=["everywhere"]
    ),
    "calls no list": Case(
        "", Reply(sse(delta(tool_calls=call(index=0, id="c1")), delta("tool_calls"))), runs=["office"]
    ),
    "function_call": Case(
        "",
        Reply(sse(delta(function_call={"name": "get_items", "arguments": OFFICE}), delta("function_call"))),
        runs=["office"],
    ),
    "reason stop": Case("", calls(call(index=0, id="c1"), finish_reason="stop"), runs=["office"]),
    "no reason": Case("", Reply(sse(delta(tool_calls=[call(index=0, id="c1")]))), runs=["office"]),
    "calls after <think>": Case(
        "",
        Reply(
            sse(
                delta(content="<think>hm"),
                delta(content="</think>\n"),
                delta(tool_calls=[call(index=0, id="c1")]),
                delta("tool_calls"),
            )
        ),
        thought="hm",
        runs=["office"],
    ),
    "JSON with calls": Case("", body({"content": None, "tool_calls": [call(id="c1")]}, "tool_calls"), runs=["office"]),
    "an invented tool": Case(
        "OpenHands/OpenHands#5111", one(piece("{}", "look_up", index=0, id="c1")), words="look_up"
    ),
    "no name": Case("", one(piece(OFFICE, index=0, id="c1")), words="unnamed"),
    "arguments that break off": Case(
        "langchain-ai/langchain#33504", one(call('{"place": "off', index=0, id="c1")), words="not a whole JSON object"
    ),
    "arguments that are no JSON": Case(
        "", one(call("place=office", index=0, id="c1")), words="not a whole JSON object"
    ),
    "arguments that are no object": Case(
        "sgl-project/sglang#28035", one(call('["office"]', index=0, id="c1")), words="not a whole JSON object"
    ),
    "two objects for arguments": Case(
        "", one(call(OFFICE + BEDROOM, index=0, id="c1")), words="not a whole JSON object"
    ),
    "arguments that do not fit": Case("", one(call('{"place": {"no": 1}}', index=0, id="c1")), words="do not fit"),
}
"""Answers that ask for tools; after the tool, the model says "Hi there"."""

ENDS = {
    "no end": Case(
        "langchain-ai/langchain#39039",
        Reply(sse(*HI, done=False)),
        failure=StreamBroken,
        words="before it was complete",
    ),
    "the connection breaks": Case(
        "", Reply(sse(*HI, done=False), breaks=True), failure=StreamBroken, words="connection"
    ),
    "length": Case(
        "huggingface/chat-ui#2385",
        Reply(sse(*HI, delta("length"))),
        failure=AnswerCut,
        words="cut off at the model's length limit",
    ),
    "length, then stop": Case("", Reply(sse(*HI, delta("length"), STOP)), failure=AnswerCut, words="cut off"),
    "MAX_TOKENS": Case("", Reply(sse(*HI, delta("MAX_TOKENS"))), failure=AnswerCut, words="cut off"),
    "length in mid-thought": Case(
        "", Reply(sse(delta(reasoning="hm"), delta("length"))), "", "hm", failure=AnswerCut, words="still thinking"
    ),
    "length in a call": Case(
        "14790897/MiqroForge-Desktop#1100",
        Reply(sse(delta(tool_calls=[call('{"place": "off', index=0, id="c1")]), delta("length"))),
        "",
        failure=AnswerCut,
        words="before its tool call was whole",
    ),
    "length after a call": Case(
        "",
        Reply(sse(delta(tool_calls=[call(index=0, id="c1")]), delta("length"))),
        "",
        failure=AnswerCut,
        words="cut off",
    ),
    "no end in a call": Case(
        "",
        Reply(sse(delta(tool_calls=[call(index=0, id="c1")]), done=False)),
        "",
        failure=StreamBroken,
        words="before it was complete",
    ),
    "a filter": Case(
        "CherryHQ/cherry-studio#16079",
        Reply(sse(*HI, delta("content_filter"))),
        failure=AnswerFiltered,
        words="content filter",
    ),
    "a filter, by Gemini's name": Case(
        "BerriAI/litellm#20357",
        Reply(sse(*HI, delta("IMAGE_PROHIBITED_CONTENT"))),
        failure=AnswerFiltered,
        words="content filter",
    ),
    "a filter, and which": Case(
        "", Reply(sse(*HI, delta("content_filter: SAFETY"))), failure=AnswerFiltered, words="content filter"
    ),
    "a malformed call": Case(
        "NousResearch/hermes-agent#83886",
        Reply(sse(*HI, delta("MALFORMED_FUNCTION_CALL"))),
        failure=StreamBroken,
        words="error in the middle",
    ),
    "a refusal": Case(
        "langchain4j/langchain4j#6376",
        Reply(sse(delta(refusal="Hi "), delta(refusal="there"), STOP)),
        failure=AnswerRefused,
        words="declined",
    ),
    "a refusal as a block": Case(
        "", body({"content": [{"type": "refusal", "refusal": "Hi there"}]}), failure=AnswerRefused, words="declined"
    ),
    "empty": Case(
        "langchain-ai/langgraph#6574", Reply(sse(delta("stop"))), "", failure=AnswerEmpty, words="gave no answer"
    ),
    "empty but for spaces": Case(
        "", Reply(sse(delta(content="\n\n"), STOP)), "\n\n", failure=AnswerEmpty, words="gave no answer"
    ),
    "empty JSON": Case("", body({"content": ""}), "", failure=AnswerEmpty, words="gave no answer"),
    "a reason for calls, but none": Case(
        "", Reply(sse(delta("tool_calls"))), "", failure=AnswerEmpty, words="gave no answer"
    ),
    "only thoughts": Case(
        "", Reply(sse(delta(reasoning="hm"), STOP)), "", "hm", failure=AnswerEmpty, words="only thought"
    ),
    "a <think> without an end": Case(
        "", Reply(sse(delta(content="<think>hm"), STOP)), "", "hm", failure=AnswerEmpty, words="only thought"
    ),
    "nothing at all": Case("", Reply(b""), "", failure=StreamBroken, words="before it was complete"),
    "only comments": Case("", Reply(b": a\n\n: b\n\n"), "", failure=StreamBroken, words="before it was complete"),
    "an error in the middle": Case(
        "damianvtran/local-operator#223",
        Reply(sse(*HI, delta("error") | {"error": {"code": 502, "message": "Provider disconnected"}})),
        failure=ProviderError,
        words="error in the middle",
    ),
    "an error instead of chunks": Case(
        "diegosouzapw/OmniRoute#8210",
        Reply(sse({"choices": [], "error": {"code": 429, "message": "Worker local total request limit reached"}})),
        "",
        failure=ProviderError,
        words="429",
    ),
    "an error in the choice": Case(
        "genkit-ai/genkit#6079",
        Reply(sse(*HI, chunk({"delta": {"content": ""}, "error": {"code": 429, "message": "slow down"}}))),
        failure=ProviderError,
        words="quota",
    ),
    "an event that breaks off": Case(
        "",
        Reply(sse(*HI, done=False) + b'data: {"choices": [{"del'),
        failure=StreamBroken,
        words="before it was complete",
    ),
    "events that are no JSON": Case(
        "", Reply(b"data: Hi\n\ndata: there\n\ndata: [DONE]\n\n"), "", failure=StreamBroken, words="not an answer"
    ),
    "an error as a text": Case(
        "", Reply(sse(*HI, {"error": "out of memory"})), failure=ProviderError, words="error in the middle"
    ),
    "an event for an error": Case(
        "",
        Reply(sse(*HI, done=False) + b"event: error\ndata: it broke\n\n"),
        failure=ProviderError,
        words="error in the middle",
    ),
    "a reason error": Case("", Reply(sse(*HI, delta("error"))), failure=StreamBroken, words="error in the middle"),
    "not JSON": Case("", Reply(sse(*HI, "{ not json", STOP)), failure=StreamBroken, words="not an answer"),
    "JSON too deep": Case("", Reply(sse(*HI, "[" * 50_000, STOP)), failure=StreamBroken, words="not an answer"),
    "a web page": Case(
        "",
        Reply(b"<!DOCTYPE html><html><body>Sign in</body></html>", content_type="text/html"),
        "",
        failure=ProviderError,
        words="web page",
    ),
    "a wrong path with status 200": Case(
        "lmstudio-ai/lmstudio-bug-tracker#618",
        Reply(b'{"error":"Unexpected endpoint or method. (POST /chat/completions)"}', content_type="application/json"),
        "",
        failure=ProviderError,
        words="no chat at this address",
    ),
    "an error with status 200": Case(
        "",
        Reply(b'{"error": {"message": "Insufficient credits", "code": 402}}', content_type="application/json"),
        "",
        failure=ProviderError,
        words="no credit",
    ),
    "base_resp": Case(
        "MiniMax-AI/MiniMax-M2#62",
        Reply(b'{"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}'),
        "",
        failure=ProviderError,
        words="no credit",
    ),
    "JSON that is nothing": Case("", Reply(b'{"hello": 1}'), "", failure=ProviderError, words="not an answer"),
    "plain text": Case(
        "", Reply(b"I am not a model", content_type="text/plain"), "", failure=ProviderError, words="not an answer"
    ),
    "too many calls": Case(
        "",
        Reply(sse(delta(tool_calls=[call(index=at, id=f"c{at}") for at in range(200)]))),
        "",
        failure=StreamBroken,
        words="more than 128 tools",
    ),
    "a line without an end": Case("", Reply(b"data: " + b"x" * 400_000), "", failure=StreamBroken, words="in one go"),
    "an answer without an end": Case(
        "",
        Reply(sse(*([delta(content="x" * 10_000)] * 120))),
        "x" * 99,
        failure=StreamBroken,
        words="in one go",
    ),
    "a body without an end": Case("", Reply(b"{" + b" " * 400_000), "", failure=StreamBroken, words="in one go"),
    "zeros, packed": Case(
        "",
        Reply(gzip.compress(b"\0" * 50_000_000), headers={"content-encoding": "gzip"}),
        "",
        failure=StreamBroken,
        words="in one go",
    ),
}
"""Answers that are none, or only a part of one; what had come is kept."""

ERRORS = {
    "no credit": Case(
        "QwenLM/qwen-code#73",
        refuses(402, {"error": {"message": "Insufficient credits"}}),
        words="no credit left (402)",
    ),
    "no quota": Case(
        "",
        refuses(
            429,
            {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}},
            x_should_retry="false",
        ),
        words="no credit left (429)",
    ),
    "no balance, as a limit": Case(
        "modelscope/modelscope#1691",
        refuses(429, {"error": {"message": "insufficient balance (1008)"}}, x_should_retry="false"),
        words="no credit",
    ),
    **{
        f"no balance, {whose}": Case(source, refuses(status, error, x_should_retry="false"), words="no credit left")
        for whose, source, status, error in (
            (
                "Moonshot",
                "continuedev/continue#11443",
                429,
                {
                    "error": {
                        "message": "Your account is suspended, recharge it",
                        "type": "exceeded_current_quota_error",
                    }
                },
            ),
            (
                "DashScope",
                "tencentmusic/supersonic#1572",
                400,
                {"error": {"code": "Arrearage", "message": "make sure your account is in good standing."}},
            ),
            ("SiliconFlow", "", 403, {"code": 30001, "message": "Sorry, your account balance is insufficient"}),
        )
    },
    **{
        f"a filter, {whose}": Case(source, refuses(status, error), words="content filter")
        for whose, source, status, error in (
            (
                "Azure",
                "openai/openai-python#331",
                400,
                {"error": {"message": "The response was filtered", "param": "prompt", "code": "content_filter"}},
            ),
            ("DeepSeek", "666ghj/BettaFish#108", 400, {"error": {"message": "Content Exists Risk"}}),
            ("xAI", "", 403, {"error": "Content violates usage guidelines."}),
            ("OpenRouter", "", 403, {"error": {"message": "x requires moderation. Your input was flagged."}}),
        )
    },
    "an expired key": Case(
        "", refuses(400, [{"error": {"code": 400, "message": "API key expired. Renew it."}}]), words="refused the key"
    ),
    "a model of the past": Case(
        "RightNow-AI/openfang#60",
        refuses(400, {"error": {"message": "The model `x` has been decommissioned and is no longer supported."}}),
        words="not know this model",
    ),
    "no time": Case("", refuses(504, {"error": {"message": "upstream"}}, x_should_retry="false"), words="went silent"),
    "a wrong path": Case(
        "ollama/ollama#2474", refuses(404, "404 page not found"), words="no chat at this address (404)"
    ),
    "a wrong path of FastAPI": Case("", refuses(404, {"detail": "Not Found"}), words="no chat at this address (404)"),
    "a method that is not allowed": Case("", refuses(405, "Method Not Allowed"), words="no chat at this address (405)"),
    "an unknown model": Case(
        "",
        refuses(404, {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}),
        words="not know this model (404)",
    ),
    "an unknown model of Ollama": Case(
        "",
        refuses(404, {"error": {"message": 'model "x" not found, try pulling it first'}}),
        words="not know this model (404)",
    ),
    "an unknown model, as a bad request": Case(
        "", refuses(400, {"error": {"message": "x is not a valid model ID", "code": 400}}), words="not know this model"
    ),
    "a deployment that is not there": Case(
        "",
        refuses(
            404,
            {
                "error": {
                    "code": "DeploymentNotFound",
                    "message": "The API deployment for this resource does not exist.",
                }
            },
        ),
        words="not know this model",
    ),
    "a proxy": Case(
        "",
        refuses(502, "<html><head><title>502 Bad Gateway</title></head></html>", x_should_retry="false"),
        words="A proxy answered",
    ),
    "a firewall": Case(
        "", refuses(403, "<!DOCTYPE html><html>Attention Required! | Cloudflare</html>"), words="firewall"
    ),
    "a page that is not there": Case("", refuses(404, "<html><body>Not Found</body></html>"), words="web page"),
    "the wrong key": Case(
        "", refuses(401, {"error": {"message": "Incorrect API key provided: sk-secret"}}), words="refused the key (401)"
    ),
    "a key, as a bad request": Case(
        "",
        refuses(400, [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}]),
        words="refused the key",
    ),
    "too long, OpenAI": Case(
        "",
        refuses(400, {"error": {"message": "too many", "code": "context_length_exceeded"}}),
        words="too long for this model",
    ),
    "too long, vLLM": Case(
        "vllm-project/vllm#20409",
        refuses(
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens",
            },
        ),
        words="too long for this model",
    ),
    "too long, vLLM of another age": Case(
        "",
        refuses(
            400,
            {"error": {"message": "The decoder prompt (length 5000) is longer than the maximum model length of 4096."}},
        ),
        words="too long",
    ),
    "too long, llama.cpp": Case(
        "ggml-org/llama.cpp#15780",
        refuses(
            500,
            {
                "error": {
                    "code": 500,
                    "message": "the request exceeds the available context size. try increasing the context size",
                    "type": "exceed_context_size_error",
                }
            },
            x_should_retry="false",
        ),
        words="too long for this model",
    ),
    "too long, llama-cpp-python": Case(
        "abetlen/llama-cpp-python#416",
        refuses(400, {"error": {"message": "Requested tokens (1507) exceed context window of 512"}}),
        words="too long",
    ),
    "too long, LM Studio": Case(
        "",
        refuses(
            400,
            {"error": "The model is loaded with context length of only 4096 tokens"},
        ),
        words="too long",
    ),
    "too long, Anthropic": Case(
        "", refuses(400, {"error": {"message": "prompt is too long: 200001 tokens > 200000 maximum"}}), words="too long"
    ),
    "too long, Gemini": Case(
        "",
        refuses(
            400,
            [{"error": {"message": "The input token count (1200000) exceeds the maximum number of tokens allowed."}}],
        ),
        words="too long",
    ),
    "too long, Mistral": Case(
        "",
        refuses(
            400,
            {
                "object": "error",
                "message": "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
            },
        ),
        words="too long",
    ),
    "too long, TGI": Case(
        "",
        refuses(
            422,
            {
                "error": "Input validation error: `inputs` must have less than 4095 tokens. Given: 6000",
                "error_type": "validation",
            },
        ),
        words="too long",
    ),
    "too much at once": Case("", refuses(413, "Payload Too Large"), words="too long"),
    "overloaded": Case(
        "",
        refuses(503, {"error": {"message": "Loading model", "code": 503}}, x_should_retry="false"),
        words="overloaded, or still loading",
    ),
    "a fault": Case("", refuses(500, "", x_should_retry="false"), words="fault of its own (5xx: 500)"),
    "a bad request": Case("", refuses(400, {"error": {"message": "no"}}), words="did not accept the request (400)"),
    "a limit": Case(
        "",
        refuses(429, {"error": {"message": "Rate limit reached"}}, x_should_retry="false"),
        words="Try again in a minute.",
    ),
    "a limit of 0 seconds": Case(
        "", refuses(429, "", retry_after="0", x_should_retry="false"), words="Try again in a moment."
    ),
    "a limit of 1 second": Case(
        "", refuses(429, "", retry_after="1", x_should_retry="false"), words="Try again in 1 second."
    ),
    "a limit of 20 seconds": Case(
        "", refuses(429, "", retry_after="20", x_should_retry="false"), words="Try again in 20 seconds."
    ),
    "a limit of 5 minutes": Case(
        "cline/cline#14213",
        refuses(429, "", retry_after="300", x_should_retry="false"),
        words="Try again in 5 minutes.",
    ),
    "a limit of a day": Case(
        "", refuses(429, "", retry_after="86400", x_should_retry="false"), words="Try again in 24 hours."
    ),
    "a limit in milliseconds": Case(
        "cline/cline#14213",
        refuses(429, "", retry_after_ms="1500", x_should_retry="false"),
        words="Try again in 2 seconds.",
    ),
    "a limit until a date": Case(
        "cline/cline#14213",
        refuses(429, "", retry_after="Wed, 21 Oct 2015 07:28:00 GMT", x_should_retry="false"),
        words="Try again in a moment.",
    ),
    "a limit in words": Case(
        "firecrawl/firecrawl#819",
        refuses(
            429, {"error": {"message": "Rate limit reached. Please try again in 6m12.5s."}}, x_should_retry="false"
        ),
        words="Try again in 7 minutes.",
    ),
    "a limit that speaks of billing": Case(
        "gke-labs/gemini-for-kubernetes-development#1215",
        refuses(
            429,
            [
                {
                    "error": {
                        "message": "You exceeded your current quota, please check your plan and billing details.",
                        "status": "RESOURCE_EXHAUSTED",
                        "details": [{"retryDelay": "37s"}],
                    }
                }
            ],
            x_should_retry="false",
        ),
        words="Try again in 37 seconds.",
    ),
    "a limit per day": Case(
        "",
        refuses(429, {"error": {"message": "Rate limit exceeded: free-models-per-day"}}, x_should_retry="false"),
        words="Try again another day.",
    ),
    "a limit without a number": Case(
        "", refuses(429, "", retry_after="soon", x_should_retry="false"), words="Try again in a minute."
    ),
}
"""Answers with a status that says no."""

KINDS = (
    *(
        "an ordinary answer",
        "choices null",
        "delta null",
        "content a list",
        "usage in every chunk",
        "left open after [DONE]",
    ),
    *("[DONE] without a reason", "a reason without [DONE]", "no events but JSON", "one event in several lines"),
    *("line separators of Unicode", "packed", "reasoning_content", "<think> in pieces"),
    *(
        "an ordinary call",
        "text before a call",
        "no index",
        "no index and no id, two calls",
        "index always 0",
        "id empty",
    ),
    *("id twice", "name in every piece", "arguments an object", "arguments that break off", "an invented tool"),
    *(
        "no end",
        "length",
        "length in a call",
        "a filter",
        "a refusal",
        "empty",
        "only thoughts",
        "an error in the middle",
    ),
    *("a web page", "an error with status 200", "not JSON", "a line without an end", "zeros, packed"),
)
"""One case of each kind."""


def kinds(table: Mapping[str, Case]) -> dict[str, Case]:
    """The cases of a table that stand for their kind."""
    return {name: case for name, case in table.items() if name in KINDS}
