"""The host's password: guessing is slow, and only for whoever guesses."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import OrderedDict

FREE_TRIES = 3
"""Tries that cost no time."""
LONGEST_WAIT = 8.0
"""Seconds between two later tries of one client."""
FORGIVEN = 600.0
"""Seconds without a try after which a client begins anew."""
MOST_CLIENTS = 10_000
"""Clients whose tries are remembered; the oldest are forgotten first."""


class Gate:
    """A password, compared in constant time. Safe from any thread.

    Each client has turns of its own, so a guesser keeps nobody else waiting; and who has waited for a turn is looked
    at, so the right password always gets in.
    """

    def __init__(self, password: str) -> None:
        self._digest = hashlib.sha256(password.encode()).digest()
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()
        """How often a client has tried, and when its next turn is."""

    def turn(self, client: str, now: float | None = None) -> float | None:
        """Take a turn: seconds to wait before `opens` is asked, or None when this client waits for turns already."""
        now = time.monotonic() if now is None else now
        with self._lock:
            tries, at = self._tries.get(client, (0, now))
            if now - at > FORGIVEN:
                tries = 0
            if at - now > LONGEST_WAIT:
                return None
            at, tries = max(at, now), tries + 1
            pause = min(LONGEST_WAIT, 2.0 ** (tries - FREE_TRIES)) if tries >= FREE_TRIES else 0.0
            self._tries[client] = tries, at + pause
            self._tries.move_to_end(client)
            if len(self._tries) > MOST_CLIENTS:
                self._tries.popitem(last=False)
            return at - now

    def opens(self, password: str, client: str) -> bool:
        """Whether this is the password; to be asked in one's turn."""
        given = hashlib.sha256(password.encode("utf-8", "replace")).digest()
        right = hmac.compare_digest(given, self._digest)
        if right:
            with self._lock:
                self._tries.pop(client, None)
        return right
