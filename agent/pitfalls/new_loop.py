"""A new event loop for each question, with one client for all of them."""

from __future__ import annotations

import asyncio

from openai import AsyncOpenAI

from agent.loop import BackgroundLoop
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix="loop = BackgroundLoop()            # once; see agent/loop.py\n"
    "answer = loop.call(ask(question))  # not asyncio.run(ask(question))",
    threads={
        "streamlit/streamlit#12076": "Event loop is closed with write_stream and LangGraph's astream",
        "openai/openai-python#1254": "AsyncOpenAI occasionally throws Event loop is closed",
    },
    seconds=2.5,
)

QUESTIONS = ("Describe the office in 25 words", "Describe the bedroom in 25 words")


async def ask(client: AsyncOpenAI, question: str, show: Show) -> None:
    """Ask the model, and show its words."""
    show.mark("Question")
    answer = await client.chat.completions.create(
        model="demo", messages=[{"role": "user", "content": question}], stream=True
    )
    async for chunk in answer:
        show(chunk.choices[0].delta.content or "")


def wrong(url: str, show: Show) -> None:
    """A loop for each question."""
    client = AsyncOpenAI(base_url=url, api_key="demo")
    for question in QUESTIONS:
        asyncio.run(ask(client, question, show))


def right(url: str, show: Show) -> None:
    """One loop for all questions."""
    client = AsyncOpenAI(base_url=url, api_key="demo")
    with BackgroundLoop() as loop:
        for question in QUESTIONS:
            loop.call(ask(client, question, show))
