"""The errors a caller can meet, and the sentence each becomes on the page.

AgentError
├── SettingsError     a setting that cannot be used
├── StreamBroken      a model's answer that did not come to its end
├── LimitReached      a run that met one of its limits
└── ToolFailed        a tool that could not do its work
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import openai
from langgraph.errors import GraphRecursionError


class AgentError(Exception):
    """The agent could not do what it was asked; its text is a sentence for the person who asked."""


class SettingsError(AgentError):
    """A setting is not usable; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was asked for was not done: a value, as no exception is known by its class after a hot reload."""

    sentence: str
    """For the person who asked: what to change."""
    state: Literal["refused"] = "refused"


class StreamBroken(AgentError):
    """The model server stopped in the middle of an answer."""


class LimitReached(AgentError):
    """A run met one of its limits and was ended."""


class ToolFailed(AgentError):
    """A tool could not do its work; the text is what the model and the reader are told."""


def explain(error: BaseException) -> str:
    """One sentence for the person in front of the page: what happened, what to do, and no secret.

    The texts of a provider's errors may hold keys and addresses, so they are never passed on.
    """
    if isinstance(error, AgentError):
        return str(error)
    for cause in _causes(error):
        for kind, sentence in _SENTENCES:
            if isinstance(cause, kind):
                return sentence(cause) if callable(sentence) else sentence
        if "StreamChunkTimeout" in type(cause).__name__ or isinstance(cause, TimeoutError):
            return _STALLED
        if type(cause).__module__.startswith(("httpx", "httpcore")):
            return _timeout_or_broken(cause)
    return f"The agent stopped on an error of its own ({type(error).__name__}). The server's log says more."


def cause(error: BaseException) -> str:
    """Where an error came from, for the host's log: the types and the place, not what a provider wrote.

    Providers repeat keys and requests in their messages.
    """
    places = traceback.extract_tb(error.__traceback__)[-3:]
    kinds = " <- ".join(type(link).__name__ for link in _causes(error))
    return f"{kinds}\n{''.join(traceback.format_list(places))}"


def _causes(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _timeout_or_broken(error: BaseException) -> str:
    return _STALLED if "Timeout" in type(error).__name__ else _BROKEN


def _rate_limited(error: openai.RateLimitError) -> str:
    wait = error.response.headers.get("retry-after", "")
    when = f"in {wait} seconds" if re.fullmatch(r"\d{1,5}", wait) else "in a minute"
    return f"The model server is busy or the account's quota is used up (429). Try again {when}."


def _bad_request(error: openai.BadRequestError) -> str:
    if error.code == "context_length_exceeded":
        return "The conversation is too long for this model. Start a new conversation or ask something shorter."
    return "The model server did not accept the request (400). Another model or other tools may help."


_STALLED = "The model server went silent, so the answer was given up. Try again."
_BROKEN = "The connection to the model server broke in the middle of the answer. Try again."

_SENTENCES: tuple[tuple[type[BaseException], str | Callable[[Any], str]], ...] = (
    (AgentError, str),
    (
        GraphRecursionError,
        "The agent reached its limit of steps without an answer. Ask for one thing at a time.",
    ),
    (openai.AuthenticationError, "The model server refused the key (401). Check the key and try again."),
    (openai.PermissionDeniedError, "The key is not allowed to use this model (403). Choose another model."),
    (openai.NotFoundError, "The model server does not know this model (404). Choose another model."),
    (openai.RateLimitError, _rate_limited),
    (openai.BadRequestError, _bad_request),
    (openai.InternalServerError, "The model server has a fault of its own (5xx). Try again in a minute."),
    (openai.APITimeoutError, _STALLED),
    (
        openai.APIConnectionError,
        "The model server cannot be reached, or the connection broke. Check that it runs, then try again.",
    ),
    (openai.APIStatusError, "The model server answered with an error. Try again in a minute."),
    (openai.APIError, "The model server reported an error in the middle of the answer. Try again."),
    (json.JSONDecodeError, "The model server sent something that is not an answer. Try again."),
)
