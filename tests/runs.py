"""What tests do with runs: start, follow, wait."""

from __future__ import annotations

import time
from collections.abc import Callable

from agent.engine.backend import RunBackend
from agent.engine.run import Run
from agent.errors import Refusal
from agent.streaming.events import RunRequest, StreamEvent

OFFICE = "what items are in the office?"


def request(question: str = OFFICE, graph: str = "react", tool: str = "get_items.llm", **more: object) -> RunRequest:
    """A question for the demo model, answered at once."""
    return RunRequest(question, graph, (tool,), **{"model": "demo-fast", **more})  # type: ignore[arg-type]


def counting(to: int) -> RunRequest:
    """A question whose answer takes a while: 30 words a second, or what the backend is set to."""
    return request(f"count to {to}", model="demo", tool_choice="none")


def started(outcome: Run | Refusal) -> Run:
    """The run that was started."""
    assert outcome.state != "refused", outcome.sentence
    return outcome


def refused(outcome: Run | Refusal) -> str:
    """Why no run was started."""
    assert outcome.state == "refused"
    return str(outcome.sentence)


def found(backend: RunBackend, run_id: str) -> Run:
    """The run with this id, which is kept."""
    run = backend.get(run_id)
    assert run
    return run


def finish(run: Run, timeout: float = 30) -> list[StreamEvent]:
    """All events of a run, waited for."""
    events: list[StreamEvent] = []
    cursor, ended = 0, False
    deadline = time.monotonic() + timeout
    while not ended:
        new, cursor, ended = run.read(cursor, 0.5)
        events += new
        assert time.monotonic() < deadline, f"still {run.state}: {events[-3:]}"
    return events


def wait_for(run: Run, wanted: Callable[[StreamEvent], object], timeout: float = 10) -> None:
    """Wait until the run's log holds an event that `wanted` accepts."""
    cursor, deadline = 0, time.monotonic() + timeout
    while time.monotonic() < deadline:
        events, cursor, ended = run.read(cursor, 0.5)
        if any(wanted(event) for event in events):
            return
        assert not ended
    raise AssertionError("never happened")


def has_words(event: StreamEvent) -> bool:
    """Whether the model has begun to answer."""
    return event.mode == "messages"
