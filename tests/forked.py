"""Apps that are forked from a process which has imported their libraries: they start in a fifth of the time.

Everything else is as it is in a process of its own: the environment is read, the server started, a page drawn after the
fork.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType

import pytest

_LIBRARIES = [
    "streamlit.web.bootstrap",
    "agent.engine.application",
    "fluent.runtime",
    "openai.resources.chat",
    "tests.forked",
]


class Forked:
    """A forked process, with what tests need of `subprocess.Popen`."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        assert process.pid
        self.pid = process.pid

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("the app", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal to it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def fork_app(arguments: Sequence[str], env: Mapping[str, str], log: Path) -> Forked:
    """Start `streamlit` with these arguments, and with this environment only."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LIBRARIES)
    log.touch()
    process = context.Process(target=_streamlit, args=(list(arguments), dict(env), log))
    with pytest.MonkeyPatch.context() as patch:
        # A page run in this process leaves its script as the main module, which a new process would run once more.
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        process.start()
    return Forked(process)


def _streamlit(arguments: list[str], env: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(env)
    with log.open("wb") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    sys.argv = ["streamlit", *arguments]
    from streamlit.web.cli import main

    try:
        main(arguments, prog_name="streamlit")
    finally:
        atexit._run_exitfuncs()  # a forked process would not
