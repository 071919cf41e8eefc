"""The errors a caller can meet; the text of each is a sentence for the person who asked.

AgentError
├── SettingsError          a setting that cannot be used
├── RequestRefused         a run that is not started
├── ProviderError          what a model server answered instead of an answer
├── IncompleteAnswer       a model's answer that is no whole answer
│   ├── StreamBroken       it did not come to its end
│   ├── AnswerCut          it met the model's length limit
│   ├── AnswerFiltered     a content filter held it back
│   ├── AnswerRefused      the model declined
│   ├── AnswerEmpty        there is nothing in it
│   └── ArgumentsBroken    a tool call in it cannot be understood
├── LimitReached           a run that met one of its limits
├── CheckpointError        a conversation that cannot be written down, or read back
│   └── CheckpointLost     what was kept of it is gone, or cannot be read
├── ServerFailed           an Agent Server that could not do its part
│   ├── ServerUnreachable  it does not answer
│   ├── ServerRefused      it says no
│   ├── ServerForgot       it does not know what is asked for
│   └── ServerStopped      somebody else stopped the run there
└── ToolFailed             a tool that could not do its work
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Literal

from texts import Spoken


class AgentError(Exception):
    """The agent could not do what it was asked; its text is a sentence for the person who asked."""

    def __init__(self, said: Spoken = "") -> None:
        super().__init__(said)
        self.said = said
        """For the person who asked, in their language."""


class SettingsError(AgentError):
    """A setting cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was turned down: a value, since a hot reload changes the class of any exception."""

    sentence: Spoken
    """What the person who asked should change."""
    state: Literal["refused"] = "refused"


class ProviderError(AgentError):
    """The model server answered with an error instead of an answer."""


class IncompleteAnswer(AgentError):
    """A model's answer is incomplete; what has arrived is kept."""


class StreamBroken(IncompleteAnswer):
    """The model server broke off in the middle of its answer."""


class AnswerCut(IncompleteAnswer):
    """The answer reached the model's length limit."""


class AnswerFiltered(IncompleteAnswer):
    """The model server's content filter held the answer back."""


class AnswerRefused(IncompleteAnswer):
    """The model declined to answer."""


class AnswerEmpty(IncompleteAnswer):
    """The model ended without a word."""


class ArgumentsBroken(IncompleteAnswer):
    """The arguments of a tool call are cut off or not JSON."""


class LimitReached(AgentError):
    """A run reached one of its limits and was ended."""


class CheckpointError(AgentError):
    """A conversation could not be saved or read back."""


class CheckpointLost(CheckpointError):
    """What was saved of a conversation is gone or cannot be read."""


class ServerFailed(AgentError):
    """An Agent Server could not do its part."""


class ServerUnreachable(ServerFailed):
    """No address of the Agent Server answers."""


class ServerRefused(ServerFailed):
    """The Agent Server says no."""


class ServerForgot(ServerFailed):
    """The Agent Server does not know the run, the thread or the assistant."""


class ServerStopped(ServerFailed):
    """Somebody else stopped the run on the Agent Server."""


class ServersFault(ServerFailed):
    """A run has ended on the Agent Server, or never will, for a reason that does not lie in its graph."""


class ToolFailed(AgentError):
    """A tool could not do its work; the text goes to the model and the reader."""


def cause(error: BaseException) -> str:
    """Where an error came from, for the host's log: types and places, not what a provider wrote.

    Providers repeat keys and requests in their messages.
    """
    places = traceback.extract_tb(error.__traceback__)[-3:]
    kinds = " <- ".join(type(link).__name__ for link in causes(error))
    return f"{kinds}\n{''.join(traceback.format_list(places))}"


def causes(error: BaseException) -> list[BaseException]:
    """An error, what caused it, and so on."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain
