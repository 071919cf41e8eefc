"""How a watched run begins, waits, goes on, is left and fails; and that nothing of the graph is changed."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, HumanInTheLoopMiddleware, ToolRetryMiddleware
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig, RunnableParallel
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command, interrupt

from agent import watch
from agent.streaming import events as ev
from agent.streaming.attribution import tool_call
from agent.streaming.events import StreamEvent
from agent.streaming.modes import STREAM_MODES, StreamMode
from tests.unit.streaming.scripted import calling, scripted
from tests.unit.streaming.styles import (
    ASKED,
    Plain,
    asks_a_person,
    by_hand,
    echo,
    look,
    openai_call,
    sub_agents_as_tools,
)
from tests.unit.streaming.test_watch import chunks_of, watched, words_of
from tests.warm import FRESH

ROOT = Path(__file__).parents[3]
THREAD: Any = {"configurable": {"thread_id": "1"}}


def one_node(node: Callable[..., Any], **schema: Any) -> Any:
    return StateGraph(Plain, **schema).add_node("node", node).add_edge(START, "node").compile()


def messages_of(events: list[StreamEvent]) -> list[ev.Message]:
    return [message for event in events if isinstance(event.payload, ev.Update) for message in event.payload.messages]


# Waiting for a person


def test_a_graph_that_waits_says_what_it_asks_and_goes_on_from_there() -> None:
    graph = asks_a_person()
    before = watched(graph, config=THREAD)
    (asked,) = [event.payload for event in before if isinstance(event.payload, ev.Interrupted)]
    assert [interrupt.value for interrupt in asked.interrupts] == [{"question": "Send hello?"}]
    assert chunks_of(before) == {("s",): ["about to send hello"], ("a",): ["first in A", "second in A"]}
    assert isinstance(waits := before[-1].payload, ev.Waiting)
    assert (waits.interrupts, waits.checkpoint.startswith("1@")) == (asked.interrupts, True)
    answer: Command[Any] = Command(resume={asked.interrupts[0].id: "yes"})
    after = watched(graph, answer, config=THREAD)
    assert chunks_of(after) == {("s",): ["about to send hello", "sending: yes"]}
    assert [event.calls for event in after if isinstance(event.payload, ev.ToolStarted)] == [("s",)]
    assert [update.cached for event in after if isinstance(update := event.payload, ev.Update)].count(True) == 1
    assert after[-1].payload == ev.Ended("finished", answer="all sent")


def test_without_a_checkpointer_it_waits_for_ever_and_says_so() -> None:
    builder = StateGraph(Plain).add_node("node", lambda _: {"messages": [interrupt("Really?")]})
    events = watched(builder.add_edge(START, "node").compile())
    assert isinstance(waits := events[-1].payload, ev.Waiting)
    assert ([asked.value for asked in waits.interrupts], waits.checkpoint) == (["Really?"], "")


def test_what_a_person_is_asked_before_a_tool_begins_is_told_too() -> None:
    graph = create_agent(
        scripted(calling(("s", "look", {"place": "A"})), "as you wish"),
        [look],
        middleware=[HumanInTheLoopMiddleware(interrupt_on={"look": True})],
        checkpointer=InMemorySaver(),
    )
    before = watched(graph, config=THREAD)
    (asked,) = [event.payload.interrupts for event in before if isinstance(event.payload, ev.Interrupted)]
    assert isinstance(value := asked[0].value, dict)
    assert value["action_requests"]
    after = watched(graph, Command(resume={"decisions": [{"type": "reject", "message": "no"}]}), config=THREAD)
    (rejected,) = [message for message in messages_of(after) if message.role == "tool"]
    assert (rejected.call, rejected.failed) == ("s", True)
    assert after[-1].payload == ev.Ended("finished", answer="as you wish")


# A conversation


def test_a_thread_of_its_own_goes_on_and_repeats_nothing() -> None:
    graph = create_agent(scripted("hello", "hello again"), [look], checkpointer=InMemorySaver())
    watched(graph, config=THREAD)
    second = watched(graph, {"messages": [("user", "and?")]}, config=THREAD)
    assert [message.text for message in messages_of(second)] == ["hello again"]
    states = [event.payload for event in second if isinstance(event.payload, ev.State)]
    assert [message.text for message in states[0].messages] == ["?", "hello", "and?"]
    assert words_of(second) == {(): ["hello again"]}


def test_a_thread_that_is_missing_is_said_as_langgraph_says_it() -> None:
    with pytest.raises(ValueError, match="thread_id"):
        watched(asks_a_person())
    bound = asks_a_person().with_config(THREAD)
    assert chunks_of(watched(bound))[("s",)] == ["about to send hello"]


# Ids


def again(call_id: str) -> Any:
    return [
        calling((call_id, "look", {"place": "A"})),
        calling((call_id, "look", {"place": "B"}), (call_id, "look", {"place": "C"})),
        "all seen",
    ]


@pytest.mark.parametrize("sent", ["call_0", "look", ""])
def test_ids_that_come_again_are_calls_of_their_own(sent: str) -> None:
    events = watched(create_agent(scripted(*again(sent)), [look]))
    first = sent or "call"
    ids = [first, f"{first}#2", f"{first}#3"]
    assert chunks_of(events) == {
        (call,): [f"first in {place}", f"second in {place}"] for call, place in zip(ids, "ABC", strict=True)
    }
    answers = {message.call: message.text for message in messages_of(events) if message.role == "tool"}
    assert answers == dict(zip(ids, ("seen A", "seen B", "seen C"), strict=True))
    asked = {call.id: call.args for message in messages_of(events) for call in message.calls}
    assert asked == {call: {"place": place} for call, place in zip(ids, "ABC", strict=True)}
    assert [e.payload.output for e in events if isinstance(e.payload, ev.ToolFinished)] == [
        "seen A",
        "seen B",
        "seen C",
    ]


def test_sub_agents_that_give_the_same_ids_are_not_mixed() -> None:
    def named(name: str) -> Any:
        inner: Any = create_agent(scripted(calling(("call_0", "look", {"place": name})), f"{name}!"), [look])

        @tool(name)
        async def ask() -> str:
            """Ask."""
            return str((await inner.ainvoke({"messages": [("user", "?")]}))["messages"][-1].text)

        return ask

    both = calling(("call_0", "one", {}), ("call_1", "two", {}))
    events = watched(create_agent(scripted(both, "done"), [named("one"), named("two")]))
    found = {calls[0]: (calls[1], chunks) for calls, chunks in chunks_of(events).items()}
    assert {outer: chunks for outer, (_, chunks) in found.items()} == {
        "call_0": ["first in one", "second in one"],
        "call_1": ["first in two", "second in two"],
    }
    inner = [found[outer][0] for outer in ("call_0", "call_1")]
    assert len({"call_0", "call_1", *inner}) == 4
    answers = {message.call: message.text for message in messages_of(events) if message.role == "tool"}
    assert answers == {"call_0": "one!", "call_1": "two!", inner[0]: "seen one", inner[1]: "seen two"}


def test_a_tool_that_is_tried_again_is_the_same_call() -> None:
    tries: list[int] = []

    @tool
    async def fragile() -> str:
        """Fail once."""
        tries.append(1)
        get_stream_writer()(f"try {len(tries)}")
        if len(tries) == 1:
            raise ValueError("a secret key")
        return "held"

    graph = create_agent(
        scripted(calling(("f", "fragile", {})), "done"),
        [fragile],
        middleware=[ToolRetryMiddleware(max_retries=1, initial_delay=0, jitter=False)],
    )
    events = watched(graph)
    told = [event.payload.kind for event in events if event.mode == "tools"]
    assert told == ["tool_started", "tool_failed", "tool_started", "tool_finished"]
    assert {event.calls for event in events if event.mode == "tools"} == {("f",)}
    assert chunks_of(events) == {("f",): ["try 1", "try 2"]}
    assert "secret" not in str(events)


# Tools that nobody wraps


def test_a_node_that_runs_several_plain_tools_may_say_which() -> None:
    async def plain(place: str) -> str:
        get_stream_writer()(f"in {place}")
        await asyncio.sleep(0)
        get_stream_writer()(f"still in {place}")
        return f"seen {place}"

    async def run(call_id: str, place: str) -> dict[str, Any]:
        with tool_call(call_id):
            return {"role": "tool", "tool_call_id": call_id, "content": await plain(place)}

    async def node(state: Plain) -> Plain:
        return {"messages": list(await asyncio.gather(run("a", "A"), run("b", "B")))}

    asked = {"role": "assistant", "content": "", "tool_calls": [openai_call("a", "A"), openai_call("b", "B")]}
    events = watched(one_node(node), {"messages": [asked]})
    assert chunks_of(events) == {("a",): ["in A", "still in A"], ("b",): ["in B", "still in B"]}
    assert [(message.call, message.text) for message in messages_of(events)] == [("a", "seen A"), ("b", "seen B")]


def test_saying_which_tool_works_is_harmless_where_nobody_watches() -> None:
    with tool_call("a"):
        pass


def test_a_middleware_that_streams_is_heard() -> None:
    class Loud(AgentMiddleware[Any, Any, Any]):
        async def abefore_model(self, state: Any, runtime: Runtime[Any]) -> None:
            runtime.stream_writer("about to think")

        async def awrap_tool_call(self, request: Any, handler: Any) -> Any:
            get_stream_writer()(f"around {request.tool_call['id']}")
            return await handler(request)

    graph = create_agent(scripted(calling(("a", "look", {"place": "A"})), "done"), [look], middleware=[Loud()])
    events = watched(graph)
    assert chunks_of(events)[()] == ["about to think", "about to think"]
    assert chunks_of(events)[("a",)] == ["around a", "first in A", "second in A"]
    assert [e.node for e in events if isinstance(e.payload, ev.Custom) and not e.calls] == ["Loud.before_model"] * 2


def test_models_that_one_node_asks_at_once_are_kept_apart() -> None:
    async def node(state: Plain, config: RunnableConfig) -> Plain:
        model = scripted(echo)
        await asyncio.gather(model.ainvoke("x", config), model.ainvoke("y", config), model.ainvoke("z"))
        await RunnableParallel(a=scripted(echo), b=scripted(echo)).ainvoke("p", config)
        await model.abatch(["b1", "b2"], config)
        await model.agenerate([[HumanMessage("g1")], [HumanMessage("g2")]], callbacks=config["callbacks"])
        return {"messages": []}

    events = watched(one_node(node), {"messages": []})
    asked = ("x", "y", "z", "p", "p", "b1", "b2", "g1", "g2")
    assert words_of(events) == {(): [f"about {text}" for text in asked]}


# What is asked for, and what is left alone


def test_context_and_store_and_callbacks_reach_the_graph() -> None:
    seen: list[Any] = []

    class Context(TypedDict):
        name: str

    class Listening(BaseCallbackHandler):
        run_inline = True

        def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
            seen.append(kwargs.get("name"))

    async def node(state: Plain, runtime: Runtime[Context]) -> Plain:
        assert runtime.store
        await runtime.store.aput(("notes",), "name", {"name": runtime.context["name"]})
        return {"messages": []}

    store = InMemoryStore()
    graph = StateGraph(Plain, context_schema=Context).add_node("node", node).add_edge(START, "node")
    watched(graph.compile(store=store), {"messages": []}, context={"name": "Ada"}, config={"callbacks": [Listening()]})
    assert (item := store.get(("notes",), "name"))
    assert item.value == {"name": "Ada"}
    assert "node" in seen


@pytest.mark.parametrize("modes", [["custom"], ["messages", "checkpoints"], STREAM_MODES])
def test_only_the_modes_that_are_wanted_are_told(modes: list[StreamMode]) -> None:
    events = watched(asks_a_person(), config=THREAD, modes=modes)
    assert {event.mode for event in events} == {"run", *modes}
    assert [event.seq for event in events] == list(range(len(events)))


def test_a_mode_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no stream mode costum, only custom, messages"):
        watched(by_hand(), modes=["costum"])


def test_two_watches_of_one_graph_are_not_mixed() -> None:
    graph = sub_agents_as_tools()
    alone = sub_agents_as_tools()

    async def both() -> list[list[StreamEvent]]:
        async def one(graph: Any) -> list[StreamEvent]:
            return [event async for event in watch(graph, ASKED)]

        return list(await asyncio.gather(one(graph), one(alone)))

    first, second = asyncio.run(both())
    assert chunks_of(first) == chunks_of(second)


def test_a_graph_that_was_watched_streams_as_before() -> None:
    graph = one_node(lambda _: get_stream_writer()("plain") or {"messages": []})
    watched(graph, {"messages": []})

    async def collect() -> list[Any]:
        return [chunk async for chunk in graph.astream({"messages": []}, stream_mode="custom")]

    assert asyncio.run(collect()) == ["plain"]


def test_a_tool_may_watch_a_graph_itself() -> None:
    inner_calls: list[tuple[str, ...]] = []

    names: list[str] = []

    class Context(TypedDict):
        name: str

    async def greet(state: Plain, runtime: Runtime[Context]) -> Plain:
        names.append(runtime.context["name"])
        return {"messages": []}

    @tool
    async def watching() -> str:
        """Watch another agent."""
        async for _ in watch(one_node(greet, context_schema=Context), {"messages": []}):
            pass
        async for event in watch(by_hand(), ASKED):
            if isinstance(event.payload, ev.Custom):
                inner_calls.append(event.calls)
                get_stream_writer()(f"heard {event.payload.data}")
        return "heard it all"

    graph = create_agent(scripted(calling(("w", "watching", {})), "done"), [watching], context_schema=Context)
    events = watched(graph, context={"name": "Ada"})
    assert sorted(inner_calls) == [("a",), ("a",), ("b",), ("b",)]
    assert names == ["Ada"]
    heard = [chunk for chunk in chunks_of(events)[("w",)] if str(chunk).startswith("heard")]
    assert sorted(heard) == ["heard first in A", "heard first in B", "heard second in A", "heard second in B"]


# The end


def endless(started: asyncio.Event, closed: asyncio.Event) -> Any:
    async def node(state: Plain) -> Plain:
        write = get_stream_writer()
        try:
            while True:
                write("on and on")
                started.set()
                await asyncio.sleep(0)
        finally:
            closed.set()

    return one_node(node)


@pytest.mark.parametrize("way", ["aclosing", "break", "cancel"])
def test_who_leaves_early_ends_the_run(way: str) -> None:
    async def leave() -> None:
        started, closed = asyncio.Event(), asyncio.Event()
        graph = endless(started, closed)

        async def read(until: int) -> None:
            events = watch(graph, {"messages": []})
            async with contextlib.aclosing(events) if way == "aclosing" else contextlib.nullcontext():
                async for event in events:
                    if event.seq == until:
                        break

        if way == "cancel":
            reader = asyncio.create_task(read(-1))
            await started.wait()
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
        else:
            await read(5)
        await asyncio.wait_for(closed.wait(), 5)
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if rest:
            await asyncio.wait(rest, timeout=5)
        assert all(task.done() for task in rest)

    asyncio.run(leave())


def test_what_a_graph_raises_is_raised_and_told_nowhere_else() -> None:
    async def node(state: Plain) -> Plain:
        get_stream_writer()("so far")
        raise ValueError("sk-secret-key")

    events: list[StreamEvent] = []

    async def collect() -> None:
        async for event in watch(one_node(node), {"messages": []}, modes=STREAM_MODES):
            events.append(event)

    with pytest.raises(ValueError, match="sk-secret-key"):
        asyncio.run(collect())
    assert events[0].payload == ev.Started()
    assert chunks_of(events) == {(): ["so far"]}
    assert "secret" not in str(events)
    assert not [event for event in events if isinstance(event.payload, (ev.Ended, ev.Unknown))]


def test_a_tool_that_fails_tells_no_secret() -> None:
    @tool
    async def leaky() -> str:
        """Fail."""
        raise ValueError("sk-secret-key")

    graph = create_agent(scripted(calling(("l", "leaky", {})), "done"), [leaky], checkpointer=InMemorySaver())
    events: list[StreamEvent] = []

    async def collect() -> None:
        async for event in watch(graph, ASKED, config=THREAD, modes=STREAM_MODES):
            events.append(event)

    with pytest.raises(ValueError, match="sk-secret-key"):
        asyncio.run(collect())
    assert [event.calls for event in events if isinstance(event.payload, ev.ToolFailed)] == [("l",)]
    assert "secret" not in str(events)


def test_the_last_word_of_a_tool_is_the_answer_where_no_model_speaks_after_it() -> None:
    @tool(return_direct=True)
    async def final() -> str:
        """Answer for good."""
        return "that is all"

    events = watched(create_agent(scripted(calling(("f", "final", {}), text="let me see")), [final]))
    assert events[-1].payload == ev.Ended("finished", answer="that is all")


def test_a_message_that_a_person_is_made_to_say_is_no_answer() -> None:
    async def node(state: Plain) -> Any:
        return {"messages": [{"role": "assistant", "content": "mine"}, {"role": "user", "content": "extend"}]}

    events = watched(one_node(node), {"messages": []})
    assert events[-1].payload == ev.Ended("finished", answer="mine")
    assert [message.role for message in messages_of(events)] == ["ai", "human"]
    assert not [e for e in events if isinstance(e.payload, ev.Said) and e.payload.message.role == "ai"]


# The door


def test_the_door_is_light() -> None:
    code = "import sys, agent; assert not {'langgraph', 'langchain_core', 'pydantic'} & set(sys.modules); agent.watch"
    subprocess.run([FRESH, "-c", code], cwd=ROOT, check=True)


def test_what_the_readme_says_works_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    (lines,) = [block.splitlines() for block in blocks if "import watch" in block]
    program = "\n".join(["async def main():", *(f"    {line}" for line in lines)])
    names: dict[str, Any] = {"graph": by_hand()}
    exec(program, names)
    asyncio.run(names["main"]())
    assert "('a',) Custom(data='first in A', kind='custom')" in capsys.readouterr().out


def test_there_is_nothing_else_behind_the_door() -> None:
    with pytest.raises(ImportError):
        from agent import wach  # noqa: F401
