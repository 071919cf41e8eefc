"""A reply in OpenAI's shapes: streamed chunks, or one completion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from agent.demo_model.brain import Choice, Reply

Json = dict[str, Any]


@dataclass(frozen=True)
class Envelope:
    """What every chunk of a response repeats; `created` is in seconds since 1970."""

    id: str
    created: int
    model: str

    def head(self, kind: str) -> Json:
        """Return the fields that come before `choices`."""
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": "fp_demo_without_ai",
        }


def usage(reply: Reply) -> Json:
    """Count the tokens of a request and its reply."""
    written = sum(choice.size for choice in reply.choices)
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": written,
        "total_tokens": reply.prompt_tokens + written,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def completion(reply: Reply, envelope: Envelope) -> Json:
    """Return the response to a request without `stream`."""
    choices = [
        {"index": at, "message": _message(choice), "logprobs": None, "finish_reason": choice.finish}
        for at, choice in enumerate(reply.choices)
    ]
    return {**envelope.head("chat.completion"), "choices": choices, "usage": usage(reply)}


def chunks(reply: Reply, envelope: Envelope, *, include_usage: bool) -> Iterator[tuple[Json, int]]:
    """Return the chunks of a streamed response, each with the number of tokens that are in it: 0 or 1."""
    no_usage: Json = {"usage": None} if include_usage else {}

    def chunk(at: int, delta: Json, finish: str | None) -> Json:
        choice = {"index": at, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope.head("chat.completion.chunk"), "choices": [choice], **no_usage}

    # The answers advance side by side, one token each in turn.
    for step in zip_longest(*map(_deltas, reply.choices)):
        for at, part in enumerate(step):
            if part is not None:
                delta, finish, size = part
                yield chunk(at, delta, finish), size
    if include_usage:
        yield {**envelope.head("chat.completion.chunk"), "choices": [], "usage": usage(reply)}, 0


def _deltas(choice: Choice) -> Iterator[tuple[Json, str | None, int]]:
    yield {"role": "assistant", "content": None if choice.calls else "", "refusal": None}, None, 0
    for token in choice.tokens:
        yield {"content": token}, None, 1
    for at, call in enumerate(choice.calls):
        function = {"name": call.name, "arguments": ""}
        yield (
            {"tool_calls": [{"index": at, "id": call.id, "type": "function", "function": function}]},
            None,
            0,
        )
        for piece in call.pieces:
            yield {"tool_calls": [{"index": at, "function": {"arguments": piece}}]}, None, 1
    yield {}, choice.finish, 0


def _message(choice: Choice) -> Json:
    if not choice.calls:
        return {"role": "assistant", "content": "".join(choice.tokens), "refusal": None, "annotations": []}
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": "".join(call.pieces)},
        }
        for call in choice.calls
    ]
    return {"role": "assistant", "content": None, "refusal": None, "annotations": [], "tool_calls": calls}
