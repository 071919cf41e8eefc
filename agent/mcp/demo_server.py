"""A small MCP server: the stock of three warehouses, and deliveries from them. Nothing of it exists.

`python -m agent.mcp.demo_server` speaks stdio, for any MCP client; with a port, it is at http://127.0.0.1:PORT/mcp.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Literal

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.server.session import ServerSession
from pydantic import BaseModel, Field

Warehouse = Literal["Rotterdam", "Busan", "Oakland"]
Session = Context[ServerSession, None]

AISLES = 6
_DESKS: dict[Warehouse, int] = {"Rotterdam": 12, "Busan": 64, "Oakland": 35}
_DAYS = ("Monday", "Wednesday", "Friday")


class Delivery(BaseModel):
    """What a person is asked before a delivery is booked."""

    day: str = Field(title="Day of arrival", json_schema_extra={"enum": list(_DAYS)})
    call_ahead: bool = Field(default=True, title="Call an hour ahead")


async def check_stock(warehouse: Warehouse, session: Session) -> str:
    """Check the stock of a warehouse: how many desks are there, aisle by aisle."""
    desks = _DESKS[warehouse]
    found = 0
    for aisle in range(1, AISLES + 1):
        await asyncio.sleep(0.3 + desks / 200)  # the larger, the slower
        await session.report_progress(aisle, AISLES, f"Aisle {aisle} of {AISLES} in {warehouse}")
        here = desks // AISLES + (aisle <= desks % AISLES)
        found += here
        if aisle % 2 == 0:
            await session.info(f"{warehouse}, aisle {aisle}: {here} desks, {found} so far")
    return f"{desks} desks are in {warehouse}."


async def book_delivery(warehouse: Warehouse, amount: int, session: Session) -> str:
    """Book a delivery of an amount of desks from a warehouse. A person is asked on which day."""
    if amount > _DESKS[warehouse]:
        raise ToolError(f"There are only {_DESKS[warehouse]} desks in {warehouse}.")
    await session.report_progress(1, 3, "Looking for a truck")
    await asyncio.sleep(0.5)
    answer = await session.elicit(f"When shall the {amount} desks from {warehouse} arrive?", Delivery)
    if answer.action != "accept":
        return f"Nothing was booked: the delivery from {warehouse} was not wanted."
    await session.report_progress(2, 3, f"Booking {answer.data.day}")
    await asyncio.sleep(0.5)
    await session.report_progress(3, 3, "Booked")
    called = ", after a call" if answer.data.call_ahead else ""
    return f"Done: {amount} desks come from {warehouse} on {answer.data.day}{called}."


def main(port: str = "") -> None:
    """Serve until there is no more input, or for ever."""
    server = FastMCP("Warehouses", log_level="WARNING", host="127.0.0.1", port=int(port or 8000))
    for tool in (check_stock, book_delivery):
        server.add_tool(tool)
    server.run("streamable-http" if port else "stdio")


if __name__ == "__main__":
    main(*sys.argv[1:2])
