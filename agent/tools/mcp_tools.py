"""The tools of the host's MCP servers, in the registry beside ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from langchain_core.tools import StructuredTool

from agent.mcp.calls import McpTool, call_tool
from agent.tools.registry import TOOLS, ToolSpec, register

MOST_SCHEMA = 50_000
"""Characters of the JSON Schema of a tool's arguments."""


def offer(tools: Iterable[McpTool]) -> None:
    """List them, except those already listed and those whose arguments are too long for any model."""
    for tool in tools:
        made = as_tool(tool)
        if made.name not in TOOLS and len(json.dumps(tool.schema)) <= MOST_SCHEMA:
            register(_spec(made, tool))


def as_tool(tool: McpTool) -> StructuredTool:
    """The tool as a LangChain tool, under a name that no two servers share and every model accepts."""

    async def call(**arguments: Any) -> str:
        return await call_tool(tool.server, tool.name, arguments)

    name = re.sub(r"[^A-Za-z0-9_-]", "_", f"{tool.server.name}_{tool.name}")[:64]
    about = tool.description or tool.title or tool.name
    schema = {"type": "object", "properties": {}} | tool.schema
    return StructuredTool(name=name, description=about, args_schema=schema, coroutine=call)


def _spec(made: StructuredTool, tool: McpTool) -> ToolSpec:
    title = tool.title or re.sub(r"[_\-./]+", " ", tool.name).strip().capitalize()
    return ToolSpec(made.name, "extension", lambda _models: made, made, title=title, is_mcp=True)
