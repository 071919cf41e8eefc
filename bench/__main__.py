"""`make bench`: everything, in a quarter of an hour. `BENCH=quick make bench`: the main points, in under a minute."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from bench import browser, load, memory, moments, report
from bench.results import Results
from bench.servers import WAYS, Server, model_server

PACED, AT_ONCE = 100.0, 0.0

Step = Callable[[Results, Server], None]


def main() -> int:
    kind = "quick" if os.environ.get("BENCH") == "quick" else "full"
    results, began = Results(), time.monotonic()
    with model_server() as model:
        for name, step in (quick if kind == "quick" else full)():
            start = time.monotonic()
            try:
                step(results, model)
            except Exception as error:  # one that fails must not cost the others
                results.failures.append(f"{name}: {type(error).__name__}: {str(error)[-300:]}")
            print(f"{time.monotonic() - start:6.1f} s  {name}", file=sys.stderr, flush=True)
    print(report.write(results, kind, time.monotonic() - began))
    return 1 if results.failures else 0


def quick() -> list[tuple[str, Step]]:
    return [
        *(_answer(way, 250, PACED, 15) for way in WAYS),
        _load("react", 10, 3),
        ("start", _start),
    ]


def full() -> list[tuple[str, Step]]:
    """The obvious ways get 20k tokens only as fast as possible: at reading speed they take minutes to give up."""
    return [
        *(_answer(way, 1_000, PACED, 30) for way in WAYS),
        *(_answer(way, 5_000, PACED, 90) for way in WAYS),
        _answer("toolstream", 20_000, PACED, 260),
        *(_answer(way, 5_000, AT_ONCE, 45) for way in WAYS),
        *(_answer(way, 20_000, AT_ONCE, 45) for way in WAYS),
        *(_load("react", sessions, 6) for sessions in (10, 50, 100, 200)),
        *(_load("without_langchain", sessions, 6) for sessions in (100, 200)),
        ("start", _start),
        ("rerun while streaming", _rerun_streaming),
        ("rerun of 50 turns", _rerun_turns),
        ("memory", _memory),
    ]


def _answer(way: str, tokens: int, rate: float, cap: float) -> tuple[str, Step]:
    def step(results: Results, model: Server) -> None:
        results.answers.append(browser.measure(way, model, tokens, rate, cap))

    return f"{way}, {tokens:,} tokens, {f'{rate:g}/s' if rate else 'at once'}", step


def _load(graph: str, sessions: int, seconds: float) -> tuple[str, Step]:
    def step(results: Results, model: Server) -> None:
        results.loads.append(load.measure(graph, model, sessions, seconds))

    return f"{sessions} sessions, {graph}", step


def _start(results: Results, model: Server) -> None:
    results.start = moments.start(model)


def _rerun_streaming(results: Results, model: Server) -> None:
    results.rerun_streaming_ms, results.usual_pause_ms = moments.rerun_while_streaming(model)


def _rerun_turns(results: Results, model: Server) -> None:
    results.turns = 50
    results.rerun_turns_ms, results.rerun_one_turn_ms = moments.rerun_of_conversation(model, results.turns)


def _memory(results: Results, model: Server) -> None:
    results.memory_mb = memory.measure(model, [200, 600, 1000])


if __name__ == "__main__":
    sys.exit(main())
