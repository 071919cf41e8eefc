"""Idle sessions learn what has happened elsewhere: in another tab, or on another server.

A fragment that checks now and then would run a script each time: 4 ms and six messages. Here a check is one query, 0.1
ms, and nothing is sent until there is news.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ui.shell._streamlit_compat.sessions import draw_anew, is_connected

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Between two checks for each session."""
KEPT_SECONDS = 60.0
"""How long a session without a connection is remembered, as by Streamlit (`disconnectedSessionTTL`)."""


@dataclass(slots=True)
class _Listener:
    has_news: Callable[[], bool]
    connected_at: float = field(default_factory=time.monotonic)


class Listeners:
    """The idle sessions, by id; nothing of a session itself is held."""

    def __init__(self) -> None:
        self._all: dict[str, _Listener] = {}
        self._lock = threading.Lock()
        self._works = False

    def add(self, session_id: str, has_news: Callable[[], bool]) -> None:
        """Redraw a session's page once it `has_news`, which is called in a thread of its own."""
        with self._lock:
            self._all[session_id] = _Listener(has_news)
            if not self._works:
                self._works = True
                threading.Thread(target=self._work, name="listeners", daemon=True).start()

    def remove(self, session_id: str) -> None:
        """Stop checking for a session: a script of it is at work."""
        with self._lock:
            self._all.pop(session_id, None)

    def _work(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            for session_id, listener in list(self._all.items()):
                if self._is_over(session_id, listener):
                    self.remove(session_id)
            with self._lock:
                if not self._all:
                    self._works = False
                    return

    def _is_over(self, session_id: str, listener: _Listener) -> bool:
        now = time.monotonic()
        if not is_connected(session_id):
            return now - listener.connected_at > KEPT_SECONDS
        listener.connected_at = now
        try:
            if listener.has_news():
                draw_anew(session_id)
                return True
        except Exception:  # the store may be away for a moment
            log.debug("Could not look for news.", exc_info=True)
        return False
