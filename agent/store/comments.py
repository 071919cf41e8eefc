"""Reviewers' comments on runs: a thumb and a text, one per reviewer and run."""

from __future__ import annotations

import csv
import io
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.errors import Refusal
from agent.store.database import Connection, Database, DatabaseError
from texts import sentence

log = logging.getLogger(__name__)

MAX_COMMENT = 2_000
MAX_PER_RUN = 50
"""Reviewers per run."""
MAX_PER_AUTHOR = 200
"""Runs per reviewer."""
_NEW = """
SELECT comments.run, count(*) FROM runs JOIN comments ON comments.run = runs.id
LEFT JOIN looked ON looked.run = runs.id
WHERE runs.owner = ? AND comments.author != runs.owner AND comments.at > coalesce(looked.at, 0)
GROUP BY comments.run
"""
_LOOK = """
INSERT INTO looked SELECT run, max(at) FROM comments WHERE run = ? GROUP BY run
ON CONFLICT (run) DO UPDATE SET at = excluded.at
"""
_PUT = """
INSERT INTO comments VALUES (?, ?, ?, ?, ?)
ON CONFLICT (run, author) DO UPDATE SET thumb = excluded.thumb, text = excluded.text, at = excluded.at
"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Comment:
    """What one reviewer says about one run."""

    run_id: str
    author: str
    """A digest of the reviewer's visitor token; no name, and not the token."""
    thumb: int | None = None
    """1 is up, 0 is down."""
    text: str = ""
    at: float = 0.0
    """Seconds since the epoch."""


class Comments:
    """The latest comment of each reviewer on each run. Safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, comment: Comment) -> Refusal | None:
        """Keep a comment, replacing the same reviewer's last one on this run, or say why not.

        One without thumb and text withdraws the comment.
        """
        if len(comment.text) > MAX_COMMENT:
            return Refusal(sentence("refused-comment-long", most=MAX_COMMENT))
        try:
            with self._database.transaction() as connection:
                return self._put(connection, comment)
        except DatabaseError as error:
            log.warning("A comment could not be kept: %s", error)
            return Refusal(sentence("refused-comment-unwritten"))

    def of(self, run_id: str) -> list[Comment]:
        """The comments on a run, the oldest first."""
        return self._where("WHERE run = ? ORDER BY at", run_id)

    def all(self) -> list[Comment]:
        """All comments, the newest first."""
        return self._where("ORDER BY at DESC")

    def new(self, owner: str) -> dict[str, int]:
        """How many comments of others a visitor has not seen yet, by run; runs without any are left out."""
        try:
            return dict(self._database.rows(_NEW, owner))
        except DatabaseError as error:
            log.warning("It is not known what is new: %s", error)
            return {}

    def look(self, run_id: str) -> None:
        """Note that the owner of a run sees its comments."""
        try:
            self._database.write(_LOOK, run_id)
        except DatabaseError as error:
            log.warning("A look at comments could not be noted: %s", error)

    def _put(self, connection: Connection, comment: Comment) -> Refusal | None:
        key = (comment.run_id, comment.author)
        if comment.thumb is None and not comment.text.strip():
            connection.execute("DELETE FROM comments WHERE run = ? AND author = ?", key)
            return None
        (others,) = connection.execute("SELECT count(*) FROM comments WHERE run = ? AND author != ?", key).fetchone()
        if others >= MAX_PER_RUN:
            return Refusal(sentence("refused-comments-many", most=MAX_PER_RUN))
        (elsewhere,) = connection.execute("SELECT count(*) FROM comments WHERE run != ? AND author = ?", key).fetchone()
        if elsewhere >= MAX_PER_AUTHOR:
            return Refusal(sentence("refused-comments-yours", most=MAX_PER_AUTHOR))
        text = comment.text.encode("utf-8", "replace").decode()
        connection.execute(_PUT, (*key, comment.thumb, text, comment.at or time.time()))
        return None

    def _where(self, condition: str, *values: str) -> list[Comment]:
        rows = self._database.rows(f"SELECT run, author, thumb, text, at FROM comments {condition}", *values)
        return [Comment(*row) for row in rows]


def table(comments: Iterable[Comment], questions: Mapping[str, str]) -> list[dict[str, str]]:
    """The comments as rows for the host; `questions` are those of the runs still kept."""
    return [
        {
            "when": datetime.fromtimestamp(comment.at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "thumb": {1: "up", 0: "down"}.get(comment.thumb if comment.thumb is not None else -1, ""),
            "comment": comment.text,
            "question": questions.get(comment.run_id, "(no longer kept)"),
            "run": comment.run_id,
        }
        for comment in comments
    ]


def to_csv(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV that a spreadsheet shows and never runs: anything like a formula gets a leading `'`."""
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["when"], quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return "\ufeff" + text.getvalue()  # without this mark, a spreadsheet takes the text for another encoding


def _harmless(value: str) -> str:
    value = value.replace("\0", "")
    lines = value.split("\n")  # some programs take each line of a cell for a cell
    return "\n".join(f"'{line}" if line.lstrip(" \u00a0\ufeff").startswith(_FORMULA) else line for line in lines)
