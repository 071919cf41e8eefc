"""The seam between the pages and wherever runs live: in this process, or on an Agent Server.

What crosses it is plain data, or is used by its attributes alone: after a source file was saved, a page is of newer
classes than the backend. So a run that is not started is a value here and no exception.
"""

from __future__ import annotations

from typing import Protocol

from agent.engine.run import Run
from agent.errors import Refusal
from agent.store.index import Entry
from agent.streaming.events import RunRequest


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
    ) -> Run | Refusal:
        """Start a run, or queue it; or say in a sentence for the visitor why not. `state` tells which.

        `thread_id` continues a conversation: its runs work one after the other, and each knows the finished
        ones before it. `session` is whom the limits are counted for, and `address` where it is known. `api_key` is
        a visitor's own key, forgotten with the end of the run.
        """

    def get(self, run_id: str) -> Run | None:
        """The run with this id; None when it never was or is no longer kept."""

    def of(self, session: str) -> list[Entry]:
        """The runs that a visitor has started and that are still kept, the newest first."""

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation that are still kept, oldest first."""

    def stop(self, run_id: str) -> None:
        """Stop a run, if there is one with this id and it has not ended."""

    def forget(self, run_id: str) -> Refusal | None:
        """Stop a run if it has not ended, and delete all that is kept of it; or say why that failed."""
