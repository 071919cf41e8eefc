"""Other people's tools and agents: what they ask in their documentation, and what the demo model does with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ToolStrategy
from langchain.tools import ToolRuntime, tool
from langchain_core.messages import ToolMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command
from pydantic import BaseModel, SecretStr

from tests.serving import model_server
from tests.unit.demo_model.test_demo_brain import Json, after, choice, words

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
CITY = TEXT | {"description": "The city and state, e.g. San Francisco, CA"}
UNIT = TEXT | {"enum": ["celsius", "fahrenheit"], "description": "Infer this from the users location."}


@pytest.fixture(scope="module")
def chat() -> Iterator[ChatOpenAI]:
    with model_server() as server, httpx2.Client() as http:
        key = SecretStr("demo")
        yield ChatOpenAI(model="demo-fast", base_url=server.base_url, api_key=key, http_client=http)


def offer(name: str, description: str, required: list[str] | None = None, **properties: Json) -> Json:
    schema = {"type": "object", "properties": properties, "required": required or list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


WEATHER = [
    offer("get_current_weather", "Get the current weather", location=CITY, format=UNIT),
    offer("get_n_day_weather_forecast", "Get an N-day weather forecast", location=CITY, format=UNIT, num_days=NUMBER),
]
SUMS = [offer("add", "Adds a and b.", a=NUMBER, b=NUMBER), offer("multiply", "Multiplies a and b.", a=NUMBER, b=NUMBER)]
TRIPS = [
    offer("book_hotel", "Book a hotel", hotel_name=TEXT),
    offer("book_flight", "Book a flight", from_airport=TEXT, to_airport=TEXT),
]
MAIL = [offer("send_email", "Send an email to a recipient", to=TEXT, subject=TEXT, body=TEXT)]
SEARCH = [offer("web_search", "Search the web for information.", query=TEXT)]
POSTS = [offer("retrieve_blog_posts", "Search and return information about Lilian Weng blog posts.", query=TEXT)]
HANDOFFS = [
    offer("transfer_to_math_expert", "Ask agent 'math_expert' for help"),
    offer("transfer_to_research_expert", "Ask agent 'research_expert' for help"),
]
COLUMN = TEXT | {"enum": ["id", "status", "ordered_at"]}
VALUE: Json = {"anyOf": [TEXT, NUMBER, {"type": "object", "properties": {"column_name": TEXT}}]}
CONDITION = {
    "type": "object",
    "properties": {"column": TEXT, "operator": TEXT | {"enum": ["=", ">"]}, "value": VALUE},
    "required": ["column", "operator", "value"],
}
QUERY = [
    offer(
        "query",
        "Execute a query.",
        ["table_name", "columns", "conditions"],
        table_name=TEXT | {"enum": ["orders", "customers"]},
        columns={"type": "array", "items": COLUMN},
        conditions={"type": "array", "items": CONDITION},
    )
]


def calls(*messages: Json | str, tools: list[Json], **fields: Any) -> list[tuple[str, Any]]:
    made = choice(*messages, tools=tools, **fields).calls
    return [(call.name, json.loads(call.arguments)) for call in made]


@pytest.mark.parametrize(
    ("tools", "question", "made"),
    [
        (
            WEATHER[:1],
            "What's the weather like today in Glasgow, Scotland?",
            [("get_current_weather", {"location": "Glasgow, Scotland", "format": "celsius"})],
        ),
        (
            WEATHER[:1],
            "What's the weather in San Francisco, CA, in fahrenheit?",
            [("get_current_weather", {"location": "San Francisco, CA", "format": "fahrenheit"})],
        ),
        (
            WEATHER,
            "what is the weather going to be like in San Francisco and Glasgow over the next 4 days",
            [
                ("get_current_weather", {"location": "San Francisco", "format": "celsius"}),
                ("get_n_day_weather_forecast", {"location": "Glasgow", "format": "celsius", "num_days": 4}),
            ],
        ),
        (
            SUMS,
            "What is 3 * 12? Also, what is 11 + 49?",
            [("multiply", {"a": 3, "b": 12}), ("add", {"a": 11, "b": 49})],
        ),
        (SUMS, "Add 3 and 4.", [("add", {"a": 3, "b": 4})]),
        (
            TRIPS,
            "book a flight from BOS to JFK and a stay at McKittrick Hotel",
            [
                ("book_flight", {"from_airport": "BOS", "to_airport": "JFK"}),
                ("book_hotel", {"hotel_name": "McKittrick Hotel"}),
            ],
        ),
        (SEARCH, "who is the mayor of NYC?", [("web_search", {"query": "who is the mayor of NYC?"})]),
        (SEARCH, "Hello! How are you?", []),
        (SEARCH, "who are you?", []),
        (
            POSTS,
            "What does Lilian Weng say about types of reward hacking?",
            [("retrieve_blog_posts", {"query": "What does Lilian Weng say about types of reward hacking?"})],
        ),
        (HANDOFFS, "What is (12 * 7) + 100?", [("transfer_to_math_expert", {})]),
        (
            HANDOFFS,
            "what's the combined headcount of the FAANG companies in 2024?",
            [("transfer_to_research_expert", {})],
        ),
        (HANDOFFS, "hello", []),
    ],
)
def test_tools_of_others_are_asked_by_their_schema(
    tools: list[Json], question: str, made: list[tuple[str, Any]]
) -> None:
    assert calls(question, tools=tools) == made


def test_nested_arguments_are_filled() -> None:
    ((_, arguments),) = calls("query the id and status of customers", tools=QUERY)

    assert (arguments["table_name"], arguments["columns"]) == ("customers", ["id", "status"])
    assert [set(condition) for condition in arguments["conditions"]] == [{"column", "operator", "value"}]


def test_a_letter_goes_to_the_address_that_is_named() -> None:
    ((_, arguments),) = calls("Send an email to bob@example.com saying hi", tools=MAIL)

    assert (arguments["to"], arguments["body"]) == ("bob@example.com", "Send an email to bob@example.com saying hi")


def test_a_handoff_is_not_asked_twice_and_each_in_its_turn() -> None:
    question = "ask the math expert and the research expert"
    once = after(question, ("transfer_to_math_expert", "", "Successfully transferred to math_expert"))
    first: list[tuple[str, Any]] = [("transfer_to_math_expert", {})]
    second: list[tuple[str, Any]] = [("transfer_to_research_expert", {})]

    assert calls(question, tools=HANDOFFS) == first + second
    assert calls(question, tools=HANDOFFS, parallel_tool_calls=False) == first
    assert calls(*once, tools=HANDOFFS) == second
    assert calls(*once, tools=HANDOFFS[:1]) == []


def test_arguments_that_a_person_has_changed_are_not_asked_for_again() -> None:
    changed = after("what is in the office?", ("get_items", "kitchen", "Stove"))
    tools = [offer("get_items", "List the items in a place.", place=TEXT)]

    assert calls(*changed, tools=tools) == []
    assert calls(*changed, tools=tools, parallel_tool_calls=False) == []
    assert calls(*changed, "what is in the office?", tools=tools) == [("get_items", {"place": "office"})]


def test_what_another_agent_says_is_passed_on_without_the_handoff() -> None:
    said = after("What is 5 + 7?", ("transfer_to_math_expert", "", "Successfully transferred to math_expert"))
    text = words(*said, {"role": "assistant", "name": "math_expert", "content": "It is 12."}, tools=HANDOFFS)

    assert text.startswith("**math_expert** says: It is 12.")
    assert "ransferred" not in text


def test_an_agent_with_a_structured_answer_calls_its_tool_then_answers(chat: ChatOpenAI) -> None:
    class Weather(BaseModel):
        """The weather in a city."""

        city: str
        temperature: float

    @tool
    def get_weather(city: str) -> str:
        """Get weather for a given city."""
        return f"It's always sunny in {city}!"

    agent: Any = create_agent(chat, [get_weather], response_format=ToolStrategy(Weather))
    state = agent.invoke({"messages": [("user", "what is the weather in San Francisco, CA?")]})

    asked = [call["name"] for message in state["messages"] for call in getattr(message, "tool_calls", [])]
    assert asked == ["get_weather", "Weather"]
    assert state["structured_response"].city == "San Francisco, CA"


def test_agents_that_hand_over_to_each_other_come_to_an_end(chat: ChatOpenAI) -> None:
    def handoff(agent: str, description: str) -> Any:
        @tool(f"transfer_to_{agent}", description=description)
        def transfer(runtime: ToolRuntime) -> Command[str]:
            told = ToolMessage(f"Successfully transferred to {agent}", tool_call_id=runtime.tool_call_id)
            return Command(goto=agent, graph=Command.PARENT, update={"messages": [*runtime.state["messages"], told]})

        return transfer

    @tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    alice: Any = create_agent(chat, [add, handoff("bob", "Transfer to Bob, who speaks like a pirate.")], name="alice")
    bob: Any = create_agent(chat, [handoff("alice", "Transfer to Alice, she can help with math")], name="bob")
    graph = StateGraph(MessagesState).add_node("alice", alice).add_node("bob", bob).add_edge(START, "bob").compile()
    question: Any = {"messages": [("user", "What is 5 + 7?")]}
    *_, last = graph.invoke(question, {"recursion_limit": 10})["messages"]

    assert "12" in last.content
