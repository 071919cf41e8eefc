"""Everything that one run of the benchmarks has found."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.browser import Answer
from bench.load import Load
from bench.moments import Start


@dataclass
class Results:
    answers: list[Answer] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    start: Start | None = None
    rerun_streaming_ms: float | None = None
    """How long the text of a 20k-token answer stands still after a click in its middle."""
    usual_pause_ms: float | None = None
    """The longest it stood still in the two seconds before."""
    turns: int = 0
    rerun_turns_ms: float | None = None
    rerun_one_turn_ms: float | None = None
    memory_mb: dict[int, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    """Measurements that could not be made, and why."""

    def answer(self, way: str, tokens: int, rate: float) -> Answer | None:
        return next((a for a in self.answers if (a.way, a.tokens, a.rate) == (way, tokens, rate)), None)

    def obvious(self, tokens: int, rate: float) -> list[Answer]:
        """What the obvious ways made of the same text."""
        same = [a for a in self.answers if (a.tokens, a.rate) == (tokens, rate)]
        return [a for a in same if a.way != "toolstream" and a.shown]
