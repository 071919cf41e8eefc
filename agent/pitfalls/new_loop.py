"""A new event loop for each question, with one client for all of them."""

from __future__ import annotations

import asyncio

from openai import AsyncOpenAI

from agent.loop import BackgroundLoop
from agent.pitfalls.agents import places, prompt
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix="# once; see agent/loop.py\n"
    "loop = BackgroundLoop()\n"
    "# not asyncio.run(ask(question))\n"
    "answer = loop.call(ask(question))",
    threads={
        "streamlit/streamlit#12076": "Event loop is closed with write_stream and LangGraph's astream",
        "openai/openai-python#1254": "AsyncOpenAI occasionally throws Event loop is closed",
    },
    seconds=2.5,
)


async def ask(client: AsyncOpenAI, place: str, show: Show) -> None:
    """Ask the model about a place, and show its words."""
    show.mark("question")
    answer = await client.chat.completions.create(
        model="demo", messages=[{"role": "user", "content": prompt(place, 25)}], stream=True
    )
    async for chunk in answer:
        show(chunk.choices[0].delta.content or "")


def wrong(url: str, show: Show) -> None:
    """A loop for each question."""
    client = AsyncOpenAI(base_url=url, api_key="demo")
    for place in places():
        asyncio.run(ask(client, place, show))


def right(url: str, show: Show) -> None:
    """One loop for all questions."""
    client = AsyncOpenAI(base_url=url, api_key="demo")
    with BackgroundLoop() as loop:
        for place in places():
            loop.call(ask(client, place, show))
