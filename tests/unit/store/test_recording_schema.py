"""The schema in docs/ says what the writer really writes, and refuses what a reader refuses."""

import json
from pathlib import Path

import jsonschema
import pytest

from agent.engine.in_process import InProcessBackend
from agent.settings import Settings
from agent.store.store import Store
from agent.streaming.events import STREAM_MODES, RunRequest
from tests.serving import wait_until

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs" / "recording.schema.json").read_text())
LINE = jsonschema.Draft202012Validator(SCHEMA)
HEADER = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/header"}]})
EVENT = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/event"}]})


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with a finished run of all modes, a failed one and a stopped one."""
    folder = tmp_path_factory.mktemp("runs")
    question = "What items are in the office and the bedroom?"
    with InProcessBackend(Settings(), Store(folder)) as backend:
        backend.wait_until_open()
        runs = [
            backend.start(RunRequest(question, model="demo-fast", all_modes=True), session="a"),
            backend.start(RunRequest(question, "tool_node", model="demo-fast"), session="b"),
            backend.start(
                RunRequest(question, tools=("open_safe",), tool_choice="required", model="demo-flaky"), session="c"
            ),
            backend.start(RunRequest(question), session="d"),
        ]
        wait_until(lambda: runs[3].state == "running", 10, "it runs")
        runs[3].stop()
        wait_until(lambda: all(run.ended for run in runs), 60, "all have ended")
    return folder, {run.state for run in runs}


def test_every_line_that_was_written_is_as_documented(recorded):
    folder, states = recorded
    modes = set()
    for path in folder.glob("*.jsonl"):
        first, *lines = map(json.loads, path.read_text().splitlines())
        HEADER.validate(first)
        for line in lines:
            EVENT.validate(line)
            modes.add(line["mode"])
    assert {"finished", "stopped"} <= states
    assert modes == {*STREAM_MODES, "run"}


def test_a_failed_run_is_as_documented(tmp_path):
    from agent.settings import Limits

    with InProcessBackend(Settings(limits=Limits(run_seconds=0.2)), Store(tmp_path)) as backend:
        run = backend.start(RunRequest("What items are in the office?"))
        wait_until(lambda: run.ended, 20, "it has ended")
    assert run.state == "failed"
    *_, last = map(json.loads, next(tmp_path.glob("*.jsonl")).read_text().splitlines())
    EVENT.validate(last)
    assert "limit" in last["data"]["message"]


@pytest.mark.parametrize("path", sorted((ROOT / "recordings").glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_samples_are_as_documented(path):
    first, *lines = map(json.loads, path.read_text().splitlines())
    HEADER.validate(first)
    for line in lines:
        EVENT.validate(line)
    assert first["owner"] == first["thread_id"] == ""
    assert "no AI" in first["label"]


def test_the_schema_refuses_what_is_no_line():
    for line in ({}, {"toolstream": 2}, {"seq": 0}, [], {"seq": 0, "at": 0, "mode": "run", "node": None,
                 "tool_call_id": None, "namespace": [], "data": {"state": "odd"}}):  # fmt: skip
        assert not LINE.is_valid(line)
