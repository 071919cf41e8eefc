"""Whether a request can be run, and if not, why, in one sentence."""

from __future__ import annotations

import json
import unicodedata

from agent.errors import Refusal
from agent.graphs.registry import GraphSpec, spec_of
from agent.settings import Settings
from agent.streaming.events import RunRequest
from agent.tools.catalog import TOOLS
from texts import sentence

_BLANK_CATEGORIES = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0e\ufe0f")
"""Fillers, selectors and an empty Braille cell: of the categories of letters, marks and symbols, and yet unseen."""


def check(request: RunRequest, settings: Settings, *, visitor_has_key: bool = False) -> Refusal | None:
    """Why a request cannot be run, in a sentence that says what to change; None if it can."""
    limit = settings.limits.prompt_chars
    if not any(map(_is_seen, request.question)):
        return Refusal(sentence("refused-empty"))
    if len(request.question) > limit:
        return Refusal(sentence("refused-question-long", most=limit))
    spec = spec_of(request.graph)
    if spec is None:
        return Refusal(sentence("refused-agent"))
    if spec.is_own:
        return _check_inputs(request, limit)
    if request.model not in settings.models(visitor_has_key=visitor_has_key):
        return Refusal(sentence("refused-model"))
    return _check_tools(request, spec)


def _is_seen(character: str) -> bool:
    """Whether a character leaves anything to be seen."""
    return unicodedata.category(character) not in _BLANK_CATEGORIES and character not in _BLANK


def _check_inputs(request: RunRequest, limit: int) -> Refusal | None:
    """Someone's own graph has its own tools and model; its input is limited like a question."""
    if request.tools:
        return Refusal(sentence("refused-own-tools"))
    if sum(len(json.dumps(given)) for given in (request.inputs, request.context) if given is not None) > 2 * limit:
        return Refusal(sentence("refused-input-long", most=2 * limit))
    return None


def _check_tools(request: RunRequest, spec: GraphSpec) -> Refusal | None:
    if unknown := [tool_id for tool_id in request.tools if tool_id not in tools_for(request.graph)]:
        return Refusal(sentence("refused-tool", tool=unknown[0]))
    names = [TOOLS[tool_id].name for tool_id in request.tools]
    if len(names) != len(set(names)):
        return Refusal(sentence("refused-same-tools"))
    if (only := spec.only_tool) and only not in names:
        return Refusal(sentence("refused-only-tool", tool=only))
    if request.tool_choice not in ("auto", "none", *(names or ()), *(("required",) if names else ())):
        return Refusal(sentence("refused-tool-choice"))
    return None


def tools_for(graph: str) -> list[str]:
    """Ids of the tools that a graph can run, in the registry's order."""
    spec = spec_of(graph)
    if spec is None or spec.is_own:
        return []
    return [tool.id for tool in TOOLS.values() if spec.uses_langchain or not tool.needs_langchain]
