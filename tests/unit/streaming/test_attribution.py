"""What is written in one go shares a mark, and comes in the order in which it was written, whoever writes beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any, TypedDict

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import RunnableLambda
from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph

from agent import attributed
from agent.streaming.attribution import MOST_AT_ONCE, tool_call
from agent.streaming.events import Custom, StreamEvent, Token
from agent.streaming.watch import parts, watch
from tests.unit.streaming.scripted import Scripted, pieces


class State(TypedDict, total=False):
    seen: str


class AtOnce(Scripted):
    """Writes without a pause, as a server that sends much at once."""

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in pieces(self._next(messages)):
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def graph_of(node: Any) -> Any:
    return StateGraph(State).add_node("node", node).add_edge(START, "node").compile()


def watched(node: Any) -> list[StreamEvent]:
    async def collect() -> list[StreamEvent]:
        return [event async for event in watch(graph_of(node), {})]

    return asyncio.run(collect())


def written(events: list[StreamEvent]) -> list[Any]:
    return [event.payload.data for event in events if isinstance(event.payload, Custom)]


@pytest.mark.parametrize("count", [1, MOST_AT_ONCE, MOST_AT_ONCE + 1, 5 * MOST_AT_ONCE])
def test_what_is_written_in_one_go_shares_marks_of_a_bounded_size(count: int) -> None:
    async def node(state: State) -> State:
        write = get_stream_writer()
        for number in range(count):
            write({"number": number})
        return {}

    async def collect() -> list[Any]:
        return [part async for part in parts(graph_of(node), {}) if part["type"] == "custom"]  # type: ignore[index]

    assert written(watched(node)) == [{"number": number} for number in range(count)]
    assert [len(part["data"]["chunks"]) for part in asyncio.run(collect())] == [
        len(range(count)[at : at + MOST_AT_ONCE]) for at in range(0, count, MOST_AT_ONCE)
    ]


def test_what_is_written_among_tokens_keeps_its_place_among_them() -> None:
    model = AtOnce(answers=[AIMessage("one two three")])

    async def node(state: State) -> State:
        write = get_stream_writer()
        write("before")
        async for chunk in model.astream("?"):
            write(f"heard {chunk.text}")
            write("and written twice")
        write("after")
        return {}

    events = watched(node)
    told = [
        event.payload.text if isinstance(event.payload, Token) else event.payload.data
        for event in events
        if isinstance(event.payload, (Token, Custom))
    ]
    words = ["one ", "two ", "three", "", ""]  # the last ones are ends
    heard = [each for word in words for each in (word, f"heard {word}", "and written twice")]
    assert [each for each in told if each] == [each for each in ("before", *heard, "after") if each]


def test_what_several_calls_write_in_turns_keeps_its_order_and_belongs_to_each() -> None:
    async def node(state: State) -> State:
        write = get_stream_writer()
        for number in range(3):
            for call in ("a", "b"):
                with tool_call(call):
                    write(number)
                    write(number + 0.5)
            write("between")
        return {}

    events = [event for event in watched(node) if isinstance(event.payload, Custom)]
    assert [(event.call, event.payload.data) for event in events if isinstance(event.payload, Custom)] == [
        told
        for number in range(3)
        for told in [*((call, number + half) for call in "ab" for half in (0, 0.5)), (None, "between")]
    ]


def test_nothing_that_threads_and_loops_of_their_own_write_is_lost() -> None:
    async def in_another_loop(write: Any) -> None:
        for number in range(100):
            write(number)
            if number % 10 == 0:
                await asyncio.sleep(0)

    async def node(state: State) -> State:
        write = get_stream_writer()

        def in_a_thread() -> None:
            for number in range(100):
                write(number)
            asyncio.run(in_another_loop(write))
            assert threading.current_thread() is not threading.main_thread()

        working = asyncio.create_task(asyncio.to_thread(in_a_thread))
        while not working.done():
            write("beside")
            write("beside")
            await asyncio.sleep(0)
        await working
        return {}

    told = written(watched(node))
    assert [each for each in told if each != "beside"] == [*range(100), *range(100)]
    assert len([each for each in told if each == "beside"]) % 2 == 0


@pytest.mark.parametrize("thing", [StateGraph(State), RunnableLambda(str) | str], ids=["a builder", "a chain"])
def test_what_is_no_compiled_graph_is_refused_where_it_is_attributed(thing: Any) -> None:
    with pytest.raises(TypeError, match=f"compiled graph, and this is a {type(thing).__name__}"):
        attributed(thing)
