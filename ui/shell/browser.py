"""The browser at the other end: never send it more than it can take, and notice its clicks soon.

Streamlit 1.67 silently gives up a session whose browser falls behind by 500 messages: the page then stands still
forever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from agent.pace import PACE
from ui.shell._streamlit_compat.queues import messages_not_sent, messages_on_the_way

ENOUGH = 100
"""Messages on their way to a browser; beyond that, a script waits before it writes more."""
FLUSH = 0.03
"""Seconds within which Streamlit has usually sent what was written."""
STEP = 0.01
"""Seconds between two checks."""
PATIENCE = 0.1
"""Seconds that a script may wait without checking for a click, which has to wait as long."""

_turn = threading.Lock()
_mine = threading.local()


@contextmanager
def turn_to_draw() -> Iterator[None]:
    """Draw while no other visitor's script does.

    There is one interpreter, so scripts cannot run in parallel anyway. A hundred that try keep it from the loops that
    bring in the tokens, and everything takes longer.
    """
    with _turn:
        _mine.holds = True
        try:
            yield
        finally:
            _mine.holds = False


def wait_for_browser() -> None:
    """Wait until the browser has caught up; also a point where a click can interrupt the script."""
    _wait_while(lambda: messages_on_the_way() > ENOUGH)


def wait_until_sent() -> None:
    """Wait until everything written has been sent.

    If a place is written to again before it was sent, Streamlit puts the new message where the old one stood in the
    queue, and so possibly before the block it belongs to; a browser that meets that gives up the page.
    """
    time.sleep(FLUSH)
    _wait_while(lambda: messages_not_sent() > 0)


def _wait_while(must_wait: Callable[[], bool]) -> None:
    _ = "_" in st.session_state  # reading it is a point where a click can interrupt the script
    while must_wait():
        if holds := getattr(_mine, "holds", False):
            _turn.release()
        try:
            time.sleep(STEP)
        finally:
            if holds:
                _turn.acquire()
        _ = "_" in st.session_state


def pause(seconds: float) -> None:
    """Draw nothing for a while; a click can interrupt the script at any time."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(rest := min(left, PATIENCE))
        PACE.note(time.monotonic() - (until - left + rest))
        wait_for_browser()
