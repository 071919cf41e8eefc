"""Is a request one that can be run? Said in one sentence when it is not."""

from __future__ import annotations

from agent.errors import Refusal
from agent.settings import Settings
from agent.streaming.events import GRAPHS, RunRequest
from agent.tools.demo import TOOLS

WITHOUT_LANGCHAIN = ("without_langchain", "tool_node")


def check(request: RunRequest, settings: Settings, *, visitor_has_key: bool = False) -> Refusal | None:
    """Why a request cannot be run, in a sentence that says what to change; None when it can."""
    limit = settings.limits.prompt_chars
    if not request.question.strip():
        return Refusal("Type a question first.")
    if len(request.question) > limit:
        return Refusal(f"The question is longer than {limit:,} characters. Shorten it, then ask again.")
    if request.model not in settings.models(visitor_has_key=visitor_has_key):
        return Refusal("This model is not offered here. Choose one in the sidebar.")
    if request.graph not in GRAPHS:
        return Refusal("There is no such agent here. Choose one in the sidebar.")
    return _check_tools(request)


def _check_tools(request: RunRequest) -> Refusal | None:
    if unknown := [tool_id for tool_id in request.tools if tool_id not in tools_for(request.graph)]:
        return Refusal(f"This agent has no tool {unknown[0]}. Choose its tools in the sidebar.")
    names = [TOOLS[tool_id].name for tool_id in request.tools]
    if len(names) != len(set(names)):
        return Refusal("Two of the chosen tools have the same name. Choose one of them in the sidebar.")
    if request.graph == "tool_node" and "get_items" not in names:
        return Refusal("This graph runs the tool get_items only. Choose it in the sidebar.")
    if request.tool_choice not in ("auto", "none", *(names or ()), *(("required",) if names else ())):
        return Refusal("The tool that must be called is not among the chosen tools. Choose it in the sidebar.")
    return None


def tools_for(graph: str) -> list[str]:
    """Ids of the tools that a graph can run, in the order of the registry."""
    without = graph in WITHOUT_LANGCHAIN
    return [tool.id for tool in TOOLS.values() if not (without and tool.needs_langchain)]
