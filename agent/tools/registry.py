"""The registry of tools: one entry each, from which sidebar, lab, narration, code shown and demo model follow."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool, StructuredTool
from openai import AsyncOpenAI

ToolFunction = Callable[..., Coroutine[Any, Any, str]]
AnyTool = Callable[..., Any] | BaseTool
"""What can be offered as a tool: an async function, a plain one (it runs on a thread), or a LangChain tool."""
T = TypeVar("T", bound=AnyTool)


@dataclass(frozen=True, slots=True)
class Models:
    """The models that a tool may use."""

    name: str
    chat: BaseChatModel
    openai: AsyncOpenAI
    turns: int | None = None
    """Turns of a conversation that are sent without LangChain, besides the last one; None for all."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """How a tool is listed and built."""

    id: str
    """Unique; the part before a dot is its name for the model."""
    icon: str
    """Name of a Material icon."""
    build: Callable[[Models], AnyTool]
    code: AnyTool
    """What is shown to readers: the tool, or the function that builds it."""
    asks_model: bool = False
    """Whether it uses a model, so that `code` is a function of Models that builds it."""
    needs_langchain: bool = False
    title: str = ""
    """What it is called in words, where the text files have no `tool-` with its id; else its name as words."""
    act: AnyTool | None = None
    """If it asks a person first: what it does then, for an agent that asks by itself."""
    wants: Callable[..., str] | None = None
    """If it asks a person first: the question, from its arguments."""
    is_mcp: bool = False
    """Whether it is a tool of one of the host's MCP servers."""

    @property
    def name(self) -> str:
        """Its name for the model: that of its function."""
        return self.id.split(".")[0]


TOOLS: dict[str, ToolSpec] = {}
"""All tools by id."""


def register(spec: ToolSpec) -> None:
    """List a tool; raises ValueError for an id that is taken."""
    if TOOLS.setdefault(spec.id, spec) is not spec:
        raise ValueError(f"There is a tool {spec.id} already.")


def offered(
    title: str = "", icon: str = "build", *, act: AnyTool | None = None, wants: Callable[..., str] | None = None
) -> Callable[[T], T]:
    """List a tool that needs no model: the decorated function, or a LangChain tool."""

    def add(tool: T) -> T:
        register(ToolSpec(name_of(tool), icon, lambda _models: tool, tool, title=title, act=act, wants=wants))
        return tool

    return add


def asks_model(
    tool_id: str, title: str = "", icon: str = "build", *, needs_langchain: bool = False
) -> Callable[[T], T]:
    """List a tool that uses a model: the decorated function takes Models and returns the tool."""

    def add(build: T) -> T:
        spec = ToolSpec(tool_id, icon, build, build, True, needs_langchain, title)  # type: ignore[arg-type]
        register(spec)
        return build

    return add


def name_of(tool: AnyTool) -> str:
    """A tool's name for the model."""
    return tool.name if isinstance(tool, BaseTool) else tool.__name__


def spec_for(tool: AnyTool) -> ToolSpec | None:
    """How a tool is listed; None if it is not."""
    return next((spec for spec in TOOLS.values() if spec.code is tool), None)


def function_of(tool: AnyTool) -> Callable[..., Any]:
    """The function or class that is shown to readers."""
    if isinstance(tool, StructuredTool) and (function := tool.coroutine or tool.func):
        return function
    return type(tool) if isinstance(tool, BaseTool) else tool


def as_langchain(tool: AnyTool) -> BaseTool:
    """A tool as a LangChain tool; async stays async, and a plain function runs on a thread."""
    if isinstance(tool, BaseTool):
        return tool
    if inspect.iscoroutinefunction(tool):
        return StructuredTool.from_function(coroutine=tool)
    return StructuredTool.from_function(tool)
