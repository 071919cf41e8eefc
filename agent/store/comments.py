"""What reviewers say about runs: a thumb and a comment, one of each reviewer for each run."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import hmac
import io
import json
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.errors import Refusal

log = logging.getLogger(__name__)

MAX_COMMENT = 2_000
MAX_PER_RUN = 50
"""Reviewers of one run."""
MAX_BYTES = 5_000_000
"""Of the file; then nothing more is taken until the host has cleared it away."""
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
    """All comments, in a file that is only appended to; without a path, in memory only. Safe from any thread."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], Comment] = {}
        for comment in _read(path) if path else ():
            self._keep(comment)

    def add(self, comment: Comment) -> Refusal | None:
        """Keep a comment, in place of the same reviewer's last one on this run; or say why not."""
        if len(comment.text) > MAX_COMMENT:
            return Refusal(f"The comment is longer than {MAX_COMMENT:,} characters. Shorten it, then send it again.")
        clean = comment.text.encode("utf-8", "replace").decode()
        comment = dataclasses.replace(comment, text=clean, at=comment.at or time.time())
        with self._lock:
            known = (comment.run_id, comment.author) in self._kept
            if not known and len(self.of(comment.run_id)) >= MAX_PER_RUN:
                return Refusal(f"This run has {MAX_PER_RUN} comments already, and takes no more.")
            if refusal := self._write(comment):
                return refusal
            self._keep(comment)
        return None

    def of(self, run_id: str) -> list[Comment]:
        """The comments on a run, the oldest first."""
        return [comment for comment in list(self._kept.values()) if comment.run_id == run_id]

    def all(self) -> list[Comment]:
        """All comments, the newest first."""
        return sorted(self._kept.values(), key=lambda comment: comment.at, reverse=True)

    def forget(self, run_id: str) -> None:
        """Delete the comments on a run."""
        with self._lock:
            if not self.of(run_id):
                return
            self._kept = {key: comment for key, comment in self._kept.items() if comment.run_id != run_id}
            if self._path:
                try:
                    text = "".join(_line(comment) for comment in self._kept.values())
                    new = self._path.with_suffix(".new")
                    new.write_text(text, encoding="utf-8")
                    new.replace(self._path)
                except OSError as error:
                    log.warning("Comments are deleted until the next restart only: %s", error)

    def _keep(self, comment: Comment) -> None:
        """Take in a comment; one without thumb and text takes back what the reviewer had said."""
        key = (comment.run_id, comment.author)
        self._kept.pop(key, None)
        if comment.thumb is not None or comment.text.strip():
            self._kept[key] = comment

    def _write(self, comment: Comment) -> Refusal | None:
        if not self._path:
            return None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                if file.tell() > MAX_BYTES:
                    return Refusal("There is no room for more comments here. Put yours into the review pack's mail.")
                file.write(_line(comment))
        except OSError as error:
            log.warning("A comment is kept until the next restart only: %s", error)
        return None


class Gate:
    """A password, compared in constant time; wrong tries are slowed for everybody, up to half a minute each."""

    def __init__(self, password: str) -> None:
        self._digest = hashlib.sha256(password.encode()).digest()
        self._lock = threading.Lock()
        self._wrong, self._closed_until = 0, 0.0

    def wait(self, now: float | None = None) -> float:
        """Seconds until the next try is looked at."""
        return max(0.0, self._closed_until - (time.monotonic() if now is None else now))

    def opens(self, password: str, now: float | None = None) -> bool:
        """Whether this is the password; a try that comes too soon is not looked at."""
        now = time.monotonic() if now is None else now
        with self._lock:
            if self.wait(now) > 0:
                return False
            given = hashlib.sha256(password.encode("utf-8", "replace")).digest()
            if hmac.compare_digest(given, self._digest):
                self._wrong = 0
                return True
            self._wrong += 1
            self._closed_until = now + min(30.0, 2.0 ** min(self._wrong - 1, 5))
            return False


def table(comments: Iterable[Comment], questions: Mapping[str, str]) -> list[dict[str, str]]:
    """The comments as rows for the host; `questions` are those of the runs that are still kept."""
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
    """Rows as CSV that a spreadsheet shows and never runs: what it would take for a formula begins with `'`."""
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


def _line(comment: Comment) -> str:
    return json.dumps(dataclasses.asdict(comment), ensure_ascii=False) + "\n"


def _read(path: Path) -> list[Comment]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("The comments that were made before cannot be read: %s", error)
        return []
    return [comment for line in lines if (comment := _comment(line))]


def _comment(line: str) -> Comment | None:
    try:
        data: Any = json.loads(line)
        comment = Comment(str(data["run_id"]), str(data["author"]), data["thumb"], str(data["text"]), float(data["at"]))
    except (ValueError, TypeError, KeyError):
        return None  # the last line may be cut off
    return comment if comment.thumb in (None, 0, 1) else None
