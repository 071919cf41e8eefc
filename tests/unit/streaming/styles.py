"""Graphs as people build them, small and whole: each with what it is asked, and models that know their answers."""

from __future__ import annotations

import asyncio
import json
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import InjectedToolCallId, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command, Send, StreamWriter, interrupt

from tests.unit.streaming.scripted import Scripted, calling, scripted

ASKED = {"messages": [("user", "?")]}


@dataclass(frozen=True)
class Style:
    """A graph, and what is right: the chunks and the words of each path of calls, the answer."""

    build: Callable[[], Any]
    chunks: dict[tuple[str, ...], list[Any]]
    words: dict[tuple[str, ...], list[str]]
    """Each message by itself; of the graph without those of the call that it belongs to."""
    answer: str
    inputs: Any = None
    speakers: dict[str, str] | None = None
    """Node or agent of each of the words."""


@tool
async def look(place: str) -> str:
    """Look around in a place."""
    write = get_stream_writer()
    for thing in ("first", "second"):
        write(f"{thing} in {place}")
        await asyncio.sleep(0)
    return f"seen {place}"


@tool
def count(place: str) -> str:
    """Count what is in a place, in a thread."""
    get_stream_writer()(f"counting {place}")
    return f"counted {place}"


@tool
async def weigh(place: str, runtime: ToolRuntime) -> str:
    """Weigh what is in a place."""
    runtime.stream_writer(f"weighing {place} for {runtime.tool_call_id}")
    runtime.emit_output_delta("heavy")
    return f"weighed {place}"


def describer(*words: str) -> Any:
    model = scripted(*words)

    @tool
    async def describe(place: str) -> str:
        """Describe a place."""
        return str((await model.ainvoke(f"Describe {place}")).text)

    return describe


def echo(messages: Any) -> AIMessage:
    """What it was asked, in two words."""
    return AIMessage(f"about {messages[-1].text}")


def one_agent_with_every_kind_of_tool() -> Any:
    model = scripted(
        calling(
            ("a", "look", {"place": "A"}),
            ("b", "look", {"place": "B"}),
            ("c", "count", {"place": "C"}),
            ("d", "describe", {"place": "D"}),
            ("e", "weigh", {"place": "E"}),
        ),
        "all is done",
    )
    return create_agent(model, [look, count, weigh, describer("inner words")])


def on_a_plain_edge(model: Scripted, *tools: Any) -> Any:
    """A hand-built agent whose ToolNode runs all calls in one task."""

    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    def route(state: MessagesState) -> str:
        return "tools" if getattr(state["messages"][-1], "tool_calls", None) else END

    graph = StateGraph(MessagesState).add_node(agent).add_node("tools", ToolNode(tools)).add_edge(START, "agent")
    return graph.add_conditional_edges("agent", route, ["tools", END]).add_edge("tools", "agent").compile()


def by_hand() -> Any:
    both = calling(("a", "look", {"place": "A"}), ("b", "look", {"place": "B"}), text="let me look")
    return on_a_plain_edge(scripted(both, "both seen"), look)


def handoff(to: str) -> Any:
    @tool(f"transfer_to_{to}")
    async def transfer(tool_call_id: Annotated[str, InjectedToolCallId], runtime: ToolRuntime) -> Command[Any]:
        """Hand over to another agent."""
        done = ToolMessage(f"now {to}", tool_call_id=tool_call_id, name=f"transfer_to_{to}")
        history = [*runtime.state["messages"], done]
        return Command(goto=to, graph=Command.PARENT, update={"messages": history})

    return transfer


def supervisor() -> Any:
    """An agent that hands over to others; each gives its whole history back."""
    chief = create_agent(
        scripted(
            calling(("t1", "transfer_to_math", {})),
            calling(("t2", "transfer_to_research", {})),
            "math and research agree",
        ),
        [handoff("math"), handoff("research")],
        name="supervisor",
    )
    math = create_agent(scripted(calling(("m1", "look", {"place": "M"})), "math result"), [look], name="math")
    research = create_agent(scripted(calling(("r1", "look", {"place": "R"})), "found it"), [look], name="research")
    graph = StateGraph(MessagesState).add_node("supervisor", chief, destinations=("math", "research", END))
    for name, agent in (("math", math), ("research", research)):
        graph.add_node(name, agent).add_edge(name, "supervisor")
    return graph.add_edge(START, "supervisor").compile()


def swarm() -> Any:
    """Peers that hand over to each other, and the last one answers."""
    alice = create_agent(scripted(calling(("t1", "transfer_to_bob", {}))), [handoff("bob")], name="alice")
    bob = create_agent(scripted(calling(("l1", "look", {"place": "B"})), "ahoy"), [look], name="bob")
    graph = StateGraph(MessagesState).add_node("alice", alice, destinations=("bob",)).add_node("bob", bob)
    return graph.add_edge(START, "alice").compile()


def agentic_rag() -> Any:
    """A retriever among the nodes, a grader that nobody is to hear, then the answer."""
    model = scripted(calling(("q", "look", {"place": "docs"})), "it is in the docs")
    grader = scripted('{"binary_score": "yes"}')

    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    async def grade(state: MessagesState) -> str:
        verdict = await grader.ainvoke(state["messages"], {"tags": ["nostream"]})
        return "answer" if json.loads(verdict.text)["binary_score"] == "yes" else "ask"

    async def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": await model.ainvoke(state["messages"])}

    graph = StateGraph(MessagesState).add_node(ask).add_node("retrieve", ToolNode([look])).add_node(answer)
    graph.add_edge(START, "ask").add_edge("ask", "retrieve").add_conditional_edges("retrieve", grade, ["answer", "ask"])
    return graph.compile()


class Rag(TypedDict, total=False):
    question: str
    documents: list[str]
    answer: str


def rag_with_its_own_state() -> Any:
    model = scripted(echo)

    async def retrieve(state: Rag, writer: StreamWriter) -> Rag:
        writer({"searching": state["question"]})
        return {"documents": ["one", "two"]}

    async def generate(state: Rag) -> Rag:
        return {"answer": (await model.ainvoke(state["question"])).text}

    graph = StateGraph(Rag).add_node(retrieve).add_node(generate)
    return graph.add_edge(START, "retrieve").add_edge("retrieve", "generate").compile()


def functional() -> Any:
    model = scripted(echo)

    @task
    async def slow(topic: str) -> str:
        get_stream_writer()(f"slow {topic}")
        return topic.upper()

    @task
    async def write(topic: str) -> str:
        return str((await model.ainvoke(topic)).text)

    @entrypoint()
    async def essay(topic: str) -> str:
        return f"{await slow(topic)}: {await write(topic)}"

    return essay


def sub_agents() -> list[Any]:
    def ask(name: str) -> Any:
        agent: Any = create_agent(
            scripted(calling((f"in-{name}", "look", {"place": name})), f"{name} says so"), [look], name=name
        )

        @tool(name)
        async def sub_agent(question: str) -> str:
            """Ask another agent."""
            get_stream_writer()(f"asking {name}")
            told = await agent.ainvoke({"messages": [("user", question)]})
            return str(told["messages"][-1].text)

        return sub_agent

    return [ask("one"), ask("two")]


def both_sub_agents(call_ids: tuple[str, str] = ("o1", "o2")) -> AIMessage:
    return calling((call_ids[0], "one", {"question": "?"}), (call_ids[1], "two", {"question": "?"}))


def sub_agents_as_tools() -> Any:
    return create_agent(scripted(both_sub_agents(), "they agree"), sub_agents())


def sub_agents_on_a_plain_edge() -> Any:
    return on_a_plain_edge(scripted(both_sub_agents(), "they agree"), *sub_agents())


def deep_agent() -> Any:
    """One tool that starts a fresh agent of any kind for a task, and brings home what it says as a Command."""

    def worker(text: str) -> Any:
        return create_agent(
            scripted(calling((f"x-{text}", "look", {"place": text})), f"{text} is done"), [look], name=f"{text}-worker"
        )

    workers = {"dig": worker("dig"), "fill": worker("fill")}

    @tool("task")
    async def start(kind: str, runtime: ToolRuntime) -> Command[Any]:
        """Start a sub-agent."""
        told = await workers[kind].ainvoke({"messages": [HumanMessage(kind)]})
        answer = ToolMessage(told["messages"][-1].text, tool_call_id=runtime.tool_call_id)
        return Command(update={"messages": [answer]})

    both = calling(("d1", "task", {"kind": "dig"}), ("d2", "task", {"kind": "fill"}))
    return create_agent(scripted(both, "the hole is filled"), [start])


def remote_tools() -> Any:
    """Tools as an MCP adapter makes them: a session for each call, whose progress comes by a callback."""

    async def session(place: str, on_progress: Callable[[int], Any]) -> list[dict[str, str]]:
        for shelf in (1, 2):
            await asyncio.sleep(0)
            await on_progress(shelf)
        return [{"type": "text", "text": f"shelves of {place}"}]

    async def on_progress(shelf: int) -> None:
        get_stream_writer()({"progress": shelf / 2})

    @tool
    async def inventory(place: str) -> list[dict[str, str]]:
        """Take inventory on another machine."""
        return await asyncio.create_task(session(place, on_progress))

    both = calling(("c1", "inventory", {"place": "A"}), ("c2", "inventory", {"place": "B"}))
    return create_agent(scripted(both, "counted"), [inventory])


def config_passed_on() -> Any:
    """The how-to's tool, that passes its config to a model; and one that asks it in a thread."""
    model = scripted(echo)

    @tool
    async def tell(place: str, config: RunnableConfig) -> str:
        """Tell of a place."""
        return str((await model.ainvoke(place, config)).text)

    @tool
    def tell_in_a_thread(place: str) -> str:
        """Tell of a place."""
        return str(model.invoke(place).text)

    three = calling(
        ("a", "tell", {"place": "A"}), ("b", "tell", {"place": "B"}), ("t", "tell_in_a_thread", {"place": "T"})
    )
    return create_agent(scripted(three, "told"), [tell, tell_in_a_thread])


class Topics(TypedDict, total=False):
    topics: list[str]
    jokes: Annotated[list[str], operator.add]


def map_reduce() -> Any:
    model = scripted(echo)

    async def plan(state: Topics) -> Topics:
        return {"topics": ["cats", "dogs"]}

    async def joke(given: dict[str, str]) -> Topics:
        get_stream_writer()(f"joking of {given['id']}")
        return {"jokes": [(await model.ainvoke(given["id"])).text]}

    def each(state: Topics) -> list[Send]:
        return [Send("joke", {"id": topic}) for topic in state["topics"]]

    graph = StateGraph(Topics).add_node(plan).add_node("joke", joke)  # type: ignore[arg-type]  # `Send` hands it less
    return graph.add_edge(START, "plan").add_conditional_edges("plan", each, ["joke"]).compile()


class Plan(TypedDict, total=False):
    goal: str
    steps: list[str]
    response: str


def plan_and_execute() -> Any:
    planner = scripted("dig fill")
    worker: Any = create_agent(scripted(calling(("w1", "look", {"place": "W"})), "worked"), [look], name="worker")

    async def plan(state: Plan) -> Plan:
        return {"steps": (await planner.ainvoke(state["goal"])).text.split()}

    async def execute(state: Plan) -> Plan:
        told = await worker.ainvoke({"messages": [("user", step) for step in state["steps"]]})
        return {"response": told["messages"][-1].text}

    graph = StateGraph(Plan).add_node(plan).add_node(execute)
    return graph.add_edge(START, "plan").add_edge("plan", "execute").compile()


class Plain(TypedDict):
    messages: Annotated[list[dict[str, Any]], operator.add]


def openai_call(call_id: str, place: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": "look", "arguments": json.dumps({"place": place})}}


def without_langchain() -> Any:
    """Messages and tools are plain; each call is sent to the tools by itself."""
    answers: list[dict[str, Any]] = [
        {"role": "assistant", "content": "", "tool_calls": [openai_call("a", "A"), openai_call("b", "B")]},
        {"role": "assistant", "content": "both seen"},
    ]

    async def agent(state: Plain) -> Plain:
        answer = answers.pop(0)
        if answer["content"]:
            get_stream_writer()({"role": "assistant", "content": answer["content"]})
        return {"messages": [answer]}

    async def tools(call: dict[str, Any]) -> Plain:
        place, write = json.loads(call["function"]["arguments"])["place"], get_stream_writer()
        for thing in ("first", "second"):
            write(f"{thing} in {place}")
            await asyncio.sleep(0)
        return {"messages": [{"role": "tool", "tool_call_id": call["id"], "name": "look", "content": f"seen {place}"}]}

    def each(state: Plain) -> Any:
        return [Send("tools", call) for call in state["messages"][-1].get("tool_calls", [])] or END

    graph = StateGraph(Plain).add_node(agent).add_node("tools", tools)  # type: ignore[arg-type]
    graph.add_edge(START, "agent").add_conditional_edges("agent", each, ["tools", END]).add_edge("tools", "agent")
    return graph.compile()


def one_plain_tool() -> Any:
    """One node that runs the one call that it is handed."""

    async def call_tool(state: Plain) -> Plain:
        (call,) = state["messages"][-1]["tool_calls"]
        get_stream_writer()("working")
        return {"messages": [{"role": "tool", "tool_call_id": call["id"], "name": "look", "content": "seen"}]}

    return StateGraph(Plain).add_node(call_tool).add_edge(START, "call_tool").compile()


class Team(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], operator.add]


def asks_a_person(saver: Any = None) -> Any:
    @tool
    async def send(text: str) -> str:
        """Send a text, once a person has agreed."""
        get_stream_writer()(f"about to send {text}")
        answer = interrupt({"question": f"Send {text}?"})
        get_stream_writer()(f"sending: {answer}")
        return f"sent: {answer}"

    both = calling(("s", "send", {"text": "hello"}), ("a", "look", {"place": "A"}))
    return create_agent(scripted(both, "all sent"), [send, look], checkpointer=saver or InMemorySaver())


def an_agent_on_a_thread_of_its_own() -> Any:
    helper: Any = create_agent(scripted("ready now"), [], name="helper")

    async def ask(state: MessagesState) -> dict[str, Any]:
        said = await helper.ainvoke(ASKED, {"configurable": {"thread_id": "its own"}})
        return {"messages": [said["messages"][-1]]}

    def close(state: MessagesState) -> dict[str, Any]:
        return {"messages": [scripted("all closed").invoke("?")]}

    graph = StateGraph(MessagesState).add_node(ask).add_node(close)
    return graph.add_edge(START, "ask").add_edge("ask", "close").compile()


TWO = [["first in A", "second in A"], ["first in B", "second in B"]]
STYLES: dict[str, Style] = {
    "create_agent, every kind of tool": Style(
        one_agent_with_every_kind_of_tool,
        {("a",): TWO[0], ("b",): TWO[1], ("c",): ["counting C"], ("e",): ["weighing E for e"]},
        {(): ["", "all is done"], ("d",): ["inner words"]},
        "all is done",
    ),
    "by hand, on a plain edge": Style(
        by_hand, {("a",): TWO[0], ("b",): TWO[1]}, {(): ["let me look", "both seen"]}, "both seen"
    ),
    "supervisor": Style(
        supervisor,
        {("m1",): ["first in M", "second in M"], ("r1",): ["first in R", "second in R"]},
        {(): ["", "", "math result", "", "", "found it", "math and research agree"]},
        "math and research agree",
        speakers={"math result": "math", "found it": "research", "math and research agree": "supervisor"},
    ),
    "swarm": Style(swarm, {("l1",): TWO[1]}, {(): ["", "", "ahoy"]}, "ahoy", speakers={"ahoy": "bob"}),
    "agentic RAG": Style(
        agentic_rag,
        {("q",): ["first in docs", "second in docs"]},
        {(): ["", "it is in the docs"]},
        "it is in the docs",
        speakers={"it is in the docs": "answer"},
    ),
    "RAG with its own state": Style(
        rag_with_its_own_state,
        {(): [{"searching": "why"}]},
        {(): ["about why"]},
        json.dumps({"question": "why", "documents": ["one", "two"], "answer": "about why"}),
        {"question": "why"},
        {"about why": "generate"},
    ),
    "functional API": Style(
        functional, {(): ["slow cats"]}, {(): ["about cats"]}, "CATS: about cats", "cats", {"about cats": "write"}
    ),
    "sub-agents as tools": Style(
        sub_agents_as_tools,
        {
            ("o1",): ["asking one"],
            ("o2",): ["asking two"],
            ("o1", "in-one"): ["first in one", "second in one"],
            ("o2", "in-two"): ["first in two", "second in two"],
        },
        {(): ["", "they agree"], ("o1",): ["", "one says so"], ("o2",): ["", "two says so"]},
        "they agree",
        speakers={"one says so": "one", "two says so": "two"},
    ),
    "deep agent": Style(
        deep_agent,
        {("d1", "x-dig"): ["first in dig", "second in dig"], ("d2", "x-fill"): ["first in fill", "second in fill"]},
        {(): ["", "the hole is filled"], ("d1",): ["", "dig is done"], ("d2",): ["", "fill is done"]},
        "the hole is filled",
        speakers={"dig is done": "dig-worker", "fill is done": "fill-worker"},
    ),
    "MCP, a session for each call": Style(
        remote_tools,
        {("c1",): [{"progress": 0.5}, {"progress": 1.0}], ("c2",): [{"progress": 0.5}, {"progress": 1.0}]},
        {(): ["", "counted"]},
        "counted",
    ),
    "a config passed on, and a thread": Style(
        config_passed_on,
        {},
        {(): ["", "told"], ("a",): ["about A"], ("b",): ["about B"], ("t",): ["about T"]},
        "told",
    ),
    "an agent on a thread of its own": Style(
        an_agent_on_a_thread_of_its_own,
        {},
        {(): ["ready now", "all closed"]},
        "all closed",
        speakers={"ready now": "helper", "all closed": "close"},
    ),
    "map-reduce": Style(
        map_reduce,
        {(): ["joking of cats", "joking of dogs"]},
        {(): ["about cats", "about dogs"]},
        json.dumps({"topics": ["cats", "dogs"], "jokes": ["about cats", "about dogs"]}),
        {"topics": []},
    ),
    "plan and execute": Style(
        plan_and_execute,
        {("w1",): ["first in W", "second in W"]},
        {(): ["dig fill", "", "worked"]},
        json.dumps({"goal": "a hole", "steps": ["dig", "fill"], "response": "worked"}),
        {"goal": "a hole"},
        {"dig fill": "plan", "worked": "worker"},
    ),
    "without LangChain": Style(
        without_langchain,
        {("a",): TWO[0], ("b",): TWO[1], (): [{"role": "assistant", "content": "both seen"}]},
        {},
        "both seen",
        {"messages": [{"role": "user", "content": "?"}]},
    ),
    "one plain tool": Style(
        one_plain_tool,
        {("1",): ["working"]},
        {},
        "seen",
        {"messages": [{"role": "assistant", "content": None, "tool_calls": [openai_call("1", "A")]}]},
    ),
}
STYLES["sub-agents on a plain edge"] = Style(
    sub_agents_on_a_plain_edge,
    *[getattr(STYLES["sub-agents as tools"], name) for name in ("chunks", "words", "answer")],
)
