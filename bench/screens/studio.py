"""What the pictures are made of: the app, its model server, and the servers that only few of them need."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.demo_model import DemoServer
from tests.agent_servers import MISSING, PROGRAMS, langgraph_dev
from tests.serving import ROOT, App, app_server, model_server, pointed_at

RATE, SLOW_RATE = 30, 4
"""Tokens in a second: of runs, and of those that are still at work when somebody comes to watch them."""
AGENTS = ("researcher", "archivist", "analyst")
"""The host's own: the first one answers, the second one's model stalls, the third one's breaks off."""
_GRAPHS = """
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from agent.tools.demo import get_items, take_inventory

def agent(name, model):
    return create_agent(ChatOpenAI(model=model, max_retries=0), [get_items, take_inventory], name=name)

researcher = agent("researcher", "demo")
archivist = agent("archivist", "demo-flaky:stall")
analyst = agent("analyst", "demo-flaky:broken")
"""


class NotHere(Exception):
    """A server that cannot be started on this machine; the text says what it takes."""


@dataclass
class Studio:
    """The app at work, and an Agent Server with an app beside it once somebody wants to watch runs there."""

    app: App
    model: DemoServer
    _graphs: Path
    _servers: ExitStack
    _agents: tuple[str, App] | None = None
    _starting: asyncio.Lock | None = None

    async def agent_server(self) -> tuple[str, App]:
        """An Agent Server's address, and an app that lets visitors watch its runs; started once."""
        self._starting = self._starting or asyncio.Lock()
        async with self._starting:
            if self._agents is None:
                if not PROGRAMS.exists():
                    raise NotHere(MISSING)
                self._agents = await asyncio.to_thread(self._start_agent_server)
        return self._agents

    def _start_agent_server(self) -> tuple[str, App]:
        slow = pointed_at(self._servers.enter_context(model_server(rate=SLOW_RATE)))
        config = self._graphs.with_name("langgraph.json")
        config.write_text(
            json.dumps({"dependencies": [str(ROOT)], "graphs": {AGENTS[0]: f"{self._graphs}:{AGENTS[0]}"}})
        )
        env = slow | {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "none"}
        url = self._servers.enter_context(langgraph_dev(env, config)).url
        env = slow | {"TOOLSTREAM_AGENT_SERVER": url, "TOOLSTREAM_AGENT_SERVER_RUNS": "1"}
        return url, self._servers.enter_context(app_server(env))

    async def fresh(self) -> tuple[App, ExitStack]:
        """An app as `streamlit run app.py` starts it, whose first visitor has not come yet; the caller closes it."""
        stack = ExitStack()
        app = await asyncio.to_thread(stack.enter_context, app_server(pointed_at(self.model), fresh=True))
        return app, stack


@contextmanager
def studio() -> Iterator[Studio]:
    """Start the app and its model server; in the end, stop all that was started."""
    with model_server(rate=RATE) as model, TemporaryDirectory() as folder, ExitStack() as servers:
        graphs = Path(folder, "my_agents.py")
        graphs.write_text(_GRAPHS)
        env = {
            **pointed_at(model),
            "TOOLSTREAM_GRAPHS": ",".join(f"{graphs}:{name}" for name in AGENTS),
            "OPENAI_API_KEY": "none",
            "TOOLSTREAM_RUNS_PER_MINUTE": "1000",
        }
        with app_server(env) as app:
            yield Studio(app, model, graphs, servers)
