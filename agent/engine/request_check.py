"""Is a request one that can be run? Said in one sentence when it is not."""

from __future__ import annotations

import re

from agent.errors import RequestRefused
from agent.settings import Settings
from agent.streaming.events import GRAPHS, RunRequest
from agent.tools.demo import TOOLS

WITHOUT_LANGCHAIN = ("without_langchain", "tool_node")


def check(request: RunRequest, settings: Settings, *, visitor_has_key: bool = False) -> None:
    """Raise RequestRefused, with a sentence that says what to change, for a request that cannot be run."""
    limit = settings.limits.prompt_chars
    if not request.question.strip():
        raise RequestRefused("Type a question first.")
    if len(request.question) > limit:
        raise RequestRefused(f"The question is longer than {limit:,} characters. Shorten it, then ask again.")
    if request.model not in settings.models(visitor_has_key=visitor_has_key):
        raise RequestRefused("This model is not offered here. Choose one in the sidebar.")
    if request.graph not in GRAPHS:
        raise RequestRefused("There is no such agent here. Choose one in the sidebar.")
    _check_tools(request)


def _check_tools(request: RunRequest) -> None:
    if unknown := [tool_id for tool_id in request.tools if tool_id not in tools_for(request.graph)]:
        raise RequestRefused(f"This agent has no tool {unknown[0]}. Choose its tools in the sidebar.")
    names = [TOOLS[tool_id].name for tool_id in request.tools]
    if len(names) != len(set(names)):
        raise RequestRefused("Two of the chosen tools have the same name. Choose one of them in the sidebar.")
    if request.graph == "tool_node" and "get_items" not in names:
        raise RequestRefused("This graph runs the tool get_items only. Choose it in the sidebar.")
    if request.tool_choice not in ("auto", "none", *(names or ()), *(("required",) if names else ())):
        raise RequestRefused("The tool that must be called is not among the chosen tools. Choose it in the sidebar.")


def tools_for(graph: str) -> list[str]:
    """Ids of the tools that a graph can run, in the order of the registry."""
    without = graph in WITHOUT_LANGCHAIN
    return [tool.id for tool in TOOLS.values() if not (without and tool.needs_langchain)]


def place_of(question: str) -> str:
    """The place that a question is about: "what items are in the bedroom?" is about "bedroom"."""
    found = re.search(r"\b(?:in|at|on|inside) (?:the |a |an |my |our )?(.+)", question.strip(), re.IGNORECASE)
    return (found[1] if found else question).strip(" ?.!\"'")
