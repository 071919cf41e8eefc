"""Graphs that ask a person, of every kind; their models know from the conversation alone what to say.

Each is made by a function: every graph is loaded by itself, and would otherwise make all the others.
"""

from __future__ import annotations

import asyncio
import operator
import threading
from collections.abc import Sequence
from typing import Annotated, Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command, Send, interrupt
from typing_extensions import TypedDict

from tests.unit.streaming.scripted import calling, scripted


def once(*calls: tuple[str, str, dict[str, Any]], then: str = "all sent") -> Any:
    """A model that asks for these calls, and when all have been answered says `then`, with what came of them."""

    def say(messages: Sequence[BaseMessage]) -> AIMessage:
        came = []
        for message in reversed(messages):
            if not isinstance(message, ToolMessage):
                break
            came.append(str(message.content))
        return AIMessage(f"{then}: {', '.join(reversed(came))}") if came else calling(*calls)

    return scripted(say)


@tool
async def send(text: str) -> str:
    """Send a text, once a person has agreed."""
    get_stream_writer()(f"about to send {text}")
    answer = interrupt({"question": f"Send {text}?"})
    get_stream_writer()(f"sending {text}: {answer}")
    return f"{text} sent: {answer}"


@tool
async def look(place: str) -> str:
    """Look at a place."""
    get_stream_writer()(f"first in {place}")
    await asyncio.sleep(0)
    get_stream_writer()(f"second in {place}")
    return f"seen {place}"


@tool
async def twice(text: str) -> str:
    """Ask two things, one after the other."""
    get_stream_writer()("before both")
    first = interrupt("one?")
    get_stream_writer()("between")
    second = interrupt("two?")
    return f"{first} and {second}"


def one() -> Any:
    return create_agent(once(("s", "send", {"text": "hello"})), [send])


def two() -> Any:
    calls = (("s", "send", {"text": "A"}), ("t", "send", {"text": "B"}), ("a", "look", {"place": "C"}))
    return create_agent(once(*calls), [send, look])


def asks_twice() -> Any:
    return create_agent(once(("w", "twice", {"text": "x"})), [twice])


def same_ids() -> Any:
    return create_agent(once(("call_0", "send", {"text": "A"}), ("call_0", "send", {"text": "B"})), [send])


def plain_edge() -> Any:
    model = once(("s", "send", {"text": "A"}), ("a", "look", {"place": "C"}))
    return (
        StateGraph(MessagesState)
        .add_node("agent", lambda state: {"messages": [model.invoke(state["messages"])]})
        .add_node("tools", ToolNode([send, look]))
        .add_edge(START, "agent")
        .add_conditional_edges("agent", tools_condition)
        .add_edge("tools", "agent")
    )


def _watched(then: str = "all sent", name: str | None = None, **options: Any) -> Any:
    """An agent whose middleware asks before it looks at a place, or at two."""
    calls = [("s", "look", {"place": "A"}), ("t", "look", {"place": "B"})][: 1 if name else 2]
    asking = HumanInTheLoopMiddleware(interrupt_on={"look": True}, **options)
    return create_agent(once(*calls, then=then), [look], middleware=[asking], name=name)


def middleware() -> Any:
    return _watched()


def per_call() -> Any:
    return _watched(interrupt_mode="per_call")


def _helper(name: str) -> Any:
    inner: Any = create_agent(once((f"i-{name}", "send", {"text": name}), then=f"{name} has"), [send], name=name)

    @tool(f"ask_{name}")
    async def ask(text: str) -> str:
        """Ask a sub-agent."""
        get_stream_writer()(f"asking {name}")
        state = await inner.ainvoke({"messages": [("user", text)]})
        return str(state["messages"][-1].content)

    return ask


def helpers() -> Any:
    calls = (("o1", "ask_ann", {"text": "go"}), ("o2", "ask_bob", {"text": "go"}))
    return create_agent(once(*calls), [_helper("ann"), _helper("bob")])


@task
async def weigh(what: str) -> str:
    """Weigh something."""
    get_stream_writer()(f"weighing {what}")
    return f"{what} weighs 3"


@task
async def confirm(what: str) -> str:
    """Ask a person."""
    get_stream_writer()(f"confirming {what}")
    return f"{what}: {interrupt(f'Is {what} right?')}"


@entrypoint()
async def functional(topic: str) -> str:
    """Tasks, one of which asks."""
    weight = await weigh(topic)
    return await confirm(weight)


class _State(TypedDict):
    xs: Annotated[list[Any], operator.add]


def breakpoint_() -> Any:
    builder = (
        StateGraph(_State).add_node("first", lambda _: {"xs": ["first"]}).add_node("last", lambda _: {"xs": ["last"]})
    )
    return (
        builder.add_edge(START, "first")
        .add_edge("first", "last")
        .add_edge("last", END)
        .compile(interrupt_before=["last"])
    )


def breakpoint_inside() -> Any:
    return StateGraph(_State).add_node("inner", breakpoint_()).add_edge(START, "inner")


async def _age(state: _State) -> Any:
    question = "How old?"
    while not isinstance(age := interrupt(question), int):
        question = f"{age} is no number. How old?"
    return {"xs": [age]}


def validating() -> Any:
    return StateGraph(_State).add_node("age", _age).add_edge(START, "age")


def with_a_schema() -> Any:
    whole_number = {"type": "integer", "minimum": 0}
    return (
        StateGraph(_State)
        .add_node("age", lambda _: {"xs": [interrupt("How old?", response_schema=whole_number)]})
        .add_node("rest", lambda _: {"xs": [interrupt(None)]})
        .add_edge(START, "age")
        .add_edge("age", "rest")
    )


# What others build, as far as it is not above already


def at_once() -> Any:
    pair = StateGraph(_State).add_node("left", lambda _: {"xs": [f"left {interrupt('left?')}"]})
    pair.add_node("right", lambda _: {"xs": [f"right {interrupt('right?')}"]})
    pair.add_edge(START, "left").add_edge(START, "right")
    return StateGraph(_State).add_node("pair", pair.compile()).add_edge(START, "pair")


def inside_a_node() -> Any:
    in_turn = StateGraph(_State).add_node("one", lambda _: {"xs": [interrupt("one?")]})
    in_turn.add_node("two", lambda _: {"xs": [interrupt("two?")]}).add_edge(START, "one").add_edge("one", "two")
    inner: Any = in_turn.compile()

    async def calls_a_graph(state: _State) -> Any:
        return {"xs": (await inner.ainvoke({"xs": []}))["xs"]}

    return StateGraph(_State).add_node("outer", calls_a_graph).add_edge(START, "outer")


class _Child(TypedDict, total=False):
    prompt: str
    xs: Annotated[list[Any], operator.add]


def children() -> Any:
    child = StateGraph(_Child).add_node("ask", lambda state: {"xs": [interrupt(state["prompt"])]})
    return (
        StateGraph(_State)
        .add_node("child", child.add_edge(START, "ask").compile())
        .add_conditional_edges(START, lambda _: [Send("child", {"prompt": each}) for each in "ab"], ["child"])
    )


def _supervise(state: MessagesState) -> Command[Any]:
    is_done = any("worker has" in str(message.content) for message in state["messages"])
    return Command(goto=END if is_done else "worker")


def handed_over() -> Any:
    return (
        StateGraph(MessagesState)
        .add_node("supervisor", _supervise, destinations=("worker", END))
        .add_node("worker", _watched("worker has", "worker"))
        .add_edge(START, "supervisor")
        .add_edge("worker", "supervisor")
    )


class _Locked(TypedDict, total=False):
    lock: Any
    xs: Annotated[list[Any], operator.add]


def holds_a_lock() -> Any:
    return (
        StateGraph(_Locked)
        .add_node("first", lambda _: {"lock": threading.Lock(), "xs": ["first"]})
        .add_node("last", lambda _: {"xs": [interrupt("Go on?")]})
        .add_edge(START, "first")
        .add_edge("first", "last")
    )
