"""The schema in docs/ is that of the types, says what the writer really writes, and refuses what a reader refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.engine.samples import FOLDER
from agent.settings import Limits, Settings
from agent.store.schema import FILE, printed, schema
from agent.store.store import Store
from agent.streaming.events import RunRequest
from agent.streaming.modes import STREAM_MODES
from tests.serving import wait_until

SCHEMA = schema()
LINE = jsonschema.Draft202012Validator(SCHEMA)
HEADER = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/Header"}]})
EVENT = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/StreamEvent"}]})


def started(backend: InProcessBackend, request: RunRequest, session: str) -> Run:
    run = backend.start(request, session=session)
    assert isinstance(run, Run)
    return run


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Run]]:
    """A folder with a finished run of all modes, another graph's, one whose tool fails, a stopped one."""
    folder = tmp_path_factory.mktemp("runs")
    question = "What items are in the office and the bedroom?"
    with InProcessBackend(Settings(), Store(folder)) as backend:
        backend.wait_until_open()
        runs = [
            started(backend, RunRequest(question, model="demo-fast", all_modes=True), "a"),
            started(backend, RunRequest(question, "tool_node", model="demo-fast"), "b"),
            started(
                backend,
                RunRequest(question, tools=("open_safe",), tool_choice="required", model="demo-flaky"),
                "c",
            ),
            started(backend, RunRequest(question), "d"),
        ]
        wait_until(lambda: runs[3].state == "running", 10, "it runs")
        runs[3].stop()
        wait_until(lambda: all(run.ended for run in runs), 60, "all have ended")
    return folder, runs


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_schema_in_the_documentation_is_that_of_the_types() -> None:
    assert FILE.read_text() == printed(), "python -m agent.store.schema writes it anew"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_line_that_was_written_is_as_documented(recorded: tuple[Path, list[Run]]) -> None:
    folder, runs = recorded
    kinds = set()
    for path in folder.glob("*.jsonl"):
        first, *lines = lines_of(path)
        HEADER.validate(first)
        for line in lines:
            EVENT.validate(line)
            kinds.add(line["payload"]["kind"])
    assert {"finished", "stopped"} <= {run.state for run in runs}
    assert kinds >= {"queued", "started", "ended", "custom", "token", "said", "update", "state", "task_started"}
    assert kinds >= {"task_ended", "tool_started", "tool_finished", "tool_failed", "checkpoint", "debug"}
    assert "unknown" not in kinds


def test_a_failed_run_is_as_documented(tmp_path: Path) -> None:
    with InProcessBackend(Settings(limits=Limits(run_seconds=0.2)), Store(tmp_path)) as backend:
        run = started(backend, RunRequest("What items are in the office?"), "a")
        wait_until(lambda: run.ended, 20, "it has ended")
    assert run.state == "failed"
    *_, last = lines_of(next(tmp_path.glob("*.jsonl")))
    EVENT.validate(last)
    assert "limit" in last["payload"]["message"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_samples_are_as_documented(path: Path) -> None:
    first, *lines = lines_of(path)
    HEADER.validate(first)
    for line in lines:
        EVENT.validate(line)
    assert first["owner"] == first["thread_id"] == ""
    assert ("AI가 아닌" if path.stem.endswith(".ko") else "not an AI") in first["label"]


def test_the_documentation_names_every_kind_and_mode() -> None:
    text = FILE.with_name("recording.md").read_text()
    kinds = SCHEMA["$defs"]["StreamEvent"]["properties"]["payload"]["discriminator"]["mapping"]
    assert [name for name in (*kinds, *STREAM_MODES) if f"`{name}`" not in text and f"| {name} |" not in text] == []


@pytest.mark.parametrize(
    "line",
    [
        {},
        [],
        {"toolstream": 2},
        {"seq": 0},
        {"seq": 0, "at": 0},
        {"seq": 0, "at": 0, "payload": {}},
        {"seq": 0, "at": 0, "payload": {"kind": "odd"}},
        {"seq": 0, "at": 0, "payload": {"kind": "ended", "state": "odd"}},
        {"seq": 0, "at": 0, "payload": {"kind": "custom", "data": 1}, "calls": "call_1"},
    ],
)
def test_the_schema_refuses_what_is_no_line(line: object) -> None:
    assert not LINE.is_valid(line)
