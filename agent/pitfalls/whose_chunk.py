"""Two tools at once: a chunk does not say which call wrote it."""

from __future__ import annotations

from langgraph.config import get_stream_writer
from openai import AsyncOpenAI

from agent.pitfalls.agents import agent, prompt, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show
from agent.streaming.events import Custom
from agent.streaming.watch import watch
from agent.tools.demo import stream_tokens
from agent.tools.registry import ToolFunction

PITFALL = Pitfall(
    fix="# from agent import watch\n"
    "async for event in watch(graph, inputs):\n"
    "    print(event.call, event.payload)\n"
    "# or in each tool\n"
    'write({"call": runtime.tool_call_id, "text": text})',
    threads={"langchain-ai/langgraph#7626": "tool output that is delivered with the id of its call"},
)


def describing(url: str) -> ToolFunction:
    """A tool that writes a model's words as they arrive."""
    client = AsyncOpenAI(base_url=url, api_key="demo")

    async def get_items(place: str) -> str:
        """Describe the items one might find in a place."""
        write, text = get_stream_writer(), ""
        ask = {"role": "user", "content": prompt(place, 45)}
        async for token in stream_tokens(client, "demo", [ask]):
            write(token["content"])
            text += token["content"]
        return text

    return get_items


async def wrong(url: str, show: Show) -> None:
    """Words are shown as they arrive, whoever wrote them."""
    graph = agent(url, describing(url))
    async for part in graph.astream(question("both"), stream_mode="custom", version="v2"):
        show(part["data"])


async def right(url: str, show: Show) -> None:
    """Each chunk comes with its call, as the run is watched from its root; agent and tool stay as they are."""
    async for event in watch(agent(url, describing(url)), question("both")):
        if isinstance(event.payload, Custom):
            show(event.payload.data, lane=event.call)
