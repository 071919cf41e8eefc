"""What an assistant does to the world: it pays, and it writes to people. Nothing here asks anybody."""

from __future__ import annotations

import asyncio

from langgraph.config import get_stream_writer

from agent.tools.business import customer_of
from agent.tools.scenario import scenario


async def refund(amount: float, order: int) -> str:
    """Refund an amount of money for an order to its customer."""
    told = scenario()
    get_stream_writer()({"status": told.paying})
    await asyncio.sleep(0.6)  # a slow bank
    paid = told.paid.format(money=told.money.format(amount=amount), customer=customer_of(order), order=order)
    return told.done + paid


async def send_email(to: str, subject: str, body: str) -> str:
    """Send an email to an address."""
    told = scenario()
    get_stream_writer()({"status": told.sending.format(words=len(body.split()))})
    await asyncio.sleep(0.4)  # a slow post office
    return told.done + told.sent.format(subject=subject, to=to)
