"""The host's own graphs as the engine runs them: with their threads, their inputs and their context."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.engine.in_process import InProcessBackend
from agent.projections.transcript import Transcript, fold
from agent.settings import Settings
from agent.streaming.events import RunRequest, State
from agent.streaming.modes import RUN_MODES
from tests.runs import finish, refused, started
from tests.serving import wait_until

COUNTING = """
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

def answer(state):
    return {"messages": [("ai", f"{len(state['messages'])} messages so far")]}

builder = StateGraph(MessagesState).add_node(answer).add_edge(START, "answer")
forgets = builder.compile()
keeps = builder.compile(checkpointer=InMemorySaver())
"""
WRITING = """
from dataclasses import dataclass
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import NotRequired, TypedDict

class State(TypedDict):
    topic: str
    text: NotRequired[str]

@dataclass
class Context:
    author: str = "nobody"

async def write(state: State, runtime: Runtime[Context]):
    runtime.stream_writer({"status": "at it"})
    return {"text": f"{state['topic']} by {runtime.context.author}"}

writes = StateGraph(State, context_schema=Context).add_node(write).add_edge(START, "write").compile()
"""
ENDING = """
import argparse
from langgraph.graph import START, MessagesState, StateGraph

def parse(state):
    argparse.ArgumentParser().parse_args(["--no-such-option"])

async def parse_on_the_loop(state):
    parse(state)

ends = StateGraph(MessagesState).add_node(parse).add_edge(START, "parse").compile()
ends_loop = StateGraph(MessagesState).add_node(parse_on_the_loop).add_edge(START, "parse_on_the_loop").compile()
"""


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessBackend]:
    folder = tmp_path_factory.mktemp("own")
    (folder / "counting.py").write_text(COUNTING)
    (folder / "writing.py").write_text(WRITING)
    (folder / "ending.py").write_text(ENDING)
    (folder / "broken.py").write_text("import no_such_package")
    names = (
        "ending.py:ends",
        "ending.py:ends_loop",
        "counting.py:forgets",
        "counting.py:keeps",
        "writing.py:writes",
        "broken.py:x",
    )
    with InProcessBackend(Settings(graphs=tuple(f"{folder}/{name}" for name in names))) as backend:
        yield backend


def told(backend: InProcessBackend, request: RunRequest, thread: str = "") -> Transcript:
    return fold(finish(started(backend.start(request, thread_id=thread))), RUN_MODES)


def asks(graph: str, question: str = "and?") -> RunRequest:
    return RunRequest(question, f"own:{graph}", (), model="")


@pytest.mark.parametrize("graph", ["forgets", "keeps"])
def test_each_turn_knows_the_ones_before_it_once(backend: InProcessBackend, graph: str) -> None:
    answers = [told(backend, asks(graph), thread=f"thread of {graph}").answer for _ in range(3)]
    assert answers == ["1 messages so far", "3 messages so far", "5 messages so far"]


def test_another_conversation_is_another_thread(backend: InProcessBackend) -> None:
    assert told(backend, asks("keeps"), thread="elsewhere").answer == "1 messages so far"


def test_all_modes_keep_the_checkpointer_of_the_graph(backend: InProcessBackend) -> None:
    request = RunRequest("and?", "own:keeps", (), model="", all_modes=True)
    assert [told(backend, request, thread="lab").answer for _ in range(2)] == ["1 messages so far", "3 messages so far"]


def test_a_graph_without_messages_is_given_its_input_and_context_and_answers_with_its_last_value(
    backend: InProcessBackend,
) -> None:
    request = RunRequest("cats", "own:writes", (), model="", inputs={"topic": "cats"}, context={"author": "me"})
    events = finish(started(backend.start(request)))
    assert "cats by me" in fold(events, RUN_MODES).answer
    assert any(isinstance(event.payload, State) for event in events)


def test_what_cannot_be_run_is_said(backend: InProcessBackend) -> None:
    assert "has tools of its own" in refused(backend.start(RunRequest("?", "own:keeps", ("get_items",), model="")))
    assert "longer than" in refused(backend.start(RunRequest("?", "own:writes", (), model="", inputs="x" * 9_000)))
    for graph, said in (("x", "needs the module no_such_package"), ("gone", "There is no such agent here")):
        failed = told(backend, asks(graph))
        assert (failed.state, said in failed.message) == ("failed", True), failed.message


@pytest.mark.parametrize("graph", ["ends", "ends_loop"])
def test_a_graph_that_asks_the_process_to_end_has_failed_and_others_go_on(
    backend: InProcessBackend, graph: str
) -> None:
    failed = told(backend, asks(graph))
    assert (failed.state, "SystemExit" in failed.message) == ("failed", True)
    assert told(backend, asks("forgets"), thread=f"after {graph}").answer == "1 messages so far"


def test_all_are_listed_with_how_they_are(backend: InProcessBackend) -> None:
    wait_until(lambda: all(state.state != "loading" for state in backend.own_graphs()), 20, "all are loaded")
    assert {state.name: state.state for state in backend.own_graphs()} == {
        "forgets": "ready",
        "keeps": "ready",
        "writes": "ready",
        "ends": "ready",
        "ends_loop": "ready",
        "x": "failed",
    }


def test_a_configuration_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_text("{}")
    with InProcessBackend(Settings(graphs=(str(tmp_path),))) as backend:
        (state,) = backend.own_graphs()
        assert (state.state, "names no graphs" in str(state.message)) == ("failed", True)
