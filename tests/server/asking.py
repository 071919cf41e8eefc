"""A person's own graphs that ask before they act: no model in them, and every form of a question."""

DESK = '''
"""A desk that asks before it acts."""
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Send, interrupt


@tool
async def pay(amount: float, to: str) -> str:
    """Pay somebody, once a person has agreed."""
    text = f"The assistant wants to pay **{amount:g} euros** to {to}."
    answer = interrupt({"action": "pay", "amount": amount, "to": to, "message": text})
    if answer.get("action") != "approve":
        return f"nothing paid: {answer.get('reason')}"
    return f"{answer.get('amount', amount):g} euros paid to {answer.get('to', to)}"


@tool
async def choose(what: str) -> str:
    """Let a person choose."""
    return "chosen: " + interrupt({"question": f"Which {what}?", "options": ["tea", "coffee"]})


@tool
async def send(text: str) -> str:
    """Send a text, once a person has agreed."""
    return f"{text} sent: " + str(interrupt(f"Send {text}?"))


def agent(tools, *calls):
    async def say(state: MessagesState):
        asked = max(at for at, message in enumerate(state["messages"]) if isinstance(message, HumanMessage))
        done = [message.content for message in state["messages"][asked:] if isinstance(message, ToolMessage)]
        if done:
            return {"messages": [AIMessage("Done: " + "; ".join(sorted(done)))]}
        return {"messages": [AIMessage("", tool_calls=[{**call, "id": f"c{at}"} for at, call in enumerate(calls)])]}

    def each(state: MessagesState):
        return [Send("tools", [call]) for call in state["messages"][-1].tool_calls] or END

    graph = StateGraph(MessagesState).add_node("agent", say).add_node("tools", ToolNode(tools))
    graph.add_edge(START, "agent").add_conditional_edges("agent", each, ["tools", END]).add_edge("tools", "agent")
    return graph.compile()


helper = agent([send], {"name": "send", "args": {"text": "a letter"}})


@tool
async def ask_helper(task: str) -> str:
    """Have the helper do something."""
    state = await helper.ainvoke({"messages": [("user", task)]})
    return "the helper says: " + state["messages"][-1].text


desk = agent(
    [pay, choose, ask_helper],
    {"name": "pay", "args": {"amount": 49.9, "to": "Ms Kim"}},
    {"name": "choose", "args": {"what": "drink"}},
    {"name": "ask_helper", "args": {"task": "write to her"}},
)


class Model(BaseChatModel):
    _llm_type = "scripted"

    def bind_tools(self, tools, **kwargs):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        calls = [{"name": "delete", "args": {"name": name}, "id": f"{name}{len(messages)}"} for name in "AB"]
        answered = isinstance(messages[-1], ToolMessage)
        message = AIMessage("That was it.") if answered else AIMessage("", tool_calls=calls)
        return ChatResult(generations=[ChatGeneration(message=message)])


@tool
async def delete(name: str) -> str:
    """Delete something."""
    return f"{name} is gone"


@tool
async def fill_in(number: int) -> str:
    """Have a person fill in a line of a form."""
    return interrupt(f"Line {number}?")


form = agent([fill_in], *({"name": "fill_in", "args": {"number": at}} for at in range(1, 51)))


review = create_agent(Model(), [delete], middleware=[HumanInTheLoopMiddleware({"delete": True})])
'''
"""`desk` asks three things at once, one of them in a sub-agent; `form` fifty; `review` two in one interrupt."""
