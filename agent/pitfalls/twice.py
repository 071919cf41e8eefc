"""Whatever comes before `interrupt()` is done again once the person has answered."""

from __future__ import annotations

from langgraph.types import interrupt

from agent.pitfalls.agents import ask_and_approve, does
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix='# the question first\nif interrupt("Refund order 7?"):\n    # then what must happen once\n    send_email(...)',
    threads={
        "langchain-ai/langgraph#7780": "Interrupt() in a loop will cause extra resumes",
        "langchain-ai/langgraph#6603": "clarify interrupt resumption behavior with side effects",
    },
    between=" · ",
)


async def wrong(url: str, show: Show) -> None:
    """It acts, then it asks."""

    async def refund(order: int) -> str:
        """Refund an order."""
        show(does("sent"))
        if not interrupt(f"Refund order {order}?"):
            return "Not refunded."
        show(does("refunded"))
        return "Refunded."

    await ask_and_approve(url, refund, show)


async def right(url: str, show: Show) -> None:
    """It asks, then it acts."""

    async def refund(order: int) -> str:
        """Refund an order."""
        if not interrupt(f"Refund order {order}?"):
            return "Not refunded."
        show(does("sent"))
        show(does("refunded"))
        return "Refunded."

    await ask_and_approve(url, refund, show)
