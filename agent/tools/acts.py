"""What an assistant does to the world: it pays, and it writes to people. Nothing here asks anybody."""

from __future__ import annotations

import asyncio

from langgraph.config import get_stream_writer

from agent.tools.business import customer_of


async def refund(amount: float, order: int) -> str:
    """Refund an amount of dollars for an order to its customer."""
    get_stream_writer()({"status": "Paying"})
    await asyncio.sleep(0.6)  # a slow bank
    return f"Done: {amount:g} dollars were refunded to {customer_of(order)} for order {order}."


async def send_email(to: str, subject: str, body: str) -> str:
    """Send an email to an address."""
    get_stream_writer()({"status": f"Sending {len(body.split())} words"})
    await asyncio.sleep(0.4)  # a slow post office
    return f"Done: the e-mail “{subject}” was sent to {to}."
