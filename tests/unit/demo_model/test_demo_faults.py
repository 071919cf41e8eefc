"""Each way of failing produces what its name says, in the client that people use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
from openai import OpenAI

from agent.demo_model import DemoServer
from agent.demo_model.errors import FAULTS, FaultCycle
from tests.serving import model_server
from tests.unit.demo_model.test_demo_brain import ITEMS


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with model_server(rate=2000) as served:
        yield served


@pytest.fixture
def client(server: DemoServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=server.base_url, api_key="sk-secret", max_retries=0, timeout=0.3) as client:
        yield client


def stream(client: OpenAI, fault: str, said: list[str], text: str = "what is in the office?") -> str | None:
    """Stream an answer into `said`; return why it finished."""
    finish = None
    messages: list[Any] = [{"role": "user", "content": text}]
    for chunk in client.chat.completions.create(model=f"demo-flaky:{fault}", messages=messages, stream=True):
        said.append(chunk.choices[0].delta.content or "")
        finish = chunk.choices[0].finish_reason
    return finish


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("broken", (openai.APIConnectionError, httpx2.RemoteProtocolError)),
        ("invalid_json", json.JSONDecodeError),
        ("in_band_error", openai.APIError),
        ("stall", (openai.APITimeoutError, httpx2.ReadTimeout)),
    ],
)
@pytest.mark.parametrize("text", ["what is in the office?", "count to 3"])
def test_a_stream_fails_after_some_tokens(client: OpenAI, fault: str, error: Any, text: str) -> None:
    said: list[str] = []
    with pytest.raises(error):
        stream(client, fault, said, text)

    assert len([token for token in said if token]) == (3 if text == "count to 3" else 12)


def test_a_truncated_stream_ends_without_saying_why(client: OpenAI) -> None:
    said: list[str] = []

    assert stream(client, "truncated", said) is None
    assert len([token for token in said if token]) == 12


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("no_head", openai.APITimeoutError),
        ("rate_limited", openai.RateLimitError),
        ("server_error", openai.InternalServerError),
        ("unauthorized", openai.AuthenticationError),
        ("context_length", openai.BadRequestError),
    ],
)
def test_some_faults_strike_before_the_first_token(client: OpenAI, fault: str, error: Any) -> None:
    said: list[str] = []
    with pytest.raises(error) as caught:
        stream(client, fault, said)

    assert said == []
    if fault == "unauthorized":
        assert "sk-secret" in str(caught.value)
    if fault == "context_length":
        assert caught.value.code == "context_length_exceeded"


def test_rate_limited_once_is_fine_the_second_time(client: OpenAI) -> None:
    said: list[str] = []
    with pytest.raises(openai.RateLimitError) as caught:
        stream(client, "rate_limited_once", said)

    assert caught.value.response.headers["retry-after"] == "1"
    assert stream(client, "rate_limited_once", said) == "stop"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("broken", openai.APIConnectionError),
        ("invalid_json", json.JSONDecodeError),
        ("stall", openai.APITimeoutError),
        ("no_head", openai.APITimeoutError),
        ("server_error", openai.InternalServerError),
    ],
)
def test_whole_answers_fail_alike(client: OpenAI, fault: str, error: Any) -> None:
    with pytest.raises(error):
        client.chat.completions.create(
            model=f"demo-flaky:{fault}", messages=[{"role": "user", "content": "the office"}]
        )


def test_a_whole_answer_can_be_truncated_or_an_error(server: DemoServer) -> None:
    def post(fault: str) -> Any:
        body = {"model": f"demo-flaky:{fault}", "messages": [{"role": "user", "content": "the office"}]}
        return httpx2.post(f"{server.base_url}/chat/completions", json=body).json()

    assert post("truncated")["choices"][0]["finish_reason"] is None
    assert post("in_band_error")["error"]["type"] == "server_error"


def test_an_unknown_fault_is_an_unknown_model(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        stream(client, "sulking", [])


def test_tool_calls_come_through_whole(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="demo-flaky:server_error",
        messages=[{"role": "user", "content": "what is in the office?"}],
        tools=[ITEMS],  # type: ignore[list-item]
    )

    assert answer.choices[0].finish_reason == "tool_calls"


def test_faults_come_in_turn_and_a_retry_meets_the_same() -> None:
    cycle = FaultCycle()
    bodies = [str(at).encode() for at in range(len(FAULTS))]
    first = [cycle.strike(None, body) for body in bodies]
    again = [cycle.strike(None, body) for body in bodies]

    assert first == list(FAULTS)
    assert again == [None if fault == "rate_limited_once" else fault for fault in FAULTS]
    assert cycle.strike(None, b"new") == FAULTS[0]
