"""What outlives a rerun: the runner of the process, and what this session knows."""

from __future__ import annotations

import atexit
import gc
import os
import re
import secrets
import sys
import threading
import types
from collections import ChainMap

import streamlit as st

from agent.engine.run import Run
from agent.engine.runner import Runner
from agent.settings import Settings

_PIN = "_toolstream_runner_3"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


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
    """Who this visitor is to the limits and to their own runs: random, and told to nobody.

    It outlives a refresh in a cookie; where cookies do not arrive, as behind some proxies, it is the session's.
    """
    if "session_id" not in st.session_state:
        known = str(st.context.cookies.get(_cookie_name()) or "")
        st.session_state["session_id"] = known if _TOKEN.fullmatch(known) else secrets.token_urlsafe(16)
    return str(st.session_state["session_id"])


def visitor_cookie() -> str:
    """A script that lets the browser keep session_id: streamlit can read cookies, but not set them."""
    secure = "; Secure" if _is_https() else ""
    days = runner().settings.limits.recording_days
    rest = f"; Path=/; SameSite=Strict; Max-Age={int(days * 86_400)}{secure}"
    return f"""<script>
{{
  const name = "{_cookie_name()}=", token = "{session_id()}";
  const kept = document.cookie.split("; ").find(part => part.startsWith(name));
  if (!kept || kept === name + token) document.cookie = name + token + "{rest}";
}}
</script>"""


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
    return runner().thread(threads[page]) if page in threads else []


def last_run(page: str) -> str | None:
    """The id of the last run of a page's conversation, as far as this session knows it."""
    thread = st.session_state.get("threads", {}).get(page)
    runs = runner().thread(thread) if thread else []
    return runs[-1].id if runs else None


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


def _is_https() -> bool:
    return str(st.context.url or "").startswith("https:")


def _cookie_name() -> str:
    return ("__Host-" if _is_https() else "") + "toolstream_visitor"


def _start() -> Runner:
    started = Runner(Settings.from_env(ChainMap(_openai_secrets(), dict(os.environ))))
    atexit.register(started.close)
    sys.setswitchinterval(0.0005)  # readers share the GIL with the loop: let go of it sooner
    gc.freeze()  # what is imported by now is never garbage
    gc.set_threshold(50_000, 10, 10)  # the logs of runs are much memory and no garbage: look through them rarely
    return started


def _openai_secrets() -> dict[str, str]:
    """The section [openai] of the secrets, under the names of the environment variables."""
    if not st.secrets.load_if_toml_exists():
        return {}
    section = st.secrets.get("openai", {})
    return {f"OPENAI_{name.upper()}": str(value) for name, value in section.items()}
