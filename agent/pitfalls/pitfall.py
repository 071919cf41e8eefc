"""What a pitfall consists of, and what is seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

Side = Literal["wrong", "right"]
Kind = Literal["chunk", "mark", "told", "error", "end"]
SIDES: tuple[Side, ...] = ("wrong", "right")


@dataclass(frozen=True, slots=True)
class Pitfall:
    """What the page says about a pitfall."""

    title: str
    """The complaint, in plain words."""
    seen: str
    """One sentence on what you see."""
    why: str
    """One sentence on the reason."""
    fix: str
    """The two lines of code that matter."""
    threads: Mapping[str, str]
    """Where it was discussed: `owner/repository#number` on GitHub, and the title there."""
    seconds: float = 3.0
    """Roughly how long a side takes; where the time axis ends."""
    outcome: str = ""
    """The outcome of the wrong side, if its timing does not show it."""
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


def verdict(moments: list[Moment], outcome: str = "") -> str:
    """One sentence on what a side has shown so far; `outcome` is what to say if it ends as if all were well."""
    chunks = [moment for moment in moments if moment["kind"] == "chunk"]
    marks = {moment["text"]: moment["at"] for moment in moments if moment["kind"] == "mark"}
    last = moments[-1]["kind"] if moments else ""
    if last not in ("error", "end"):
        return f"{len(chunks)} pieces so far" if chunks else "Nothing yet"
    if not chunks:
        return f"Nothing was seen in {moments[-1]['at']:.1f} s."
    began, ended = chunks[0]["at"], chunks[-1]["at"]
    if last == "error":
        return f"{len(chunks)} pieces, then it failed."
    if any(moment["kind"] == "told" for moment in moments):
        return "It broke off, and one is told."
    if "Stop" in marks:
        went_on = ended - marks["Stop"]
        return f"After Stop it went on for {went_on:.1f} s." if went_on > 0.1 else "Stop ended it at once."
    if outcome:
        return outcome
    if len(chunks) > 2 and ended - began < 0.2:
        return f"Nothing for {began:.1f} s, then everything at once."
    return f"Live: {len(chunks)} pieces, from {began:.1f} s to {ended:.1f} s."
