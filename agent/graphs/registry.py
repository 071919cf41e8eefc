"""The registry of graphs: one entry each, from which the pages' choice of agents, the lab and the code shown follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.graphs import langchain, ready_made, without_langchain
from agent.graphs.langchain import Graph
from agent.streaming.modes import StreamMode
from agent.tools.registry import AnyTool, Models
from texts import Language, say_or


@dataclass(frozen=True, slots=True)
class GraphSpec:
    """How a graph is listed and built."""

    name: str
    builder: Callable[..., Graph]
    """The function that builds it, which is shown to readers."""
    model: Literal["chat", "openai", "none", "own"]
    """What the builder takes before the tools: a LangChain model, an OpenAI client and a model's name, or nothing.

    `own` is someone's own graph, which has models and tools of its own.
    """
    empty: Mapping[StreamMode, str] = field(default_factory=dict)
    """Modes in which it delivers nothing, and why."""
    only_tool: str = ""
    """The only tool that it can run, with a ready-made call instead of a model's."""
    title: str = ""
    """What it is called, where the text files have no `graph-` with its name."""
    asks_first: bool = False
    """Whether it asks a person itself before a tool acts, in place of the tool."""

    @property
    def uses_langchain(self) -> bool:
        """Whether it uses LangChain models, so that its tools can use them, too."""
        return self.model == "chat"

    @property
    def is_own(self) -> bool:
        """Whether it is someone's own graph: loaded, not built, with neither model nor tools from here."""
        return self.model == "own"

    def build(self, models: Models, tools: Sequence[AnyTool], tool_choice: str = "auto") -> Graph:
        """The graph, ready to run."""
        match self.model:
            case "chat":
                return self.builder(models.chat, tools, tool_choice=tool_choice)
            case "openai":
                return self.builder(models.openai, models.name, tools, tool_choice=tool_choice, turns=models.turns)
        return self.builder(tools)


_NO_LANGCHAIN: Mapping[StreamMode, str] = {
    "messages": "graph-empty-messages",
    "tools": "graph-empty-tools",
}

GRAPHS: dict[str, GraphSpec] = {
    spec.name: spec
    for spec in (
        GraphSpec("react", langchain.react, "chat"),
        GraphSpec("create_agent", ready_made.ready_made, "chat", asks_first=True),
        GraphSpec("prebuilt", langchain.prebuilt, "chat"),
        GraphSpec("without_langchain", without_langchain.react_without_langchain, "openai", _NO_LANGCHAIN),
        GraphSpec("tool_node", without_langchain.tool_node, "none", _NO_LANGCHAIN, only_tool="get_items"),
    )
}
"""All graphs by name."""


OWN = "own:"
"""The prefix of the names of people's own graphs."""


def spec_of(name: str) -> GraphSpec | None:
    """The entry of this name; for an own graph, one that is built elsewhere; None if there is none."""
    if name.startswith(OWN):
        return GraphSpec(name, _cannot_build, "own", title=name.removeprefix(OWN))
    return GRAPHS.get(name)


def graph_title(name: str, language: Language) -> str:
    """The title of a graph; the name itself for one that is no longer there."""
    found = spec_of(name)
    return say_or(language, f"graph-{name}", found.title or name) if found else name


def _cannot_build(*_: Any, **__: Any) -> Graph:
    raise TypeError("A person's own graph is loaded, not built.")
