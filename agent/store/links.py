"""Links to single runs: who has one may look at that run, until it is revoked."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import tempfile
import threading
from pathlib import Path

log = logging.getLogger(__name__)


class Links:
    """The links that were made, in one small file; without a path, in memory only. Safe from any thread.

    A token has 128 random bits and says nothing. Whoever has it learns neither the run's id nor its owner.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._runs: dict[str, str] = _read(path) if path else {}
        """The run of each token."""

    def run_of(self, token: str) -> str | None:
        """The run that a link leads to; None for one that was revoked, or never made."""
        return self._runs.get(token)

    def token_of(self, run_id: str) -> str | None:
        """The link of a run, if it has one."""
        return next((token for token, run in list(self._runs.items()) if run == run_id), None)

    def make(self, run_id: str) -> str:
        """Share a run; one that is shared already keeps its link."""
        with self._lock:
            token = self.token_of(run_id) or secrets.token_urlsafe(16)
            self._write({**self._runs, token: run_id})
            return token

    def revoke(self, run_id: str) -> None:
        """Let the link of a run lead nowhere from now on."""
        with self._lock:
            self._write({token: run for token, run in self._runs.items() if run != run_id})

    def _write(self, runs: dict[str, str]) -> None:
        """Write the whole file beside the old one, then put it in its place: a crash leaves one of the two."""
        self._runs = runs
        if not self._path:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)  # readable by us only
            try:
                with open(handle, "w", encoding="utf-8") as file:
                    json.dump(runs, file, indent=0)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self._path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            log.warning("Links are kept until the next restart only: %s", error)


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("The links that were made before cannot be read: %s", error)
        return {}
    if not isinstance(found, dict):
        return {}
    return {token: run for token, run in found.items() if isinstance(run, str)}
