"""Recordings that come with the app, in each language: made by its own engine with the demo model, and labelled so.

`python -m agent.engine.samples` remakes all of them, `python -m agent.engine.samples home` that one in each language.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.engine.backend import RunBackend
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.settings import Settings
from agent.store.recording import Header, Recording, dump, read, versions
from agent.streaming.events import RunRequest, StreamEvent
from texts import LANGUAGES, Language, say

FOLDER = Path(__file__).parents[2] / "recordings"


@dataclass(frozen=True, slots=True)
class Sample:
    """A recording to make in each language: its name, the sentence that is its question, and the graph."""

    name: str
    question: str
    graph: str = "react"
    tools: tuple[str, ...] = ("get_items",)
    page: str = ""
    model: str = "demo"

    def path(self, language: Language) -> Path:
        """The file."""
        return FOLDER / f"{self._named(language, '.')}.jsonl"

    def run_id(self, language: Language) -> str:
        """What the recorded run is called."""
        return f"sample-{self._named(language, '-')}"

    def _named(self, language: Language, mark: str) -> str:
        return self.name if language == "en" else f"{self.name}{mark}{language}"


HOME = Sample("home", "page-home.ask-1", tools=("look_up_order", "check_policy"), page="home")
"""The run that races on Home."""
SAMPLES = (
    HOME,
    Sample("two-tools", "page-custom_data.ask-2", page="custom_data"),
    Sample(
        "without-langchain",
        "sample-library",
        "without_langchain",
        ("get_items.openai",),
        page="without_langchain",
    ),
    Sample(
        "stream-lab",
        "page-stream_lab.ask-1",
        tools=("get_items", "take_inventory", "search_archive"),
        page="stream_lab",
    ),
    Sample("a-failure", "sample-safe", tools=("open_safe",), page="stream_lab"),
)


@cache
def recording(sample: Sample, language: Language) -> Recording:
    """A sample as it comes with the app in a language."""
    return read(sample.path(language))


def recorded(run_id: str) -> Recording | None:
    """The recording of the run that is called so, in whatever language it is."""
    each = ((sample, language) for sample in SAMPLES for language in LANGUAGES)
    return next((recording(*one) for one in each if one[0].run_id(one[1]) == run_id), None)


def record(backend: RunBackend, sample: Sample, language: Language) -> str:
    """Ask a sample's question, follow the run to its end, and return its recording as text."""
    question = say(language, sample.question)
    _follow(_start(backend, sample, question, "demo-fast"))  # no first visit is recorded, which builds the graph
    run = _start(backend, sample, question, sample.model)
    label = say(language, "sample-label", model=sample.model)
    events = _follow(run)
    header = Header(sample.run_id(language), run.header.asked_at, run.request, versions=versions(), label=label)
    return dump(header, tuple(events))


def _start(backend: RunBackend, sample: Sample, question: str, model: str) -> Run:
    request = RunRequest(question, sample.graph, sample.tools, model=model, page=sample.page)
    run = backend.start(request)
    assert run.state != "refused", run.sentence
    return run


def _follow(run: Run) -> list[StreamEvent]:
    events: list[StreamEvent] = []
    cursor, ended = 0, False
    while not ended:
        new, cursor, ended = run.read(cursor, 1.0)
        events += new
    return events


def main(names: list[str]) -> None:
    """Make the samples of these names, or all of them."""
    FOLDER.mkdir(exist_ok=True)
    with InProcessBackend(Settings(recordings=None)) as backend:
        backend.wait_until_open()
        for sample in SAMPLES:
            if not names or sample.name in names:
                for language in LANGUAGES:
                    sample.path(language).write_text(record(backend, sample, language), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
