"""The browser at the other end: never send it more than it can take.

This is the one module that looks into Streamlit's own parts. A session whose browser falls behind by 500 messages
is given up by Streamlit 1.67 without a word: the page then stands still for ever. How far behind it is, is not told
by any public call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

ENOUGH = 100
"""Messages on the way to a browser; with more, a script waits before it writes on."""
STEP = 0.01
"""Seconds between two looks."""


_turn = threading.Lock()
_mine = threading.local()


@contextmanager
def turn_to_draw() -> Iterator[None]:
    """Draw while no other visitor's script does.

    Scripts cannot work at the same time anyway, for there is one interpreter. A hundred that try keep it from the
    loops that bring the tokens, and all of them wait longer.
    """
    with _turn:
        _mine.holds = True
        try:
            yield
        finally:
            _mine.holds = False


def wait_for_browser() -> None:
    """Wait until the browser has caught up; also a point where a click can interrupt the script."""
    _ = "_" in st.session_state  # reading it is such a point
    while _on_the_way() > ENOUGH:
        if holds := getattr(_mine, "holds", False):
            _turn.release()
        try:
            time.sleep(STEP)
        finally:
            if holds:
                _turn.acquire()
        _ = "_" in st.session_state


def _on_the_way() -> int:
    context = get_script_run_ctx()
    if context is None or not exists():
        return 0
    # Private, so it may be gone in a later version: then nothing is known, and nothing is waited for.
    sessions = getattr(get_instance(), "_session_mgr", None)
    session = sessions.get_active_session_info(context.session_id) if sessions else None
    queue = getattr(session.client if session else None, "_send_queue", None)
    return int(queue.qsize()) if queue is not None else 0
