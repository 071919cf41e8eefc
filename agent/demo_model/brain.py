"""The demo model's brain: a pure function from a request to a reply. No AI, no clock, no chance, no I/O."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agent.demo_model import prose
from agent.demo_model.conversation import question, results, text_of
from agent.demo_model.request import Request
from agent.demo_model.schema import arguments_for
from agent.demo_model.tokens import cut, tokenize
from agent.demo_model.tools import PlannedCall, fitting_calls, forced_calls
from agent.demo_model.weave import weave

Finish = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True)
class ToolCall:
    """A call in a reply; `pieces` are the tokens of its arguments' JSON text."""

    id: str
    name: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One answer: words in tokens, or tool calls, and why it ends."""

    tokens: tuple[str, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"

    @property
    def size(self) -> int:
        """How many tokens it has."""
        return len(self.tokens) + sum(len(call.pieces) for call in self.calls)


@dataclass(frozen=True)
class Reply:
    """All answers to a request, and how many tokens the request had."""

    choices: tuple[Choice, ...]
    prompt_tokens: int


def reply(request: Request, seed: str = "") -> Reply:
    """Answer a request. Ids are drawn from `seed`: the same request and seed give the same reply."""
    calls = _calls(request)
    if calls:
        finish: Finish = "stop" if request.tool_choice == "named" else "tool_calls"
        choices = [
            Choice(
                calls=tuple(_call(call, f"{seed}/{variant}/{at}") for at, call in enumerate(calls)),
                finish=finish,
            )
            for variant in range(request.n)
        ]
    else:
        choices = [_words(request, variant) for variant in range(request.n)]
    return Reply(tuple(choices), _prompt_tokens(request))


def _calls(request: Request) -> list[PlannedCall]:
    """Return the calls to make in this turn."""
    if request.tool_choice == "none" or not request.tools:
        return []
    asked = question(request.messages)
    done = len(results(request.messages))
    if request.tool_choice == "auto":
        calls = fitting_calls(request.tools, asked) if asked else []
        # The tools have spoken: with calls one after the other go on to the next, else answer.
        if not request.parallel:
            return calls[done : done + 1]
        return [] if done else calls
    calls = forced_calls(request.tools, asked)
    return calls if request.parallel else [calls[done % len(calls)]]


def _call(call: PlannedCall, seed: str) -> ToolCall:
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    identity = hashlib.sha256(f"{seed}/{call!r}".encode()).hexdigest()[:24]
    return ToolCall(f"call_{identity}", call.name, tuple(tokenize(arguments)))


def _words(request: Request, variant: int) -> Choice:
    asked, told = question(request.messages), results(request.messages)
    if request.schema is not None:
        text = json.dumps(arguments_for(request.schema, asked), ensure_ascii=False)
    elif request.json_answer:
        text = json.dumps({"answer": weave(told)} if told else prose.as_object(asked), ensure_ascii=False)
    else:
        text = weave(told) if told else prose.answer(asked, variant)
    tokens, too_long = cut(tokenize(text), stop=list(request.stop), limit=request.limit)
    return Choice(tokens=tuple(tokens), finish="length" if too_long else "stop")


def _prompt_tokens(request: Request) -> int:
    def of_message(message: Mapping[str, Any]) -> int:
        calls = json.dumps(message["tool_calls"]) if message.get("tool_calls") else ""
        return 4 + len(tokenize(text_of(message.get("content")))) + len(tokenize(calls))

    of_tools = sum(
        len(tokenize(f"{tool.name} {tool.description} {json.dumps(tool.parameters)}")) for tool in request.tools
    )
    return sum(map(of_message, request.messages)) + of_tools
