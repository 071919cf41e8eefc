"""Takes over, once, what folders held before there was a database, or before it was PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from agent.store.database import Connection, Database
from agent.store.folder import Recordings

log = logging.getLogger(__name__)

_COPIED = "copied into another database"
_DONE = "links and comments of the folder review"


def take_over(folder: Path, database: Database) -> None:
    """Move links and comments from the folder `review` into the database; raises DatabaseError."""
    shares, feedback = folder / "review" / "shares.json", folder / "review" / "feedback.jsonl"
    with database.transaction() as connection:
        if connection.execute("INSERT INTO done VALUES (?) ON CONFLICT DO NOTHING", (_DONE,)).rowcount:
            links = _links(_text(shares))
            connection.executemany("INSERT INTO links VALUES (?, ?) ON CONFLICT DO NOTHING", links)
            _put_comments(connection, _text(feedback))
    for file in (shares, feedback):  # what is deleted from now on must not stand there any more
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (folder / "review").rmdir()


def copy(before: Database, folder: Recordings, database: Database, recordings: Recordings) -> None:
    """Copy everything in a folder and its database to another database; raises DatabaseError, OSError.

    The folder stays as it is, and is not looked at again.
    """
    with before.transaction() as marked:
        if not marked.execute("INSERT INTO done VALUES (?) ON CONFLICT DO NOTHING", (_COPIED,)).rowcount:
            return
        with database.transaction() as connection:
            for table in ("runs", "links", "comments", "looked", "titles", "answers", "drafts"):
                names = [row[1] for row in before.rows(f"PRAGMA table_info({table})")]
                into = f"{table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
                rows = before.rows(f"SELECT {', '.join(names)} FROM {table}")
                connection.executemany(f"INSERT INTO {into} ON CONFLICT DO NOTHING", rows)
        for (run_id,) in before.rows("SELECT id FROM runs"):
            with contextlib.suppress(FileNotFoundError):
                recordings.append(run_id, 0, folder.read(run_id, 0))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        log.warning("What was kept before in %s cannot be read: %s", path.name, error)
        return ""


def _links(text: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = {}
    pairs = found.items() if isinstance(found, dict) else ()
    return [(token, run) for token, run in pairs if isinstance(run, str)]


def _put_comments(connection: Connection, text: str) -> None:
    """Lines are in the order of writing: a later one replaces an earlier."""
    for line in text.split("\n"):
        try:
            data: Any = json.loads(line)
            row = (str(data["run_id"]), str(data["author"]), data["thumb"], str(data["text"]), float(data["at"]))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            continue  # the last line may be cut off
        if row[2] in (None, 0, 1):
            connection.execute("DELETE FROM comments WHERE run = ? AND author = ?", row[:2])
            if row[2] is not None or row[3].strip():
                connection.execute("INSERT INTO comments VALUES (?, ?, ?, ?, ?)", row)
