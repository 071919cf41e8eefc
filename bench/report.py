"""Writes the results as tables for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import TypeAdapter

from bench.browser import Answer
from bench.goals import goals
from bench.load import Load
from bench.results import Beside, Results

FOLDER = Path(__file__).with_name("results")
LIBRARIES = ("streamlit", "langgraph", "langchain-core", "langchain-openai", "openai", "playwright")


@dataclass
class Portion:
    """One step of a run: when and of what it was measured, and what it has found."""

    about: dict[str, Any]
    found: Results


_PORTIONS = TypeAdapter(dict[str, Portion])


def about() -> dict[str, Any]:
    """What is measured now, and on what."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "commit": _commit(),
        "load": round(os.getloadavg()[0], 1),
    }


def kept(kind: str) -> dict[str, Portion]:
    """What earlier runs of this kind have found, by the name of their steps."""
    kept_in = FOLDER / f"{_name(kind)}.json"
    return _PORTIONS.validate_python(json.loads(kept_in.read_text()).get("portions", {})) if kept_in.exists() else {}


def write(portions: Mapping[str, Portion], kind: str) -> None:
    """Write latest.md and latest.json."""
    FOLDER.mkdir(exist_ok=True)
    results = Results.together(portion.found for portion in portions.values())
    found = {
        "versions": _versions(results),
        "goals": [asdict(goal) for goal in goals(results)],
        "figures": results.beside.figures(),
        "portions": {name: asdict(portion) for name, portion in portions.items()},
    }
    (FOLDER / f"{_name(kind)}.md").write_text(text(portions, kind))
    (FOLDER / f"{_name(kind)}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def text(portions: Mapping[str, Portion], kind: str) -> str:
    """All portions as tables for people."""
    return "\n".join(_lines(portions, kind)) + "\n"


def _name(kind: str) -> str:
    return "latest" if kind == "full" else kind


def _versions(results: Results) -> dict[str, str]:
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
        **results.beside.versions,
    }


def _commit() -> str:
    """What was measured."""
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _lines(portions: Mapping[str, Portion], kind: str) -> Iterator[str]:
    results = Results.together(portion.found for portion in portions.values())
    yield "# Benchmarks\n"
    yield "Written by `make bench`. Quote the ratios: absolute times belong to the machine.\n"
    yield " · ".join(f"{name} {value}" for name, value in {"kind": kind, **_versions(results)}.items()) + "\n"
    measured: tuple[Answer | Load, ...] = (
        *results.answers,
        *results.loads,
        *results.beside.answers,
        *results.beside.loads,
    )
    busiest = max((row.machine_load for row in measured), default=0.0)
    if busiest > 2 * (os.cpu_count() or 1):
        yield f"**The machine was busy with other work (load up to {busiest:.0f}). Lags, freezes, starved sessions and"
        yield "all other times say nothing about the app here; bytes do, and CPU side by side roughly.**\n"
    yield "## Goals\n"
    yield from _table(
        ("goal", "bound", "measured", ""),
        (
            (goal.what, goal.bound, goal.found, "reached" if goal.reached else "**not reached**")
            for goal in goals(results)
        ),
    )
    if figures := results.beside.figures():
        yield from _beside(results.beside, figures)
    if results.answers:
        yield from _answers(results)
    if results.loads:
        yield from _loads(results)
    yield "## Moments\n"
    yield from _table(("moment", "measured"), _moments(results))
    if results.failures:
        yield "## Could not be measured\n"
        yield from (f"- {failure}" for failure in results.failures)
        yield ""
    yield "## Portions\n"
    yield "Load: processes that wanted to run when it began.\n"
    yield from _table(
        ("portion", "date", "commit", "load", "seconds"),
        ((name, *each.about.values()) for name, each in portions.items()),
    )


def _beside(beside: Beside, figures: dict[str, dict[str, float]]) -> Iterator[str]:
    yield "## Beside other front ends\n"
    yield "One agent with a tool, one model server, one browser; 100 tokens a second, to many visitors 30, by protocol"
    yield "(Streamlit's and Socket.IO over WebSockets, Gradio's queue over HTTP). The middle of repeats taken in turns;"
    yield "the last column is the app's against the best other one's.\n"
    ways = ["toolstream", *beside.versions]

    def row(figure: str, by: dict[str, float]) -> tuple[object, ...]:
        others = [value for way, value in by.items() if way != "toolstream"]
        ratio = f"{by['toolstream'] / best:.2f}x" if "toolstream" in by and others and (best := min(others)) else "–"
        return figure, *(f"{by[way]:,.4g}" if way in by else "–" for way in ways), ratio

    yield from _table(("", *ways, "ratio"), (row(figure, by) for figure, by in figures.items()))
    yield from (f"{sentence}\n" for sentence in beside.skipped.values())
    if unfinished := [answer for answer in beside.answers if not answer.complete]:
        yield from (f"- {answer.way}, {answer.tokens:,} tokens: {answer.outcome}" for answer in unfinished)
        yield ""


def _answers(results: Results) -> Iterator[str]:
    yield "## One answer, one browser\n"
    yield "Bytes before compression, and after it. CPU in ms for 1,000 tokens shown, of the server's process and of the"
    yield "page's main thread. Lag: from the model server to the page. Freeze: longest pause between two frames;"
    yield "in brackets, how many of them were longer than 150 ms. Load: processes that wanted to run when it began;"
    yield "with more of them than cores, times are too long and only what stands side by side says something.\n"
    yield from _table(
        (
            *("way", "tokens", "a second", "outcome", "s", "updates", "kB", "kB compressed", "B/token"),
            *("server ms/1k", "browser ms/1k", "freeze ms", "lag p50", "lag p95", "first words ms", "peak MB", "load"),
        ),
        map(_answer, results.answers),
    )


def _loads(results: Results) -> Iterator[str]:
    yield "## Many sessions\n"
    yield "By protocol, 30 tokens a second each; the last seconds of the stream.\n"
    yield from _table(
        (
            "agent",
            "sessions",
            "lag p50 ms",
            "lag p95 ms",
            "starved",
            "server CPU %",
            "client CPU %",
            "MB a session",
            "load",
        ),
        map(_load, results.loads),
    )


def _answer(a: Answer) -> tuple[object, ...]:
    shown = max(1, a.shown)
    return (
        *(a.way, f"{a.tokens:,}", f"{a.rate:g}" if a.rate else "at once", a.outcome, f"{a.seconds:.1f}", a.frames),
        *(f"{a.wire_bytes / 1000:,.0f}", "–" if a.compressed_bytes is None else f"{a.compressed_bytes / 1000:,.0f}"),
        *(f"{a.wire_bytes / shown:,.0f}", f"{a.server_cpu / shown * 1e6:,.0f}", f"{a.browser_cpu / shown * 1e6:,.0f}"),
        *(f"{a.freeze_ms:.0f} ({a.frozen})", _ms(a.lag_p50_ms), _ms(a.lag_p95_ms), _ms(a.first_ms)),
        *(f"{a.peak_rss_mb:.0f}", f"{a.machine_load:.1f}"),
    )


def _load(load: Load) -> tuple[object, ...]:
    return (
        *(load.graph, load.sessions, _ms(load.lag_p50_ms), _ms(load.lag_p95_ms), load.starved),
        *(
            f"{load.cpu_percent:.0f}",
            f"{load.client_cpu_percent:.0f}",
            f"{load.rss_mb_a_session:.2f}",
            f"{load.machine_load:.1f}",
        ),
    )


def _moments(results: Results) -> Iterator[tuple[object, ...]]:
    if start := results.start:
        yield "start to a healthy answer", f"{start.healthy_s:.2f} s"
        yield "first visit until a question can be typed, imports included", f"{start.first_page_s:.2f} s"
        yield "first question to first words, besides the model's time", _ms(start.first_question_ms) + " ms"
        yield "the next questions, in the middle", _ms(start.next_questions_ms) + " ms"
    if paint := results.first_paint:
        for way, later in paint.later.items():
            yield f"visit until the title is painted, {way}", _ms(median(later)) + " ms"
            yield f"the same, first visitor after a start, {way}", _ms(median(paint.first[way])) + " ms"
    if results.rerun_streaming_ms:
        yield "click within a 20k-token answer: its text stands still", _ms(results.rerun_streaming_ms) + " ms"
        yield "longest pause in the two seconds before", _ms(results.usual_pause_ms) + " ms"
    if results.rerun_turns_ms:
        yield f"click below a conversation of {results.turns} turns", _ms(results.rerun_turns_ms) + " ms"
        yield "click below one turn", _ms(results.rerun_one_turn_ms) + " ms"
    if results.list_of_1000_ms:
        yield "next page of a list of 1,000 runs", _ms(results.list_of_1000_ms) + " ms"
        yield "next page of a list of 100 runs", _ms(results.list_of_100_ms) + " ms"
    for way, milliseconds in results.agent_side.items():
        yield f"1,000 tokens without a page, {way}", f"{milliseconds:.1f} ms of processor time"
    for count, megabytes in sorted(results.memory_mb.items()):
        yield f"memory after {count:,} runs", f"{megabytes:.0f} MB"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _table(head: Iterable[str], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    titles = list(head)
    yield f"| {' | '.join(titles)} |"
    yield "|" + " --- |" * len(titles)
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""
