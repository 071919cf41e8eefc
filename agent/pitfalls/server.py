"""The process that both sides of a pitfall are forked from, once it has loaded all they need, which takes seconds.

Each line of input asks for a comparison: a number, the pitfall's name and limits. Each line of output reports on one:
the number, and a side's moment, or that it is `running` or has `ended`. The process ends with its input.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Barrier

from agent.pitfalls import NAMES, agents
from agent.pitfalls.pitfall import SIDES, Moment, Side
from agent.pitfalls.stage import Tell, failure, run
from agent.pitfalls.ways import ALL_WAYS
from agent.pitfalls.ways_stage import run_ways
from agent.snippets.ways import WAYS, watch_of
from texts import Language, sentence

STARTUP = 60.0
"""Seconds until both sides must be ready; they need them only where they cannot be forked."""
IDLE = 600
"""Seconds without a request after which the server ends."""

_CONTEXT = multiprocessing.get_context("fork") if hasattr(os, "fork") else multiprocessing.get_context("spawn")


def main() -> None:
    """Run the comparisons that are asked for."""
    for name in NAMES:
        importlib.import_module(f"agent.pitfalls.{name}")
    for name in WAYS:
        watch_of(name)
    with contextlib.suppress(Exception):  # nobody answers, but what is loaded on first use is now loaded
        asyncio.run(agents.agent("http://127.0.0.1:9/v1").ainvoke(agents.question()))
    gc.freeze()  # whoever looks for garbage writes to all that it looks at, and a fork then has it twice
    while line := _next_line():
        _CONTEXT.Process(target=compare, args=json.loads(line)).start()


def compare(number: int, name: str, url: str | None, language: Language, limit: float, most: int) -> None:
    """Run both sides, or all ways, and kill whatever still runs after `limit` seconds."""
    if name == ALL_WAYS:
        ready = _CONTEXT.Barrier(2)
        process = _CONTEXT.Process(target=_run_ways, args=(url, partial(_tell, number), most, ready), daemon=True)
        sides = dict.fromkeys(WAYS, process)
    else:
        ready = _CONTEXT.Barrier(len(SIDES) + 1)  # they begin together, so that they can be compared
        sides = {
            side: _CONTEXT.Process(
                target=_run, args=(name, side, url, language, partial(_tell, number, side), most, ready), daemon=True
            )
            for side in SIDES
        }
    for process in set(sides.values()):
        process.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        ready.wait(STARTUP)
        _tell(number, "running")
    deadline = time.monotonic() + limit
    for process in sides.values():
        process.join(max(0.0, deadline - time.monotonic()))
    late = [side for side, process in sides.items() if process.is_alive()]
    for side in late:
        sides[side].kill()
        _tell(number, side, failure(sentence("pitfall-too-slow"), limit))
    _tell(number, "ended")


def _run(name: str, side: Side, url: str | None, language: Language, tell: Tell, most: int, ready: Barrier) -> None:
    run(name, side, url, language, tell, most, lambda: ready.wait(STARTUP))


def _run_ways(url: str | None, tell: Callable[[str, Moment], None], most: int, ready: Barrier) -> None:
    run_ways(url, tell, most, lambda: ready.wait(STARTUP))


def _next_line() -> str:
    if hasattr(signal, "alarm"):
        signal.alarm(IDLE)
    return sys.stdin.readline()


def _tell(number: int, what: str, moment: Moment | None = None) -> None:
    """Write a line atomically, as pipes do up to 4 kB: both sides write to the same pipe."""
    line = json.dumps([number, what, moment], ensure_ascii=False) + "\n"
    os.write(1, line.encode(errors="replace"))


if __name__ == "__main__":
    main()
