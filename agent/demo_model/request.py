"""A chat-completions request; an error is one sentence that names the field."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.validators import validator_for
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from agent.demo_model.errors import ApiError


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool answered to a call; or what another agent said, if `arguments`, the call's JSON text, is None."""

    name: str
    content: str
    arguments: str | None = None


@lru_cache(maxsize=256)
def _check_schema(text: str) -> None:
    validator_for(schema := json.loads(text), default=Draft202012Validator).check_schema(schema)


def _checked(schema: dict[str, Any]) -> dict[str, Any]:
    try:
        _check_schema(json.dumps(schema))  # cached: it takes milliseconds, and agents send the same with every request
    except SchemaError as exc:
        raise ValueError(f"this is not a JSON schema: {exc.message[:200]}") from exc
    return {"type": "object"} | schema


_JsonSchema = Annotated[dict[str, Any], AfterValidator(_checked)]


class _Json(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)  # fields that are not known here are passed over


class Function(_Json):
    """A function: offered with `parameters`, a JSON Schema; called with `arguments`, JSON text."""

    name: str = Field(min_length=1)
    description: str | None = None
    parameters: _JsonSchema = {"type": "object"}
    arguments: str = ""


class _Tool(_Json):
    type: Literal["function"]
    function: Function


class _Call(_Tool):
    id: str


class _Message(_Json):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Any] | None = None
    name: str | None = None
    tool_calls: list[_Call] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """Its content as text; other parts are named in words."""
        content = [self.content] if isinstance(self.content, str) else self.content or []
        parts = [part if isinstance(part, dict) else {"text": part} for part in content]
        return "\n".join(str(part.get("text", f"[an attachment: {part.get('type')}]")) for part in parts)


class _Schema(_Json):
    body: _JsonSchema = Field(alias="schema")


class _ResponseFormat(_Json):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: _Schema | None = None


class Request(_Json):
    """A request that is valid and fits together."""

    model: str
    messages: list[_Message] = Field(min_length=1)
    tools: list[_Tool] | None = Field(None, min_length=1)
    tool_choice: Literal["auto", "none", "required"] | _Tool | None = None
    parallel_tool_calls: bool | None = None
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    n: int | None = Field(None, ge=1, le=1)
    stop: Annotated[list[str], BeforeValidator(lambda stop: [stop] if isinstance(stop, str) else stop or [])] = []
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    response_format: _ResponseFormat | None = None

    @property
    def is_named(self) -> bool:
        """Whether one particular tool must be called."""
        return isinstance(self.tool_choice, _Tool)

    @property
    def offered(self) -> list[Function]:
        """The functions that may be called: none, the required one, or all."""
        choice = self.tool_choice
        functions = [tool.function for tool in self.tools or () if choice != "none"]
        return [each for each in functions if not isinstance(choice, _Tool) or each.name == choice.function.name]

    @property
    def question(self) -> str:
        """The user's last message."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def told(self) -> list[Told]:
        """What tools and other agents have said since, in order."""
        calls: dict[str | None, Function] = {}
        found: list[Told] = []
        for message in self.messages:
            if message.role == "user":
                found.clear()
            elif message.role == "tool":
                called = calls[message.tool_call_id]
                found.append(Told(called.name, message.text.strip(), called.arguments))
            elif message.role == "assistant":
                calls = {call.id: call.function for call in message.tool_calls or ()}
                found += [Told(message.name or "assistant", message.text)] if message.text and not calls else []
        return found


def parse(body: bytes) -> Request:
    """Read a request's body. Raises ApiError if something is missing, of a wrong type, or does not fit together."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ApiError("The body of the request could not be read as JSON.") from exc
    if not isinstance(data, dict):
        raise ApiError("The body of the request should be a JSON object.")
    try:
        request = Request.model_validate(data)
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_context=False, include_input=False)[0]
        # Where a field may have one of several types, pydantic names the type as well: str, list[any], _Tool.
        steps = [step for step in error["loc"] if isinstance(step, int) or re.fullmatch("(?!str$)[a-z][a-z_]*", step)]
        param = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
        code = "missing_required_parameter" if error["type"] == "missing" else "invalid_type"
        raise ApiError(f"'{param}' does not fit: {error['msg']}.", param=param, code=code) from exc
    _check_choices(request)
    _check_messages(request.messages)
    return request


def _check_choices(request: Request) -> None:
    if request.stream_options and not request.stream:
        raise ApiError("'stream_options' is only allowed when 'stream' is true.", param="stream_options")
    for key in ("tool_choice", "parallel_tool_calls"):
        if not request.tools and getattr(request, key) is not None:
            raise ApiError(f"'{key}' is only allowed when 'tools' are given.", param=key)
    if request.is_named and not request.offered:
        raise ApiError("'tool_choice' names a tool which is not among 'tools'.", param="tool_choice")
    form = request.response_format
    if form and form.type == "json_schema" and not form.json_schema:
        raise ApiError("You must provide the schema in 'json_schema'.", param="response_format.json_schema")


def _check_messages(messages: list[_Message]) -> None:
    waiting: list[str] = []
    for at, message in enumerate(messages):
        where = f"messages[{at}]"
        if message.role == "tool":
            if message.tool_call_id not in waiting:
                reason = f"no call in the assistant's message before it has the id {message.tool_call_id!r}"
                raise ApiError(f"'{where}' answers nothing: {reason}.", param=f"{where}.tool_call_id")
            waiting.remove(message.tool_call_id)
        elif waiting:
            break
        else:
            waiting = [call.id for call in message.tool_calls or ()]
        if message.content is None and message.role not in ("assistant", "function"):
            raise ApiError(f"'{where}.content' is missing.", param=f"{where}.content")
    if waiting:
        reason = "An assistant's message with 'tool_calls' must be followed by a tool's message for each of them"
        raise ApiError(f"{reason}. No answer came for: {', '.join(waiting)}.", param="messages")
