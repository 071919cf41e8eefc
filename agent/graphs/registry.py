"""Which graphs there are: one entry each; the pages' choice of agents, the lab, its programs and their code follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.graphs import langchain, ready_made, without_langchain
from agent.graphs.langchain import Graph
from agent.streaming.modes import StreamMode
from agent.tools.registry import AnyTool, Models


@dataclass(frozen=True, slots=True)
class GraphSpec:
    """A graph as it is listed, and how it is built."""

    name: str
    title: str
    builder: Callable[..., Graph]
    """The function that builds it, which readers are shown."""
    model: Literal["chat", "openai", "none", "own"]
    """What the builder takes before the tools: a LangChain model, an OpenAI client and a model's name, or nothing.

    `own` is a person's own graph, which has models and tools of its own."""
    empty: Mapping[StreamMode, str] = field(default_factory=dict)
    """Modes in which it delivers nothing, and why."""
    note: str = ""
    """What a developer should know of it besides, in Markdown."""
    only_tool: str = ""
    """Name of the one tool that it can run, with a ready-made call instead of a model's."""

    @property
    def uses_langchain(self) -> bool:
        """Whether its models are LangChain's, so that its tools can talk to such."""
        return self.model == "chat"

    @property
    def is_own(self) -> bool:
        """Whether it is a person's own graph: it is loaded, not built, and takes neither model nor tools."""
        return self.model == "own"

    def build(self, models: Models, tools: Sequence[AnyTool], tool_choice: str = "auto") -> Graph:
        """The graph, ready to run."""
        match self.model:
            case "chat":
                return self.builder(models.chat, tools, tool_choice=tool_choice)
            case "openai":
                return self.builder(models.openai, models.name, tools, tool_choice=tool_choice)
        return self.builder(tools)


_NO_LANGCHAIN: Mapping[StreamMode, str] = {
    "messages": "there is no LangChain model in it; its words come as `custom`",
    "tools": "its tools are plain functions, which LangChain does not watch",
}

GRAPHS: dict[str, GraphSpec] = {
    spec.name: spec
    for spec in (
        GraphSpec("react", "Agent, built by hand", langchain.react, "chat"),
        GraphSpec(
            "create_agent",
            "Agent, ready-made (create_agent)",
            ready_made.ready_made,
            "chat",
            note="Its model's node is called `model`. What a middleware writes arrives as `custom`: with "
            "`runtime.stream_writer` in `before_model` and `after_model`, which are nodes of their own, and with "
            "`get_stream_writer()` in `wrap_model_call` and `wrap_tool_call`.",
        ),
        GraphSpec(
            "prebuilt",
            "Agent of the how-to (create_react_agent, deprecated)",
            langchain.prebuilt,
            "chat",
            note="`create_react_agent` is deprecated since LangGraph 1.0: new programs use `create_agent`.",
        ),
        GraphSpec(
            "without_langchain",
            "Agent without LangChain",
            without_langchain.react_without_langchain,
            "openai",
            _NO_LANGCHAIN,
        ),
        GraphSpec(
            "tool_node",
            "One tool node, no agent",
            without_langchain.tool_node,
            "none",
            _NO_LANGCHAIN,
            only_tool="get_items",
        ),
    )
}
"""All graphs by name."""


OWN = "own:"
"""What the name of a person's own graph begins with."""


def spec_of(name: str) -> GraphSpec | None:
    """The entry of this name; of a person's own graph, one that is built elsewhere; None where there is none."""
    if name.startswith(OWN):
        return GraphSpec(name, name.removeprefix(OWN), _cannot_build, "own")
    return GRAPHS.get(name)


def graph_title(name: str) -> str:
    """What a graph is called; a run of long ago may have had another one."""
    found = spec_of(name)
    return found.title if found else name


def _cannot_build(*_: Any, **__: Any) -> Graph:
    raise TypeError("A person's own graph is loaded, not built.")
