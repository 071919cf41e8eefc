"""Where the sides come from: one process that has loaded everything they need, and forks one for each.

Loading LangGraph takes seconds, forking takes none. The nursery has an environment of its own, without the keys and
settings of the host, and ends when nobody needs it. Where there is no fork, each side is a process from scratch.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
INHERITED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
"""What a process needs in order to start at all; everything else in the environment is none of its business."""
IDLE = 600.0
"""Seconds without a request after which the nursery ends."""
CAN_FORK = hasattr(os, "fork")


@dataclass(frozen=True, slots=True)
class Child:
    """A process that runs `python -m agent.pitfalls` with some arguments."""

    stdin: IO[str]
    stdout: IO[str]
    kill: Callable[[], None]
    """Only while its `stdout` has not come to its end: until then it lives, and its number is its own."""


class Nursery:
    """Starts children. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def prepare(self) -> None:
        """Begin to load, without waiting for it."""
        if CAN_FORK:
            with self._lock:
                self._open()

    def start(self, arguments: list[str]) -> Child:
        """Start a child; waits for the nursery to have loaded. Raises OSError if that fails."""
        if not CAN_FORK:
            return from_scratch(arguments)
        with self._lock:
            try:
                return self._fork(arguments)
            except OSError:  # it has ended, by itself or by force
                self._close()
                return self._fork(arguments)

    def close(self) -> None:
        """End the nursery; its children go on to their own end."""
        with self._lock:
            self._close()

    def _fork(self, arguments: list[str]) -> Child:
        connection = self._open()
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        try:
            socket.send_fds(connection, [json.dumps(arguments).encode()], [their_in, their_out])
            number = connection.recv(100)
            if not number:
                raise ConnectionResetError("The nursery has ended.")
        except OSError:
            os.close(our_in)
            os.close(our_out)
            raise
        finally:
            os.close(their_in)
            os.close(their_out)
        stdin = open(our_out, "w", encoding="utf-8")
        stdout = open(our_in, encoding="utf-8", errors="replace")

        def kill() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGKILL)

        return Child(stdin, stdout, kill)

    def _open(self) -> socket.socket:
        if self._process and self._socket and self._process.poll() is None:
            return self._socket
        self._close()
        ours, theirs = socket.socketpair()
        ours.settimeout(60)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "agent.pitfalls.nursery"],
                cwd=ROOT,
                env=environment(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._socket = ours
        return ours

    def _close(self) -> None:
        if self._socket:
            self._socket.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._socket = None


def from_scratch(arguments: list[str]) -> Child:
    """Start a child without a nursery."""
    process = subprocess.Popen(
        [sys.executable, "-m", "agent.pitfalls", *arguments],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def kill() -> None:
        process.kill()
        process.wait()

    return Child(process.stdin, process.stdout, kill)


def environment() -> dict[str, str]:
    """The environment of a child: nothing of the host's but what every process needs."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {"PYTHONIOENCODING": "utf-8"}


def main() -> None:
    """Be the nursery: standard input is the socket over which children are asked for."""
    from agent.pitfalls import NAMES, __main__, agents

    for name in NAMES:
        importlib.import_module(f"agent.pitfalls.{name}")
    with contextlib.suppress(Exception):  # nobody answers, but what is loaded on first use is now loaded
        asyncio.run(agents.agent("http://127.0.0.1:9/v1").ainvoke(agents.question()))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    connection = socket.socket(fileno=os.dup(0))
    connection.settimeout(IDLE)
    with contextlib.suppress(TimeoutError):
        while True:
            message, descriptors, *_ = socket.recv_fds(connection, 4096, 2)
            if not message:
                return
            if (number := os.fork()) == 0:
                connection.close()
                for target, descriptor in enumerate(descriptors):
                    os.dup2(descriptor, target)
                    os.close(descriptor)
                sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")
                os._exit(__main__.main(json.loads(message)))
            connection.sendall(str(number).encode())
            for descriptor in descriptors:
                os.close(descriptor)


if __name__ == "__main__":
    main()
