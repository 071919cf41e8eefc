"""The wire format: bytes from an OpenAI-compatible server in, our own chunks out. No I/O happens here.

Whatever servers do differently is evened out here, once, so that LangChain and the agent without it get the same
chunks.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import jiter

from agent.errors import (
    AgentError,
    AnswerCut,
    AnswerEmpty,
    AnswerFiltered,
    AnswerRefused,
    StreamBroken,
)
from agent.llm._sse_compat import EventDecoder
from agent.llm.calls import Calls
from agent.llm.chunks import Chunk, End, Reason, Reasoning, Refusal, Text, Usage
from agent.llm.explain import NOT_AN_ANSWER, provider_error
from agent.llm.thinking import Thinking
from agent.settings import Limits
from texts import sentence

MOST_CALLS = 128
"""Tool calls in one answer; OpenAI allows the same."""
ENDED_EARLY = sentence("model-ended-early")


class Reader:
    """Reads one answer and never raises: after the chunks that made it through, `failure` says what went wrong.

    `offered` are the names of the tools offered to the model, `taken` the ids of earlier tool calls.
    """

    def __init__(self, limits: Limits, offered: Collection[str] = (), taken: Collection[str] = ()) -> None:
        self.failure: AgentError | None = None
        """Why the answer is incomplete, if it is."""
        self.done = False
        """Whether the server has said that the answer is complete."""
        self.has_reason = False
        """Whether the last chunk gave a finish reason."""
        self.is_quiet = False
        """Whether it held nothing else, so that only the usage can follow: some servers always give a reason."""
        self._limits, self._bytes = limits, 0
        self._events = EventDecoder(limits.event_bytes)
        self._calls = Calls(offered, taken)
        self._thinking = Thinking()
        self._said = self._refused = self._thought = False
        self._is_odd = False
        """Whether an event was passed over that is no JSON."""
        self._reason: Reason | None = None
        self._said_reason = ""
        self._usage: Usage | None = None
        self._model = ""
        self._reasoning_field = ""
        self._extra: dict[str, Any] = {}
        self._details = _Details()
        self._text: list[str] = []

    def feed(self, data: bytes) -> list[Chunk]:
        """The chunks in newly arrived data; none after a failure."""
        found: list[Chunk] = []
        self._bytes += len(data)
        if self._bytes > self._limits.answer_bytes:
            self._fail(_too_long(self._limits.answer_bytes))
        elif not self.failure:
            for event, text in self._events.feed(data):
                found += self._event(event, text)
            if self._events.overflow:
                self._fail(_too_long(self._limits.event_bytes))
        return found

    def close(self, *, broken: bool = False) -> list[Chunk]:
        """The remaining chunks, the last of which is the answer's `End`.

        With `broken` there is no `End`, whatever has arrived.
        """
        found: list[Chunk] = []
        if not (self.failure or broken):
            body, events = self._events.close()
            for event, text in events:
                found += self._event(event, text, has_end=False)
            if body:
                found += self._body(body)
        found += self._spoken(self._thinking.close())
        if self.failure or broken:
            return found
        if self._is_odd and not (self._said or self._refused or self._thought or len(self._calls)):
            self._fail(StreamBroken(NOT_AN_ANSWER))
            return found
        if not (self.done or self._reason):
            self._fail(StreamBroken(ENDED_EARLY))
            return found
        found += self._calls.close()
        calls = self._calls.whole()
        if details := self._details.joined():
            self._extra["reasoning_details"] = details
        reason = self._reason or ("tool_calls" if calls else "stop")
        end = End(reason, self._said_reason, calls, self._usage, self._model, self._reasoning_field, self._extra)
        self._fail(_failure(end, said=self._said, refused=self._refused, thought=self._thought))
        return [*found, end]

    def _fail(self, failure: AgentError | None) -> None:
        self.failure = self.failure or failure

    def _event(self, event: str, text: str, *, has_end: bool = True) -> Iterable[Chunk]:
        if (text := text.strip()).startswith("data:"):
            text = _AGAIN.sub("", text)
        if not text or self.failure or self.done:
            return ()
        if len(text) < 9 and text.strip('"[]').upper() == "DONE":
            self.done = True
            return ()
        try:
            value = parsed(text)
            if self._model and event == "message" and (said := _only_text(value)):
                self.has_reason = self.is_quiet = False
                return self._spoken(self._thinking.feed(said))
            return [*self._chunk(value, event == "error")]
        except (ValueError, RecursionError):
            if "\n" in text:  # events without the empty line between them
                return [chunk for line in text.split("\n") for chunk in self._event(event, line)]
            if event == "error":
                self._fail(provider_error(None, text))
            elif not text.startswith(("{", "[")) or text[1:-1].isalpha():
                self._is_odd = True  # "ping", "[PING]": a sign of life, or a comment that a proxy took for data
            elif event == "message" and has_end:
                self._fail(StreamBroken(NOT_AN_ANSWER))
            return ()

    def _body(self, text: str) -> Iterator[Chunk]:
        """An answer that did not come as events: one JSON body, or one JSON value per line."""
        values = _values(text)
        for value in values:
            yield from self._chunk(value)
        if len(values) == 1 and isinstance(_nested(values[0], "choices"), list):
            self.done = True
        elif len(values) < 2 and not self._reason:
            self._fail(provider_error(200, values[0] if values else text))

    def _chunk(self, value: object, is_error: bool = False) -> Iterator[Chunk]:
        if isinstance(value, list):
            for item in value:
                yield from self._chunk(item, is_error)
        if not isinstance(value, dict):
            return
        self.has_reason, found = False, False
        choices = value.get("choices")
        for choice in choices if isinstance(choices, list) else [choices]:
            if isinstance(choice, dict):
                for chunk in self._choice(choice):
                    found = True
                    yield chunk
        self.is_quiet = self.has_reason and not found
        if usage := value.get("usage") or _nested(value, "x_groq", "usage"):
            self._count(usage)
        if not self._model and isinstance(model := value.get("model"), str):
            self._model = model
        if is_error or _is_error(value):
            self._fail(provider_error(None, value))

    def _choice(self, choice: Mapping[str, Any]) -> Iterator[Chunk]:
        delta = choice.get("delta")
        if isinstance(delta, dict):
            yield from self._delta(delta)
        elif isinstance(delta, str):
            yield from self._content(delta)
        elif isinstance(message := choice.get("message"), dict):
            yield from self._message(message)
        elif isinstance(text := choice.get("text"), str):
            yield from self._content(text)
        if usage := choice.get("usage"):
            self._count(usage)
        said = choice.get("finish_reason") or choice.get("finishReason")
        if isinstance(said, str) and said.lower() not in ("", "null", "none"):
            self.has_reason = True
            reason = _REASONS.get(said.lower().partition(":")[0].removeprefix("image_"), "stop")
            if self._reason not in ("length", "content_filter", "error"):
                self._reason, self._said_reason = reason, said[:100]
        if _is_error(choice):
            self._fail(provider_error(None, choice))

    def _message(self, message: Mapping[str, Any]) -> Iterator[Chunk]:
        """A whole message: the complete answer, or what was streamed once more and to its end."""
        content = message.get("content")
        told = "".join(self._text)
        if told and isinstance(content, str):
            rest = content[len(told) :] if content.startswith(told) else ""
            yield from self._content(rest)
            if not self._calls.whole():
                yield from self._delta({"tool_calls": message.get("tool_calls")})
        else:
            yield from self._delta(message)

    def _delta(self, delta: Mapping[str, Any]) -> Iterator[Chunk]:
        if len(delta) > 2 or "content" not in delta:
            yield from self._reasoning(delta)
        if content := delta.get("content"):
            yield from self._content(content)
        if refusal := delta.get("refusal"):
            if isinstance(refusal, str):
                yield from self._spoken(self._thinking.close())
                self._refused = True
                yield Refusal(refusal)
        raw: list[object] = []
        if calls := delta.get("tool_calls"):
            raw += calls if isinstance(calls, list) else [calls]
        if call := delta.get("function_call"):
            raw.append(call)
        if raw:
            yield from self._spoken(self._thinking.close())
            yield from self._calls.feed(raw)
            if len(self._calls) > MOST_CALLS:
                self._fail(StreamBroken(sentence("model-many-calls", most=MOST_CALLS)))
        if isinstance(images := delta.get("images"), list):
            yield from self._content(images)
        if extra := delta.get("extra_content"):
            self._extra["extra_content"] = extra

    def _content(self, content: object) -> Iterator[Chunk]:
        if isinstance(content, str):
            yield from self._spoken(self._thinking.feed(content))
        elif isinstance(content, list):
            for block in content:
                yield from self._content(block)
        elif isinstance(content, dict):
            yield from self._block(content)
        elif isinstance(content, (int, float)) and not isinstance(content, bool):
            yield from self._content(str(content))

    def _block(self, block: Mapping[str, Any]) -> Iterator[Chunk]:
        kind = block.get("type")
        kind = kind if isinstance(kind, str) else ""
        if kind in ("thinking", "reasoning", "reasoning_content", "redacted_thinking"):
            yield from self._thoughts(_texts(block))
        elif kind == "refusal":
            yield from self._delta({"refusal": _texts(block)})
        elif text := _texts(block):
            yield from self._content(text)
        elif kind and kind not in ("text", "output_text"):
            yield from self._content(f"[{kind}]")

    def _reasoning(self, delta: Mapping[str, Any]) -> Iterator[Chunk]:
        """The first field with reasoning in it: some servers send it in several."""
        for name in _REASONING:
            if value := delta.get(name):
                if text := _texts(value):
                    self._reasoning_field = self._reasoning_field or (name if name in _GO_BACK else "")
                    yield from self._thoughts(text)
                    break
        if details := delta.get("reasoning_details"):
            if isinstance(details, list):
                if not any(delta.get(name) for name in _REASONING):
                    yield from self._thoughts(_texts(details))
                self._details.add(details)

    def _thoughts(self, text: str) -> Iterator[Chunk]:
        if text and (self._thought or not text.isspace()):
            self._thought = True
            yield Reasoning(text)

    def _spoken(self, pieces: Iterable[Text | Reasoning]) -> list[Chunk]:
        found: list[Chunk] = []
        for piece in pieces:
            if type(piece) is Reasoning:
                found += self._thoughts(piece.text)
            else:
                self._said = self._said or not piece.text.isspace()
                self._text.append(piece.text)
                found.append(piece)
        return found

    def _count(self, usage: object) -> None:
        """Some servers count in every chunk: the last count is that of the whole answer."""
        if not isinstance(usage, dict):
            return
        into = _number(usage, "prompt_tokens", "input_tokens")
        out = _number(usage, "completion_tokens", "output_tokens")
        self._usage = Usage(
            into,
            out,
            _number(usage, "total_tokens") or into + out,
            _number(_nested(usage, "prompt_tokens_details"), "cached_tokens"),
            _number(_nested(usage, "completion_tokens_details"), "reasoning_tokens"),
        )


def parsed(text: str) -> Any:
    """A JSON value; what is almost JSON, such as raw line breaks in strings, is read too. Raises ValueError.

    The SDK's parser takes a third of the time, but is strict.
    """
    try:
        return jiter.from_json(text.encode())
    except ValueError:
        return _JSON.decode(text)


class _Details:
    """OpenRouter's `reasoning_details`: blocks that arrive in pieces and are sent back whole."""

    def __init__(self) -> None:
        self._blocks: list[tuple[dict[str, Any], defaultdict[str, list[str]]]] = []
        """Each with its texts, in pieces."""

    def add(self, pieces: list[object]) -> None:
        """The next pieces."""
        for piece in pieces:
            if not isinstance(piece, dict):
                continue
            last = self._blocks[-1][0] if self._blocks else {}
            if not last or any(last.get(key) != piece.get(key) for key in ("type", "index")):
                self._blocks.append(({}, defaultdict(list)))
            block, texts = self._blocks[-1]
            for key, value in piece.items():
                if key in ("text", "summary", "data") and isinstance(value, str):
                    texts[key].append(value)
                elif value is not None:
                    block[key] = value

    def joined(self) -> list[dict[str, Any]]:
        """The blocks, whole."""
        return [{**block, **{key: "".join(texts) for key, texts in found.items()}} for block, found in self._blocks]


_JSON = json.JSONDecoder(strict=False)
_AGAIN = re.compile(r"\A(?:data:\s*)+")
_GO_BACK = ("reasoning_content", "reasoning")
_REASONING = (*_GO_BACK, "reasoning_text", "thinking", "thinking_content", "thought")
_REASONS: dict[str, Reason] = {
    **dict.fromkeys(("tool_calls", "function_call", "tool_call", "tool_use"), "tool_calls"),
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens", "model_length", "token_limit"), "length"),
    "model_context_window_exceeded": "length",
    **dict.fromkeys(("content_filter", "content_filtered", "safety", "sensitive", "recitation"), "content_filter"),
    **dict.fromkeys(("blocklist", "prohibited_content", "spii", "guardrail_intervened"), "content_filter"),
    "refusal": "content_filter",
    **dict.fromkeys(("error", "abort", "cancelled", "network_error", "insufficient_system_resource"), "error"),
    **dict.fromkeys(("malformed_function_call", "unexpected_tool_call", "function_call_filter"), "error"),
}
"""Servers' finish reasons and what they mean; any other is an ordinary end."""


def _failure(end: End, *, said: bool, refused: bool, thought: bool) -> AgentError | None:
    """Why an answer that has ended is not a usable one."""
    if refused:
        return AnswerRefused(sentence("model-declined"))
    match end.reason:
        case "length" if end.calls:
            return AnswerCut(sentence("model-cut-call"))
        case "length" if thought and not said:
            return AnswerCut(sentence("model-cut-thinking"))
        case "length":
            return AnswerCut(sentence("model-cut"))
        case "content_filter":
            return AnswerFiltered(sentence("model-filtered"))
        case "error":
            return StreamBroken(sentence("model-error-midway"))
    if said or end.calls:
        return None
    if thought:
        return AnswerEmpty(sentence("model-only-thought"))
    return AnswerEmpty(sentence("model-empty"))


def _too_long(most: int) -> AgentError:
    return StreamBroken(sentence("model-sent-too-much", megabytes=f"{most / 1e6:g}"))


def _is_error(value: Mapping[str, Any]) -> bool:
    error = value.get("error")
    if isinstance(error, dict) and not error.get("message") and error.get("code") in (None, 0, "0", ""):
        error = None
    return bool(error or value.get("object") == "error" or _nested(value, "base_resp", "status_code"))


def _values(text: str) -> list[Any]:
    """The JSON values of a body: it as a whole, or each of its lines; none if they are not JSON."""
    for parts in ([text], text.split("\n")):
        with contextlib.suppress(ValueError, RecursionError):
            return [parsed(part.strip()) for part in parts if part.strip()]
    return []


def _only_text(value: Any) -> str:
    """The text of a chunk that holds nothing else, as almost all do; any other is then read in full."""
    if type(value) is not dict or value.get("usage") or "error" in value or "base_resp" in value or "x_groq" in value:
        return ""
    choices = value.get("choices")
    choice = choices[0] if type(choices) is list and len(choices) == 1 else None
    if type(choice) is not dict or choice.get("finish_reason") or not choice.keys().isdisjoint(_MORE):
        return ""
    delta = choice.get("delta")
    if type(delta) is not dict or len(delta) > 1 + ("role" in delta):
        return ""
    content = delta.get("content")
    return content if type(content) is str else ""


_MORE = ("finishReason", "usage", "error")


def _nested(value: object, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _number(value: object, *keys: str) -> int:
    """The first of these fields that is a number."""
    found = (value.get(key) for key in keys) if isinstance(value, dict) else ()
    numbers = (int(n) for n in found if isinstance(n, (int, float)) and not isinstance(n, bool) and 0 <= n < 1e15)
    return next(numbers, 0)


def _texts(value: object, depth: int = 4) -> str:
    """All text in a content block, however deeply nested."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth:
        return "".join(_texts(item, depth - 1) for item in value)
    if isinstance(value, dict) and depth:
        found = next((value[key] for key in _TEXTS if value.get(key)), None)
        return _texts(found, depth - 1)
    return ""


_TEXTS = ("text", "thinking", "reasoning", "summary", "refusal", "content", "value")
