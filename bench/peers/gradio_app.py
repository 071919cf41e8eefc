"""Gradio: a chat interface over a generator that yields the messages so far."""

import json
import os
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from langchain_core.messages import AIMessageChunk

from bench.peers.shared import MODES, agent

graph = agent()


async def answer(question: str, history: list[dict[str, Any]]) -> AsyncIterator[list[gr.ChatMessage]]:
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in history if not turn.get("metadata")]
    step = gr.ChatMessage(role="assistant", content="", metadata={"title": "get_items"})
    words = gr.ChatMessage(role="assistant", content="")
    asked = {"messages": [*turns, {"role": "user", "content": question}]}
    async for mode, part in graph.astream(asked, stream_mode=MODES):
        if mode == "custom":
            step.content += json.dumps(part) + "\n\n"
        elif isinstance(part[0], AIMessageChunk) and part[0].text:
            words.content += part[0].text
        else:
            continue
        yield [message for message in (step, words) if message.content]


app = gr.ChatInterface(answer, concurrency_limit=None)

if __name__ == "__main__":
    app.launch(server_name="127.0.0.1", server_port=int(os.environ["PORT"]))
