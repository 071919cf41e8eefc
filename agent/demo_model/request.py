"""A chat-completions request, checked: what is wrong with it is said in one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agent.demo_model.conversation import check_messages
from agent.demo_model.errors import ApiError, unknown_model, wrong_type

MODELS = ("demo", "demo-fast", "demo-flaky")
"""The models that are listed."""
ALIASES = {"gpt-4o-mini": "demo"}
"""Other names that are accepted, and the model behind each."""

_MOST_CHOICES = 8


@dataclass(frozen=True)
class Tool:
    """A function on offer: its name, what it does, and the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """A valid request. With a `tool_choice` of "named", `tools` holds only the tool that is named."""

    model: str
    messages: tuple[Mapping[str, Any], ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: Literal["auto", "none", "required", "named"] = "auto"
    parallel: bool = True
    stream: bool = False
    include_usage: bool = False
    n: int = 1
    stop: tuple[str, ...] = ()
    limit: int | None = None
    """The most tokens an answer in words may have."""
    json_answer: bool = False
    schema: Mapping[str, Any] | bool | None = None
    """The schema of an answer in JSON; None for any object."""


def parse(body: bytes) -> Request:
    """Read a request's body.

    Raises ApiError if something is missing, of the wrong type, or does not fit together.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ApiError("The body of the request could not be read as JSON.") from exc
    if not isinstance(data, dict):
        raise ApiError("The body of the request should be a JSON object.")
    # Clients send null for "not set".
    fields = {key: value for key, value in data.items() if value is not None}
    for key in ("model", "messages"):
        if key not in fields:
            raise ApiError(f"You must provide '{key}'.", param=key, code="missing_required_parameter")
    _check_types(fields)
    stream = fields.get("stream", False)
    if "stream_options" in fields and not stream:
        raise ApiError("'stream_options' is only allowed when 'stream' is true.", param="stream_options")
    tools, choice = _tools(fields)
    json_answer, schema = _response_format(fields.get("response_format", {"type": "text"}))
    stop = fields.get("stop", [])
    return Request(
        model=fields["model"],
        messages=tuple(check_messages(fields["messages"])),
        tools=tools,
        tool_choice=choice,
        parallel=fields.get("parallel_tool_calls", True),
        stream=stream,
        include_usage=bool(fields.get("stream_options", {}).get("include_usage")),
        n=fields.get("n", 1),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        limit=fields.get("max_completion_tokens", fields.get("max_tokens")),
        json_answer=json_answer,
        schema=schema,
    )


def model_of(name: str) -> str:
    """Return the listed model that `name` stands for; `demo-flaky:stall` is demo-flaky.

    Raises ApiError if there is no such model.
    """
    model = ALIASES.get(name, name.partition(":")[0] if name.startswith("demo-flaky:") else name)
    if model not in MODELS:
        raise unknown_model(name)
    return model


def _check_types(fields: Mapping[str, Any]) -> None:
    expected: dict[str, tuple[type | tuple[type, ...], str]] = {
        "model": (str, "a string"),
        "messages": (list, "an array"),
        "stream": (bool, "a boolean"),
        "stream_options": (dict, "an object"),
        "tools": (list, "an array"),
        "tool_choice": ((str, dict), "a string or an object"),
        "parallel_tool_calls": (bool, "a boolean"),
        "n": (int, "an integer"),
        "stop": ((str, list), "a string or an array of strings"),
        "max_tokens": (int, "an integer"),
        "max_completion_tokens": (int, "an integer"),
        "temperature": ((int, float), "a number"),
        "top_p": ((int, float), "a number"),
        "response_format": (dict, "an object"),
    }
    for key, (kinds, sentence) in expected.items():
        value = fields.get(key)
        # True is an int to Python, but not to JSON.
        if key in fields and (not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool)):
            raise wrong_type(key, sentence, value)
    for key, most in (("n", _MOST_CHOICES), ("max_tokens", None), ("max_completion_tokens", None)):
        value = fields.get(key, 1)
        if value < 1 or (most and value > most):
            raise ApiError(f"'{key}' should be at least 1{f' and at most {most}' if most else ''}.", param=key)
    for key, top in (("temperature", 2), ("top_p", 1)):
        if not 0 <= fields.get(key, 0) <= top:
            raise ApiError(f"'{key}' should be between 0 and {top}.", param=key)
    stop = fields.get("stop", [])
    if isinstance(stop, list) and (len(stop) > 4 or not all(isinstance(text, str) for text in stop)):
        raise ApiError("'stop' should be a string or an array of at most 4 strings.", param="stop")


def _tools(
    fields: Mapping[str, Any],
) -> tuple[tuple[Tool, ...], Literal["auto", "none", "required", "named"]]:
    if "tools" not in fields:
        for key in ("tool_choice", "parallel_tool_calls"):
            if key in fields:
                raise ApiError(f"'{key}' is only allowed when 'tools' are given.", param=key)
        return (), "none"
    if not fields["tools"]:
        raise ApiError("'tools' is empty: offer at least one tool, or leave it out.", param="tools")
    tools = tuple(_tool(tool, f"tools[{at}]") for at, tool in enumerate(fields["tools"]))
    choice = fields.get("tool_choice", "auto")
    if isinstance(choice, str):
        if choice not in ("auto", "none", "required"):
            raise ApiError("'tool_choice' should be 'auto', 'none', 'required' or a tool's name.", param="tool_choice")
        return tools, choice  # type: ignore[return-value]  # narrowed to the three above
    function = choice.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    chosen = tuple(tool for tool in tools if tool.name == name)
    if not chosen:
        raise ApiError(f"'tool_choice' names the tool {name!r}, which is not among 'tools'.", param="tool_choice")
    return chosen[:1], "named"


def _tool(tool: object, where: str) -> Tool:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(tool, dict) or tool.get("type") != "function" or not isinstance(function, dict):
        raise ApiError(f"'{where}' should be {{'type': 'function', 'function': {{...}}}}.", param=where)
    name, parameters = function.get("name"), function.get("parameters")
    if not isinstance(name, str) or not name:
        raise ApiError(f"'{where}.function.name' should be a string.", param=f"{where}.function.name")
    if not isinstance(parameters, (dict, type(None))):
        raise wrong_type(f"{where}.function.parameters", "a JSON schema", parameters)
    return Tool(name, str(function.get("description") or ""), parameters or {"type": "object", "properties": {}})


def _response_format(wanted: Mapping[str, Any]) -> tuple[bool, Mapping[str, Any] | bool | None]:
    if wanted.get("type") == "text":
        return False, None
    if wanted.get("type") == "json_object":
        return True, None
    form = wanted.get("json_schema")
    if wanted.get("type") != "json_schema" or not isinstance(form, dict):
        raise ApiError(
            "'response_format' should be of type 'text', 'json_object', or 'json_schema' with the schema in "
            "'json_schema'.",
            param="response_format",
        )
    if not isinstance(form.get("schema"), (dict, bool)):
        raise ApiError("'response_format.json_schema.schema' is missing.", param="response_format.json_schema.schema")
    return True, form["schema"]
