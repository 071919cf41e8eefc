"""The same agent with only `openai` and `langgraph`: messages are dicts, and tokens are written by hand."""

from __future__ import annotations

import asyncio
import inspect
import json
import operator
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NotRequired, get_type_hints

import pydantic
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.config import get_stream_writer
from langgraph.errors import GraphBubbleUp
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from openai import AsyncOpenAI
from typing_extensions import TypedDict

from agent.errors import ToolFailed
from agent.graphs.langchain import Graph
from agent.llm.completions import stream_chunks
from agent.llm.explain import explain
from agent.llm.plain import Answer, as_token
from agent.llm.request import arguments_kept, check_arguments, last_turns
from agent.tools.registry import AnyTool, name_of
from agent.tools.scenario import as_result
from agent.tools.spans import ToolSpans
from texts import sentence

Message = dict[str, Any]


class State(TypedDict):
    """The conversation, in OpenAI's own message format."""

    messages: Annotated[list[Message], operator.add]
    usage: NotRequired[dict[str, Any]]
    """What the last model call used, as the server counted it."""


def tool_node(tools: Sequence[AnyTool]) -> Graph:
    """A graph of one node that runs the last tool call of its input: `{"messages": [a message with tool_calls]}`."""
    by_name = {name_of(tool): tool for tool in tools}

    async def call_tool(state: State) -> State:
        call = state["messages"][-1]["tool_calls"][-1]
        return {"messages": [await _run_tool(call, by_name)]}

    return StateGraph(State).add_node(call_tool).add_edge(START, "call_tool").compile()


def react_without_langchain(
    client: AsyncOpenAI,
    model: str,
    tools: Sequence[AnyTool],
    *,
    tool_choice: str = "auto",
    turns: int | None = None,
) -> Graph:
    """The whole loop: the model asks for tools, each call runs as its own task, the model goes on.

    Text arrives in mode `custom`, as `{"role": "assistant", "content": token}`, and reasoning as `reasoning`.
    """
    by_name = {name_of(tool): tool for tool in tools}
    offer = [describe(tool) for tool in tools]

    async def call_model(state: State) -> State:
        write = get_stream_writer()
        first = state["messages"][-1]["role"] == "user"
        request: dict[str, Any] = {"model": model, "messages": last_turns(state["messages"], turns)}
        if offer:
            request |= {"tools": offer, "tool_choice": _choice(tool_choice) if first else "auto"}
        answer = Answer()
        async for chunk in stream_chunks(client, **request):
            answer.add(chunk)
            if token := as_token(chunk):
                write(token)
        return {"messages": [answer.message], "usage": answer.usage}

    async def call_tool(call: dict[str, Any]) -> State:
        return {"messages": [await _run_tool(call, by_name)]}

    def each_call(state: State) -> list[Send] | str:
        return [Send("tools", call) for call in state["messages"][-1].get("tool_calls", [])] or END

    return (
        StateGraph(State)
        .add_node("agent", call_model)
        .add_node("tools", call_tool)  # type: ignore[arg-type]  # what `Send` hands it is a call, no state
        .add_edge(START, "agent")
        .add_conditional_edges("agent", each_call, ["tools", END])
        .add_edge("tools", "agent")
        .compile()
    )


def describe(tool: AnyTool) -> dict[str, Any]:
    """A tool in OpenAI's format: name, docstring, JSON Schema of its parameters."""
    if isinstance(tool, BaseTool):
        return convert_to_openai_tool(tool)
    schema = _arguments(tool).model_json_schema()
    function = {"name": tool.__name__, "description": inspect.getdoc(tool) or "", "parameters": schema}
    return {"type": "function", "function": function}


async def _run_tool(call: dict[str, Any], tools: dict[str, AnyTool]) -> Message:
    """Run one call; a failure becomes its answer, so that the model is told and the other calls go on."""
    name = call["function"]["name"]
    try:
        content = await _tool_result(name, call["function"]["arguments"], tools, call["id"])
    except GraphBubbleUp:  # a question to a person, or a handoff: no failure
        raise
    except Exception as error:
        content = as_result(explain(error))
    return {"role": "tool", "tool_call_id": call["id"], "name": name, "content": content}


async def _tool_result(name: str, arguments: str, tools: dict[str, AnyTool], call_id: str) -> str:
    if name not in tools:
        raise ToolFailed(sentence("tool-unknown", tool=name, known=", ".join(tools)))
    check_arguments(name, arguments_kept(arguments))
    tool = tools[name]
    try:
        if isinstance(tool, BaseTool):
            return str(await tool.ainvoke(json.loads(arguments or "{}")))
        parsed = dict(_arguments(tool).model_validate_json(arguments or "{}"))
    except pydantic.ValidationError as error:
        raise ToolFailed(sentence("tool-unfit", tool=name)) from error
    with ToolSpans.of(name, call_id):
        if inspect.iscoroutinefunction(tool):
            return str(await tool(**parsed))
        return str(await asyncio.to_thread(tool, **parsed))


def _arguments(tool: Callable[..., Any]) -> type[pydantic.BaseModel]:
    hints = get_type_hints(tool)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in inspect.signature(tool).parameters.items()
    }
    return pydantic.create_model(tool.__name__, **fields)


def _choice(tool_choice: str) -> Any:
    if tool_choice in ("auto", "required", "none"):
        return tool_choice
    return {"type": "function", "function": {"name": tool_choice}}
