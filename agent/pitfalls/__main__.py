"""`python -m agent.pitfalls NAME wrong|right`: run one side of a trap, and print what is seen as lines of JSON.

With `--wait` it says when it is ready, and begins when it is sent a line.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import importlib
import inspect
import os
import sys
from typing import Any

from agent.loop import BackgroundLoop
from agent.pitfalls import NAMES
from agent.pitfalls.pitfall import SIDES
from agent.pitfalls.stage import Show

READY = '{"kind": "ready"}'


def main(arguments: list[str] | None = None) -> int:
    """Run it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m agent.pitfalls", description="Fall into a trap, or do not.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("--url", help="an OpenAI-compatible demo server (default: one of its own)")
    parser.add_argument("--wait", action="store_true", help="begin when a line comes in")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds until it is ended by force")
    options = parser.parse_args(arguments)
    run = getattr(importlib.import_module(f"agent.pitfalls.{options.name}"), options.side)
    if options.url:
        return _run(run, options.url, options.wait, options.limit)
    from agent.demo_model import DemoServer  # only where it is needed: it loads a web server

    with BackgroundLoop("demo-model") as loop:
        server = DemoServer()
        loop.call(server.start(), 10)
        code = _run(run, server.base_url, options.wait, options.limit)
        loop.call(server.close(), 10)
        return code


def _run(run: Any, url: str, wait: bool, limit: float) -> int:
    if wait:
        sys.stdout.write(READY + "\n")
        sys.stdout.flush()
        if not sys.stdin.readline():
            return 1  # whoever started it has gone
    # A second lock: it holds even when whoever started it is gone, and when this process is stuck.
    faulthandler.dump_traceback_later(limit, exit=True, file=open(os.devnull, "w"))
    show = Show()
    try:
        result = run(url, show)
        if inspect.iscoroutine(result):
            asyncio.run(result)
    except Exception as error:
        show.error(error)
    else:
        show.end()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
