"""The same agent from LangChain's `create_agent`, which new programs use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    HumanInTheLoopMiddleware,
    InterruptOnConfig,
    ModelRequest,
    ModelResponse,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, ToolCall, ToolMessage
from langgraph.errors import GraphBubbleUp
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from agent.graphs.langchain import Graph
from agent.llm.explain import explain
from agent.llm.request import check_arguments
from agent.tools.registry import AnyTool, as_langchain, spec_for
from agent.tools.scenario import as_result


class FirstChoice(AgentMiddleware[Any, Any, Any]):
    """Applies a forced choice to the first call only, so that it cannot loop forever."""

    def __init__(self, tool_choice: str) -> None:
        super().__init__()
        self._tool_choice = tool_choice

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """Call the model, with the choice if a person has just spoken."""
        if request.tools and isinstance(request.messages[-1], HumanMessage):
            request = request.override(tool_choice=self._tool_choice)
        return await handler(request)


class TellModel(AgentMiddleware[Any, Any, Any]):
    """A failing tool does not end the run: the model is told, and the other calls go on."""

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """Run the tool; an exception becomes its answer."""
        try:
            check_arguments(request.tool_call["name"], request.tool_call["args"])
            return await handler(request)
        except GraphBubbleUp:  # a question to a person, or a handoff: no failure
            raise
        except Exception as error:
            call = request.tool_call
            text = as_result(explain(error))
            return ToolMessage(text, tool_call_id=str(call["id"]), name=call["name"], status="error")


def ready_made(model: BaseChatModel, tools: Sequence[AnyTool], *, tool_choice: str = "auto") -> Graph:
    """A ReAct agent in one call; middleware changes what differs from the default.

    Where a tool would ask a person before it acts, LangChain's middleware asks, and the tool only acts.
    """
    listed = [(tool, spec_for(tool)) for tool in tools]
    asks: dict[str, bool | InterruptOnConfig] = {
        spec.name: _review(spec.wants) for _, spec in listed if spec and spec.act and spec.wants
    }
    acts = [spec.act if spec and spec.act else tool for tool, spec in listed]
    review = [HumanInTheLoopMiddleware[Any, Any, Any](asks)] if asks else []
    middleware = [FirstChoice(tool_choice), *review, TellModel()]
    return create_agent(model, [as_langchain(tool) for tool in acts], middleware=middleware)


def _review(wants: Callable[..., str]) -> InterruptOnConfig:
    def describe(tool_call: ToolCall, state: Any, runtime: Any) -> str:
        try:
            return wants(**tool_call["args"])
        except (TypeError, ValueError):  # a model has left out an argument, or written another thing
            return ""

    return InterruptOnConfig(allowed_decisions=["approve", "edit", "reject"], description=describe)
