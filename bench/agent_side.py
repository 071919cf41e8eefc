"""What the agent's side adds to an answer, without a page. As a module of its own (`python -m bench.agent_side URL`) it
is the child, so that nothing else counts."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.servers import NO_LIMITS, ROOT, Server
from bench.stamped import question

TOKENS = 5_000
REPEATS = 7


def measure(model: Server) -> dict[str, float]:
    """Milliseconds of processor time for 1,000 tokens, by what is done with them: the least of repeats in turns."""
    command = [sys.executable, "-m", "bench.agent_side", f"{model.url}/v1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return {way: float(value) for way, value in json.loads(done.stdout).items()}


async def _child(url: str, folder: Path) -> dict[str, float]:
    import httpx2

    from agent.engine.in_process import InProcessBackend
    from agent.graphs.langchain import react
    from agent.graphs.without_langchain import react_without_langchain
    from agent.llm.chat import chat_model
    from agent.llm.endpoint import Endpoint, openai_client
    from agent.llm.http import HttpClient
    from agent.settings import Limits, Settings
    from agent.store.store import Store
    from agent.streaming.events import RunRequest
    from agent.streaming.modes import StreamMode
    from agent.streaming.watch import watch

    endpoint, limits, asked = Endpoint("bench", "none", url), Limits(), 0

    def ask() -> str:
        nonlocal asked
        asked += 1
        return question(TOKENS, 0, f"side{asked}")

    async def bare() -> None:
        body = {"model": "bench", "messages": [{"role": "user", "content": ask()}], "stream": True}
        async with plain.stream("POST", f"{url}/chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    json.loads(line[6:])

    def of_graph(graph: Any, modes: list[StreamMode] | None) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            async for _ in watch(graph, {"messages": [{"role": "user", "content": ask()}]}, modes=modes):
                pass

        return work

    def of_backend(backend: InProcessBackend) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            run = backend.start(RunRequest(ask(), "react", (), "auto", "bench"), session=f"s{asked}")
            assert run.state != "refused"
            cursor, ended = 0, False
            while not ended:
                _, cursor, ended = await asyncio.to_thread(run.read, cursor, 1.0)
            assert run.state == "finished"

        return work

    env = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none", "OPENAI_MODEL": "bench", **NO_LIMITS}
    in_memory = Settings.from_env({**env, "TOOLSTREAM_RECORDINGS": "off"})
    recorded = Settings.from_env({**env, "TOOLSTREAM_RECORDINGS": str(folder)})
    async with httpx2.AsyncClient() as plain, HttpClient(limits) as client:
        without = react_without_langchain(openai_client(endpoint, client), "bench", [])
        with_langchain = react(chat_model(endpoint, limits, client), [])
        with (
            InProcessBackend(in_memory, Store.of(in_memory)) as memory,
            InProcessBackend(recorded, Store.of(recorded)) as disk,
        ):
            ways = {
                "bare lines": bare,
                "custom": of_graph(without, ["custom"]),
                "messages": of_graph(with_langchain, ["messages"]),
                "all modes": of_graph(with_langchain, None),
                "in memory": of_backend(memory),
                "recorded": of_backend(disk),
            }
            found: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(REPEATS):
                for way, work in ways.items():
                    began = time.process_time()
                    await work()
                    found[way].append((time.process_time() - began) * 1e6 / TOKENS)
    return {way: round(min(each[1:]), 2) for way, each in found.items()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as _folder:
        print(json.dumps(asyncio.run(_child(sys.argv[1], Path(_folder)))))
