"""Which tool call does a chunk belong to? Decided around the tool, so that the tool's own code stays plain.

LangGraph delivers a custom chunk without saying who wrote it, and the tokens of a model called inside a tool
without the id of the call. Both travel through the config that a tool is run with: here each call gets a config
of its own, whose stream writer signs what is written and whose metadata name the call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

RUNTIME_KEY = "__pregel_runtime"
"""Where LangGraph keeps the stream writer in a config: its one private name in use here, held by a test."""

ToolResult = ToolMessage | Command[Any]


@dataclass(frozen=True, slots=True)
class Signed:
    """A custom chunk with the tool call and the node that wrote it."""

    data: object
    tool_call_id: str | None
    node: str | None


def signed_config(config: RunnableConfig, tool_call_id: str | None) -> RunnableConfig:
    """The config for one tool call: chunks written under it are `Signed`, tokens carry its id as metadata."""
    metadata = config.get("metadata") or {}
    runtime = config["configurable"][RUNTIME_KEY]
    write, node = runtime.stream_writer, metadata.get("langgraph_node")

    def write_signed(chunk: object) -> None:
        write(Signed(chunk, tool_call_id, node))

    return {
        **config,
        "metadata": {**metadata, **({"tool_call_id": tool_call_id} if tool_call_id else {})},
        "configurable": {**config["configurable"], RUNTIME_KEY: runtime.override(stream_writer=write_signed)},
    }


def sign_call(request: ToolCallRequest, execute: Callable[[ToolCallRequest], ToolResult]) -> ToolResult:
    """For ToolNode's `wrap_tool_call`."""
    _sign(request)
    return execute(request)


async def asign_call(
    request: ToolCallRequest, execute: Callable[[ToolCallRequest], Awaitable[ToolResult]]
) -> ToolResult:
    """For ToolNode's `awrap_tool_call`."""
    _sign(request)
    return await execute(request)


def enter(config: RunnableConfig) -> None:
    """Make `config` the one that `get_stream_writer()` and model calls find in the current task.

    Python 3.11 does so by itself for the config a node is given; before it, a node must.
    """
    var_child_runnable_config.set(config)


def _sign(request: ToolCallRequest) -> None:
    config = signed_config(request.runtime.config, request.tool_call["id"])
    request.runtime.stream_writer = config["configurable"][RUNTIME_KEY].stream_writer
    cast(dict[str, Any], request.runtime.config).update(config)  # `execute` runs the tool with this very dict
