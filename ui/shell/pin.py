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
from collections.abc import Mapping
from typing import Any

import streamlit as st

from agent.engine.application import Application
from agent.engine.backend import Conversation, RunBackend
from agent.engine.log import Read
from agent.engine.run import Run
from agent.errors import Refusal
from agent.graphs.langchain import forget_functions
from agent.settings import Settings
from agent.store.index import Entry
from agent.store.recording import dump, parse
from agent.streaming.events import EVENTS, JSON, RunRequest
from ui.shell._streamlit_compat import (
    bound_uploads,
    drop_forged_values,
    end_sessions,
    keep_downloads,
    run_one_script_a_session,
)

_PIN = "_toolstream_application_2"
"""The number goes up when the contents change."""
_ARENA_MAX, _TRIM_THRESHOLD = -8, -1
"""Of glibc's `mallopt`."""


def application() -> Application:
    """The one application of the process; raises SettingsError if it cannot start when first asked for."""
    pin = sys.modules.get(_PIN)
    if pin is None:
        pin = types.ModuleType(_PIN)
        pin.__dict__.update(lock=threading.Lock(), application=None)
        pin = sys.modules.setdefault(_PIN, pin)
    if pin.application is None:
        with pin.lock:
            if pin.application is None:
                pin.__dict__["application"] = _start()
    return pin.application  # type: ignore[no-any-return]


class CurrentRuns:
    """A RunBackend whose runs are of this script's classes, whatever those of `backend` are."""

    def __init__(self, backend: RunBackend) -> None:
        self._backend = backend

    def start(
        self,
        request: RunRequest,
        *,
        thread_id: str = "",
        session: str = "",
        address: str = "",
        api_key: str | None = None,
        after: str = "",
    ) -> Run | Refusal:
        """Start a run, or say why not."""
        return _outcome(
            self._backend.start(
                request, thread_id=thread_id, session=session, address=address, api_key=api_key, after=after
            )
        )

    def answer(
        self, run_id: str, interrupt_id: str, answer: JSON, *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Answer a question that a run asks its owner."""
        return _outcome(self._backend.answer(run_id, interrupt_id, answer, session=session, api_key=api_key))

    def answer_otherwise(
        self, run_id: str, answers: Mapping[str, JSON], *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Start a run that shares the beginning of this one and goes on with other answers."""
        return _outcome(self._backend.answer_otherwise(run_id, answers, session=session, api_key=api_key))

    def conversations(self, session: str) -> list[Conversation]:
        """The visitor's conversations, the newest first."""
        return self._backend.conversations(session)

    def rename(self, thread_id: str, title: str, *, session: str) -> Refusal | None:
        """Call a conversation otherwise; or say why not."""
        return self._backend.rename(thread_id, title, session=session)

    def forget_thread(self, thread_id: str, *, session: str) -> Refusal | None:
        """Delete all that is kept of a conversation, or say why that failed."""
        return self._backend.forget_thread(thread_id, session=session)

    def get(self, run_id: str) -> Run | None:
        """The run with this id, if it is kept."""
        run = self._backend.get(run_id)
        return _current(run) if run else None

    def of(self, session: str) -> list[Entry]:
        """The visitor's runs, the newest first."""
        return self._backend.of(session)

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation, oldest first."""
        return [_current(run) for run in self._backend.thread(thread_id)]

    def stop(self, run_id: str) -> None:
        """Stop a run."""
        self._backend.stop(run_id)

    def forget(self, run_id: str) -> Refusal | None:
        """Stop a run, and delete all that is kept of it; or say why that failed."""
        return self._backend.forget(run_id)


def _outcome(outcome: Run | Refusal) -> Run | Refusal:
    return Refusal(outcome.sentence) if outcome.state == "refused" else _current(outcome)


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


def _current(run: Run) -> Run:
    return run if isinstance(run, Run) else _Reloaded(run)


def _start() -> Application:
    started = Application(Settings.from_env(ChainMap(_openai_secrets(), dict(os.environ))))
    atexit.register(started.close)
    run_one_script_a_session()
    drop_forged_values()
    keep_downloads()
    bound_uploads()
    _give_memory_back()
    sys.setswitchinterval(0.0005)  # readers share the GIL with the loop: let go of it sooner
    gc.freeze()  # what is imported by now is never garbage
    gc.set_threshold(50_000, 10, 10)  # the logs of runs are much memory and no garbage: look through them rarely
    end_sessions(started.runs.is_at_work, _collect)
    return started


def _give_memory_back() -> None:
    """Let the C library keep one heap for all threads, and give what is freed of it back; others have no such words."""
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


def _openai_secrets() -> dict[str, str]:
    """The section [openai] of the secrets, under the names of environment variables."""
    if not st.secrets.load_if_toml_exists():
        return {}
    section = st.secrets.get("openai", {})
    return {f"OPENAI_{name.upper()}": str(value) for name, value in section.items()}
