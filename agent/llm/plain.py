"""Messages and stream chunks as plain dicts in OpenAI's format, for code without LangChain."""

from __future__ import annotations

from typing import Any

from agent.llm.chunks import AskedWithout, Call, Chunk, End, Reasoning, Refusal, Text
from agent.llm.thinking import without_thinking


def as_token(chunk: Chunk) -> dict[str, str] | None:
    """What a reader sees of a chunk; None if there is nothing to see."""
    match chunk:
        case Text(text) | Refusal(text):
            return {"role": "assistant", "content": text}
        case Reasoning(text):
            return {"role": "assistant", "reasoning": text}
        case AskedWithout(parts) if "tools" in parts:
            return {"status": "This model cannot use tools, so it answers without them."}
    return None


class Answer:
    """A message assembled chunk by chunk."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._end: End | None = None

    def add(self, chunk: Chunk) -> None:
        """The next chunk."""
        match chunk:
            case Text(text) | Refusal(text):
                self._text.append(text)
            case Reasoning(text):
                self._reasoning.append(text)
            case End():
                self._end = chunk

    @property
    def message(self) -> dict[str, Any]:
        """The message as it goes back to the server with the next request."""
        message: dict[str, Any] = {"role": "assistant", "content": without_thinking("".join(self._text)) or None}
        if end := self._end:
            if end.reasoning_field:
                message[end.reasoning_field] = "".join(self._reasoning)
            message |= end.extra
            if end.calls:
                message["tool_calls"] = [tool_call(call) for call in end.calls]
        return message

    @property
    def usage(self) -> dict[str, int]:
        """Its tokens, by OpenAI's names; empty if the server did not count them."""
        if not self._end or not (usage := self._end.usage):
            return {}
        return {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.total_tokens,
        }


def tool_call(call: Call) -> dict[str, Any]:
    """A call in OpenAI's format, including the server's extra fields."""
    extra = dict(call.extra)
    function = {"name": call.name, "arguments": call.arguments, **(extra.pop("function", None) or {})}
    return {"id": call.id, "type": "function", "function": function, **extra}
