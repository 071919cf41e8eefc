"""An answer that breaks off politely: the client takes half of it for the whole."""

from __future__ import annotations

from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint
from agent.llm.explain import explain
from agent.pitfalls.agents import model, places, prompt
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show
from agent.settings import Limits

PITFALL = Pitfall(
    fix="# for each chunk\n"
    "finished = finished or bool(choice.finish_reason)\n"
    "# after the last\n"
    "if not finished: raise StreamBroken(...)",
    threads={
        "pydantic/pydantic-ai#6610": "Treat missing finish_reason as abnormal stream cancellation",
        "langchain-ai/langchain#39039": "A failed stream is indistinguishable from a successful completion",
    },
    seconds=1.5,
)


async def wrong(url: str, show: Show) -> None:
    """The client's word is taken for it."""
    llm = model(url, "demo-flaky:truncated")
    async for chunk in llm.astream(prompt(places()[0], 60)):
        show(chunk.text)


async def right(url: str, show: Show) -> None:
    """The model class of this app asks for the finish_reason: `CompleteChatOpenAI` in agent/llm/chat.py."""
    llm = chat_model(Endpoint("demo-flaky:truncated", "demo", url), Limits())
    try:
        async for chunk in llm.astream(prompt(places()[0], 60)):
            show(chunk.text)
    except Exception as error:
        show.told(explain(error))
