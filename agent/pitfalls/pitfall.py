"""What a pitfall consists of, and what is seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

from texts import Language, Value, say

Side = Literal["wrong", "right"]
Kind = Literal["chunk", "mark", "told", "error", "end"]
SIDES: tuple[Side, ...] = ("wrong", "right")


@dataclass(frozen=True, slots=True)
class Pitfall:
    """A pitfall; what the page says about it is in the text files, as `pitfall-` and its name."""

    fix: str
    """The lines of code that matter, each below what is to be said of it."""
    threads: Mapping[str, str]
    """Where it was discussed: `owner/repository#number` on GitHub, and the title there."""
    seconds: float = 3.0
    """Roughly how long a side takes; where the time axis ends."""
    between: str = ""
    """The separator between two chunks when they are read as text."""


class Moment(TypedDict):
    """One thing that happened on one side."""

    at: float
    """Seconds since the side began."""
    kind: Kind
    text: str
    lane: str
    """The tool call that a chunk belongs to, if known."""
    key: NotRequired[str]
    """The sentence that the text is in English."""


def verdict(moments: list[Moment], outcome: str = "", language: Language = "en") -> str:
    """One sentence on what a side has shown so far; `outcome` is what to say if it ends as if all were well."""

    def says(key: str, **values: Value) -> str:
        return say(language, f"pitfall-verdict-{key}", **values)

    chunks = [moment for moment in moments if moment["kind"] == "chunk"]
    marks = {moment["text"]: moment["at"] for moment in moments if moment["kind"] == "mark"}
    last = moments[-1]["kind"] if moments else ""
    if last not in ("error", "end"):
        return says("so-far", count=len(chunks)) if chunks else says("nothing")
    if not chunks:
        return says("unseen", seconds=f"{moments[-1]['at']:.1f}")
    began, ended = chunks[0]["at"], chunks[-1]["at"]
    if last == "error":
        return says("failed", count=len(chunks))
    if any(moment["kind"] == "told" for moment in moments):
        return says("told")
    if "stop" in marks:
        went_on = ended - marks["stop"]
        return says("went-on", seconds=f"{went_on:.1f}") if went_on > 0.1 else says("stopped")
    if outcome:
        return outcome
    if len(chunks) > 2 and ended - began < 0.2:
        return says("burst", seconds=f"{began:.1f}")
    return says("live", count=len(chunks), began=f"{began:.1f}", ended=f"{ended:.1f}")
