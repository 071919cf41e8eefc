"""Whether a request can be run, and if not, why, in one sentence."""

from __future__ import annotations

import json

from agent.errors import Refusal
from agent.graphs.registry import GraphSpec, spec_of
from agent.settings import Settings
from agent.streaming.events import RunRequest
from agent.tools.catalog import TOOLS


def check(request: RunRequest, settings: Settings, *, visitor_has_key: bool = False) -> Refusal | None:
    """Why a request cannot be run, in a sentence that says what to change; None if it can."""
    limit = settings.limits.prompt_chars
    if not request.question.strip():
        return Refusal("Type a question first.")
    if len(request.question) > limit:
        return Refusal(f"The question is longer than {limit:,} characters. Shorten it, then ask again.")
    spec = spec_of(request.graph)
    if spec is None:
        return Refusal("There is no such agent here. Choose one in the sidebar.")
    if spec.is_own:
        return _check_inputs(request, limit)
    if request.model not in settings.models(visitor_has_key=visitor_has_key):
        return Refusal("This model is not offered here. Choose one in the sidebar.")
    return _check_tools(request, spec)


def _check_inputs(request: RunRequest, limit: int) -> Refusal | None:
    """Someone's own graph has its own tools and model; its input is limited like a question."""
    if request.tools:
        return Refusal("This agent has tools of its own, and takes no others.")
    if sum(len(json.dumps(given)) for given in (request.inputs, request.context) if given is not None) > 2 * limit:
        return Refusal(f"The input is longer than {2 * limit:,} characters. Shorten it, then ask again.")
    return None


def _check_tools(request: RunRequest, spec: GraphSpec) -> Refusal | None:
    if unknown := [tool_id for tool_id in request.tools if tool_id not in tools_for(request.graph)]:
        return Refusal(f"This agent has no tool {unknown[0]}. Choose its tools in the sidebar.")
    names = [TOOLS[tool_id].name for tool_id in request.tools]
    if len(names) != len(set(names)):
        return Refusal("Two of the chosen tools have the same name. Choose one of them in the sidebar.")
    if (only := spec.only_tool) and only not in names:
        return Refusal(f"This graph runs the tool {only} only. Choose it in the sidebar.")
    if request.tool_choice not in ("auto", "none", *(names or ()), *(("required",) if names else ())):
        return Refusal("The tool that must be called is not among the chosen tools. Choose it in the sidebar.")
    return None


def tools_for(graph: str) -> list[str]:
    """Ids of the tools that a graph can run, in the registry's order."""
    spec = spec_of(graph)
    if spec is None or spec.is_own:
        return []
    return [tool.id for tool in TOOLS.values() if spec.uses_langchain or not tool.needs_langchain]
