"""What the app sets out to reach, compared with what was measured. Goals are ratios wherever one will do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.browser import Answer
from bench.load import Load
from bench.results import FIRST_WORDS, Results


@dataclass(frozen=True)
class Goal:
    """One line: what, how much it may be, how much it is."""

    what: str
    bound: str
    found: str
    reached: bool


def goals(results: Results) -> Iterator[Goal]:
    """The goals that these results can tell about."""
    yield from _of_answers(results)
    yield from _of_loads(results.loads)
    yield from _of_moments(results)
    yield from _beside(results)


def _of_answers(results: Results) -> Iterator[Goal]:
    short, middle, long = (results.answer("toolstream", tokens, 100) for tokens in (1_000, 5_000, 20_000))
    if short and long:
        ratio = _wire(long) / _wire(short)
        yield _most("wire bytes a token, 20k against 1k", ratio, 1.3, "x")
        yield _most("server CPU a token, 20k against 1k", _server(long) / _server(short), 1.15, "x")
    if middle and (others := results.obvious(5_000, 100)):
        fewer = min(_wire(other) for other in others) / _wire(middle)
        yield Goal("wire bytes at 5k, fewer than the better obvious way", "≥ 100 x", f"{fewer:.0f} x", fewer >= 100)
        share = _browser(middle) / min(_browser(other) for other in others)
        yield _most("browser CPU at 5k, share of the better obvious way's", share, 0.25, "x")
    if short and (others := results.obvious(1_000, 100)):
        share = _server(short) / min(_server(other) for other in others)
        yield _most("server CPU at 1k, share of the better obvious way's", share, 0.6, "x")
        yield _most("lag p95, one session", short.lag_p95_ms, 120, " ms")
    for ours in (answer for answer in results.answers if answer.way == "toolstream"):
        theirs = [other.freeze_ms for other in results.obvious(ours.tokens, ours.rate)]
        bound = max(150.0, *theirs) if theirs else 150.0
        yield _most(f"longest freeze, {ours.tokens:,} tokens {_pace(ours)}", ours.freeze_ms, bound, " ms")


def _of_loads(loads: list[Load]) -> Iterator[Goal]:
    for load in loads:
        if load.sessions == 100:
            yield _most(f"lag p95, 100 sessions, {load.graph}", load.lag_p95_ms, 400, " ms")
        if load.sessions == 200:
            yield _most(f"starved of 200 sessions, {load.graph}", load.starved, 0, "")


AN_ANSWER = (
    ("lag p50, ms", "gradio", 2.0),
    ("lag p95, ms", "gradio", 2.0),
    ("browser's page CPU, s", "gradio", 0.75),
)
MANY = (
    ("lag p95, ms", "chainlit", 1.0),
    ("server CPU for 1,000 tokens, s", "chainlit", 1.0),
)
"""A figure, whose it is compared with (empty: the best one's), and how many times that it may be."""


def _beside(results: Results) -> Iterator[Goal]:
    beside = results.beside
    figures = beside.figures()
    wanted = [(FIRST_WORDS, "", 1.0)]
    for tokens in sorted({answer.tokens for answer in beside.answers})[:1]:
        wanted += [(f"{tokens:,} tokens: {figure}", other, most) for figure, other, most in AN_ANSWER]
    for visitors in sorted({load.sessions for load in beside.loads}):
        wanted += [(f"{visitors} visitors: {figure}", other, most) for figure, other, most in MANY]
    for figure, other, most in wanted:
        by = dict(figures.get(figure, {}))
        ours = by.pop("toolstream", None)
        if ours is not None and by and (not other or other in by):
            theirs = by[other] if other else min(by.values())
            name = other.capitalize() if other else "the best front end"
            yield _most(f"{figure.rpartition(', ')[0]}, against {name}", ours / max(theirs, 1e-9), most, "x")
    wire = figures.get("4,000 tokens: bytes on the wire, kB", {})
    if "toolstream" in wire:
        yield _most("bytes on the wire at 4,000 tokens", wire["toolstream"], 150, " kB")


def _of_moments(results: Results) -> Iterator[Goal]:
    if results.rerun_streaming_ms:
        yield _most("rerun within 20k tokens: text stands still", results.rerun_streaming_ms, 300, " ms")
    if results.rerun_turns_ms and results.turns:
        yield _most(f"rerun of {results.turns} turns", results.rerun_turns_ms, 300, " ms")
    if results.list_of_1000_ms:
        yield _most("next page of a list of 1,000 runs", results.list_of_1000_ms, 300, " ms")
    if start := results.start:
        yield _most("start to a healthy answer", start.healthy_s, 2, " s")
        yield _most("question to first words, besides the model's time", start.next_questions_ms, 150, " ms")
        slower = start.first_question_ms - start.next_questions_ms
        yield _most("first question slower than the next ones by", slower, 50, " ms")
    if paint := results.first_paint:
        yield _most("first paint, against a bare Streamlit app's", paint.ratio("toolstream"), 1.3, "x")
        for way, script in (("asgi", "asgi.py"), ("toolstream", "app.py")):
            yield _most(f"the same of the first visitor after a start of {script}", paint.first_ratio(way), 1.3, "x")
    if side := results.agent_side:
        yield _most("custom data, against the bare lines of HTTP", side["custom"] / side["bare lines"], 1.5, "x")
        yield _most("all modes, against messages alone", side["all modes"] / side["messages"], 1.15, "x")
        yield _most("a recorded run, against one in memory", side["recorded"] / side["in memory"], 1.05, "x")
    if len(results.memory_mb) > 1:
        counts = sorted(results.memory_mb)
        growth = results.memory_mb[counts[-1]] / results.memory_mb[counts[0]]
        yield _most(f"memory after {counts[-1]} runs, against {counts[0]}", growth, 1.1, "x")


def _most(what: str, found: float | None, most: float, unit: str) -> Goal:
    if found is None:
        return Goal(what, f"≤ {most:g}{unit}", "nothing arrived", False)
    digits = ".2f" if most < 10 and unit else ".0f"
    return Goal(what, f"≤ {most:.4g}{unit}", f"{found:{digits}}{unit}", found <= most)


def _wire(answer: Answer) -> float:
    return answer.wire_bytes / max(1, answer.shown)


def _server(answer: Answer) -> float:
    return answer.server_cpu / max(1, answer.shown)


def _browser(answer: Answer) -> float:
    return answer.browser_cpu / max(1, answer.shown)


def _pace(answer: Answer) -> str:
    return f"at {answer.rate:g}/s" if answer.rate else "at once"
