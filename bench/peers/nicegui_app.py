"""NiceGUI: a page of chat messages, with Markdown that is set anew for each token."""

import json
import os

from langchain_core.messages import AIMessageChunk
from nicegui import ui

from bench.peers.shared import MODES, agent

graph = agent()


@ui.page("/")
def page() -> None:
    turns: list[dict[str, str]] = []

    async def answer() -> None:
        turns.append({"role": "user", "content": question.value})
        question.value = ""
        with chat:
            ui.chat_message(turns[-1]["content"], sent=True)
            with ui.chat_message():
                step, words = ui.log(), ui.markdown().classes("answer")
        step.visible = False
        async for mode, part in graph.astream({"messages": turns}, stream_mode=MODES):
            if mode == "custom":
                step.visible = True
                step.push(json.dumps(part))
            elif isinstance(part[0], AIMessageChunk) and part[0].text:
                words.content += part[0].text
                ui.run_javascript("window.scrollTo(0, document.body.scrollHeight)")
        turns.append({"role": "assistant", "content": words.content})

    chat = ui.column().classes("w-full")
    with ui.footer():
        question = ui.input(placeholder="Ask").classes("w-full question").on("keydown.enter", answer)


ui.run(host="127.0.0.1", port=int(os.environ["PORT"]), reload=False, show=False)
