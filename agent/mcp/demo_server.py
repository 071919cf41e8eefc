"""A small MCP server: the stock of three warehouses, and deliveries from them. Nothing of it exists.

`python -m agent.mcp.demo_server` speaks stdio, for any MCP client; with a port, it is at http://127.0.0.1:PORT/mcp.
With `ko`, it speaks Korean.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Any, Literal

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.server.session import ServerSession
from pydantic import BaseModel, Field, create_model

Warehouse = Literal["Rotterdam", "Busan", "Oakland"]
Session = Context[ServerSession, None]

AISLES = 6
_DESKS: dict[Warehouse, int] = {"Rotterdam": 12, "Busan": 64, "Oakland": 35}


@dataclass(frozen=True, slots=True)
class Words:
    """What the server says in one language; what it fills in stands in braces."""

    aisle: str
    found: str
    stock: str
    too_few: str
    looking: str
    question: str
    day: str
    days: tuple[str, ...]
    call_ahead: str
    declined: str
    booking: str
    booked: str
    done: str
    called: str


ENGLISH = Words(
    aisle="Aisle {aisle} of {aisles} in {warehouse}",
    found="{warehouse}, aisle {aisle}: {here} desks, {found} so far",
    stock="{desks} desks are in {warehouse}.",
    too_few="There are only {desks} desks in {warehouse}.",
    looking="Looking for a truck",
    question="When should the {amount} desks from {warehouse} arrive?",
    day="Day of arrival",
    days=("Monday", "Wednesday", "Friday"),
    call_ahead="Call an hour ahead",
    declined="Nothing was booked: the delivery from {warehouse} was not wanted.",
    booking="Booking {day}",
    booked="Booked",
    done="Done: {amount} desks arrive from {warehouse} on {day}{called}.",
    called=", with a call an hour ahead",
)
KOREAN = Words(
    aisle="{warehouse} 창고 통로 {aisles}곳 중 {aisle}번째",
    found="{warehouse} 창고 통로 {aisle}: 책상 {here}개, 지금까지 {found}개",
    stock="{warehouse} 창고에 책상이 {desks}개 있어요.",
    too_few="{warehouse} 창고에는 책상이 {desks}개뿐이에요.",
    looking="트럭 찾는 중",
    question="{warehouse} 창고의 책상 {amount}개를 언제 받으시겠어요?",
    day="도착 요일",
    days=("월요일", "수요일", "금요일"),
    call_ahead="도착 한 시간 전에 전화",
    declined="예약하지 않았어요. {warehouse} 창고의 배송은 필요 없다고 하셨어요.",
    booking="{day} 배송 예약 중",
    booked="예약 완료",
    done="완료: {warehouse} 창고의 책상 {amount}개가 {day}에 도착해요{called}.",
    called="(한 시간 전에 전화)",
)


def server(words: Words, port: int) -> FastMCP[Any]:
    """The server; what a model reads of its tools is English."""
    given: Any = {"json_schema_extra": {"enum": list(words.days)}, "title": words.day}
    delivery: type[BaseModel] = create_model(
        "Delivery", day=(str, Field(**given)), call_ahead=(bool, Field(default=True, title=words.call_ahead))
    )

    async def check_stock(warehouse: Warehouse, session: Session) -> str:
        """Check the stock of a warehouse: how many desks are there, aisle by aisle."""
        desks = _DESKS[warehouse]
        found = 0
        for aisle in range(1, AISLES + 1):
            await asyncio.sleep(0.3 + desks / 200)  # the larger, the slower
            told = words.aisle.format(aisle=aisle, aisles=AISLES, warehouse=warehouse)
            await session.report_progress(aisle, AISLES, told)
            here = desks // AISLES + (aisle <= desks % AISLES)
            found += here
            if aisle % 2 == 0:
                await session.info(words.found.format(warehouse=warehouse, aisle=aisle, here=here, found=found))
        return words.stock.format(desks=desks, warehouse=warehouse)

    async def book_delivery(warehouse: Warehouse, amount: int, session: Session) -> str:
        """Book a delivery of an amount of desks from a warehouse. A person is asked on which day."""
        if amount > _DESKS[warehouse]:
            raise ToolError(words.too_few.format(desks=_DESKS[warehouse], warehouse=warehouse))
        await session.report_progress(1, 3, words.looking)
        await asyncio.sleep(0.5)
        answer = await session.elicit(words.question.format(amount=amount, warehouse=warehouse), delivery)
        if answer.action != "accept":
            return words.declined.format(warehouse=warehouse)
        chosen = answer.data.model_dump()
        await session.report_progress(2, 3, words.booking.format(day=chosen["day"]))
        await asyncio.sleep(0.5)
        await session.report_progress(3, 3, words.booked)
        called = words.called if chosen["call_ahead"] else ""
        return words.done.format(amount=amount, warehouse=warehouse, day=chosen["day"], called=called)

    made: FastMCP[Any] = FastMCP("Warehouses", log_level="WARNING", host="127.0.0.1", port=port)
    made.add_tool(check_stock)
    made.add_tool(book_delivery)
    return made


def main(*given: str) -> None:
    """Serve until there is no more input, or for ever."""
    ports = [int(text) for text in given if text.isdecimal()]
    words = KOREAN if "ko" in given else ENGLISH
    server(words, *(ports or [8000])).run("streamable-http" if ports else "stdio")


if __name__ == "__main__":
    main(*sys.argv[1:])
