"""Two tools of an MCP server of ours, which is started for each call; what it reports is streamed as a tool's data.

Any other server's tools need no code: `TOOLSTREAM_MCP` names a file that names the server.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Literal

from agent.mcp.calls import call_tool
from agent.mcp.servers import McpServer
from agent.tools.registry import offered
from agent.tools.scenario import asked_in

Warehouse = Literal["Rotterdam", "Busan", "Oakland"]
WAREHOUSES = McpServer(
    "warehouses", sys.executable, ("-m", "agent.mcp.demo_server"), cwd=str(Path(__file__).parents[2])
)


def warehouses() -> McpServer:
    """The server, speaking the language of the question."""
    return dataclasses.replace(WAREHOUSES, args=(*WAREHOUSES.args, asked_in.get()))


@offered(icon="warehouse")
async def check_stock(warehouse: Warehouse) -> str:
    """Check the stock of a warehouse: how many desks are there, aisle by aisle."""
    return await call_tool(warehouses(), "check_stock", {"warehouse": warehouse})


@offered(icon="local_shipping")
async def book_delivery(warehouse: Warehouse, amount: int) -> str:
    """Book a delivery of an amount of desks from a warehouse. A person is asked on which day."""
    return await call_tool(warehouses(), "book_delivery", {"warehouse": warehouse, "amount": amount})
