"""What both sides of a trap are given: a way to show what arrives, and an agent to ask."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from agent.pitfalls.pitfall import Moment

LONGEST = 500
"""Characters of one text."""


class Show:
    """Writes down, with the time, what a visitor would see. Safe to use from any thread."""

    def __init__(self) -> None:
        self._t0 = time.monotonic()

    def __call__(self, chunk: object, lane: str | None = None) -> None:
        """A chunk has arrived."""
        if text := str(chunk):
            self._write("chunk", text, lane or "")

    def mark(self, text: str) -> None:
        """Something was done from outside."""
        self._write("mark", text)

    def told(self, sentence: str) -> None:
        """The visitor is told that something went wrong."""
        self._write("told", sentence)

    def error(self, error: BaseException) -> None:
        """The side failed."""
        self._write("error", f"{type(error).__name__}: {error}")

    def end(self) -> None:
        """The side has returned, and says that all is well."""
        self._write("end", "")

    def _write(self, kind: Any, text: str, lane: str = "") -> None:
        moment = Moment(at=round(time.monotonic() - self._t0, 3), kind=kind, text=text[:LONGEST], lane=lane)
        sys.stdout.write(json.dumps(moment) + "\n")
        sys.stdout.flush()
