"""What a server rejects in a request, according to its errors, and the request without it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from agent.llm.request import dicts

Body = dict[str, Any]

_IN_MESSAGES = ("reasoning_content", "reasoning_details", "reasoning", "extra_content", "name")
"""Fields of messages, or of their tool calls, that only some servers know."""
_REASONING = "reasoning_content"
_NULL = "messages.content"
"""Null content beside tool calls, for which some want an empty string."""
_BARE = "bare messages"
"""Assistant messages without reasoning: some want the field, even if empty."""
_NEEDED = frozenset(("model", "messages", "n"))
_FOLLOW = {"tools": ("tool_choice", "parallel_tool_calls"), "stream": ("stream_options",)}
"""What makes no sense without another part."""


def parts_of(body: Body) -> frozenset[str]:
    """All parts that a request can do without."""
    fields = {name for message in _messages(body) for place in _places(message) for name in _IN_MESSAGES & place.keys()}
    null = {_NULL} if any(message.get("content", "") is None for message in _messages(body)) else set()
    return frozenset(body.keys() - _NEEDED) | {f"messages.{name}" for name in fields} | null


def without(body: Body, parts: Collection[str]) -> Body:
    """The request without these parts, and without what makes no sense without them; it may change `body`."""
    left_out = {*parts, *(follower for part in parts for follower in _FOLLOW.get(part, ()))}
    kept = {key: value for key, value in body.items() if key not in left_out}
    for message in _messages(kept):
        if _NULL in left_out and message.get("content", "") is None:
            message["content"] = ""
        if _BARE in left_out and message.get("role") == "assistant":
            message.setdefault("reasoning_content", "")
        for place in _places(message):
            for name in _IN_MESSAGES:
                if f"messages.{name}" in left_out:
                    place.pop(name, None)
    return kept


def refused(status: int, answer: bytes, body: Body) -> frozenset[str]:
    """The parts of a request that an error complains about."""
    if status not in (400, 404, 422, 500, 501):
        return frozenset()
    text = _complaint(answer)
    parts = parts_of(body)
    named = {part for part in parts if _is_named(part.removeprefix("messages."), text)}
    if _NULL in parts and "content" in text and any(words in text for words in ("valid string", "null", "none")):
        return frozenset((_NULL,))
    named.discard(_NULL)
    bare = [message for message in _messages(body) if message.get("role") == "assistant" and _REASONING not in message]
    if bare and _REASONING in text and any(words in text for words in ("must be passed", "missing", "required")):
        return frozenset((_BARE,))
    if named & {"tool_choice", "parallel_tool_calls"} and not _has_no_tools(text):
        named.discard("tools")
    elif "tools" in parts and _has_no_tools(text):
        named = {"tools"}
    elif not any(words in text for words in _UNKNOWN):
        named -= {"tools", "stream"}  # they are known, and something in them is wrong
    if status in (404, 500, 501):
        return frozenset(named & {"tools"})
    return frozenset(named)


def _messages(body: Body) -> list[Body]:
    return dicts(body.get("messages"))


def _places(message: Body) -> list[Body]:
    return [message, *dicts(message.get("tool_calls"))]


def _is_named(part: str, text: str) -> bool:
    """Whether a text names a part; ordinary words such as `tools` count only in quotes."""
    return part in text if "_" in part else any(f"{quote}{part}{quote}" in text for quote in "'\"`")


def _has_no_tools(text: str) -> bool:
    if any(words in text for words in _TOOLS_OFF):
        return True
    for name in ("parallel_tool_calls", "tool_choice", "tool choice"):
        text = text.replace(name, "")
    return ("tool" in text or "function" in text) and any(words in text for words in _UNSUPPORTED)


_TOOLS_OFF = ("--enable-auto-tool-choice", "--jinja", "that support tool use")
_UNSUPPORTED = ("not support", "n't support", "unsupported", "no support", "not enabled", "verified to")
_UNKNOWN = (*_UNSUPPORTED, "unknown", "unrecognized", "unexpected", "extra", "not permitted", "not allowed")


def _complaint(answer: bytes) -> str:
    """What an error says, in lower case: field names in quotes, and nothing of the request it may repeat."""
    text = answer.decode("utf-8", "replace")
    try:
        text = " ".join(_words(json.loads(text)))
    except (ValueError, RecursionError):
        pass
    if "'loc':" in text:  # pydantic's errors as text
        found = re.findall(r"'loc': [(\[]([^)\]]{0,200})|'msg': '([^']{0,200})", text)
        text = " ".join(word for pair in found for word in pair)
    return text.lower()


def _words(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        yield f"'{value}'" if key in ("param", "loc") else value
    elif isinstance(value, list):
        for item in value:
            yield from _words(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("input", "ctx", "body", "request"):
                yield from _words(item, name)
