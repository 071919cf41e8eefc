"""The figures of the app beside other front ends, and which goals they reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import report
from bench.browser import Answer
from bench.goals import goals
from bench.load import Load
from bench.report import Portion
from bench.results import FIRST_WORDS, Beside, Results


def _answer(way: str, lag: float, **more: float) -> Answer:
    return Answer(way, 1_000, 100, lag_p50_ms=lag, lag_p95_ms=2 * lag, **more)  # type: ignore[arg-type]


def _load(way: str, lag: float) -> Load:
    return Load("react", 30, lag, lag, 0, 10.0, 1.0, 0.1, 1.0, way=way, cpu_per_1k=lag / 100)


def _reached(results: Results) -> dict[str, bool]:
    return {goal.what: goal.reached for goal in goals(results)}


def test_a_figure_is_the_middle_of_its_repeats() -> None:
    results = Results()
    results.beside.answers += [_answer("gradio", lag) for lag in (10, 90, 20)]
    results.beside.first_ms["toolstream"] = [300, 100, 200, 5_000]
    figures = results.beside.figures()
    assert figures["1,000 tokens: lag p50, ms"] == {"gradio": 20}
    assert figures[FIRST_WORDS] == {"toolstream": 250}


def test_what_nothing_arrived_of_has_no_figure() -> None:
    results = Results()
    results.beside.answers.append(Answer("chainlit", 1_000, 100, outcome="died"))
    assert "1,000 tokens: lag p50, ms" not in results.beside.figures()


def test_first_words_may_not_be_later_than_the_quickest_ones() -> None:
    results = Results()
    results.beside.first_ms = {"toolstream": [100.0], "chainlit": [150.0], "nicegui": [90.0]}
    assert _reached(results) == {"first words, against the best front end": False}
    results.beside.first_ms["toolstream"] = [90.0]
    assert _reached(results) == {"first words, against the best front end": True}


def test_a_lag_may_be_twice_that_of_gradio() -> None:
    results = Results()
    results.beside.answers += [_answer("toolstream", 40), _answer("gradio", 20), _answer("nicegui", 1)]
    assert _reached(results)["1,000 tokens: lag p50, against Gradio"]
    results.beside.answers[0].lag_p50_ms = 41
    assert not _reached(results)["1,000 tokens: lag p50, against Gradio"]


def test_many_visitors_are_compared_with_chainlit() -> None:
    results = Results()
    results.beside.loads += [_load("toolstream", 40), _load("chainlit", 30), _load("gradio", 90)]
    assert not any(_reached(results).values())


def test_what_is_not_there_is_compared_with_nothing() -> None:
    results = Results()
    results.beside.loads.append(_load("toolstream", 40))
    results.beside.answers.append(_answer("toolstream", 40))
    assert not _reached(results)


def test_the_agents_side_is_compared_with_the_least_that_could_be_done() -> None:
    results = Results(agent_side=dict.fromkeys(("bare lines", "custom", "messages", "all modes", "in memory"), 10.0))
    results.agent_side["recorded"] = 10.6
    reached = _reached(results)
    assert [what for what in reached if not reached[what]] == ["a recorded run, against one in memory"]


def test_portions_measured_one_after_the_other_are_one_whole_also_read_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    beside = Beside({"chainlit": "2.0"}, loads=[_load("toolstream", 40), _load("chainlit", 90)])
    portions = {
        "30 visitors": Portion(report.about() | {"seconds": 1}, Results(beside=beside)),
        "memory": Portion(report.about() | {"seconds": 2}, Results(memory_mb={200: 100.0, 1000: 150.0})),
    }
    report.write(portions, "peers")
    kept = report.kept("peers")
    assert kept == portions
    whole = Results.together(portion.found for portion in kept.values())
    assert _reached(whole) == {
        "30 visitors: lag p95, against Chainlit": True,
        "30 visitors: server CPU for 1,000 tokens, against Chainlit": True,
        "memory after 1000 runs, against 200": False,
    }
    assert "| 30 visitors |" in (tmp_path / "peers.md").read_text()
