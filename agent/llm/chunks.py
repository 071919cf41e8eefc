"""What an answer consists of once parsed, whichever server sent it: our own frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Reason = Literal["stop", "tool_calls", "length", "content_filter", "error"]
"""Why an answer ended. `stop` also stands for unknown reasons and for servers that give none."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of the model's reasoning before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A piece of the text with which the model declines to answer."""

    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A piece of a tool call: the first piece of a call has its id and name, later ones have neither."""

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
    """A JSON object as text; if `broken`, whatever came instead."""
    broken: bool = False
    """Whether the arguments are cut off or not JSON: the tool must not run."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Extra fields from the server, which it expects to be sent back."""
    repaired: bool = False
    """Whether `arguments` differs from the text of the pieces."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one answer, as the server reports them; cached and reasoning tokens are part of the others."""

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
    """The model, according to the server."""
    reasoning_field: str = ""
    """The field that reasoning arrived in and must be sent back in; empty if it need not be."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Other fields of the message that must be sent back."""


@dataclass(frozen=True, slots=True)
class AskedWithout:
    """Parts of the request that the server rejected and was then asked without; comes before all other chunks."""

    parts: frozenset[str]


Chunk: TypeAlias = AskedWithout | Text | Reasoning | Refusal | CallPiece | End
