"""The stage for the ways to stream from a tool: all at work at the same moment, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import LLMResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.pitfalls.pitfall import Moment
from agent.pitfalls.stage import Show, demo_server
from agent.snippets.ways import QUESTION, WAYS, watch_of


def run_ways(url: str | None, tell: Callable[[str, Moment], None], most: int, ready: Callable[[], object]) -> None:
    """Run all ways, and tell what is seen of each by its name. They begin when `ready` returns."""

    async def run(url: str) -> None:
        await asyncio.gather(*(_run(name, url, Show(partial(tell, name), most)) for name in WAYS))

    with demo_server(url) as url:
        ready()
        asyncio.run(run(url))


async def _run(name: str, url: str, show: Show) -> None:
    """Run one way to its end; if it fails, the others are left alone."""
    asked = _CallsAskedFor(show)
    model = ChatOpenAI(model="demo", base_url=url, api_key=SecretStr("demo"), max_retries=0, callbacks=[asked])
    try:
        await watch_of(name)(model, QUESTION, lambda key, chunk: show(chunk, lane=key))
    except Exception as error:
        show.error(error)
    else:
        show.end()


class _CallsAskedFor(BaseCallbackHandler):
    """Marks the ids of the calls that the model asks for."""

    def __init__(self, show: Show) -> None:
        self._show = show

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        for generations in response.generations:
            for generation in generations:
                for call in getattr(getattr(generation, "message", None), "tool_calls", ()):
                    self._show.mark(str(call["id"]))
