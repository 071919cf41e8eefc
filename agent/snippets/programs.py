"""The shortest program for each graph and stream mode that prints what the mode delivers. A test runs them all."""

from __future__ import annotations

import json
from collections.abc import Sequence

from agent.streaming.events import GraphName, StreamMode
from agent.tools.demo import TOOLS
from agent.tools.places import place_of

_LANGCHAIN = ("react", "prebuilt")
_KEPT: tuple[StreamMode, ...] = ("checkpoints", "debug")

_EMPTY: dict[StreamMode, str] = {
    "messages": "there is no LangChain model in it; its words come as `custom`",
    "tools": "its tools are plain functions, which LangChain does not watch",
}

_PRINT: dict[StreamMode, tuple[str, ...]] = {
    "custom": ('print(part["data"])',),
    "messages": ('message, metadata = part["data"]', 'print(metadata["langgraph_node"], repr(message.text))'),
    "updates": ('for node, update in part["data"].items():', "    print(node, update)"),
    "values": ('print(len(part["data"]["messages"]), "messages, the last one:", part["data"]["messages"][-1])',),
    "tasks": (
        'task = part["data"]',
        'print("ends" if "result" in task else "begins", task["name"], task["id"])',
    ),
    "tools": ('print(part["data"]["event"], part["data"]["tool_call_id"])',),
    "checkpoints": ('print(part["data"]["metadata"]["step"], "then", part["data"]["next"])',),
    "debug": ('print(part["data"]["step"], part["data"]["type"], part["data"]["payload"])',),
}


def stays_empty(graph: str, mode: StreamMode) -> str:
    """Why a graph delivers nothing in this mode; empty if it does."""
    return "" if graph in _LANGCHAIN else _EMPTY.get(mode, "")


def program(
    graph: GraphName,
    mode: StreamMode,
    *,
    question: str,
    tools: Sequence[str] = ("get_items",),
    tool_choice: str = "auto",
    model: str = "demo",
) -> str:
    """A whole program, to be run where this project is; OPENAI_BASE_URL and OPENAI_API_KEY say who answers."""
    imports = {"import asyncio"}
    built, lines = _tools(tools, model, imports)
    lines += _graph(graph, built, tool_choice, model, imports)
    if mode in _KEPT:
        imports.add("from langgraph.checkpoint.memory import InMemorySaver")
        lines.append("graph.checkpointer = InMemorySaver()  # what is not kept is not told of")
    lines += _input(graph, question)
    lines += _stream(mode)
    body = "\n".join(f"    {line}".rstrip() for line in lines)
    return f"{_sorted(imports)}\n\n\nasync def main() -> None:\n{body}\n\n\nasyncio.run(main())\n"


def _tools(tools: Sequence[str], model: str, imports: set[str]) -> tuple[str, list[str]]:
    """The list of tools as it is written, and what goes before it."""
    plain = [tool_id for tool_id in tools if "." not in tool_id]
    asking = [tool_id for tool_id in tools if "." in tool_id]
    names = sorted([*plain, *(TOOLS[tool_id].code.__name__ for tool_id in asking), *(["Models"] if asking else [])])
    if names:
        imports.add(f"from agent.tools.demo import {', '.join(names)}")
    if not asking:
        return f"[{', '.join(plain)}]", []
    imports |= {"from langchain_openai import ChatOpenAI", "from openai import AsyncOpenAI"}
    calls = [f"{TOOLS[tool_id].code.__name__}(models)" for tool_id in asking]
    models = f"models = Models({_quoted(model)}, ChatOpenAI(model={_quoted(model)}), AsyncOpenAI())"
    return f"[{', '.join([*plain, *calls])}]", [models]


def _graph(graph: GraphName, tools: str, tool_choice: str, model: str, imports: set[str]) -> list[str]:
    choice = "" if tool_choice == "auto" else f", tool_choice={_quoted(tool_choice)}"
    if graph in _LANGCHAIN:
        imports |= {f"from agent.graphs.langchain import {graph}", "from langchain_openai import ChatOpenAI"}
        return [f"graph = {graph}(ChatOpenAI(model={_quoted(model)}), {tools}{choice})"]
    if graph == "tool_node":
        imports.add("from agent.graphs.without_langchain import tool_node")
        return [f"graph = tool_node({tools})"]
    imports |= {"from agent.graphs.without_langchain import react_without_langchain", "from openai import AsyncOpenAI"}
    return [f"graph = react_without_langchain(AsyncOpenAI(), {_quoted(model)}, {tools}{choice})"]


def _input(graph: GraphName, question: str) -> list[str]:
    if graph != "tool_node":
        return [f'message = {{"role": "user", "content": {_quoted(question)}}}']
    arguments = json.dumps({"place": place_of(question)}, ensure_ascii=False)
    return [
        f'function = {{"name": "get_items", "arguments": {arguments!r}}}',
        'call = {"id": "1", "type": "function", "function": function}',
        'message = {"role": "assistant", "content": None, "tool_calls": [call]}',
    ]


def _stream(mode: StreamMode) -> list[str]:
    options = [f'stream_mode="{mode}"', 'version="v2"']
    if mode in _KEPT:
        options.insert(0, '{"configurable": {"thread_id": "1"}}')
    lines = [
        "async for part in graph.astream(",
        '    {"messages": [message]},',
        *(f"    {option}," for option in options),
    ]
    if mode == "tools":
        lines.append("    subgraphs=True,  # without it, all of them arrive at the end of the step")
    return [*lines, "):", *(f"    {line}" for line in _PRINT[mode])]


def _quoted(text: str) -> str:
    """Text as a Python literal in double quotes: JSON's are a part of Python's."""
    return json.dumps(text, ensure_ascii=False)


def _sorted(imports: set[str]) -> str:
    """The imports in the order that linters want: the standard library, packages, our own."""
    own = sorted(line for line in imports if line.startswith("from agent"))
    packages = sorted(imports - set(own) - {"import asyncio"})
    blocks = ["import asyncio", "\n".join(packages), "\n".join(own)]
    return "\n\n".join(block for block in blocks if block)
