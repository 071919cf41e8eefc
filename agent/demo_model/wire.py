"""A reply in OpenAI's format, as bytes: streamed events or one JSON body, intact or with a fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agent.demo_model.brain import Reply
from agent.demo_model.errors import IN_BAND_ERROR
from agent.demo_model.prose import tokenize

Json = dict[str, Any]
Part = tuple[bytes, int]
"""Bytes of a body, and the number of tokens in them."""

_TOKENS_BEFORE = 12  # so many come through before a fault in the middle of an answer


def streamed(reply: Reply, head: Json, fault: str | None, *, include_usage: bool) -> Iterator[Part]:
    """Write a reply as server-sent events, each of which repeats the fields of `head`."""
    sent = 0
    for data, size in _events(reply, head, include_usage):
        # A reply shorter than this must not get as far as its end.
        if fault and (sent + size > _TOKENS_BEFORE or b'"finish_reason":"' in data):
            break
        sent += size
        yield data, size
    if fault == "invalid_json":
        yield f'data: {{"id": "{head["id"]}", "choices": [{{"ind\n\n'.encode(), 0
    elif fault == "in_band_error":
        yield _event(IN_BAND_ERROR.body)
    elif fault is None:
        yield b"data: [DONE]\n\n", 0


def whole(reply: Reply, head: Json, fault: str | None) -> tuple[list[Part], int]:
    """Write a reply as one JSON body; the second value is the length in bytes for its headers."""
    message: Json = {"role": "assistant", "content": "".join(reply.tokens), "refusal": None, "annotations": []}
    if reply.calls:
        calls = [_call(head, at, call.name, call.arguments) for at, call in enumerate(reply.calls)]
        message |= {"content": None, "tool_calls": calls}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}
    if fault == "truncated":
        message["content"], choice["finish_reason"] = "".join(reply.tokens[:_TOKENS_BEFORE]), None
    answer = head | {"object": "chat.completion", "choices": [choice], "usage": _usage(reply)}
    body = json.dumps(IN_BAND_ERROR.body if fault == "in_band_error" else answer).encode()
    size = _TOKENS_BEFORE if fault else reply.size
    half = body[: len(body) // 2]
    if fault == "invalid_json":
        return [(half, size)], len(half)
    return [(half if fault in ("broken", "stall") else body, size)], len(body)


def _events(reply: Reply, head: Json, include_usage: bool) -> Iterator[Part]:
    head = head | {"object": "chat.completion.chunk"} | ({"usage": None} if include_usage else {})

    def chunk(delta: Json, finish: str | None = None, size: int = 0) -> Part:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(head | {"choices": [choice]}, size)

    yield chunk({"role": "assistant", "content": None if reply.calls else "", "refusal": None})
    for token in reply.tokens:
        yield chunk({"content": token}, size=1)
    for at, call in enumerate(reply.calls):
        yield chunk({"tool_calls": [{"index": at, **_call(head, at, call.name, "")}]})
        for piece in tokenize(call.arguments):
            yield chunk({"tool_calls": [{"index": at, "function": {"arguments": piece}}]}, size=1)
    yield chunk({}, reply.finish)
    if include_usage:
        yield _event(head | {"choices": [], "usage": _usage(reply)})


def _call(head: Json, at: int, name: str, arguments: str) -> Json:
    identity = head["id"].removeprefix("chatcmpl-")[:22]
    return {"id": f"call_{identity}{at:02}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _event(payload: Json, size: int = 0) -> Part:
    # Escaped to ASCII: a request may hold half of a surrogate pair, which has no UTF-8.
    return b"data: " + json.dumps(payload, separators=(",", ":")).encode() + b"\n\n", size


def _usage(reply: Reply) -> Json:
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.size,
        "total_tokens": reply.prompt_tokens + reply.size,
    }
