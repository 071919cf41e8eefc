"""The bounds of one call of an MCP server's tool, and of all of them together."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds; a host sets them as limits whose names begin with `mcp_`."""

    sessions: int = 8
    start_seconds: float = 20.0
    silent_seconds: float = 300.0
    message_bytes: int = 2_000_000
    answer_chars: int = 50_000
    reports: int = 2_000


_USUAL = Bounds()
bounds_here: ContextVar[Bounds] = ContextVar("bounds_here", default=_USUAL)
"""The bounds of the run or listing that makes the call."""
