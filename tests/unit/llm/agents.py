"""The agents of all graphs, asked once each: what their reader is shown, what their tools are given, what is sent."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.graphs.registry import GRAPHS as SPECS
from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint, openai_client
from agent.llm.http import HttpClient
from agent.loop import BackgroundLoop
from agent.settings import Limits
from agent.streaming.adapter import Adapter, Happening
from agent.streaming.events import JSON, Custom, Token, Update
from agent.streaming.watch import happenings
from agent.tools.catalog import TOOLS
from agent.tools.registry import Models
from tests.scripted_server import Answer, ScriptedServer, calls, says, scripted_server

GRAPHS = tuple(spec.name for spec in SPECS.values() if spec.model != "none")
INNER = {"get_items.llm": "react", "get_items.openai": "without_langchain"}
"""Tools with a model inside, and a graph for each."""
LIMITS = Limits(read_seconds=60, event_bytes=200_000, answer_bytes=1_000_000)
QUESTION: dict[str, JSON] = {"role": "user", "content": "What is in the office?"}


@dataclass
class Outcome:
    """What came of one question."""

    server: ScriptedServer
    text: str = ""
    """All text that the agent itself said while it worked."""
    reasoning: str = ""
    answer: str = ""
    """The text of the last message."""
    runs: list[str] = field(default_factory=list)
    """The places that the tool was run for."""
    results: list[str] = field(default_factory=list)
    """What the model was told of its calls."""
    notes: list[str] = field(default_factory=list)
    told_in_tool: str = ""
    """What a model inside of a tool said."""
    failure: Exception | None = None


class Asking:
    """Asks graphs, which are built once, of one server."""

    def __init__(self, loop: BackgroundLoop, server: ScriptedServer, limits: Limits = LIMITS) -> None:
        self.server = server
        self.loop = loop
        self._client = loop.call(_client(limits), 10)
        endpoint = Endpoint("scripted", "no key", server.url)
        self.models = Models(
            "scripted",
            chat_model(endpoint, limits, self._client),
            openai_client(endpoint, self._client),
            limits.turns_remembered,
        )
        self._runs: list[str] = []
        self._graphs = {name: _built(name, self.models, self._tool()) for name in GRAPHS}
        self._graphs |= {
            tool: _built(graph, self.models, TOOLS[tool].build(self.models)) for tool, graph in INNER.items()
        }

    def close(self) -> None:
        self.loop.call(self._client.aclose(), 10)

    def ask(self, graph: str, *answers: Answer, before: Sequence[JSON] = ()) -> Outcome:
        """Ask a graph whose tool is a plain one; `before` is what was said until now."""
        self.server.play(*answers)
        self._runs.clear()
        outcome = Outcome(self.server, runs=self._runs)
        self.loop.call(self._run(graph, outcome, [*before, QUESTION]), 60)
        return outcome

    def ask_inside(self, tool: str, answer: Answer) -> Outcome:
        """Ask a graph whose tool asks a model, which gives this answer."""
        function = {"name": "get_items", "arguments": '{"place": "office"}'}
        return self.ask(tool, calls({"index": 0, "id": "outer", "function": function}), answer, says("That is all."))

    def _tool(self) -> Callable[[str], Awaitable[str]]:
        async def get_items(place: str = "everywhere") -> str:
            """List the items in a place."""
            self._runs.append(place)
            return f"bed and lamp of the {place}"

        return get_items

    async def _run(self, graph: str, outcome: Outcome, messages: list[JSON]) -> None:
        stream = happenings(self._graphs[graph], {"messages": messages}, Adapter(), config={"recursion_limit": 12})
        try:
            async with contextlib.aclosing(stream):
                async for happening in stream:
                    _take(happening, outcome)
        except Exception as error:
            outcome.failure = error


def _built(graph: str, models: Models, tool: Any) -> Any:
    return SPECS[graph].build(models, [tool])


def _take(happening: Happening, outcome: Outcome) -> None:
    match happening.payload:
        case Token(text=text, reasoning=reasoning) if happening.calls:
            outcome.told_in_tool += text
        case Token(text=text, reasoning=reasoning):
            outcome.text += text
            outcome.reasoning += reasoning
        case Custom(data={"status": str() as status}):
            outcome.notes.append(status)
        case Custom(data=dict() as chunk) if happening.calls:
            outcome.told_in_tool += str(chunk.get("content", ""))
        case Custom(data=dict() as chunk):
            outcome.text += str(chunk.get("content", ""))
            outcome.reasoning += str(chunk.get("reasoning", ""))
        case Update(messages=messages):
            for message in messages:
                if message.role == "tool":
                    outcome.results.append(message.text)
                else:
                    outcome.answer = message.text


@contextlib.contextmanager
def asking(limits: Limits = LIMITS) -> Iterator[Asking]:
    """What asks, for the tests of a module."""
    with BackgroundLoop() as loop, scripted_server() as server:
        made = Asking(loop, server, limits)
        yield made
        made.close()


async def _client(limits: Limits) -> HttpClient:
    return HttpClient(limits)
