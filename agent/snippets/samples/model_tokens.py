"""A tool that asks a model streams without a line for it: its tokens come in the mode `messages`, by message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessageChunk
from langchain_openai import ChatOpenAI


async def watch(model: ChatOpenAI, question: str, show: Callable[[str, Any], object]) -> None:
    """Ask, and show each token as it comes, with the id of its message: the node is `tools` for all of them."""

    async def get_items(place: str) -> str:
        """Describe the items one might find in a place you are asked about."""
        answer = await model.ainvoke(f"Describe the {place} in 30 words")
        return answer.text

    agent: Any = create_agent(model, [get_items])
    inputs = {"messages": [{"role": "user", "content": question}]}
    async for part in agent.astream(inputs, stream_mode="messages", version="v2"):
        message, metadata = part["data"]
        in_a_tool = metadata["langgraph_node"] == "tools"  # not the agent's own words
        if in_a_tool and isinstance(message, AIMessageChunk) and message.text:
            show(message.id or "", message.text)
