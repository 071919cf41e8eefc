"""The schemas of our tools. Kept apart from other schemas because the tools load LangChain: 50 MB and a second."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from agent.graphs.without_langchain import describe
from agent.tools.catalog import TOOLS


@cache
def tool_schema(name: str) -> Mapping[str, Any] | None:
    """The argument schema of one of our own tools; None for any other."""
    for spec in TOOLS.values():
        if spec.name == name and not spec.asks_model:
            parameters: Mapping[str, Any] = describe(spec.code)["function"]["parameters"]
            return parameters
    return None
