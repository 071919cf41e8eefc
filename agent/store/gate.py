"""The host's password: guessing is slow, but only for the guesser."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
import time
from collections import OrderedDict

FREE_TRIES = 3
"""Attempts per client that cost no time."""
LONGEST_WAIT = 8.0
"""Seconds between further attempts of one client."""
FREE_TRIES_OF_A_NETWORK = 12
"""The same for all clients of a network together: a cookie is easier to throw away than an address."""
PAUSE_OF_A_NETWORK = 2.0
"""Seconds between further attempts of a network."""
FORGIVEN = 600.0
"""Seconds without an attempt after which a client starts over."""
MOST_CLIENTS = 10_000
"""Clients and networks whose attempts are remembered; the oldest are forgotten first."""
MOST_KNOWN = 100
"""Clients that got in, and no longer wait for others on their network."""


class Gate:
    """A password, compared in constant time. Safe from any thread.

    Clients and networks have separate turns, so a guesser keeps nobody else waiting and gains nothing by coming back as
    somebody new. Whoever has waited for a turn gets checked, so the right password always gets in; and whoever got in
    before is not held up by a guesser on the same network, which behind some proxies is everybody's.
    """

    def __init__(self, password: str) -> None:
        self._digest = hashlib.sha256(password.encode()).digest()
        self._lock = threading.Lock()
        self._tries: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        """How often a client or network has tried, and when its next turn is."""
        self._known: OrderedDict[str, None] = OrderedDict()

    def turn(self, client: str, address: str, now: float | None = None) -> float | None:
        """Take a turn: seconds to wait before calling `opens`, or None if too many are waiting for theirs already."""
        now = time.monotonic() if now is None else now
        with self._lock:
            lines = [(("client", client), FREE_TRIES, LONGEST_WAIT)]
            if client not in self._known:
                lines.append((("network", _network(address)), FREE_TRIES_OF_A_NETWORK, PAUSE_OF_A_NETWORK))
            if any(self._next(line, now)[1] - now > LONGEST_WAIT for line, _, _ in lines):
                return None
            return max(self._take(line, now, free, longest) for line, free, longest in lines)

    def opens(self, password: str, client: str) -> bool:
        """Whether this is the password; call it in one's turn."""
        given = hashlib.sha256(password.encode("utf-8", "replace")).digest()
        right = hmac.compare_digest(given, self._digest)
        if right:
            with self._lock:
                self._tries.pop(("client", client), None)
                self._known[client] = None
                if len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)
        return right

    def _next(self, line: tuple[str, str], now: float) -> tuple[int, float]:
        tries, at = self._tries.get(line, (0, now))
        return (0 if now - at > FORGIVEN else tries), max(at, now)

    def _take(self, line: tuple[str, str], now: float, free: int, longest: float) -> float:
        tries, at = self._next(line, now)
        tries += 1
        pause = min(longest, 2.0 ** min(tries - free, 10)) if tries >= free else 0.0
        self._tries[line] = tries, at + pause
        self._tries.move_to_end(line)
        if len(self._tries) > MOST_CLIENTS:
            self._tries.popitem(last=False)
        return at - now


def _network(address: str) -> str:
    """The address; for IPv6, the part that a visitor cannot choose."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.ipv4_mapped:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
