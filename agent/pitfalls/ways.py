"""What is seen of the ways to stream from a tool, while all of them are at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.pitfalls.pitfall import Moment

ALL_WAYS = "ways"
"""The name of their comparison."""
LIMIT = 20.0
"""Seconds they may take together; they take six on an idle machine."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of one way."""

    first: float | None
    """Seconds until the first chunk; None if there is none."""
    chunks: int
    keys: tuple[str, ...]
    """The ids that came with them."""
    by_call: bool | None
    """Whether each is the id of a call that the model asked for; None before there is a chunk."""


def seen(moments: Sequence[Moment]) -> Seen:
    """What these moments of one way say; the ids of its calls are their marks."""
    chunks = [moment for moment in moments if moment["kind"] == "chunk"]
    calls = {moment["text"] for moment in moments if moment["kind"] == "mark"}
    keys = tuple(dict.fromkeys(chunk["lane"] for chunk in chunks if chunk["lane"]))
    by_call = bool(keys) and calls.issuperset(chunk["lane"] for chunk in chunks) if chunks else None
    return Seen(chunks[0]["at"] if chunks else None, len(chunks), keys, by_call)
