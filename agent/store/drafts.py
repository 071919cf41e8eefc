"""A person's decisions that have not been sent yet: several questions of one interrupt are answered together."""

from __future__ import annotations

import json
import logging

from agent.store.database import Database, DatabaseError
from agent.streaming.events import JSON

log = logging.getLogger(__name__)

_KEEP = """
INSERT INTO drafts VALUES (?, ?, ?, ?)
ON CONFLICT (run, interrupt, number) DO UPDATE SET decision = excluded.decision
"""


class Drafts:
    """The decisions of all processes sharing the database. Safe from any thread.

    One that cannot be saved is logged, and lost with the page.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, run_id: str, interrupt: str, number: int, decision: JSON) -> None:
        """Keep the decision on one question, by its number in its interrupt; None takes it back."""
        try:
            if decision is None:
                self._database.write(
                    "DELETE FROM drafts WHERE run = ? AND interrupt = ? AND number = ?", run_id, interrupt, number
                )
            else:
                row = (run_id, interrupt, number, json.dumps(decision))
                self._database.write(_KEEP, *row)
        except DatabaseError as error:
            log.warning("A decision could not be kept: %s", error)

    def of(self, run_id: str, interrupt: str) -> dict[int, JSON]:
        """The decisions so far, by the question's number."""
        try:
            rows = self._database.rows(
                "SELECT number, decision FROM drafts WHERE run = ? AND interrupt = ?", run_id, interrupt
            )
            return {number: json.loads(decision) for number, decision in rows}
        except DatabaseError as error:
            log.warning("Decisions could not be read: %s", error)
            return {}
