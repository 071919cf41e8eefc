"""The server over real HTTP, asked by the clients that people use."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import httpx2
import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import APIConnectionError, AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from pydantic import BaseModel, SecretStr

from agent.demo_model import DemoServer
from tests.serving import model_server, wait_until

ITEMS = {
    "type": "function",
    "function": {
        "name": "get_items",
        "description": "List the items one might find in a place.",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string"}},
            "required": ["place"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with model_server(rate=40) as served:
        yield served


@pytest.fixture
def client(server: DemoServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=server.base_url, api_key="demo", max_retries=0, timeout=5) as client:
        yield client


@pytest.fixture
def http(server: DemoServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.base_url.removesuffix("/v1"), timeout=5) as http:
        yield http


def asked(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


def test_a_plain_question_is_answered_in_words(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="demo-fast", messages=asked("what is in the office?"))

    assert answer.choices[0].message.content is not None
    assert "1. **Desk**: " in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_stream_adds_up_to_the_whole_answer(client: OpenAI) -> None:
    question = asked("what is in the kitchen?")
    whole = client.chat.completions.create(model="demo-fast", messages=question)
    stream = client.chat.completions.create(
        model="demo-fast", messages=question, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)

    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks)
    assert last.choices == []
    assert last.usage == whole.usage


def test_a_response_names_the_model_as_it_was_asked_for(client: OpenAI) -> None:
    assert client.chat.completions.create(model="gpt-4o-mini", messages=asked("count to 3")).model == "gpt-4o-mini"


def test_several_calls_stream_with_an_index_each(client: OpenAI) -> None:
    stream: Any = client.chat.completions.create(
        model="demo-fast",
        messages=asked("what is in the office and the bedroom?"),
        tools=[ITEMS],  # type: ignore[list-item]
        stream=True,
    )
    arguments = {0: "", 1: ""}
    ids = set()
    deltas = 0
    for chunk in stream:
        for call in chunk.choices[0].delta.tool_calls or []:
            assert call.function is not None
            arguments[call.index] += call.function.arguments or ""
            ids |= {call.id} - {None}
            deltas += 1

    assert [json.loads(text) for text in arguments.values()] == [{"place": "office"}, {"place": "bedroom"}]
    assert (len(ids), deltas > 6) == (2, True)


def test_structured_output_is_parsed_into_a_model(client: OpenAI) -> None:
    class Thing(BaseModel):
        name: str
        description: str

    class Room(BaseModel):
        place: str
        mood: Literal["bright", "cosy"]
        floor: int | None
        items: list[Thing]

    answer = client.chat.completions.parse(
        model="demo-fast", messages=asked("describe the cosy office"), response_format=Room
    )
    room = answer.choices[0].message.parsed

    assert room is not None
    assert (room.mood, room.floor, [item.name for item in room.items][:2]) == (
        "cosy",
        None,
        ["Desk", "Swivel chair"],
    )


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"}, "does not match"),
        ({"properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}, "leads nowhere"),
        ({"$ref": "http://127.0.0.1:9/schema.json"}, "leads nowhere"),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "round in circles"),
        ({"anyOf": [{"$ref": "#"}]}, "round in circles"),
    ],
)
def test_a_schema_beyond_it_is_refused_in_words(client: OpenAI, schema: dict[str, Any], words: str) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    with pytest.raises(BadRequestError, match=words):
        client.chat.completions.create(model="demo-fast", messages=asked("the office"), response_format=form)


def test_the_async_client_runs_many_streams_side_by_side(server: DemoServer) -> None:
    async def words(client: AsyncOpenAI, place: str) -> str:
        stream = await client.chat.completions.create(
            model="demo", messages=asked(f"what is in the {place}?"), stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def ask_all() -> list[str]:
        async with AsyncOpenAI(base_url=server.base_url, api_key="demo", max_retries=0) as client:
            return await asyncio.gather(*(words(client, place) for place in ("attic", "beach", "museum")))

    attic, beach, museum = asyncio.run(ask_all())

    assert ("Steamer trunk" in attic, "Parasol" in beach, "Display case" in museum) == (True, True, True)


def test_demo_streams_at_its_rate_and_answers_whole_after_the_same_time(client: OpenAI) -> None:
    def stream() -> None:
        for _ in client.chat.completions.create(model="demo", messages=asked("count to 100"), stream=True):
            pass

    def whole() -> None:
        client.chat.completions.create(model="demo", messages=asked("count to 100"))

    for ask in (stream, whole):
        took = [seconds(ask)]
        while took[-1] >= 0.6 and len(took) < 10:  # a busy machine makes it longer, now and then, and never shorter
            took.append(seconds(ask))
        assert min(took) >= 0.25  # 100 tokens at 40 a second, on a clock that is ten times as fast
        assert took[-1] < 0.6


def seconds(function: Callable[[], None]) -> float:
    start = time.monotonic()
    function()
    return time.monotonic() - start


def test_langchain_binds_tools_and_gives_structured_output(server: DemoServer) -> None:
    @tool
    def get_items(place: str) -> str:
        """List the items one might find in a place."""
        return place

    class Verdict(BaseModel):
        """A verdict."""

        place: str
        likes_it: bool

    async def ask() -> tuple[Any, Any]:
        async with httpx2.AsyncClient() as http:
            llm = ChatOpenAI(
                model="demo-fast",
                base_url=server.base_url,
                api_key=SecretStr("demo"),
                http_async_client=http,
            )
            called = await llm.bind_tools([get_items]).ainvoke("what is in the garden?")
            return called, await llm.with_structured_output(Verdict).ainvoke("how do you find the beach?")

    called, verdict = asyncio.run(ask())

    assert [(call["name"], call["args"]) for call in called.tool_calls] == [("get_items", {"place": "garden"})]
    assert verdict == Verdict(place="beach", likes_it=False)


def test_a_client_that_hangs_up_ends_the_work(server: DemoServer) -> None:
    before = server.stats.hung_up

    async def leave_early() -> float:
        async with AsyncOpenAI(base_url=server.base_url, api_key="demo", max_retries=0) as client:
            stream = await client.chat.completions.create(model="demo", messages=asked("count to 5000"), stream=True)
            await stream.__anext__()
            left = time.monotonic()
            await stream.close()
            return left

    left = asyncio.run(leave_early())
    wait_until(lambda: (server.stats.hung_up, server.stats.active) == (before + 1, 0), 2, "it has noticed")

    assert time.monotonic() - left < 0.3


def test_a_client_that_stops_waiting_for_a_whole_answer_is_noticed(server: DemoServer) -> None:
    before = server.stats.hung_up
    with OpenAI(base_url=server.base_url, api_key="demo", max_retries=0, timeout=0.2) as client:
        with pytest.raises(APIConnectionError):
            client.chat.completions.create(model="demo", messages=asked("count to 5000"))

    wait_until(lambda: (server.stats.hung_up, server.stats.active) == (before + 1, 0), 2, "it has noticed")


def test_health_says_that_there_is_no_ai(http: httpx2.Client) -> None:
    health = http.get("/health").json()

    assert (health["status"], health["ai"]) == ("ok", False)
    assert {"requests", "active", "hung_up", "tokens"} <= health.keys()


def test_the_models_are_listed_without_their_aliases(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["demo", "demo-fast", "demo-flaky"]
    with pytest.raises(NotFoundError, match="gpt-99"):
        client.chat.completions.create(model="gpt-99", messages=asked("hello"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/chat/completions", 405), ("POST", "/health", 405), ("GET", "/v2/models", 404)],
)
def test_a_wrong_url_is_refused_in_the_shape_of_errors(
    http: httpx2.Client, method: str, path: str, status: int
) -> None:
    response = http.request(method, path)

    assert response.status_code == status
    assert response.json()["error"].keys() == {"message", "type", "param", "code"}
    assert ("allow" in response.headers) == (status == 405)


def test_a_body_over_4_mb_is_refused(http: httpx2.Client) -> None:
    response = http.post("/v1/chat/completions", content=b" " * (4 * 1024 * 1024 + 1))

    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


def test_half_a_surrogate_pair_is_survived(http: httpx2.Client) -> None:
    body = '{"model": "demo-fast", "messages": [{"role": "user", "content": "repeat exactly: \\ud83d"}]}'
    response = http.post("/v1/chat/completions", content=body)

    assert response.json()["choices"][0]["message"]["content"] == "\ud83d"


def test_a_wrong_key_is_refused_and_shown_by_its_ends() -> None:
    with model_server(api_key="right") as server, httpx2.Client(base_url=server.base_url) as http:
        refused = http.get("/models", headers={"authorization": "Bearer sk-wrong-0123456789abcdef"})
        accepted = http.get("/models", headers={"authorization": "Bearer right"})

    assert refused.status_code == 401
    assert "sk-wrong" in refused.json()["error"]["message"]
    assert "0123456789" not in refused.json()["error"]["message"]
    assert accepted.status_code == 200


def test_closing_ends_open_streams_at_once_and_leaves_nothing_behind() -> None:
    async def run() -> tuple[float, int, DemoServer]:
        server = DemoServer(rate=50)
        await server.start()
        async with AsyncOpenAI(base_url=server.base_url, api_key="demo", max_retries=0) as client:
            stream = await client.chat.completions.create(model="demo", messages=asked("count to 5000"), stream=True)
            await stream.__anext__()
            start = time.monotonic()
            await server.close()
            await server.close()
            took = time.monotonic() - start
            with pytest.raises((APIConnectionError, httpx2.HTTPError)):
                async for _ in stream:
                    pass
        return took, len(asyncio.all_tasks()), server

    took, tasks, server = asyncio.run(run())

    assert took < 1
    assert tasks == 1
    assert (server.stats.hung_up, server.stats.active) == (0, 0)


def test_the_apps_logging_is_left_alone() -> None:
    access = logging.getLogger("uvicorn.access")
    before = (list(access.handlers), access.propagate)
    with model_server():
        assert (list(access.handlers), access.propagate) == before


def test_a_taken_port_is_an_os_error(server: DemoServer) -> None:
    port = int(server.base_url.split(":")[2].removesuffix("/v1"))

    with pytest.raises(OSError, match="in use"):
        asyncio.run(DemoServer(port=port).start())
