"""The app beside other front ends. Repeats are taken in turns, so that a busy minute is everybody's."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench import browser, environments, load, moments
from bench.results import Beside, Results
from bench.servers import PEERS, Server


def prepared() -> Beside:
    """The front ends, installed; what cannot be installed is left out, with a sentence."""
    beside = Beside()
    for name in PEERS:
        try:
            beside.versions[name] = environments.installed(name)
        except (environments.NotInstalled, OSError) as error:
            beside.skipped[name] = f"{name.capitalize()} is left out, as it cannot be installed: {error}"
            print(beside.skipped[name], file=sys.stderr, flush=True)
    return beside


def first_words(results: Results, model: Server, visits: int, questions: int) -> None:
    """How long the first words take, by visits of so many questions each."""

    def visit(way: str) -> None:
        with browser.visitor(way, model, tool=True) as who:
            found = [moments.first_words(who) for _ in range(questions)]
        results.beside.first_ms.setdefault(way, []).extend(found)

    _in_turns(results, "first words", visits, visit)


def answers(results: Results, model: Server, tokens: int, repeats: int) -> None:
    """What an answer costs at 100 tokens a second; who takes three times as long is not waited for."""

    def answer(way: str) -> None:
        results.beside.answers.append(browser.measure(way, model, tokens, 100, tokens / 100 * 3 + 10, tool=True))

    _in_turns(results, f"{tokens:,} tokens", repeats, answer)


def loads(results: Results, model: Server, visitors: int, seconds: float, repeats: int) -> None:
    """What many visitors cost, by protocol."""

    def stream(way: str) -> None:
        results.beside.loads.append(load.measure("react", model, visitors, seconds, way=way, tool=True))

    _in_turns(results, f"{visitors} visitors", repeats, stream)


def _in_turns(results: Results, what: str, repeats: int, step: Callable[[str], None]) -> None:
    """Have each front end do it, and all of them again; one that fails does not cost the others."""
    for _ in range(repeats):
        for way in ("toolstream", *results.beside.versions):
            try:
                step(way)
            except Exception as error:
                results.failures.append(f"{way}, {what}: {type(error).__name__}: {str(error)[-300:]}")
