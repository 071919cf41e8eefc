"""The agent, its tools and the demo model; `watch`, which shows what any compiled graph streams; and `attributed`, with
which an Agent Server passes that on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.streaming.attributed import attributed
    from agent.streaming.watch import watch

__all__ = ["attributed", "watch"]


def __getattr__(name: str) -> Any:
    """What is offered here, imported on first use: LangGraph takes a second to load."""
    if name == "watch":
        from agent.streaming.watch import watch

        return watch
    if name == "attributed":
        from agent.streaming.attributed import attributed

        return attributed
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
