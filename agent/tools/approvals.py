"""Tools that ask a person before they act: `interrupt()` in the tool, as LangGraph's documentation has it.

When the person has answered, the tool runs again from its first line, and `interrupt()` returns the answer. So what
may be done only once stands behind it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.config import get_stream_writer
from langgraph.types import interrupt

from agent.tools.business import customer_of
from agent.tools.registry import offered


@offered(icon="payments")
async def refund(amount: float, order: int) -> str:
    """Refund an amount of dollars for an order to its customer. A person is asked first."""
    answer = interrupt(
        {
            "action": "refund",
            "amount": amount,
            "order": order,
            "message": f"The assistant wants to refund **{amount:g} dollars** to **{customer_of(order)}**.",
        }
    )
    if not is_approved(answer):
        return f"Not done: the refund was rejected{_because(answer)}."
    amount, order = answer.get("amount", amount), answer.get("order", order)  # a person may have changed them
    get_stream_writer()({"status": "Paying"})
    await asyncio.sleep(0.6)  # a slow bank
    return f"Done: {amount:g} dollars were refunded to {customer_of(order)} for order {order}."


@offered(icon="outgoing_mail")
async def send_email(to: str, subject: str, body: str) -> str:
    """Send an email to an address. A person is asked first."""
    answer = interrupt(
        {
            "action": "send_email",
            "to": to,
            "subject": subject,
            "body": body,
            "message": f"The assistant wants to send an e-mail to **{to}**.",
        }
    )
    if not is_approved(answer):
        return f"Not done: the e-mail to {to} was rejected{_because(answer)}."
    to, subject = answer.get("to", to), answer.get("subject", subject)
    get_stream_writer()({"status": "Sending"})
    await asyncio.sleep(0.4)  # a slow post office
    return f"Done: the e-mail “{subject}” was sent to {to}."


def is_approved(answer: Any) -> bool:
    """Whether a person has said yes."""
    return isinstance(answer, dict) and answer.get("action") == "approve"


def _because(answer: Any) -> str:
    reason = answer.get("reason") if isinstance(answer, dict) else answer
    return f", because “{reason}”" if reason else ""
