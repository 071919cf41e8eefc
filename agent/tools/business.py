"""Tools of three jobs that every company knows: a refund, a market brief, an incident. What they find is made up.

Each shows another way of streaming: finds, rows of a table, points of a chart, progress, a failure, a model's words.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from langgraph.config import get_stream_writer

from agent.errors import ToolFailed
from agent.tools.registry import Models, ToolFunction, asks_model, offered

Policy = Literal["refund", "delivery", "warranty"]
Market = Literal["electric bikes", "heat pumps", "meal kits"]
Service = Literal["checkout", "catalog", "sign-in"]

_ITEMS = (("a coffee grinder", 89), ("a desk lamp", 54), ("a pair of headphones", 129), ("a rain jacket", 140))
_CUSTOMERS = ("Ms Rivera", "Mr Okafor", "Ms Lindqvist", "Mr Tanaka")
_POLICIES: dict[Policy, tuple[str, ...]] = {
    "refund": (
        "Damaged goods: a full refund within 30 days of delivery.",
        "A photo of the damage is enough; nothing has to be sent back.",
        "Up to 200 dollars, support decides by itself.",
    ),
    "delivery": ("Orders leave within 2 working days.", "A parcel that is 10 days late counts as lost."),
    "warranty": ("Everything has a warranty of 2 years.", "Repair comes before replacement."),
}
_MAKERS = ("Alder", "Borealis", "Cobalt", "Dune", "Ember")
_STEPS = ("Sales rose for the third year", "Prices fell by a tenth", "Two makers share half of the market")
_LINES = (
    "09:02 slow: 2.1 s for one page",
    "09:04 timeout: no free connection to the database",
    "09:05 timeout: no free connection to the database",
    "09:07 restart: 40 connections were left open by version 7.4",
)


def _order(number: int) -> tuple[str, str, int, int]:
    """Who ordered what, for how many dollars, and how many days ago it was delivered."""
    item, price = _ITEMS[number % len(_ITEMS)]
    return _CUSTOMERS[number // 2 % len(_CUSTOMERS)], item, price, 3 + number % 20


def customer_of(order: int) -> str:
    """Who has ordered."""
    return _order(order)[0]


@offered(icon="receipt_long")
async def look_up_order(order: int) -> str:
    """Look up an order by its number: who ordered what, what it cost, when it was delivered."""
    write = get_stream_writer()
    customer, item, price, days = _order(order)
    found = (f"Customer: {customer}", f"Item: {item}, {price} dollars", f"Delivered: {days} days ago")
    for line in found:
        write({"found": line})
        await asyncio.sleep(0.5)  # a slow database
    return ". ".join(found) + "."


@offered(icon="policy")
async def check_policy(policy: Policy) -> str:
    """Check the company's policy: its rules for refunds, for deliveries, or for the warranty."""
    write = get_stream_writer()
    for rule in _POLICIES[policy]:
        write({"rule": rule})
        await asyncio.sleep(0.7)
    return " ".join(_POLICIES[policy])


@asks_model("draft_reply.llm", icon="edit_note", needs_langchain=True)
def drafting_reply(models: Models) -> ToolFunction:
    """draft_reply with a model inside, whose words are seen as they are written."""

    async def draft_reply(order: int) -> str:
        """Draft a reply to the customer of an order."""
        customer, item, price, days = _order(order)
        facts = (
            f"You ordered {item}, delivered {days} days ago, and it arrived damaged.",
            f"We refund the full {price} dollars to your card today; please allow three working days.",
            "You need not send anything back.",
        )
        prompt = f"Write a short reply to {customer}, signed by the support team. Say this:\n" + _listed(facts)
        return str((await models.chat.ainvoke(prompt)).text)

    return draft_reply


@offered(icon="newspaper")
async def search_news(market: Market) -> str:
    """Search the news about a market: headlines as they are found."""
    write = get_stream_writer()
    for headline in _STEPS:
        await asyncio.sleep(0.6)
        write({"headline": f"{headline}: {market}"})
    return "; ".join(_STEPS) + "."


@offered(icon="table_chart")
async def compare_makers(market: Market) -> str:
    """Compare the makers in a market: what each sells, as the rows of a table."""
    write = get_stream_writer()
    for place, maker in enumerate(_MAKERS):
        await asyncio.sleep(0.4)
        price = 900 + 37 * len(market) * (place + 1) % 800
        write({"row": {"maker": maker, "price": price, "share %": 31 - 5 * place, "stars": 4.6 - place / 5}})
    return f"{_MAKERS[0]} and {_MAKERS[1]} hold 57 % of the market."


@offered(icon="show_chart")
async def chart_demand(market: Market) -> str:
    """Chart the demand in a market over three years, as the points of a chart."""
    write = get_stream_writer()
    sold = 100.0
    for month in range(0, 36, 2):
        await asyncio.sleep(0.15)
        sold *= 1.04 if month % 12 in (2, 4, 6) else 1.005 + len(market) / 5_000
        write({"point": {"month": month, "sold (thousands)": round(sold, 1)}})
    return f"Demand grew by {sold - 100:.0f} % in three years, most of it in spring."


@asks_model("write_brief.llm", icon="summarize", needs_langchain=True)
def writing_brief(models: Models) -> ToolFunction:
    """write_brief with a model inside, whose words are seen as they are written."""

    async def write_brief(market: Market) -> str:
        """Write a brief on a market for the management."""
        facts = (
            "Demand grew by half in three years, most of it in spring.",
            f"{_MAKERS[0]} leads with 31 %; {_MAKERS[1]} follows with 26 %.",
            "Prices fell by a tenth, so whoever enters now must be cheaper to make, not cheaper to buy.",
        )
        prompt = f"Write a brief on {market} for the management. Say this:\n" + _listed(facts)
        return str((await models.chat.ainvoke(prompt)).text)

    return write_brief


@offered(icon="manage_search")
async def search_logs(service: Service) -> str:
    """Search the logs of a service: how far the search is, and the lines that stand out."""
    write = get_stream_writer()
    for part in range(1, 13):
        await asyncio.sleep(0.2)
        write({"progress": part / 12, "status": f"{part * 4_000:,} of 48,000 lines"})
        if part % 3 == 0:
            write({"line": _LINES[part // 3 - 1]})
    return f"The {service} runs out of database connections since version 7.4."


@offered(icon="restart_alt")
async def restart_service(service: Service) -> str:
    """Restart a service. It fails: the new process does not become healthy."""
    write = get_stream_writer()
    for step in ("Stopping", "Starting", "Waiting for a healthy answer"):
        write({"status": step})
        await asyncio.sleep(0.7)
    raise ToolFailed(f"The {service} did not become healthy within its time.")


@offered(icon="history")
async def roll_back(service: Service) -> str:
    """Roll a service back to the version before. It recovers."""
    write = get_stream_writer()
    for step, share in (("Fetching version 7.3", 0.3), ("Replacing 4 of 4 machines", 0.8), ("Healthy", 1.0)):
        await asyncio.sleep(0.6)
        write({"progress": share, "status": step})
    return f"The {service} runs version 7.3 again, and answers in 0.2 s."


def _listed(facts: tuple[str, ...]) -> str:
    return "\n".join(f"- {fact}" for fact in facts)
