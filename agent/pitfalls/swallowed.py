"""A question to a person is an exception on its way up, and `except Exception` stops it."""

from __future__ import annotations

from langgraph.errors import GraphBubbleUp
from langgraph.types import interrupt

from agent.pitfalls.agents import ask_and_approve, does
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix="# from langgraph.errors: a question or a handoff, no failure\nexcept GraphBubbleUp:\n    raise",
    threads={
        "langchain-ai/langchain#38722": "propagate interrupts through ToolRetryMiddleware",
        "langchain-ai/langgraph#8217": "GraphInterrupt Not Re-raised in awrap_tool_call Wrapper Path",
    },
    between=" · ",
)


async def wrong(url: str, show: Show) -> None:
    """Whatever is raised is a failure."""

    async def refund(order: int) -> str:
        """Refund an order."""
        try:
            if not interrupt(f"Refund order {order}?"):
                return "Not refunded."
        except Exception as error:
            show(does("failed", error=type(error).__name__))
            return "Error: it failed."
        show(does("refunded"))
        return "Refunded."

    await ask_and_approve(url, refund, show)


async def right(url: str, show: Show) -> None:
    """What is not meant for the tool goes on its way."""

    async def refund(order: int) -> str:
        """Refund an order."""
        try:
            if not interrupt(f"Refund order {order}?"):
                return "Not refunded."
        except GraphBubbleUp:
            raise
        except Exception as error:
            show(does("failed", error=type(error).__name__))
            return "Error: it failed."
        show(does("refunded"))
        return "Refunded."

    await ask_and_approve(url, refund, show)
