"""The agent, its tools and the demo model; and `watch`, which shows what any compiled graph streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.streaming.watch import watch

__all__ = ["watch"]


def __getattr__(name: str) -> Any:
    """`watch`, imported on first use: LangGraph takes a second to load."""
    if name != "watch":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from agent.streaming.watch import watch

    return watch
