"""The shortest program for each graph and stream mode that prints what the mode delivers. A test runs them all."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from agent.graphs.registry import GRAPHS, spec_of
from agent.streaming.modes import MODES, StreamMode
from agent.tools.catalog import TOOLS
from agent.tools.places import place_of
from agent.tools.registry import AnyTool, function_of, name_of
from texts import Language, say


def stays_empty(graph: str, mode: StreamMode, language: Language = "en") -> str:
    """Why a graph delivers nothing in this mode; empty if it does."""
    spec = spec_of(graph)  # a recording may know of another one
    key = spec.empty.get(mode) if spec else None
    return say(language, key) if key else ""


def program(
    graph: str,
    mode: StreamMode,
    *,
    question: str,
    tools: Sequence[str] = ("get_items",),
    tool_choice: str = "auto",
    model: str = "demo",
) -> str:
    """A complete program, to be run inside this project; OPENAI_BASE_URL and OPENAI_API_KEY say who answers."""
    imports = {"import asyncio"}
    built, lines = _tools(tools, model, imports)
    lines += _graph(graph, built, tool_choice, model, imports)
    if not MODES[mode].always:
        imports.add("from langgraph.checkpoint.memory import InMemorySaver")
        lines.append("graph.checkpointer = InMemorySaver()  # what is not kept is not told of")
    lines += _input(graph, question)
    lines += _stream(mode)
    body = "\n".join(f"    {line}".rstrip() for line in lines)
    return f"{_sorted(imports)}\n\n\nasync def main() -> None:\n{body}\n\n\nasyncio.run(main())\n"


def _tools(tools: Sequence[str], model: str, imports: set[str]) -> tuple[str, list[str]]:
    """The list of tools as source, and the lines it needs before it."""
    built = []
    for tool_id in tools:
        spec = TOOLS[tool_id]
        if spec.is_mcp:
            built.append(f"mcp[{_quoted(tool_id)}]")
            continue
        module, name = _where(spec.code)
        imports.add(f"from {module} import {name}")
        built.append(f"{name}(models)" if spec.asks_model else name)
    lines = []
    if any(TOOLS[tool_id].is_mcp for tool_id in tools):
        imports |= {
            "from pathlib import Path",
            "from agent.mcp.calls import list_tools",
            "from agent.mcp.servers import read_servers",
            "from agent.tools.mcp_tools import as_tool",
        }
        lines = [
            'servers = read_servers(Path("mcp.json"))',
            "listed = [as_tool(tool) for server in servers for tool in await list_tools(server)]",
            "mcp = {tool.name: tool for tool in listed}",
        ]
    if not any(TOOLS[tool_id].asks_model for tool_id in tools):
        return f"[{', '.join(built)}]", lines
    imports |= {
        "from agent.tools.registry import Models",
        "from langchain_openai import ChatOpenAI",
        "from openai import AsyncOpenAI",
    }
    models = f"models = Models({_quoted(model)}, ChatOpenAI(model={_quoted(model)}), AsyncOpenAI())"
    return f"[{', '.join(built)}]", [*lines, models]


def _where(tool: AnyTool) -> tuple[str, str]:
    """The module that a tool is imported from, and its name there."""
    module = function_of(tool).__module__
    names = (name for name, value in vars(sys.modules[module]).items() if value is tool)
    return module, next(names, name_of(tool))


def _graph(graph: str, tools: str, tool_choice: str, model: str, imports: set[str]) -> list[str]:
    choice = "" if tool_choice == "auto" else f", tool_choice={_quoted(tool_choice)}"
    spec = GRAPHS.get(graph)
    if spec is None:
        imports.add("from your_module import graph")
        return []
    name = spec.builder.__name__
    imports.add(f"from {spec.builder.__module__} import {name}")
    match spec.model:
        case "chat":
            imports.add("from langchain_openai import ChatOpenAI")
            return [f"graph = {name}(ChatOpenAI(model={_quoted(model)}), {tools}{choice})"]
        case "openai":
            imports.add("from openai import AsyncOpenAI")
            return [f"graph = {name}(AsyncOpenAI(), {_quoted(model)}, {tools}{choice})"]
    return [f"graph = {name}({tools})"]


def _input(graph: str, question: str) -> list[str]:
    spec = GRAPHS.get(graph)
    if spec is None or not spec.only_tool:
        return [f'message = {{"role": "user", "content": {_quoted(question)}}}']
    arguments = json.dumps({"place": place_of(question)}, ensure_ascii=False)
    return [
        f'function = {{"name": {_quoted(spec.only_tool)}, "arguments": {arguments!r}}}',
        'call = {"id": "1", "type": "function", "function": function}',
        'message = {"role": "assistant", "content": None, "tool_calls": [call]}',
    ]


def _stream(mode: StreamMode) -> list[str]:
    options = [f'stream_mode="{mode}"', 'version="v2"']
    if not MODES[mode].always:
        options.insert(0, '{"configurable": {"thread_id": "1"}}')
    lines = [
        "async for part in graph.astream(",
        '    {"messages": [message]},',
        *(f"    {option}," for option in options),
    ]
    if mode == "tools":
        lines.append("    subgraphs=True,  # without it, all of them arrive at the end of the step")
    return [*lines, "):", *(f"    {line}" for line in MODES[mode].prints)]


def _quoted(text: str) -> str:
    """Text as a Python literal in double quotes; JSON's strings are valid Python."""
    return json.dumps(text, ensure_ascii=False)


def _sorted(imports: set[str]) -> str:
    """The imports in the order that linters expect: standard library, packages, our own."""
    own = sorted(line for line in imports if line.startswith("from agent"))
    standard = [line for line in ("import asyncio", "from pathlib import Path") if line in imports]
    packages = sorted(imports - set(own) - set(standard))
    blocks = ["\n".join(standard), "\n".join(packages), "\n".join(own)]
    return "\n\n".join(block for block in blocks if block)
