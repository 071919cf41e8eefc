"""The names of conversations, and which of them models must forget."""

from __future__ import annotations

import logging
import time

from agent.errors import Refusal
from agent.store.database import Database, DatabaseError
from texts import sentence

log = logging.getLogger(__name__)

MAX_TITLE = 200
"""Characters."""
_NAME = "INSERT INTO titles VALUES (?, ?) ON CONFLICT (thread) DO UPDATE SET title = excluded.title"
_IN_USE = """
SELECT thread FROM runs LEFT JOIN leases ON leases.process = runs.process
WHERE state = 'waiting' OR (state IN ('queued', 'running') AND until >= ?)
"""


class Conversations:
    """The conversations of all processes sharing the database. Safe from any thread.

    If a conversation has lost one of its runs, models may still know what was said in it: it is `forgotten`, and stays
    so until that is deleted, too, wherever it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def titles(self, owner: str) -> dict[str, str]:
        """A visitor's names for conversations, by id."""
        query = "SELECT thread, title FROM titles WHERE thread IN (SELECT thread FROM runs WHERE owner = ?)"
        return dict(self._database.rows(query, owner))

    def rename(self, thread_id: str, title: str) -> Refusal | None:
        """Rename a conversation, or say why not."""
        title = " ".join(title.encode("utf-8", "replace").decode().split())
        if len(title) > MAX_TITLE:
            return Refusal(sentence("refused-name-long", most=MAX_TITLE))
        try:
            if title:
                self._database.write(_NAME, thread_id, title)
            else:
                self._database.write("DELETE FROM titles WHERE thread = ?", thread_id)
        except DatabaseError as error:
            log.warning("A conversation could not be renamed: %s", error)
            return Refusal(sentence("refused-unchanged"))
        return None

    def forget(self, thread_id: str) -> None:
        """Make models forget a conversation."""
        try:
            self._database.write("INSERT INTO forgotten VALUES (?) ON CONFLICT DO NOTHING", thread_id)
        except DatabaseError as error:
            log.warning("A conversation could not be noted as forgotten: %s", error)

    def forgotten(self) -> list[str]:
        """Those to delete wherever they are kept, once they are not in use."""
        return [thread for (thread,) in self._database.rows("SELECT thread FROM forgotten")]

    def settle(self, thread_id: str) -> None:
        """Note that a conversation was deleted everywhere."""
        self._database.write("DELETE FROM forgotten WHERE thread = ?", thread_id)

    def in_use(self) -> list[str]:
        """Those with a run at work or waiting for a person."""
        return [thread for (thread,) in self._database.rows(_IN_USE, time.time())]
