"""Everything that one run of the benchmarks has found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from bench.browser import Answer
from bench.first_paint import FirstPaint
from bench.load import Load
from bench.moments import Start

FIRST_WORDS = "first words, ms"


@dataclass
class Beside:
    """The app beside other front ends: one agent, one model server, one browser, their repeats taken in turns."""

    versions: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    """Front ends that could not be installed: a sentence that says why."""
    answers: list[Answer] = field(default_factory=list)
    first_ms: dict[str, list[float]] = field(default_factory=dict)
    """From the key press to the first words on the page, besides the model's time: one for each question."""
    loads: list[Load] = field(default_factory=list)

    def figures(self) -> dict[str, dict[str, float]]:
        """The middle of each figure's repeats, by figure and front end; the less the better."""
        found: dict[str, dict[str, list[float]]] = {}

        def note(figure: str, way: str, value: float | None) -> None:
            if value is not None:
                found.setdefault(figure, {}).setdefault(way, []).append(value)

        for way, each in self.first_ms.items():
            for value in each:
                note(FIRST_WORDS, way, value)
        for answer in self.answers:
            if not self.first_ms:
                note(FIRST_WORDS, answer.way, answer.first_ms)
            of = f"{answer.tokens:,} tokens"
            note(f"{of}: lag p50, ms", answer.way, answer.lag_p50_ms)
            note(f"{of}: lag p95, ms", answer.way, answer.lag_p95_ms)
            note(f"{of}: whole answer, s", answer.way, answer.whole_s)
            note(f"{of}: bytes on the wire, kB", answer.way, answer.compressed_bytes and answer.compressed_bytes / 1000)
            note(f"{of}: server CPU, s", answer.way, answer.server_cpu)
            note(f"{of}: browser's page CPU, s", answer.way, answer.browser_cpu)
        for load in self.loads:
            of = f"{load.sessions} visitors"
            note(f"{of}: lag p50, ms", load.way, load.lag_p50_ms)
            note(f"{of}: lag p95, ms", load.way, load.lag_p95_ms)
            note(f"{of}: starved", load.way, load.starved)
            note(f"{of}: server CPU for 1,000 tokens, s", load.way, load.cpu_per_1k)
        return {figure: {way: median(values) for way, values in by.items()} for figure, by in found.items()}


@dataclass
class Results:
    answers: list[Answer] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    start: Start | None = None
    first_paint: FirstPaint | None = None
    rerun_streaming_ms: float | None = None
    """How long the text of a 20k-token answer stands still after a click in its middle."""
    usual_pause_ms: float | None = None
    """The longest it stood still in the two seconds before."""
    turns: int = 0
    rerun_turns_ms: float | None = None
    rerun_one_turn_ms: float | None = None
    list_of_1000_ms: float | None = None
    """How long the next page of a list of 1,000 runs takes after a click."""
    list_of_100_ms: float | None = None
    beside: Beside = field(default_factory=Beside)
    agent_side: dict[str, float] = field(default_factory=dict)
    """Milliseconds of processor time for 1,000 tokens without a page, by what is done with them."""
    memory_mb: dict[int, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    """Measurements that could not be made, and why."""

    @classmethod
    def together(cls, portions: Iterable[Results]) -> Results:
        """What several portions have found, each of something else."""
        whole = cls()
        for portion in portions:
            whole._add(portion)
        return whole

    def _add(self, other: Results) -> None:
        for mine, theirs in ((self, other), (self.beside, other.beside)):
            for name, found in vars(theirs).items():
                kept = getattr(mine, name)
                if isinstance(kept, list):
                    kept.extend(found)
                elif isinstance(kept, dict):
                    kept.update(found)
                elif found and name != "beside":
                    setattr(mine, name, found)

    def answer(self, way: str, tokens: int, rate: float) -> Answer | None:
        return next((a for a in self.answers if (a.way, a.tokens, a.rate) == (way, tokens, rate)), None)

    def obvious(self, tokens: int, rate: float) -> list[Answer]:
        """What the obvious ways made of the same text."""
        same = [a for a in self.answers if (a.tokens, a.rate) == (tokens, rate)]
        return [a for a in same if a.way != "toolstream" and a.shown]
