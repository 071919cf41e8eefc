"""Tools of three jobs that every company knows: a refund, a market brief, an incident. What they find is made up.

Each shows another way of streaming: finds, rows of a table, points of a chart, progress, a failure, a model's words.
"""

from __future__ import annotations

import asyncio
from typing import Literal, get_args

from langgraph.config import get_stream_writer

from agent.errors import ToolFailed
from agent.tools.registry import Models, ToolFunction, asks_model, offered
from agent.tools.scenario import scenario

Policy = Literal["refund", "delivery", "warranty", "환불", "배송", "보증"]
Market = Literal["electric bikes", "heat pumps", "meal kits", "전기 자전거", "히트펌프", "밀키트"]
Service = Literal["checkout", "catalog", "sign-in", "결제", "상품 목록", "로그인"]

_MAKERS = ("Alder", "Borealis", "Cobalt", "Dune", "Ember")


def _order(number: int) -> dict[str, str | int]:
    """Who ordered what, what it cost, and how many days ago it was delivered."""
    told = scenario()
    item, price = told.items[number % len(told.items)]
    customer = told.customers[number // 2 % len(told.customers)]
    return {"customer": customer, "item": item, "price": told.money.format(amount=price), "days": 3 + number % 20}


def customer_of(order: int) -> str:
    """Who has ordered."""
    return str(_order(order)["customer"])


@offered(icon="receipt_long")
async def look_up_order(order: int) -> str:
    """Look up an order by its number: who ordered what, what it cost, when it was delivered."""
    write = get_stream_writer()
    found = [line.format(**_order(order)) for line in scenario().order]
    for line in found:
        write({"found": line})
        await asyncio.sleep(0.5)  # a slow database
    return ". ".join(found) + "."


@offered(icon="policy")
async def check_policy(policy: Policy) -> str:
    """Check the company's policy: its rules for refunds, for deliveries, or for the warranty."""
    write = get_stream_writer()
    rules = scenario().policies[get_args(Policy).index(policy) % 3]  # the same three in each language
    for rule in rules:
        write({"rule": rule})
        await asyncio.sleep(0.7)
    return " ".join(rules)


@asks_model("draft_reply.llm", icon="edit_note", needs_langchain=True)
def drafting_reply(models: Models) -> ToolFunction:
    """draft_reply with a model inside, whose words are seen as they are written."""

    async def draft_reply(order: int) -> str:
        """Draft a reply to the customer of an order."""
        told, about = scenario(), _order(order)
        prompt = told.reply.format(**about) + _listed(told.reply_facts).format(**about)
        return str((await models.chat.ainvoke(prompt)).text)

    return draft_reply


@offered(icon="newspaper")
async def search_news(market: Market) -> str:
    """Search the news about a market: headlines as they are found."""
    write = get_stream_writer()
    told = scenario()
    for headline in told.headlines:
        await asyncio.sleep(0.6)
        write({"headline": told.headline.format(headline=headline, market=market)})
    return told.between.join(told.headlines) + "."


@offered(icon="table_chart")
async def compare_makers(market: Market) -> str:
    """Compare the makers in a market: what each sells, as the rows of a table."""
    write = get_stream_writer()
    for place, maker in enumerate(_MAKERS):
        await asyncio.sleep(0.4)
        price = 900 + 37 * len(market) * (place + 1) % 800
        cells = (maker, price, 31 - 5 * place, 4.6 - place / 5)
        write({"row": dict(zip(scenario().columns, cells, strict=True))})
    return scenario().leaders.format(first=_MAKERS[0], second=_MAKERS[1])


@offered(icon="show_chart")
async def chart_demand(market: Market) -> str:
    """Chart the demand in a market over three years, as the points of a chart."""
    write = get_stream_writer()
    sold = 100.0
    for month in range(0, 36, 2):
        await asyncio.sleep(0.15)
        sold *= 1.04 if month % 12 in (2, 4, 6) else 1.005 + len(market) / 5_000
        write({"point": dict(zip(scenario().axes, (month, round(sold, 1)), strict=True))})
    return scenario().growth.format(growth=sold - 100)


@asks_model("write_brief.llm", icon="summarize", needs_langchain=True)
def writing_brief(models: Models) -> ToolFunction:
    """write_brief with a model inside, whose words are seen as they are written."""

    async def write_brief(market: Market) -> str:
        """Write a brief on a market for the management."""
        told = scenario()
        facts = _listed(told.brief_facts).format(first=_MAKERS[0], second=_MAKERS[1])
        prompt = told.brief.format(market=market) + facts
        return str((await models.chat.ainvoke(prompt)).text)

    return write_brief


@offered(icon="manage_search")
async def search_logs(service: Service) -> str:
    """Search the logs of a service: how far the search is, and the lines that stand out."""
    write = get_stream_writer()
    told = scenario()
    for part in range(1, 13):
        await asyncio.sleep(0.2)
        write({"progress": part / 12, "status": told.searched.format(read=part * 4_000)})
        if part % 3 == 0:
            write({"line": told.log_lines[part // 3 - 1]})
    return told.log_result.format(service=service)


@offered(icon="restart_alt")
async def restart_service(service: Service) -> str:
    """Restart a service. It fails: the new process does not become healthy."""
    write = get_stream_writer()
    for step in scenario().restart:
        write({"status": step})
        await asyncio.sleep(0.7)
    raise ToolFailed(scenario().restart_failed.format(service=service))


@offered(icon="history")
async def roll_back(service: Service) -> str:
    """Roll a service back to the version before. It recovers."""
    write = get_stream_writer()
    for step, share in zip(scenario().roll_back, (0.3, 0.8, 1.0), strict=True):
        await asyncio.sleep(0.6)
        write({"progress": share, "status": step})
    return scenario().rolled_back.format(service=service)


def _listed(facts: tuple[str, ...]) -> str:
    return "\n".join(f"- {fact}" for fact in facts)
