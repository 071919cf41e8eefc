"""What outlives a rerun: the runner of the process, and what this session knows."""

from __future__ import annotations

import atexit
import gc
import os
import secrets
import sys
import threading
import types
from collections import ChainMap

import streamlit as st

from agent.runner import Run, Runner
from agent.settings import Settings

_PIN = "_toolstream_runner_1"


def runner() -> Runner:
    """The one runner of the process.

    It is pinned in `sys.modules` and not in `st.cache_resource` or a global: any visitor can empty the cache, and
    saving a source file drops both. The number in the pin's name goes up with a change of what it holds.
    """
    pin = sys.modules.get(_PIN)
    if pin is None:
        pin = types.ModuleType(_PIN)
        pin.__dict__.update(lock=threading.Lock(), runner=None)
        pin = sys.modules.setdefault(_PIN, pin)
    if pin.runner is None:
        with pin.lock:
            if pin.runner is None:
                pin.__dict__["runner"] = _start()
    return pin.runner  # type: ignore[no-any-return]


def session_id() -> str:
    """Who this session is to the limits; made up, and told to nobody."""
    return str(st.session_state.setdefault("session_id", secrets.token_urlsafe(16)))


def visitor_key() -> str | None:
    """The key that the visitor typed, which is in this session's memory and nowhere else."""
    return st.session_state.get("visitor_key")


def conversation(page: str) -> list[Run]:
    """The runs of this page's conversation, oldest first.

    A session that knows none yet finds it again by the run id in the URL: after a refresh, or in a second tab.
    """
    threads: dict[str, str] = st.session_state.setdefault("threads", {})
    if page not in threads and (run_id := st.query_params.get("run")):
        found = runner().get(run_id)
        if found and found.request.page == page:
            threads[page] = found.thread_id
    runs = runner().thread(threads[page]) if page in threads else []
    remember_in_url(runs[-1].id if runs else None)
    return runs


def run_is_lost(page: str) -> bool:
    """Whether the URL names a run that is not, or no longer, kept here."""
    run_id = st.query_params.get("run")
    return run_id is not None and page not in st.session_state.get("threads", {}) and runner().get(run_id) is None


def thread_id(page: str) -> str:
    """The id of this page's conversation; a new one if there is none."""
    threads: dict[str, str] = st.session_state.setdefault("threads", {})
    return threads.setdefault(page, secrets.token_urlsafe(16))


def new_conversation(page: str) -> None:
    """Leave this page's conversation; its runs stay where they are."""
    st.session_state.setdefault("threads", {}).pop(page, None)
    st.query_params.pop("run", None)


def remember_in_url(run_id: str | None) -> None:
    """Keep the run's id in the URL; Streamlit drops it on every change of page."""
    if run_id and st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id


def _start() -> Runner:
    started = Runner(Settings.from_env(ChainMap(_openai_secrets(), dict(os.environ))))
    atexit.register(started.close)
    sys.setswitchinterval(0.0005)  # readers share the GIL with the loop: let go of it sooner
    gc.freeze()  # what is imported by now is never garbage
    return started


def _openai_secrets() -> dict[str, str]:
    """The section [openai] of the secrets, under the names of the environment variables."""
    if not st.secrets.load_if_toml_exists():
        return {}
    section = st.secrets.get("openai", {})
    return {f"OPENAI_{name.upper()}": str(value) for name, value in section.items()}
