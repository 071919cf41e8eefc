"""Tools that ask a person before they act: `interrupt()` in the tool, as LangGraph's documentation has it.

When the person has answered, the tool runs again from its first line, and `interrupt()` returns the answer. So what
may be done only once stands behind it. An agent that asks by itself, with middleware, is given the acts alone.
"""

from __future__ import annotations

from typing import Any

from langgraph.types import interrupt

from agent.tools import acts
from agent.tools.business import customer_of
from agent.tools.registry import offered
from agent.tools.scenario import scenario


def wants_to_refund(amount: float, order: int) -> str:
    """What a person is asked."""
    told = scenario()
    return told.wants_to_refund.format(money=told.money.format(amount=amount), customer=customer_of(order))


def wants_to_write(to: str, subject: str, body: str) -> str:
    """What a person is asked."""
    return scenario().wants_to_write.format(to=to)


@offered(icon="payments", act=acts.refund, wants=wants_to_refund)
async def refund(amount: float, order: int) -> str:
    """Refund an amount of money for an order to its customer. A person is asked first."""
    question = wants_to_refund(amount, order)
    answer = interrupt({"action": "refund", "amount": amount, "order": order, "message": question})
    if not is_approved(answer):
        return scenario().not_done + scenario().refund_rejected.format(because=_because(answer))
    return await acts.refund(answer.get("amount", amount), answer.get("order", order))  # a person may have changed them


@offered(icon="outgoing_mail", act=acts.send_email, wants=wants_to_write)
async def send_email(to: str, subject: str, body: str) -> str:
    """Send an email to an address. A person is asked first."""
    question = wants_to_write(to, subject, body)
    answer = interrupt({"action": "send_email", "to": to, "subject": subject, "body": body, "message": question})
    if not is_approved(answer):
        return scenario().not_done + scenario().email_rejected.format(to=to, because=_because(answer))
    return await acts.send_email(answer.get("to", to), answer.get("subject", subject), answer.get("body", body))


def is_approved(answer: Any) -> bool:
    """Whether a person has said yes."""
    return isinstance(answer, dict) and answer.get("action") == "approve"


def _because(answer: Any) -> str:
    reason = answer.get("reason") if isinstance(answer, dict) else answer
    return scenario().because.format(reason=reason) if reason else ""
