"""Python programs forked from a process that has imported their libraries: they start in a tenth of the time.

The first process of a test run starts that process, all others of the run share it. To them `sys.executable` is a
program that takes a Python's options, has one forked with its arguments, environment, folder and standard files, passes
on signals, and ends as what was forked ends; if it is killed, so is that. A test about a start itself takes `FRESH`.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import multiprocessing
import os
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from tests.warm_client import LIGHT, NUMBER, WHOLE, ask, asked

ROOT = Path(__file__).resolve().parents[1]
PLACE = "TOOLSTREAM_TESTS_WARM"
"""The variable with the folder of the run's sockets."""

FRESH = sys.executable
"""Python itself."""

LIBRARIES = [
    "streamlit.web.bootstrap",
    "agent.engine.application",
    "agent.mcp.demo_server",
    "fluent.runtime",
    "openai.resources.chat",
    "hypothesis.strategies",
    "hypothesis.internal.conjecture.engine",
    "playwright.sync_api",
    "ag_ui.core",
]
LIGHT_LIBRARIES = ["agent.store.upload", "agent.export.make"]
"""Those of programs whose memory is bounded: more would not fit."""

_PROGRAM = (
    "#!{python} -IS\nimport sys\nsys.path.insert(0, {root!r})\nfrom tests.warm_client import main\nmain({place!r})\n"
)


def begin() -> None:
    """Start what forks, or find it, and have all programs of this process be forked there."""
    if sys.platform != "linux":
        return
    place = os.environ.get(PLACE) or _start()
    _take(str(Path(place, "python")))


def _take(program: str) -> None:
    sys.executable = program
    multiprocessing.set_executable(FRESH)  # which looks after processes of its own


def _start() -> str:
    place = tempfile.mkdtemp(prefix="toolstream-warm-")
    program = Path(place, "python")
    program.write_text(_PROGRAM.format(python=FRESH, root=str(ROOT), place=place))
    program.chmod(0o700)
    listening = []
    for name in (LIGHT, WHOLE):
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(str(Path(place, name)))
        listening[-1].listen(100)
    handles = [each.fileno() for each in listening]
    command = [FRESH, "-c", f"from tests.warm import serve; serve({str(program)!r}, {handles})"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        pass_fds=handles,
        start_new_session=True,  # it ends when we do, and ends all; a signal to our group would have it leave them
    )
    for each in listening:
        each.close()
    os.environ[PLACE] = place
    owner = os.getpid()

    def end() -> None:
        if os.getpid() == owner and process.stdin:
            process.stdin.close()
            process.wait()
            shutil.rmtree(place)

    atexit.register(end)
    return place


class Forked:
    """A forked process, with what tests need of `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        """Start Python with these arguments and this environment only; it writes to `log`."""
        self._exit_code: int | None = None
        with log.open("wb") as file, open(os.devnull, "rb") as nothing:
            files = (nothing.fileno(), file.fileno(), file.fileno())
            self._connection = ask(os.environ[PLACE], WHOLE, list(arguments), dict(env), str(ROOT), files)
        (self.pid,) = NUMBER.unpack(self._connection.recv(NUMBER.size, socket.MSG_WAITALL))

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self._exit_code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        if self._exit_code is None:
            self._connection.settimeout(timeout)
            try:
                told = self._connection.recv(NUMBER.size, socket.MSG_WAITALL)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("a forked program", timeout or 0) from None
            (self._exit_code,) = NUMBER.unpack(told)
            self._connection.close()
        return self._exit_code

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


def serve(program: str, handles: Sequence[int]) -> None:
    """Fork what is asked for at these two sockets, until standard input ends. It starts others by `program`."""
    _take(program)
    light, whole = (socket.socket(fileno=handle) for handle in handles)
    is_light = os.fork() == 0
    _load(LIGHT_LIBRARIES if is_light else LIBRARIES)
    (whole if is_light else light).close()
    asked = _Server(light if is_light else whole).run()
    if asked is not None:
        _become(*asked)
    if not is_light:
        os.wait()


def _load(names: Sequence[str]) -> None:
    for name in names:
        with contextlib.suppress(ImportError):  # not everybody has installed everything
            importlib.import_module(name)
    assert threading.active_count() == 1, threading.enumerate()
    gc.collect()
    gc.freeze()


class _Server:
    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._selector = selectors.DefaultSelector()
        self._selector.register(listening, selectors.EVENT_READ, self._accept)
        self._selector.register(sys.stdin, selectors.EVENT_READ, self._end)
        self._connections: dict[int, socket.socket] = {}
        """Of each process at work, with whoever asked for it."""

        self._asked: tuple[dict[str, Any], list[int]] | None = None
        self._is_open = True

    def run(self) -> tuple[dict[str, Any], list[int]] | None:
        """Fork and look after what was forked; in a forked process, returns what was asked for."""
        while self._is_open:
            for key, _ in self._selector.select():
                key.data()
                if self._asked:
                    return self._asked
        return None

    def _accept(self) -> None:
        connection, _ = self._listening.accept()
        received = asked(connection)
        if received is None:
            return connection.close()
        request, files = received
        pid = os.fork()
        if pid == 0:
            self._close()
            connection.close()
            self._asked = request, files
            return None
        for file in files:
            os.close(file)
        self._connections[pid] = connection
        handle = os.pidfd_open(pid)
        self._selector.register(handle, selectors.EVENT_READ, lambda: self._ended(pid, handle))
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._signal(pid))
        with contextlib.suppress(OSError):
            connection.sendall(NUMBER.pack(pid))
        return None

    def _signal(self, pid: int) -> None:
        """Pass on what whoever asked for it was sent; it ends with them."""
        connection = self._connections.get(pid)
        if connection is None:
            return
        try:
            numbers = connection.recv(100)
        except OSError:
            numbers = b""
        for number in numbers or [signal.SIGKILL]:
            with contextlib.suppress(ProcessLookupError):
                (os.kill if numbers else os.killpg)(pid, number)
        if not numbers:
            self._selector.unregister(connection)

    def _ended(self, pid: int, handle: int) -> None:
        _, status = os.waitpid(pid, 0)
        self._selector.unregister(handle)
        os.close(handle)
        connection = self._connections.pop(pid)
        with contextlib.suppress(KeyError):
            self._selector.unregister(connection)
        with contextlib.suppress(OSError):
            connection.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
        connection.close()

    def _end(self) -> None:
        for pid in self._connections:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self._is_open = False

    def _close(self) -> None:
        """In a forked process, forget all others."""
        handles = [key.fd for key in self._selector.get_map().values()]
        self._selector.close()
        for handle in handles:
            os.close(handle)
        for connection in self._connections.values():
            connection.detach()
        self._listening.detach()


def _become(request: dict[str, Any], files: list[int]) -> NoReturn:
    """Be the program that was asked for, to its end."""
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = open(number, "r" if name == "stdin" else "w", encoding="utf-8", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    code = 0
    try:
        _run(request["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else bool(end.code)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
    os._exit(code & 0xFF)


def _run(arguments: list[str]) -> None:
    while arguments[0].startswith("-") and arguments[0] not in ("-c", "-m"):
        arguments = arguments[1:]
    kind, given = arguments[0], arguments[1:]
    places = [name for name in os.environ.get("PYTHONPATH", "").split(os.pathsep) if name]
    sys.path[:1] = ["", *places]
    if kind == "-c":
        sys.argv = ["-c", *given[1:]]
        main = ModuleType("__main__")
        sys.modules["__main__"] = main
        exec(given[0], main.__dict__)
    elif kind == "-m":
        sys.argv = given
        sys.path[0] = os.getcwd()
        if not hasattr(sys.modules.get(given[0]), "__path__"):
            sys.modules.pop(given[0], None)
        runpy.run_module(given[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        sys.path[0] = str(Path(kind).resolve().parent)
        runpy.run_path(kind, run_name="__main__")
