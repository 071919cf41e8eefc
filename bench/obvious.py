"""What both obvious scripts have in common: the chat of the tutorials, and the tokens of our own graph."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import openai
import streamlit as st
from langchain_openai import ChatOpenAI

from agent.graphs.langchain import react


async def tokens(question: str) -> AsyncGenerator[str, None]:
    """The tokens of the answer, from the same graph and model server that the app uses."""
    # A client of its own: the one that ChatOpenAI keeps for all would still hold connections of an earlier event loop.
    async with openai.DefaultAsyncHttpxClient() as client:
        model = ChatOpenAI(model="bench", base_url=os.environ["OPENAI_BASE_URL"], http_async_client=client)
        given = {"messages": [{"role": "user", "content": question}]}
        parts: AsyncIterator[Any] = react(model, []).astream(given, stream_mode="messages")
        async for message, _ in parts:
            if text := str(message.text):
                yield text


def history() -> list[dict[str, str]]:
    """Draw the turns so far."""
    messages: list[dict[str, str]] = st.session_state.setdefault("messages", [])
    for message in messages:
        with st.chat_message(message["role"]):
            st.markdown(message["content"])
    return messages
