"""The titles of tools. Kept apart from other words because the tools load LangChain: 50 MB and a second."""

from __future__ import annotations

from collections.abc import Sequence

from agent.projections.label import spoken
from agent.tools.catalog import TOOLS
from agent.tools.registry import ToolSpec
from texts import Language, say, say_or


def tool_title(name: str, offered: Sequence[str] = (), language: Language = "en") -> str:
    """A tool's title; `offered` are the ids to search first, as two tools may share a name."""
    for tool_id in (*offered, *TOOLS):
        if tool_id in TOOLS and TOOLS[tool_id].name == name:
            return title_of(TOOLS[tool_id], language)
    return spoken(name) or say(language, "tool-unnamed")


def tool_titles(offered: Sequence[str] = (), language: Language = "en") -> dict[str, str]:
    """The titles of all our tools, by name."""
    ids = [tool_id for tool_id in offered if tool_id in TOOLS]
    return {TOOLS[tool_id].name: title_of(TOOLS[tool_id], language) for tool_id in reversed([*ids, *TOOLS])}


def title_of(tool: ToolSpec, language: Language) -> str:
    """The title of a registered tool."""
    return say_or(language, f"tool-{tool.id.replace('.', '-')}", tool.title or spoken(tool.name))
