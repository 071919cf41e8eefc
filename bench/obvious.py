"""What both obvious scripts have in common: the chat of the tutorials, and the tokens of our own graph."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import streamlit as st

from agent.graphs import react
from agent.models import Endpoint, chat_model, http_client
from agent.settings import Limits


async def tokens(question: str) -> AsyncIterator[str]:
    """The tokens of the answer, from the same graph, model and HTTP client that the app uses."""
    limits = Limits(read_seconds=600)
    async with http_client(limits) as client:
        endpoint = Endpoint("bench", "none", os.environ["OPENAI_BASE_URL"])
        graph = react(chat_model(endpoint, limits, client), [])
        given = {"messages": [{"role": "user", "content": question}]}
        async for message, _ in graph.astream(given, stream_mode="messages"):
            if text := str(message.text):
                yield text


def history() -> list[dict[str, str]]:
    """Draw the turns so far."""
    messages: list[dict[str, str]] = st.session_state.setdefault("messages", [])
    for message in messages:
        with st.chat_message(message["role"]):
            st.markdown(message["content"])
    return messages
