"""What goes over the wire for one reply, whole or with a fault in it: bytes, tokens, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from agent.demo_model.brain import Reply
from agent.demo_model.faults import IN_BAND_ERROR, TOKENS_BEFORE, Fault
from agent.demo_model.wire import Envelope, chunks, completion

Headers = tuple[tuple[bytes, bytes], ...]

_STREAM: Headers = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))
_JSON = (b"content-type", b"application/json")
_DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Part:
    """Bytes of a body, and how many tokens are in them."""

    data: bytes
    tokens: int = 0


@dataclass(frozen=True)
class Outcome:
    """A response: the head goes out with the first part; then it is complete, cut off, or goes silent."""

    parts: Iterable[Part]
    headers: Headers
    end: Literal["complete", "cut", "silence"] = "complete"


def streamed(reply: Reply, envelope: Envelope, fault: Fault | None, *, include_usage: bool) -> Outcome:
    """Send a reply as server-sent events."""
    parts = (Part(_event(chunk), size) for chunk, size in chunks(reply, envelope, include_usage=include_usage))
    if fault is None:
        return Outcome(_then(parts, _DONE), _STREAM)
    if fault == "no_head":
        return Outcome((), _STREAM, "silence")
    some = _first_tokens(parts, TOKENS_BEFORE)
    if fault == "invalid_json":
        return Outcome(_then(some, f'data: {{"id": "{envelope.id}", "choices": [{{"ind\n\n'.encode()), _STREAM)
    if fault == "in_band_error":
        return Outcome(_then(some, _event(IN_BAND_ERROR.body())), _STREAM)
    return Outcome(some, _STREAM, _end(fault))


def whole(reply: Reply, envelope: Envelope, fault: Fault | None) -> Outcome:
    """Send a reply as one JSON body, after the time that streaming it would have taken."""
    size = sum(choice.size for choice in reply.choices)
    response = completion(reply, envelope)
    if fault == "no_head":
        return Outcome((), (_JSON,), "silence")
    if fault == "in_band_error":
        response = IN_BAND_ERROR.body()
    if fault == "truncated":
        for choice, answer in zip(response["choices"], reply.choices, strict=True):
            choice["message"]["content"] = "".join(answer.tokens[:TOKENS_BEFORE])
            choice["finish_reason"] = None
    body = json.dumps(response).encode()
    if fault == "invalid_json":
        body = body[: len(body) // 2]
    headers = (_JSON, (b"content-length", str(len(body)).encode()))
    if fault in ("broken", "stall"):
        return Outcome([Part(body[: len(body) // 2], TOKENS_BEFORE)], headers, _end(fault))
    return Outcome([Part(body, TOKENS_BEFORE if fault else size)], headers)


def _end(fault: Fault) -> Literal["complete", "cut", "silence"]:
    return "cut" if fault == "broken" else "silence" if fault == "stall" else "complete"


def _event(payload: dict[str, Any]) -> bytes:
    # Escaped to ASCII: a request may hold half of a surrogate pair, which has no UTF-8.
    return b"data: " + json.dumps(payload, separators=(",", ":")).encode() + b"\n\n"


def _then(parts: Iterable[Part], last: bytes) -> Iterator[Part]:
    yield from parts
    yield Part(last)


def _first_tokens(parts: Iterable[Part], most: int) -> Iterator[Part]:
    sent = 0
    for part in parts:
        sent += part.tokens
        # A reply shorter than this must not get as far as its end.
        if sent > most or b'"finish_reason":"' in part.data:
            return
        yield part
