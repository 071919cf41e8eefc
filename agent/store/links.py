"""Links to single runs: who has one may look at that run, until it is revoked."""

from __future__ import annotations

import logging
import secrets
import sqlite3

from agent.errors import Refusal
from agent.store.database import Database

log = logging.getLogger(__name__)


class Links:
    """The links that were made. Safe from any thread.

    A token has 128 random bits and says nothing. Whoever has it learns neither the run's id nor its owner.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def run_of(self, token: str) -> str | None:
        """The run that a link leads to; None for one that was revoked, or never made."""
        return next((run for (run,) in self._database.rows("SELECT run FROM links WHERE token = ?", token)), None)

    def token_of(self, run_id: str) -> str | None:
        """The link of a run, if it has one."""
        return next((token for (token,) in self._database.rows("SELECT token FROM links WHERE run = ?", run_id)), None)

    def make(self, run_id: str) -> Refusal | None:
        """Share a run, or say why that failed; one that is shared already keeps its link."""
        return self._changed("INSERT OR IGNORE INTO links VALUES (?, ?)", secrets.token_urlsafe(16), run_id)

    def revoke(self, run_id: str) -> Refusal | None:
        """Let the link of a run lead nowhere from now on, or say that it still does."""
        return self._changed("DELETE FROM links WHERE run = ?", run_id)

    def _changed(self, statement: str, *values: str) -> Refusal | None:
        try:
            self._database.write(statement, *values)
        except sqlite3.Error as error:
            log.warning("A link could not be changed: %s", error)
            return Refusal("That could not be written down, so nothing has changed. Try again in a minute.")
        return None
