"""`make bench`: everything, in under an hour; fails if a goal is missed.

`BENCH=peers`: only the app beside other front ends. `BENCH=quick`: a little of that, in a minute, and it never fails.
`python -m bench "30 visitors" memory`: the portions whose names begin so; what is kept of the others stays. `--list`
names them.
"""

from __future__ import annotations

import copy
import os
import sys
import time
from collections.abc import Callable

from bench import agent_side, beside, browser, first_paint, load, memory, moments, report
from bench.goals import goals
from bench.results import Results
from bench.servers import WAYS, Server, model_server

PACED, AT_ONCE = 100.0, 0.0

Step = Callable[[Results, Server], None]


def main() -> int:
    kinds = {"quick": quick, "peers": peers, "full": full}
    kind, wanted = os.environ.get("BENCH") or "full", tuple(sys.argv[1:])
    steps = dict(kinds[kind]())
    if wanted == ("--list",):
        print(*steps, sep="\n")
        return 0
    kept = report.kept(kind) if wanted else {}
    others = beside.prepared()
    with model_server() as model:
        for name in [name for name in steps if not wanted or name.startswith(wanted)]:
            start, found = time.monotonic(), Results(beside=copy.deepcopy(others))
            about = report.about()
            try:
                steps[name](found, model)
            except Exception as error:  # one that fails must not cost the others
                found.failures.append(f"{name}: {type(error).__name__}: {str(error)[-300:]}")
            about["seconds"] = round(time.monotonic() - start)
            kept[name] = report.Portion(about, found)
            print(f"{about['seconds']:6} s  {name}", file=sys.stderr, flush=True)
            report.write({name: kept[name] for name in steps if name in kept}, kind)
    results = Results.together(portion.found for portion in kept.values())
    print(report.text({name: kept[name] for name in steps if name in kept}, kind))
    missed = [goal for goal in goals(results) if not goal.reached]
    for goal in missed:
        print(f"Not reached: {goal.what}: {goal.found} ({goal.bound})", file=sys.stderr)
    return 1 if kind != "quick" and (results.failures or missed) else 0


def quick() -> list[tuple[str, Step]]:
    return [
        ("250 tokens", _beside(250, 1)),
    ]


def peers() -> list[tuple[str, Step]]:
    return [
        ("first words", _first_words(3, 3)),
        ("1,000 tokens", _beside(1_000, 3)),
        ("4,000 tokens", _beside(4_000, 1)),
        *((f"{visitors} visitors", _visitors(visitors, 8, 3)) for visitors in (30, 100)),
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
        ("list of runs", _list_of_runs),
        ("first paint", _first_paint),
        ("rerun while streaming", _rerun_streaming),
        ("rerun of 200 turns", _rerun_turns),
        ("memory", _memory),
        ("the agent's side", _agent_side),
        *peers(),
    ]


def _first_words(visits: int, questions: int) -> Step:
    return lambda results, model: beside.first_words(results, model, visits, questions)


def _beside(tokens: int, repeats: int) -> Step:
    return lambda results, model: beside.answers(results, model, tokens, repeats)


def _visitors(visitors: int, seconds: float, repeats: int) -> Step:
    return lambda results, model: beside.loads(results, model, visitors, seconds, repeats)


def _answer(way: str, tokens: int, rate: float, cap: float) -> tuple[str, Step]:
    def step(results: Results, model: Server) -> None:
        results.answers.append(browser.measure(way, model, tokens, rate, cap))

    return f"{way}, {tokens:,} tokens, {f'{rate:g}/s' if rate else 'at once'}", step


def _load(graph: str, sessions: int, seconds: float) -> tuple[str, Step]:
    def step(results: Results, model: Server) -> None:
        results.loads.append(load.measure(graph, model, sessions, seconds))

    return f"{sessions} sessions, {graph}", step


def _first_paint(results: Results, model: Server) -> None:
    results.first_paint = first_paint.measure(model)


def _start(results: Results, model: Server) -> None:
    results.start = moments.start(model)


def _rerun_streaming(results: Results, model: Server) -> None:
    results.rerun_streaming_ms, results.usual_pause_ms = moments.rerun_while_streaming(model)


def _rerun_turns(results: Results, model: Server) -> None:
    results.turns = 200
    results.rerun_turns_ms, results.rerun_one_turn_ms = moments.rerun_of_conversation(model, results.turns)


def _list_of_runs(results: Results, model: Server) -> None:
    results.list_of_1000_ms, results.list_of_100_ms = (moments.list_of_runs(model, count) for count in (1_000, 100))


def _agent_side(results: Results, model: Server) -> None:
    results.agent_side = agent_side.measure(model)


def _memory(results: Results, model: Server) -> None:
    results.memory_mb = memory.measure(model, [200, 600, 1000])


if __name__ == "__main__":
    sys.exit(main())
