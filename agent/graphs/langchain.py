"""The agents that use LangChain: `react`, built by hand, and `prebuilt`, the one of LangGraph's how-to."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.utils import get_function_nonlocals
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode, create_react_agent
from langgraph.prebuilt.tool_node import ToolCallRequest, ToolInvocationError
from langgraph.types import Send

from agent.llm.explain import explain
from agent.llm.request import check_arguments
from agent.tools.registry import AnyTool, as_langchain
from agent.tools.scenario import as_result
from texts import sentence

Graph = CompiledStateGraph[Any, Any, Any, Any]
T = TypeVar("T")


def react(model: BaseChatModel, tools: Sequence[AnyTool], *, tool_choice: str = "auto") -> Graph:
    """A ReAct agent built by hand: the model asks for tools, each call runs as its own task, the model goes on.

    One task per call (`Send`) means that each result is delivered as soon as it is there, not when all are.
    """
    tool_node = _tool_node(tools)
    choose = _model_with_tools(model, tool_node, tool_choice)

    async def agent(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
        return {"messages": [await choose(state).ainvoke(state["messages"], config)]}

    def each_call(state: MessagesState) -> list[Send] | str:
        answer = state["messages"][-1]
        calls = answer.tool_calls if isinstance(answer, AIMessage) else []
        return [Send("tools", [call]) for call in calls] or END

    return (
        StateGraph(MessagesState)
        .add_node(agent)
        .add_node("tools", tool_node)
        .add_edge(START, "agent")
        .add_conditional_edges("agent", each_call, ["tools", END])
        .add_edge("tools", "agent")
        .compile()
    )


def prebuilt(model: BaseChatModel, tools: Sequence[AnyTool], *, tool_choice: str = "auto") -> Graph:
    """The same agent from `create_react_agent`: deprecated in LangGraph, but what its how-to uses."""
    tool_node = _tool_node(tools)
    choose = _model_with_tools(model, tool_node, tool_choice)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return create_react_agent(lambda state, _runtime: choose(state), tool_node)


def forget_functions() -> None:
    """Make LangChain forget the last 256 functions it inspected: they hold a model, which holds a visitor's key."""
    get_function_nonlocals.cache_clear()


def _tool_node(tools: Sequence[AnyTool]) -> ToolNode:
    return ToolNode(
        [as_langchain(tool) for tool in tools],
        handle_tool_errors=_tell_model,
        wrap_tool_call=_with_whole_arguments,
        awrap_tool_call=_with_whole_arguments,
    )


def _with_whole_arguments(request: ToolCallRequest, execute: Callable[[ToolCallRequest], T]) -> T:
    """Wraps a tool call: one with truncated arguments does not run, and the model is told."""
    check_arguments(request.tool_call["name"], request.tool_call["args"])
    return execute(request)


def _tell_model(error: Exception) -> str:
    """A failing tool does not end the run: the model is told, and the other calls go on."""
    if isinstance(error, ToolInvocationError):
        return as_result(sentence("tool-unfit", tool=error.tool_name))
    return as_result(explain(error))


def _model_with_tools(
    model: BaseChatModel, tool_node: ToolNode, tool_choice: str
) -> Callable[[Any], Runnable[Any, AIMessage]]:
    """Chooses the model for a state: a forced choice applies to the first call only, so that it cannot loop forever."""
    tools = list(tool_node.tools_by_name.values())
    if not tools:
        return lambda _state: model
    first = model.bind_tools(tools, tool_choice=tool_choice)
    later = model.bind_tools(tools)
    return lambda state: first if isinstance(state["messages"][-1], HumanMessage) else later
