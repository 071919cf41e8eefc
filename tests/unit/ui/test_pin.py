"""After a source file was saved, pages are of newer classes than what is pinned."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from agent.engine.application import Application
from agent.settings import Settings
from agent.streaming.events import StreamEvent
from tests.serving import ROOT
from texts import say

OURS = ("agent", "ui")


@pytest.fixture
def application() -> Iterator[Application]:
    with Application(Settings(recordings=None)) as application:
        application.runs.wait_until_open()
        yield application


@pytest.fixture
def reloaded(application: Application) -> Iterator[dict[str, ModuleType]]:
    """The modules that a page imports after everything was forgotten, as Streamlit does when a file is saved."""
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] in OURS}
    for name in before:
        del sys.modules[name]
    names = ("ui.shell.pin", "agent.streaming.events", "agent.errors", "agent.engine.run", "agent.store.comments")
    try:
        yield {name: importlib.import_module(name) for name in names}
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
            del sys.modules[name]
        sys.modules.update(before)


def test_a_run_that_is_refused_is_a_value_of_the_pages_own_class(
    application: Application, reloaded: dict[str, ModuleType]
) -> None:
    runs = reloaded["ui.shell.pin"].CurrentRuns(application.runs)
    outcome = runs.start(reloaded["agent.streaming.events"].RunRequest(" ", model="demo-fast"))
    assert isinstance(outcome, reloaded["agent.errors"].Refusal)
    assert say("ko", outcome.sentence) == "먼저 질문을 입력하세요."
    assert outcome.state == "refused"


def test_a_run_from_before_is_read_in_the_pages_own_classes(
    application: Application, reloaded: dict[str, ModuleType]
) -> None:
    events = reloaded["agent.streaming.events"]
    runs = reloaded["ui.shell.pin"].CurrentRuns(application.runs)
    request = events.RunRequest("count to 3", model="demo-fast", tool_choice="none")
    run = runs.start(request, session="me")
    read: list[object] = []
    ended = False
    while not ended:
        news, _, ended = run.read(len(read), 1.0)
        read += news
    assert isinstance(run, reloaded["agent.engine.run"].Run)
    assert (run.state, run.answer, run.ended, run.request) == ("finished", "1 2 3", True, request)
    assert all(isinstance(event, events.StreamEvent) for event in read)
    assert not any(isinstance(event, StreamEvent) for event in read)
    assert [turn.id for turn in runs.thread(run.thread_id)] == [run.id]
    assert runs.get(run.id).header == run.header
    assert [summary.header.id for summary in runs.of("me")] == [run.id]


def test_a_comment_that_is_not_taken_is_a_sentence(application: Application, reloaded: dict[str, ModuleType]) -> None:
    comment = reloaded["agent.store.comments"].Comment("run-1", "ann", 1, "x" * 2_001)
    assert "2,000 characters" in str(application.store.comments.add(comment).sentence)  # type: ignore[union-attr]


SECRETS = """
from agent.errors import SettingsError
from ui.shell.pin import openai_secrets
try:
    print(openai_secrets())
except SettingsError as error:
    print(error.said.key)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'[openai]\napi_key = "k"\nmodel = "m"\n', "{'OPENAI_API_KEY': 'k', 'OPENAI_MODEL': 'm'}"),
        (b"[openai\napi_key = ", "settings-secrets"),
        (b'openai = "k"\n', "settings-secrets"),
        (b"\xff\xfe[openai]", "settings-secrets"),
        (None, "{}"),
    ],
    ids=["right", "broken", "no section", "of another encoding", "none"],
)
def test_secrets_that_cannot_be_read_are_said_and_not_passed_over(
    text: bytes | None, expected: str, tmp_path: Path
) -> None:
    (tmp_path / ".streamlit").mkdir()
    if text is not None:
        (tmp_path / ".streamlit" / "secrets.toml").write_bytes(text)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", SECRETS], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout.strip() == expected, done.stderr[-900:]
