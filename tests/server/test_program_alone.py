"""A code sample of the stream lab, run as somebody runs it who has taken it along."""

from __future__ import annotations

import os
import subprocess
import sys

from agent.engine.request_check import tools_for
from agent.snippets.programs import program
from tests.serving import ROOT, model_server


def test_a_program_runs_by_itself_whatever_the_question_is() -> None:
    question = "What's in the \"office\"?\n'''{}\\"
    source = program("react", "messages", question=question, model="demo-fast", tools=tools_for("react")[:7])
    with model_server() as server:
        environment = {**os.environ, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "no key"}
        command = [sys.executable, "-c", source]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "agent '" in done.stdout
