"""What a trap is made of, and what is seen of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from typing_extensions import TypedDict

Side = Literal["wrong", "right"]
SIDES: tuple[Side, ...] = ("wrong", "right")


@dataclass(frozen=True, slots=True)
class Pitfall:
    """What the page says of a trap."""

    title: str
    """What one would complain of, in plain words."""
    seen: str
    """One sentence on what one sees."""
    why: str
    """One sentence on the reason."""
    fix: str
    """The two lines of code that matter."""
    threads: tuple[tuple[str, str], ...]
    """Title and address of where it was discussed."""
    versions: str
    """The Python versions it happens on."""
    seconds: float = 3.0
    """How long a side takes, about; where the time axis ends."""
    between: str = ""
    """What to put between two chunks when they are read as a text."""


class Moment(TypedDict):
    """One thing that happened on one side."""

    at: float
    """Seconds since the side began."""
    kind: Literal["chunk", "mark", "told", "error", "end"]
    text: str
    lane: str
    """To which tool call a chunk belongs, if that is known."""


def verdict(moments: list[Moment]) -> str:
    """One sentence on what a side showed so far."""
    chunks = [moment["at"] for moment in moments if moment["kind"] == "chunk"]
    ended = next((moment["at"] for moment in moments if moment["kind"] in ("error", "end")), None)
    stopped = next((moment["at"] for moment in moments if moment["kind"] == "mark" and moment["text"] == "Stop"), None)
    if not chunks:
        return f"Nothing was seen in {ended:.1f} s." if ended is not None else "Nothing yet."
    if stopped is not None and ended is not None:
        late = sum(at > stopped + 0.1 for at in chunks)
        return f"After Stop it went on for {chunks[-1] - stopped:.1f} s." if late else "Stop ended it at once."
    first, last = chunks[0], chunks[-1]
    if ended is not None and len(chunks) > 2 and last - first < 0.2:
        return f"Nothing for {first:.1f} s, then everything at once."
    said = f"{len(chunks)} pieces, the first after {first:.1f} s"
    return f"{said}, the last after {last:.1f} s." if ended is not None else f"{said}."
