"""Chainlit: a step for what the tool sends, a message for the words."""

import json

import chainlit as cl
from langchain_core.messages import AIMessageChunk

from bench.peers.shared import MODES, agent

graph = agent()


@cl.on_message
async def answer(_: cl.Message) -> None:
    asked = {"messages": cl.chat_context.to_openai()}
    step, words = cl.Step(name="get_items", type="tool"), cl.Message(content="")
    async for mode, part in graph.astream(asked, stream_mode=MODES):
        if mode == "custom":
            if not step.output:
                await step.send()
            await step.stream_token(json.dumps(part) + "\n\n")
        elif isinstance(part[0], AIMessageChunk) and part[0].text:
            await words.stream_token(part[0].text)
    if step.output:
        await step.update()
    await words.send()
