"""What a server has done: counted on its loop, read from any thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stats:
    """What a server has done so far."""

    requests: int
    """Chat completions asked for, refused ones too."""
    active: int
    """Answers being sent at this moment."""
    hung_up: int
    """Clients that left before their answer was complete."""
    tokens: int
    """Tokens sent."""


@dataclass
class Tally:
    """The running counts behind `Stats`, and the answers being sent."""

    requests: int = 0
    hung_up: int = 0
    tokens: int = 0
    sending: set[asyncio.Future[None]] = field(default_factory=set)

    def snapshot(self) -> Stats:
        """Return the counts as they are now."""
        return Stats(self.requests, len(self.sending), self.hung_up, self.tokens)
