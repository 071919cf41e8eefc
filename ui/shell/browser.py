"""The browser at the other end: never send it more than it can take, and see soon when it has something to say.

A session whose browser falls behind by 500 messages is given up by Streamlit 1.67 without a word: the page then stands
still for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ui.shell._streamlit_compat import messages_on_the_way

ENOUGH = 100
"""Messages on the way to a browser; with more, a script waits before it writes on."""
STEP = 0.01
"""Seconds between two looks."""
PATIENCE = 0.1
"""Seconds that a script may wait for anything without a look for a click, which waits as long."""

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
    while messages_on_the_way() > ENOUGH:
        if holds := getattr(_mine, "holds", False):
            _turn.release()
        try:
            time.sleep(STEP)
        finally:
            if holds:
                _turn.acquire()
        _ = "_" in st.session_state


def pause(seconds: float) -> None:
    """Draw nothing for so long; a click can interrupt the script all the while."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, PATIENCE))
        wait_for_browser()
