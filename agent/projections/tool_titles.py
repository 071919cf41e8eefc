"""What tools are called in words. Apart from other words: the tools load LangChain, which takes 50 MB and a second."""

from __future__ import annotations

from collections.abc import Sequence

from agent.projections.label import spoken
from agent.tools.catalog import TOOLS


def tool_title(name: str, offered: Sequence[str] = ()) -> str:
    """What a tool is called; `offered` are the ids to look among first, as two tools may share a name."""
    return tool_titles(offered).get(name) or spoken(name) or "A tool"


def tool_titles(offered: Sequence[str] = ()) -> dict[str, str]:
    """What each of our tools is called, by its name."""
    ids = [tool_id for tool_id in offered if tool_id in TOOLS]
    return {TOOLS[tool_id].name: TOOLS[tool_id].title for tool_id in reversed([*ids, *TOOLS])}
