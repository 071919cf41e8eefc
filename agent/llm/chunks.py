"""What an answer is made of once it has been read, whichever server sent it: frozen values of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Reason = Literal["stop", "tool_calls", "length", "content_filter", "error"]
"""Why an answer ended. `stop` is also a reason that nobody has heard of, and the end of a server that gives none."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of what the model thought before it answered."""

    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A piece of the text with which the model declines to answer."""

    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A piece of a tool call: the first one of a call has its id and its name, later ones have neither."""

    index: int
    """Which call of the message, from 0, without gaps."""
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A whole tool call."""

    id: str
    """Never empty, and never twice in a conversation."""
    name: str
    arguments: str
    """A JSON object as text; where `broken`, what came instead of one."""
    broken: bool = False
    """Whether the arguments did not end or are not JSON: the tool must not be run."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields that the server added of its own, and wants to see again."""
    repaired: bool = False
    """Whether `arguments` is another text than that of the pieces."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, as the server counted them; those of the details are a part of the others."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """The end of an answer, always its last chunk."""

    reason: Reason
    said_reason: str = ""
    """The server's own word for it, if it gave one."""
    calls: tuple[Call, ...] = ()
    usage: Usage | None = None
    model: str = ""
    """Which model the server says it was."""
    reasoning_field: str = ""
    """The field of the message that the reasoning came in and has to go back in; empty if it need not go back."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the message, beside those that everyone sends, that have to go back."""


@dataclass(frozen=True, slots=True)
class AskedWithout:
    """Parts of the request that the server did not take, and was then asked without; before all other chunks."""

    parts: frozenset[str]


Chunk: TypeAlias = AskedWithout | Text | Reasoning | Refusal | CallPiece | End
