"""Recordings that come with the app: made by its own engine with the demo model, and labelled as such.

`python -m agent.engine.samples` remakes all of them, `python -m agent.engine.samples home` one.
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

FOLDER = Path(__file__).parents[2] / "recordings"


@dataclass(frozen=True, slots=True)
class Sample:
    """One recording to make: its file's name without suffix, and the question and graph."""

    name: str
    question: str
    graph: str = "react"
    tools: tuple[str, ...] = ("get_items",)
    page: str = ""
    model: str = "demo"

    @property
    def path(self) -> Path:
        """The file."""
        return FOLDER / f"{self.name}.jsonl"


SAMPLES = (
    Sample(
        "home",
        "Can order 1042 be refunded? Look it up and check the refund policy",
        tools=("look_up_order", "check_policy"),
        page="home",
    ),
    Sample("two-tools", "What items are in the office and the bedroom?", page="custom_data"),
    Sample(
        "without-langchain",
        "What items are in the library?",
        "without_langchain",
        ("get_items.openai",),
        page="without_langchain",
    ),
    Sample(
        "stream-lab",
        "Search the archive for the lighthouse and take inventory of the garage",
        tools=("get_items", "take_inventory", "search_archive"),
        page="stream_lab",
    ),
    Sample("a-failure", "Open the safe in the office", tools=("open_safe",), page="stream_lab"),
)


@cache
def recordings() -> tuple[Recording, ...]:
    """The samples that come with the app."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.jsonl")))


def record(backend: RunBackend, sample: Sample) -> str:
    """Ask a sample's question, follow the run to its end, and return its recording as text."""
    _follow(_start(backend, sample, "demo-fast"))  # so that no first visit is recorded, which builds the graph
    run = _start(backend, sample, sample.model)
    label = f"A recorded run of the model {sample.model}, which is no AI."
    events = _follow(run)
    header = Header(f"sample-{sample.name}", run.header.asked_at, run.request, versions=versions(), label=label)
    return dump(header, tuple(events))


def _start(backend: RunBackend, sample: Sample, model: str) -> Run:
    request = RunRequest(sample.question, sample.graph, sample.tools, model=model, page=sample.page)
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
                sample.path.write_text(record(backend, sample), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
