"""The seam between the pages and wherever runs live: in this process, or on an Agent Server.

What crosses it is plain data, or is used by its attributes alone: after a source file was saved, a page is of newer
classes than the backend. So a run that is not started is a value here and no exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.engine.run import Run
from agent.errors import Refusal
from agent.store.index import Entry
from agent.streaming.events import JSON, RunRequest, RunState


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as a list shows it."""

    thread_id: str
    title: str
    """What its visitor has called it, or its first question."""
    asked_at: float
    """When the last question was asked; seconds since the epoch."""
    runs: int
    state: RunState
    """How the last run stands."""
    last: str
    """The id of the last run."""
    page: str
    """The page that it was asked on."""


class RunBackend(Protocol):
    """Starts runs and knows those that are kept. Safe to use from any thread; no method waits for a run."""

    def start(
        self,
        request: RunRequest,
        *,
        thread_id: str = "",
        session: str = "",
        address: str = "",
        api_key: str | None = None,
        after: str = "",
    ) -> Run | Refusal:
        """Start a run, or queue it; or say in a sentence for the visitor why not. `state` tells which.

        `thread_id` continues a conversation: its runs work one after the other, and each knows the finished
        ones before it. `after` is the run that it goes on after: the newest if not given, an earlier one for a new
        branch, FIRST for a branch that begins anew. While that one waits for a person, this one waits behind it.
        `session` is whom the limits are counted for, and `address` where it is known. `api_key` is a visitor's own
        key, forgotten when the run ends or waits.
        """

    def answer(
        self, run_id: str, interrupt_id: str, answer: JSON, *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Answer a question that a run asks its owner; with the last answer that it waits for, it goes on.

        `answer` is what the graph is resumed with. A question is answered once, whoever is first.
        """

    def answer_otherwise(
        self, run_id: str, answers: Mapping[str, JSON], *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Start a run that shares the beginning of this one up to these questions, and goes on with other answers.

        `answers` are by interrupt; those of the same moment that are not among them are answered as before.
        """

    def get(self, run_id: str) -> Run | None:
        """The run with this id; None when it never was or is no longer kept."""

    def of(self, session: str) -> list[Entry]:
        """The runs that a visitor has started and that are still kept, the newest first."""

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation that are still kept, oldest first."""

    def conversations(self, session: str) -> list[Conversation]:
        """The conversations that a visitor has begun and that are still kept, the newest first."""

    def rename(self, thread_id: str, title: str, *, session: str) -> Refusal | None:
        """Call a conversation otherwise; or say why not."""

    def forget_thread(self, thread_id: str, *, session: str) -> Refusal | None:
        """Delete all that is kept of a conversation, or say why that failed."""

    def stop(self, run_id: str) -> None:
        """Stop a run, if there is one with this id and it has not ended."""

    def forget(self, run_id: str) -> Refusal | None:
        """Stop a run if it has not ended, and delete all that is kept of it; or say why that failed."""
