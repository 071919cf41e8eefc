"""What a full house takes in memory: `python -m bench.budget`, whose figures are kept in `bench/results/budget.json`.

Fifty visitors are there at the same time, two hundred runs are asked for, files are uploaded, and traps are tried.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.pitfalls import NAMES
from bench.process_tree import Watch, watched
from bench.servers import NO_LIMITS
from tests.server.client import Visitor
from tests.serving import App, app_server, model_server, pointed_at

VISITORS = 50
RUNS = 200
UPLOADS = 6
UPLOAD_MEGABYTES = 15
TRAPS = 4
PATIENCE = 120.0
PAGES = ("Custom_data", "LLM_tokens", "Without_LangChain", "Stream_lab")
QUESTIONS = (
    "What items are in the office and the bedroom?",
    "What items are in the kitchen?",
    "Write an essay of 400 words about the sea",
    "Plan a visit to the museum",
)


@dataclass(frozen=True)
class Budget:
    """Megabytes at most of the app and its children, what they share counted once; and how much it was when."""

    peak: float
    peak_rss: float
    """With what they share counted in each."""
    steps: dict[str, float]
    """The most until then, by what was done."""


def measure() -> Budget:
    """Start the app, fill it, and watch it."""
    with (
        model_server(200) as model,
        app_server(pointed_at(model) | NO_LIMITS, fresh=True) as app,
        watched(app.process.pid) as watch,
    ):
        steps: dict[str, float] = {}
        visitors: list[Visitor] = []
        try:
            for name, step in (
                ("start", lambda: None),
                (f"{VISITORS} visitors", lambda: _come(app, visitors)),
                (f"{RUNS} runs", lambda: _ask(visitors)),
                (f"{UPLOADS} uploads of {UPLOAD_MEGABYTES} MB", lambda: _upload(visitors)),
                (f"{TRAPS} traps", lambda: _try_traps(visitors)),
            ):
                _do(step, watch)
                steps[name] = watch.peak.own
                print(name, watch.last, file=sys.stderr)
        finally:
            for visitor in visitors:
                visitor.close()
    return Budget(watch.peak.own, watch.peak.rss, steps)


def _do(step: Callable[[], None], watch: Watch) -> None:
    step()
    watch.look()


def _come(app: App, visitors: list[Visitor]) -> None:
    for start in range(0, VISITORS, 10):
        new = [Visitor(app.url, PAGES[at % len(PAGES)], model="demo-fast") for at in range(start, start + 10)]
        visitors += new
        for visitor in new:
            visitor.wait_idle(PATIENCE)


def _ask(visitors: list[Visitor]) -> None:
    for turn in range(RUNS // VISITORS):
        for visitor in visitors:
            visitor.ask(QUESTIONS[turn % len(QUESTIONS)])
        for visitor in visitors:
            visitor.wait_idle(PATIENCE)


def _upload(visitors: list[Visitor]) -> None:
    line = json.dumps([{}] * 200).encode() + b"\n"
    content = line * (UPLOAD_MEGABYTES * 1_000_000 // len(line))
    good = (Path(__file__).parents[1] / "recordings/stream-lab.jsonl").read_bytes()
    for start in range(0, UPLOADS, 2):
        pair = visitors[start : start + 2]
        for visitor in pair:
            visitor.goto("Runs")
        for visitor in pair:
            visitor.wait_idle(PATIENCE)
            visitor.upload("upload_0", "run.jsonl", content if start else good)
        for visitor in pair:
            visitor.wait_idle(PATIENCE)


def _try_traps(visitors: list[Visitor]) -> None:
    visitor = visitors[-1]
    visitor.goto("Pitfalls")
    visitor.wait_idle(PATIENCE)
    for name in list(NAMES)[:TRAPS]:
        visitor.click(f"run_{name}")
        time.sleep(0.2)  # one click after the other, as a hand would
    visitor.wait_idle(PATIENCE)


def main() -> int:
    """Measure, and keep the figures."""
    figures = json.dumps(asdict(measure()), indent=1)
    (Path(__file__).parent / "results/budget.json").write_text(figures + "\n")
    print(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
