"""The other front ends' environments, made when first needed, with our versions of what the agent uses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".bench"

OF_THE_AGENT = ("langgraph", "langchain-core", "langchain-openai", "openai")
"""The same versions for everybody."""
BESIDE = (
    "langchain",
    "httpx-sse",
    "httpx2",
    "fluent.runtime",
    "babel",
    "markdown-it-py",
    "jsonschema",
    "python-dotenv",
)
"""What else our graph imports."""


class NotInstalled(Exception):
    """A front end could not be installed; says why."""


def python(name: str) -> Path:
    """The interpreter of a front end's environment."""
    return FOLDER / name / "bin" / "python"


@cache
def installed(name: str) -> str:
    """Make sure that a front end is there; returns its version. Raises NotInstalled."""
    kept = FOLDER / name / "installed"
    wanted = "\n".join((name, *(f"{package}=={version(package)}" for package in OF_THE_AGENT), *BESIDE))
    if not kept.exists() or kept.read_text() != wanted:
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{Path.home() / '.local/bin'}") or shutil.which(
            "uv"
        )
        here = str(python(name))
        make = [uv, "venv", "--quiet", "--clear", "--python"] if uv else [sys.executable, "-m", "venv", "--clear"]
        add = (
            [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", here]
            if uv
            else [here, "-m", "pip", "install", "--quiet"]
        )
        _run([*make, *([sys.executable] if uv else []), str(FOLDER / name)])
        _run([*add, *wanted.split("\n")])
        kept.write_text(wanted)
    says = f"from importlib.metadata import version; print(version({name!r}))"
    return _run([str(python(name)), "-c", says]).strip()


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalled(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"{command[0]} failed")
    return done.stdout
