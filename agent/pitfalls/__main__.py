"""`python -m agent.pitfalls NAME wrong|right`: run one side of a trap, and print what is seen as lines of JSON."""

from __future__ import annotations

import argparse
import json
import sys

from agent.pitfalls import NAMES
from agent.pitfalls.pitfall import SIDES, Moment
from agent.pitfalls.stage import run


def main() -> None:
    """Run it, to its end."""
    parser = argparse.ArgumentParser(prog="python -m agent.pitfalls", description="Fall into a trap, or do not.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("--url", help="an OpenAI-compatible demo server (default: one of its own)")
    options = parser.parse_args()
    run(options.name, options.side, options.url, _print)


def _print(moment: Moment) -> None:
    sys.stdout.write(json.dumps(moment) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
