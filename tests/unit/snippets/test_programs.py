"""Every code sample of the stream lab and of the how-to's pages, run as it stands against the demo model."""

import asyncio
import gc
import re
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from langchain_core._api import LangChainBetaWarning

from agent.graphs.registry import GRAPHS
from agent.snippets.programs import program, stays_empty
from agent.snippets.source import tool_file, tool_source
from agent.snippets.ways import TODAY, WAYS, sample
from agent.streaming.modes import STREAM_MODES
from tests.serving import model_server

OFFICE = "What items are in the office?"
EXPECTED = {
    "custom": "Desk",
    "messages": "agent '",
    "updates": "agent {",
    "values": "messages, the last one:",
    "tasks": "begins",
    "tools": "tool-finished",
    "checkpoints": "then []",
    "debug": "task_result",
}


Printed = dict[tuple[Any, Any], list[tuple[Any, ...]]]
"""What was printed, call by call."""
CASES: list[tuple[Any, Any]] = [(graph, mode) for graph in GRAPHS for mode in STREAM_MODES]
ASKING: list[tuple[Any, Any]] = [("react", "get_items.llm"), ("without_langchain", "get_items.openai")]
"""Tools that ask a model themselves, and a graph for each."""
SAMPLES = [*WAYS, *(name for name in TODAY.values() if name not in WAYS)]


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    with model_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", server.base_url)
        patch.setenv("OPENAI_API_KEY", "no key")
        yield


@pytest.fixture(scope="module")
def printed(environment: None) -> Printed:
    """What each program prints. They run at the same time on one loop: ChatOpenAIs share their connections."""
    sources = {case: program(*case, question=OFFICE, model="demo-fast") for case in CASES}
    for graph, tool in ASKING:
        sources[graph, tool] = program(
            graph,
            "updates",
            question=OFFICE,
            model="demo-fast",
            tools=["take_inventory", tool],
            tool_choice="get_items",
        )

    sources |= {("sample", name): sample(name, "demo-fast") for name in SAMPLES}

    async def run_all() -> Printed:
        outputs = await asyncio.gather(*map(run, map(str, sources), sources.values()))
        return dict(zip(sources, outputs, strict=True))

    with warnings.catch_warnings():  # a program leaves its connections to the end of its process, which is here
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", LangChainBetaWarning)
        outputs = asyncio.run(run_all())
        gc.collect()
    return outputs


async def run(name: str, source: str) -> list[tuple[Any, ...]]:
    body, _, last = source.rpartition("\n\n\n")
    runs = re.fullmatch(r"asyncio\.run\((.*)\)\n", last)
    assert runs, "a program ends by running itself"
    printed: list[tuple[Any, ...]] = []
    program = ModuleType(name)
    program.print = lambda *values: printed.append(values)  # type: ignore[attr-defined]
    sys.modules[name] = program  # where the types that it names are looked for
    exec(compile(body, name, "exec"), vars(program))
    await asyncio.wait_for(eval(runs[1], vars(program)), 60)
    del sys.modules[name]
    return printed


def lines(printed: list[tuple[Any, ...]]) -> str:
    return "\n".join(" ".join(map(str, values)) for values in printed)


@pytest.mark.parametrize(("graph", "mode"), CASES)
def test_a_program_prints_its_lane(graph: Any, mode: Any, printed: Printed) -> None:
    if stays_empty(graph, mode):
        assert printed[graph, mode] == []
    else:
        node = {"tool_node": "call_tool", "create_agent": "model"}.get(graph, "agent")
        assert EXPECTED[mode].replace("agent", node) in lines(printed[graph, mode])


@pytest.mark.parametrize(("graph", "tool"), ASKING)
def test_a_program_can_offer_tools_that_ask_a_model_and_force_a_choice(graph: str, tool: str, printed: Printed) -> None:
    assert "Desk" in lines(printed[graph, tool])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_streams_and_knows_of_its_chunks_what_it_says(name: str, printed: Printed) -> None:
    shown = printed["sample", name]
    keys = {key for key, _ in shown}
    assert len(keys) == (1 if name == "stream_writer" else 2)
    assert ("" in keys) == (name == "stream_writer")
    asks_a_model = name in ("model_tokens", "plain_openai")
    assert ("Desk" in [chunk for _, chunk in shown]) == (not asks_a_model)
    for key in keys if asks_a_model else ():
        text = "".join(chunk for of, chunk in shown if of == key)
        assert ("office" in text) != ("bedroom" in text), "each text is of one call"


def test_programs_are_written_as_this_project_is() -> None:
    source = program("react", "custom", question=OFFICE)
    assert (
        source
        == """import asyncio

from langchain_openai import ChatOpenAI

from agent.graphs.langchain import react
from agent.tools.demo import get_items


async def main() -> None:
    graph = react(ChatOpenAI(model="demo"), [get_items])
    message = {"role": "user", "content": "What items are in the office?"}
    async for part in graph.astream(
        {"messages": [message]},
        stream_mode="custom",
        version="v2",
    ):
        print(part["data"])


asyncio.run(main())
"""
    )


def test_what_is_shown_of_a_tool_is_what_runs() -> None:
    assert "interrupt(" in tool_source("refund", "react")
    assert "interrupt(" not in tool_source("refund", "create_agent"), "the middleware asks there"
    assert tool_file("refund", "create_agent") == "agent/tools/acts.py"
