"""The one application of the process, which survives saved source files.

It is pinned in `sys.modules`, not in `st.cache_resource` or a global: any visitor can clear the cache, and saving a
source file drops both. So its classes can be older than those of the script that uses it.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import os
import sys
import threading
import types
from collections import ChainMap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from agent.engine.application import Application
from agent.engine.backend import RunBackend
from agent.engine.log import Read
from agent.engine.run import Run
from agent.errors import Refusal, SettingsError
from agent.graphs.langchain import forget_functions
from agent.settings import Settings
from agent.store.recording import dump, parse
from agent.streaming.events import EVENTS
from texts import sentence
from ui.shell._streamlit_compat.clicks import run_one_script_a_session
from ui.shell._streamlit_compat.delivery import hang_up_on_who_is_given_up, send_to_who_is_there
from ui.shell._streamlit_compat.downloads import keep_downloads
from ui.shell._streamlit_compat.ends import end_sessions
from ui.shell._streamlit_compat.forged import drop_forged_values
from ui.shell._streamlit_compat.uploads import bound_uploads
from ui.shell.listening import Listeners

_PIN = "_toolstream_application_3"
"""The number goes up when the contents change."""
_ARENA_MAX, _TRIM_THRESHOLD = -8, -1
"""Of glibc's `mallopt`."""


def application() -> Application:
    """The one application of the process; raises SettingsError if it cannot start when first asked for."""
    pin = sys.modules.get(_PIN)
    if pin is None:
        pin = types.ModuleType(_PIN)
        pin.__dict__.update(lock=threading.Lock(), application=None, listeners=Listeners())
        pin = sys.modules.setdefault(_PIN, pin)
    if pin.application is None:
        with pin.lock:
            if pin.application is None:
                pin.__dict__["application"] = _start()
    return pin.application  # type: ignore[no-any-return]


def close() -> None:
    """Close the application, if there is one; it must not be asked for afterwards."""
    pin = sys.modules.get(_PIN)
    if pin and pin.application:
        pin.application.close()


def listeners() -> Listeners:
    """The sessions that wait for news; ask for the application first."""
    return sys.modules[_PIN].listeners  # type: ignore[no-any-return]


class CurrentRuns:
    """A RunBackend whose runs and refusals are of this script's classes, whatever those of `backend` are."""

    def __init__(self, backend: RunBackend) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._backend, name)
        return lambda *args, **options: _current(method(*args, **options))


class _Reloaded(Run):
    """A run of a class from before a source file was saved; what it says is translated to today's classes."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.header = parse(dump(run.header, ())).header

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """As the run itself."""
        events, cursor, ended = self._run.read(cursor, timeout)
        return [EVENTS.validate_python(event.to_json()) for event in events], cursor, ended

    def stop(self) -> None:
        """As the run itself."""
        self._run.stop()


def _current(value: Any) -> Any:
    if isinstance(value, list):
        return [_current(each) for each in value]
    if getattr(value, "state", "") == "refused":
        return Refusal(value.sentence)
    return _Reloaded(value) if hasattr(value, "read") and not isinstance(value, Run) else value


def _start() -> Application:
    started = Application(Settings.from_env(ChainMap(openai_secrets(), dict(os.environ))))
    atexit.register(started.close)
    run_one_script_a_session()
    drop_forged_values()
    keep_downloads()
    bound_uploads()
    send_to_who_is_there()
    hang_up_on_who_is_given_up()
    _give_memory_back()
    gc.freeze()  # what is imported by now is never garbage
    gc.set_threshold(50_000, 10, 10)  # the logs of runs are much memory and no garbage: look through them rarely
    end_sessions(started.runs.is_at_work, _collect)
    return started


def _give_memory_back() -> None:
    """Make the C library keep one heap for all threads and return freed memory; only glibc has these options."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_TRIM_THRESHOLD, 128 * 1024)


def _collect(is_quiet: bool) -> None:
    """Collect the garbage of ended sessions and runs; a full collection takes 0.2 s, a partial one much less."""
    forget_functions()
    if is_quiet:
        gc.unfreeze()  # what was frozen while it was some visitor's
    gc.collect()
    if is_quiet:
        gc.freeze()


def openai_secrets() -> dict[str, str]:
    """The section [openai] of the secrets, under the names of environment variables."""
    try:
        if st.secrets.load_if_toml_exists():
            section = st.secrets.get("openai", {})
            return {f"OPENAI_{name.upper()}": str(value) for name, value in section.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise SettingsError(sentence("settings-secrets")) from error
    if any(Path(file).exists() for file in st.get_option("secrets.files")):  # Streamlit could not parse it
        raise SettingsError(sentence("settings-secrets"))
    return {}
