"""The tools of the host's MCP servers, in the registry beside ours."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from langchain_core.tools import StructuredTool
from langchain_core.utils.json_schema import dereference_refs

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

    about = tool.description or tool.title or tool.name
    return _Tool(name=_name(tool), description=about, args_schema=_object(tool.schema), coroutine=call)


class _Tool(StructuredTool):
    """A tool whose arguments may have any names, also those that LangChain would fill in itself."""

    async def _arun(self, /, *args: Any, **arguments: Any) -> Any:
        assert self.coroutine
        return await self.coroutine(**arguments)


def _name(tool: McpTool) -> str:
    whole = f"{tool.server.name}_{tool.name}"
    name = re.sub(r"[^A-Za-z0-9_-]", "_", whole)
    if len(name) <= 64 and whole.isascii():
        return name
    return f"{name[:55]}_{hashlib.sha256(whole.encode()).hexdigest()[:8]}"  # else two might have the same


def _object(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of an object with named arguments; one of another form would make a model's server refuse every
    question, whatever is asked.
    """
    combined = [schema.get(kind) for kind in _COMBINED]
    parts = [schema, *(part for parts in combined if isinstance(parts, list) for part in parts)]
    found = [
        part["properties"] for part in parts if isinstance(part, dict) and isinstance(part.get("properties"), dict)
    ]
    properties = {key: value for some in found for key, value in some.items() if isinstance(value, (dict, bool))}
    required = schema.get("required")
    kept = {key: value for key, value in schema.items() if key not in (*_COMBINED, "enum", "not", "required")}
    made = kept | {"type": "object", "properties": properties}
    if isinstance(required, list):
        made["required"] = [key for key in required if isinstance(key, str) and key in properties]
    try:
        dereference_refs(made)
    except (ValueError, LookupError, TypeError, RecursionError):  # of what is elsewhere, or nowhere
        return {"type": "object", "properties": {}}
    return made


_COMBINED = ("anyOf", "oneOf", "allOf")


def _spec(made: StructuredTool, tool: McpTool) -> ToolSpec:
    title = tool.title or re.sub(r"[_\-./]+", " ", tool.name).strip().capitalize()
    return ToolSpec(made.name, "extension", lambda _models: made, made, title=title, is_mcp=True)
