"""What LangGraph promises nobody, and we use: said here by what breaks when it changes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, TypedDict

import pytest
from langgraph._internal import _constants
from langgraph.config import get_config, get_stream_writer
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.pregel._messages import graph_namespace
from langgraph.runtime import Runtime
from langgraph.store.memory import InMemoryStore

from agent.streaming._langgraph_compat import RUNTIME_KEY, Write, declared_types, intercepting, place_of


class State(TypedDict, total=False):
    seen: str


def loud(write: Write) -> Write:
    return lambda data: write(str(data).upper())


def streamed(graph: Any, inputs: Any, runtime: Runtime[Any], **options: Any) -> list[Any]:
    async def collect() -> list[Any]:
        options.setdefault("stream_mode", "custom")
        config = {"configurable": {RUNTIME_KEY: runtime}}
        return [part async for part in graph.astream(inputs, config, subgraphs=True, **options)]

    return asyncio.run(collect())


async def writing(state: State) -> State:
    get_stream_writer()("written")
    return {}


def test_the_name_of_the_runtime_in_a_config_is_langgraphs() -> None:
    assert RUNTIME_KEY == _constants.CONFIG_KEY_RUNTIME


def test_a_run_takes_its_writer_from_the_runtime_in_its_config_and_so_do_graphs_inside_it() -> None:
    inner = StateGraph(State).add_node(writing).add_edge(START, "writing").compile()
    outer = StateGraph(State).add_node("inner", inner).add_node(writing).add_edge(START, "inner")
    parts = streamed(outer.add_edge("inner", "writing").compile(), {}, intercepting(None, None, loud))
    assert [data for _, data in parts] == ["WRITTEN", "WRITTEN"]


def test_a_graph_that_streams_inside_a_node_keeps_its_own_writer() -> None:
    inner: Any = StateGraph(State).add_node(writing).add_edge(START, "writing").compile()
    got = []

    async def reads(state: State) -> State:
        async for chunk in inner.astream({}, stream_mode="custom"):
            got.append(chunk)
        return {}

    streamed(StateGraph(State).add_node(reads).add_edge(START, "reads").compile(), {}, intercepting(None, None, loud))
    assert got == ["written"]


def test_the_store_and_what_was_in_the_config_before_are_kept() -> None:
    found: list[Any] = []

    async def looks(state: State, runtime: Runtime[Any]) -> State:
        found.extend([runtime.context, runtime.store])
        return {}

    store = InMemoryStore()
    served: Runtime[Any] = Runtime(context="of the server")
    graph = StateGraph(State).add_node(looks).add_edge(START, "looks").compile(store=store)
    streamed(graph, {}, intercepting(served, graph.store, loud))
    assert found == ["of the server", store]


def test_the_metadata_of_a_config_say_where_it_is() -> None:
    places: dict[str, Any] = {}

    def note() -> None:
        metadata = get_config()["metadata"]
        places[metadata["langgraph_node"]] = place_of(metadata), graph_namespace(metadata)

    @task
    async def inner() -> None:
        note()

    @task
    async def outer() -> None:
        note()
        await inner()

    @entrypoint()
    async def flow(_: str) -> None:
        note()
        await outer()

    async def node(state: State) -> State:
        await flow.ainvoke("")
        note()
        return {}

    streamed(StateGraph(State).add_node(node).add_edge(START, "node").compile(), {}, Runtime(), stream_mode="updates")
    assert [places[name][0].node for name in ("node", "flow", "outer", "inner")] == ["node", "flow", "outer", "inner"]
    assert all(place.namespace == theirs for place, theirs in places.values())
    (step,) = places["inner"][0].namespace
    assert step == f"node:{places['node'][0].task}"


@pytest.mark.parametrize("metadata", [None, {}, {"langgraph_checkpoint_ns": None}])
def test_no_metadata_are_no_place(metadata: Any) -> None:
    assert place_of(metadata) == ((), "", None, None)


@dataclass
class Plan:
    steps: int


class Planned(TypedDict):
    plan: list[Plan]


def test_the_types_that_a_schema_names_are_found_also_in_sub_graphs() -> None:
    def idle(state: Planned) -> None:
        pass

    inner = StateGraph(Planned).add_node(idle).add_edge(START, "idle").compile()
    outer = StateGraph(State).add_node("inner", inner).add_edge(START, "inner").compile()
    other = StateGraph(State).add_node(writing).add_edge(START, "writing").compile()
    assert [(Plan.__module__, "Plan") in declared_types(graph) for graph in (outer, other)] == [True, False]
