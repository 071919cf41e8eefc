"""Heavy work on other people's data, in a process of its own: it blocks nobody and gets only the resources it is given.

`python -m agent.offload package.module:function` calls the function with standard input and output.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from agent.errors import Refusal
from texts import Sentence, Spoken, sentence

ROOT = Path(__file__).parents[1]
INHERITED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
"""The environment variables that a process needs to start; the rest is none of its business."""
REFUSED = 3
"""The exit code when the function raised ValueError."""

_BUSY = sentence("refused-busy")
_TOO_MUCH = sentence("refused-too-much")


class Offload:
    """Runs functions on bytes, a few at a time, each within limits of its own. Safe from any thread."""

    def __init__(
        self, *, at_once: int = 2, patience: float = 10.0, seconds: float = 30.0, megabytes: int = 256
    ) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._patience, self._seconds, self._megabytes = patience, seconds, megabytes

    def run(self, function: str, data: Iterable[bytes]) -> bytes | Refusal:
        """What `package.module:function` writes when called with `data` to read, or why there is nothing.

        The pieces of `data` are fetched once there is a place, and never held together. Waits at most `patience`
        seconds for a place and `seconds` for the end. A ValueError of the function becomes the refusal's sentence.
        """
        if not self._places.acquire(timeout=self._patience):
            return Refusal(_BUSY)
        try:
            return self._run(function, data)
        except OSError:
            return Refusal(_BUSY)  # no handles, or no memory, for another process
        finally:
            self._places.release()

    def _run(self, function: str, data: Iterable[bytes]) -> bytes | Refusal:
        command = [sys.executable, "-m", "agent.offload", function, str(self._seconds), str(self._megabytes)]
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output:  # of a pipe, all is held at once
            given.writelines(data)
            given.seek(0)
            with subprocess.Popen(
                command, cwd=ROOT, env=environment(), stdin=given, stdout=output, stderr=subprocess.PIPE
            ) as process:
                try:
                    _, said = process.communicate(timeout=self._seconds)
                except subprocess.TimeoutExpired:
                    return Refusal(_TOO_MUCH)
                finally:
                    process.kill()
            if process.returncode == 0:
                output.seek(0)
                return output.read()
        return Refusal(_read(said) if process.returncode == REFUSED else _TOO_MUCH)


def _read(written: bytes) -> Spoken:
    """What the function's error says, as `main` has written it."""
    said = json.loads(written)
    return said if isinstance(said, str) else Sentence(said["key"], said["values"])


def environment() -> dict[str, str]:
    """The environment for a process that works on other people's data: only what every process needs."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {"PYTHONUTF8": "1"}


def main(name: str, seconds: str, megabytes: str) -> int:
    """Call a function within limits; returns the exit code."""
    with contextlib.suppress(ImportError):  # not every system has them; the time is bounded from outside as well
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(megabytes) << 20,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (int(float(seconds)) + 1,) * 2)
    module, _, attribute = name.partition(":")
    function: Callable[[BinaryIO, BinaryIO], None] = getattr(importlib.import_module(module), attribute)
    try:
        function(sys.stdin.buffer, sys.stdout.buffer)
    except ValueError as error:
        said: Spoken = getattr(error, "said", str(error))
        plain = said if isinstance(said, str) else {"key": said.key, "values": dict(said.values)}
        sys.stderr.buffer.write(json.dumps(plain).encode())
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
