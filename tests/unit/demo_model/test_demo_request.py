"""What is wrong with a request is said in one sentence, with the field that is meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.demo_model.errors import ApiError
from agent.demo_model.request import parse

HELLO = {"role": "user", "content": "hello"}
TOOL = {"type": "function", "function": {"name": "get_items"}}
CALL = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": TOOL["function"]}]}


def tool_taking(schema: object) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "get_items", "parameters": schema}}


def refused(body: Any) -> dict[str, Any]:
    with pytest.raises(ApiError) as caught:
        parse(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert caught.value.status == 400
    error = caught.value.body["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    return dict(error)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b'"hi"'])
def test_a_body_that_is_no_json_object(body: bytes) -> None:
    assert "JSON" in refused(body)["message"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": ["hello"]}, "messages[0]"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [HELLO, CALL]}, "messages"),
        ({"messages": [HELLO, CALL, HELLO]}, "messages"),
        ({"messages": [HELLO, {"role": "tool", "content": "x", "tool_call_id": "1"}]}, "messages[1].tool_call_id"),
        (
            {"messages": [HELLO, CALL, {"role": "tool", "content": "x", "tool_call_id": "2"}]},
            "messages[2].tool_call_id",
        ),
        ({"messages": [HELLO, CALL, {"role": "tool", "content": "x"}]}, "messages[2].tool_call_id"),
        ({"messages": [{"role": "assistant", "tool_calls": [7]}]}, "messages[0].tool_calls[0]"),
        ({"model": 5}, "model"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"n": 0}, "n"),
        ({"n": 2}, "n"),
        ({"n": True}, "n"),
        ({"stop": [1]}, "stop[0]"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"tools": []}, "tools"),
        ({"tools": ["get_items"]}, "tools[0]"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tools": [tool_taking({"type": "thing"})]}, "tools[0].function.parameters"),
        ({"tools": [tool_taking({"properties": []})]}, "tools[0].function.parameters"),
        ({"tools": [tool_taking({"required": 5})]}, "tools[0].function.parameters"),
        ({"tools": [tool_taking([])]}, "tools[0].function.parameters"),
        ({"tools": [TOOL], "tool_choice": "maybe"}, "tool_choice"),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "other"}}},
            "tool_choice",
        ),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"response_format": {"type": "yaml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {}}},
            "response_format.json_schema.schema",
        ),
    ],
)
def test_a_field_that_does_not_fit_is_named(fields: dict[str, Any], param: str) -> None:
    error = refused({"model": "demo", "messages": [HELLO]} | fields)

    assert error["param"] == param
    assert error["message"].endswith(".")


def test_null_means_not_given() -> None:
    request = parse(json.dumps({"model": "demo", "messages": [HELLO], "tools": None, "n": None, "stop": None}).encode())

    assert (request.offered, request.stop) == ([], [])
