"""The seam between the pages and wherever runs live: in this process, or on an Agent Server.

Whatever crosses it is plain data, or used only through its attributes: after a source file was saved, a page's classes
are newer than the backend's. So a run that is not started is a value here, not an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from agent.engine.run import Run
from agent.errors import Refusal
from agent.store.index import Entry
from agent.streaming.events import JSON, RunRequest, RunState

if TYPE_CHECKING:  # where there is no Agent Server, nothing of this is loaded
    from agent.engine.others_runs import OthersRun


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, as a list shows it."""

    thread_id: str
    title: str
    """The visitor's name for it, or its first question."""
    asked_at: float
    """When the last question was asked; seconds since the epoch."""
    runs: int
    state: RunState
    """The state of the last run."""
    last: str
    """The id of the last run."""
    page: str
    """The page it was started on."""


class RunBackend(Protocol):
    """Starts runs and knows those that are kept. Safe from any thread; no method waits for a run."""

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
        """Start or queue a run, or say in a sentence for the visitor why not; `state` tells which.

        `thread_id` continues a conversation in which this visitor has asked before: its runs work one after the other,
        and each knows the finished ones before it. `after` is the run that it follows: by default the newest, an
        earlier one for a new branch, FIRST for a branch from the beginning. While that one waits for a person, this one
        waits behind it. Limits are counted per `session`, and per `address` if known. `api_key` is a visitor's own key,
        forgotten when the run ends or waits.
        """

    def answer(
        self, run_id: str, interrupt_id: str, answer: JSON, *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Answer a question that a run asks its owner; with the last answer it waits for, it goes on.

        The graph is resumed with `answer`. Each question is answered once, by whoever is first.
        """

    def keep_decision(self, run_id: str, interrupt_id: str, number: int, decision: JSON, *, session: str) -> None:
        """Keep a decision on one of several questions that are answered together; None takes it back."""

    def decisions(self, run_id: str, interrupt_id: str, *, session: str) -> dict[int, JSON]:
        """What a run's owner has decided so far, by the question's number; nothing for anybody else."""

    def answer_otherwise(
        self, run_id: str, answers: Mapping[str, JSON], *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Start a run that shares the beginning of this one up to these questions, and goes on with other answers.

        `answers` are by interrupt; others from the same moment are answered as before.
        """

    def watch(self, thread: str, run: str = "", *, session: str = "", address: str = "") -> Run | Refusal:
        """Follow a run that another program has started on the Agent Server, the newest of a `thread` without `run`.

        A run like any other, in a conversation of its own; to stop it leaves the server's at work. Refused unless the
        host lets visitors see others' runs; waits a few seconds for the server.
        """

    def others_at_work(self) -> list[OthersRun] | Refusal:
        """The runs that other programs have at work on the Agent Server; see `watch`."""

    def get(self, run_id: str) -> Run | None:
        """The run with this id; None if it never existed or is no longer kept."""

    def of(self, session: str) -> list[Entry]:
        """The runs that a visitor started and that are still kept, newest first."""

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation that are still kept, oldest first."""

    def conversations(self, session: str) -> list[Conversation]:
        """The conversations that a visitor began and that are still kept, newest first."""

    def rename(self, thread_id: str, title: str, *, session: str) -> Refusal | None:
        """Rename a conversation, or say why that failed."""

    def forget_thread(self, thread_id: str, *, session: str) -> Refusal | None:
        """Delete all that is kept of a conversation, or say why that failed."""

    def stop(self, run_id: str) -> None:
        """Stop a run, if there is one with this id and it has not ended."""

    def forget(self, run_id: str) -> Refusal | None:
        """Stop a run if it has not ended, and delete all that is kept of it; or say why that failed."""
