"""Links to individual runs: anyone who has one can see that run until it is revoked."""

from __future__ import annotations

import logging
import secrets

from agent.errors import Refusal
from agent.store.database import Database, DatabaseError
from texts import sentence

log = logging.getLogger(__name__)


class Links:
    """The links. Safe from any thread.

    A token has 128 random bits and means nothing: it reveals neither the run's id nor its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def run_of(self, token: str) -> str | None:
        """The run that a link leads to; None for a revoked or unknown one."""
        return next((run for (run,) in self._database.rows("SELECT run FROM links WHERE token = ?", token)), None)

    def token_of(self, run_id: str) -> str | None:
        """The link of a run, if it has one."""
        return next((token for (token,) in self._database.rows("SELECT token FROM links WHERE run = ?", run_id)), None)

    def make(self, run_id: str) -> Refusal | None:
        """Share a run, or say why not; one that is already shared keeps its link."""
        return self._changed(
            "INSERT INTO links VALUES (?, ?) ON CONFLICT DO NOTHING", secrets.token_urlsafe(16), run_id
        )

    def revoke(self, run_id: str) -> Refusal | None:
        """Revoke a run's link, or say that it still works."""
        return self._changed("DELETE FROM links WHERE run = ?", run_id)

    def _changed(self, statement: str, *values: str) -> Refusal | None:
        try:
            self._database.write(statement, *values)
        except DatabaseError as error:
            log.warning("A link could not be changed: %s", error)
            return Refusal(sentence("refused-unchanged"))
        return None
