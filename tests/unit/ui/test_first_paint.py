"""What a page begins with needs nothing that is large, so that a first visitor need not wait for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.warm import FRESH

ROOT = Path(__file__).parents[3]
BEGIN = """
import sys
from texts import say
from ui.shell.first_paint import begin
say("ko", "page-refund")
print(sorted({"langgraph", "langchain_core", "openai", "pydantic", "ui.shell.pin"} & sys.modules.keys()))
"""


@pytest.mark.parametrize("path", ["app.py", *sorted(f"pages/{page.name}" for page in (ROOT / "pages").glob("*.py"))])
def test_every_page_begins_before_it_imports_what_is_large(path: str) -> None:
    lines = [line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if line and line[0] not in '"#']
    assert lines[0] == "from ui.shell.first_paint import begin"
    assert lines[1].startswith("begin(")


def test_the_title_of_a_page_needs_no_library_of_agents() -> None:
    run = [FRESH, "-c", BEGIN]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
