"""The agents that use LangChain: `react`, by hand, and `prebuilt`, LangGraph's own."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.utils import get_function_nonlocals
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode, create_react_agent
from langgraph.prebuilt.tool_node import ToolCallRequest, ToolInvocationError
from langgraph.types import Send

from agent.llm.explain import explain
from agent.llm.request import check_arguments
from agent.loop import BackgroundLoop
from agent.streaming.attribution import asign_call, sign_call
from agent.tools.demo import ToolFunction

Graph = CompiledStateGraph[Any, Any, Any, Any]
T = TypeVar("T")


def react(
    model: BaseChatModel,
    tools: Sequence[ToolFunction],
    *,
    tool_choice: str = "auto",
    loop: BackgroundLoop | None = None,
    sign: bool = False,
) -> Graph:
    """A ReAct agent by hand: the model asks for tools, each call runs as a task of its own, the model goes on.

    One task per call (`Send`) means that a call's result is delivered when it is done, not when all are.
    `loop` lets `graph.stream` run the async tools; `sign` wraps what tools write in `attribution.Signed`.
    """
    tool_node = _tool_node(tools, loop, sign)
    choose = _model_with_tools(model, tool_node, tool_choice)

    async def call_model(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
        return {"messages": [await choose(state).ainvoke(state["messages"], config)]}

    def each_call(state: MessagesState) -> list[Send] | str:
        answer = state["messages"][-1]
        calls = answer.tool_calls if isinstance(answer, AIMessage) else []
        return [Send("tools", [call]) for call in calls] or END

    return (
        StateGraph(MessagesState)
        .add_node("agent", node(call_model, loop))
        .add_node("tools", tool_node)
        .add_edge(START, "agent")
        .add_conditional_edges("agent", each_call, ["tools", END])
        .add_edge("tools", "agent")
        .compile()
    )


def prebuilt(
    model: BaseChatModel,
    tools: Sequence[ToolFunction],
    *,
    tool_choice: str = "auto",
    loop: BackgroundLoop | None = None,
    sign: bool = False,
) -> Graph:
    """The same agent from `create_react_agent`; deprecated in LangGraph, but what its how-to is written with."""
    tool_node = _tool_node(tools, loop, sign)
    choose = _model_with_tools(model, tool_node, tool_choice)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return create_react_agent(lambda state, _runtime: choose(state), tool_node)


def node(function: Callable[..., Coroutine[Any, Any, Any]], loop: BackgroundLoop | None) -> Any:
    """An async function as a graph's node; with `loop`, `graph.stream` and `graph.invoke` can run it too."""
    return RunnableLambda(_blocking(function, loop), function) if loop else RunnableLambda(function)


def as_tools(functions: Sequence[ToolFunction], loop: BackgroundLoop | None = None) -> list[BaseTool]:
    """LangChain tools of async functions; with `loop` they also work where they are called without await."""
    return [
        StructuredTool.from_function(func=_blocking(function, loop) if loop else None, coroutine=function)
        for function in functions
    ]


def forget_functions() -> None:
    """Let LangChain forget the last 256 functions it has looked into: they know a model, and it a visitor's key."""
    get_function_nonlocals.cache_clear()


def _tool_node(functions: Sequence[ToolFunction], loop: BackgroundLoop | None, sign: bool) -> ToolNode:
    return ToolNode(
        as_tools(functions, loop),
        handle_tool_errors=_tell_model,
        wrap_tool_call=_with_whole_arguments(sign_call if sign else None),
        awrap_tool_call=_with_whole_arguments(asign_call if sign else None),
    )


def _with_whole_arguments(around: Callable[..., Any] | None) -> Callable[..., Any]:
    """Around a tool call: one whose arguments broke off is not run, and the model is told."""

    def call(request: ToolCallRequest, execute: Callable[..., Any]) -> Any:
        check_arguments(request.tool_call["name"], request.tool_call["args"])
        return around(request, execute) if around else execute(request)

    return call


def _tell_model(error: Exception) -> str:
    """A tool that fails does not end the run: the model is told, and its siblings go on."""
    if isinstance(error, ToolInvocationError):
        return f"Error: the arguments do not fit the tool {error.tool_name}."
    return f"Error: {explain(error)}"


def _model_with_tools(
    model: BaseChatModel, tool_node: ToolNode, tool_choice: str
) -> Callable[[Any], Runnable[Any, AIMessage]]:
    """The model for a state: a forced choice holds for the first call only, so that it cannot loop for ever."""
    tools = list(tool_node.tools_by_name.values())
    if not tools:
        return lambda _state: model
    first = model.bind_tools(tools, tool_choice=tool_choice)
    later = model.bind_tools(tools)
    return lambda state: first if isinstance(state["messages"][-1], HumanMessage) else later


def _blocking(function: Callable[..., Coroutine[Any, Any, T]], loop: BackgroundLoop) -> Callable[..., T]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> T:
        return loop.call(function(*args, **kwargs))

    return run
