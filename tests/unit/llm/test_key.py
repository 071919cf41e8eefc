"""A visitor's key is checked by one request for the list of models; whatever a server answers, the visitor goes on."""

import asyncio
import json

import pytest

from agent.llm.http import HttpClient
from agent.llm.key import MOST_BYTES, KeyCheck, check_key
from agent.settings import Limits
from tests.scripted_server import EVENT_STREAM, Reply, refuses, scripted_server


def listed(value: object) -> Reply:
    return Reply(json.dumps(value).encode(), content_type="application/json")


OPENAI = {"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model", "created": 1, "owned_by": "system"}]}
ANSWERS = {
    "OpenAI": (listed(OPENAI), KeyCheck(models=frozenset({"gpt-4o-mini"}))),
    "OpenRouter, with more fields": (
        listed({"data": [{"id": "openai/gpt-4o-mini", "pricing": {"prompt": "0.1"}, "context_length": 128000}]}),
        KeyCheck(models=frozenset({"openai/gpt-4o-mini"})),
    ),
    "Together, a bare list": (
        listed([{"id": "Qwen/Qwen3-8B", "type": "chat"}, {"id": "BAAI/bge", "type": "embedding"}]),
        KeyCheck(models=frozenset({"Qwen/Qwen3-8B", "BAAI/bge"})),
    ),
    "a list of names": (
        listed({"models": [{"name": "llama3.2:1b"}, 7, None]}),
        KeyCheck(models=frozenset({"llama3.2:1b"})),
    ),
    "plain texts": (listed({"data": ["a", "b"]}), KeyCheck(models=frozenset({"a", "b"}))),
    "no models": (listed({"object": "list", "data": []}), KeyCheck()),
    "no list": (listed({"data": "gpt"}), KeyCheck()),
    "a number": (listed(3), KeyCheck()),
    "a wrong key": (
        refuses(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
        KeyCheck(is_refused=True),
    ),
    "a key without rights": (refuses(403, {"error": {"message": "Forbidden"}}), KeyCheck(is_refused=True)),
    "no such path": (refuses(404, "404 page not found"), KeyCheck()),
    "too many requests": (refuses(429, {"error": {"message": "Rate limit"}}), KeyCheck()),
    "a broken server": (refuses(502, "<html>Bad Gateway</html>"), KeyCheck()),
    "a web page": (Reply(b"<html>Sign in</html>", content_type="text/html"), KeyCheck()),
    "a moved address": (refuses(302, "", location="http://127.0.0.1:9/v1/models"), KeyCheck()),
    "a stream": (Reply(b"data: {}\n\n", content_type=EVENT_STREAM), KeyCheck()),
    "half an answer": (Reply(b'{"data": [', content_type="application/json", breaks=True), KeyCheck()),
    "deep junk": (Reply(b"[" * 100_000, content_type="application/json"), KeyCheck()),
    "too much": (Reply([b" " * 65_536] * (MOST_BYTES // 65_536 + 2), content_type="application/json"), KeyCheck()),
}


def checked(url: str, key: str = "sk-mine") -> KeyCheck:
    async def check() -> KeyCheck:
        async with HttpClient(Limits()) as client:
            return await check_key(key, url, client)

    return asyncio.run(check())


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_server_says_of_a_key(name: str) -> None:
    reply, said = ANSWERS[name]
    with scripted_server([reply]) as server:
        assert checked(server.url) == said
        assert server.paths == ["/v1/models"]
        assert server.headers[0]["authorization"] == "Bearer sk-mine"


def test_a_server_that_cannot_be_reached_says_nothing() -> None:
    with scripted_server() as server:
        pass
    assert checked(server.url) == KeyCheck()


@pytest.mark.parametrize("key", ["키", "sk-\n\r\nX-Injected: 1", "\0", "ä" * 10])
def test_a_key_that_cannot_stand_in_a_header_is_sent_nowhere(key: str) -> None:
    with scripted_server([listed(OPENAI)]) as server:
        assert checked(server.url, key) == KeyCheck(is_refused=True)
        assert not server.headers
