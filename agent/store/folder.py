"""Where the bytes of recordings are: a folder of files here, rows of a database in `agent.store.postgres`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class Recordings(Protocol):
    """The bytes of recordings, which are only ever appended to. Safe from any thread.

    Methods raise OSError or DatabaseError, by where they are kept.
    """

    def append(self, run_id: str, start: int, data: bytes) -> None:
        """Keep what follows the first `start` bytes; what was deleted does not come back."""

    def read(self, run_id: str, start: int) -> bytes:
        """What is kept from this byte on; raises FileNotFoundError where it may not have begun."""

    def size(self, run_id: str) -> int | None:
        """Bytes of a recording; None where there is none."""

    def cut(self, run_id: str, size: int) -> None:
        """Keep only this many bytes: a process was killed while it wrote the rest."""

    def delete(self, run_id: str) -> None:
        """Delete it."""


class Folder:
    """Recordings as files, which nobody keeps open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, run_id: str, start: int, data: bytes) -> None:
        """Keep what follows the first `start` bytes."""
        if not start:
            self._folder.mkdir(parents=True, exist_ok=True)
        # A file that was there before and has gone was deleted: it does not come back.
        flags = os.O_WRONLY | os.O_APPEND | (0 if start else os.O_CREAT)
        with open(os.open(self._path(run_id), flags, 0o666), "ab") as file:
            size = os.fstat(file.fileno()).st_size
            if start and size not in (start, start + len(data)):
                raise BlockingIOError("Another process goes on with this recording.")
            if size != start + len(data):  # else it was written before, and only that was not known
                file.write(data)

    def read(self, run_id: str, start: int) -> bytes:
        """What is kept from this byte on."""
        with self._path(run_id).open("rb") as file:
            file.seek(start)
            return file.read()

    def size(self, run_id: str) -> int | None:
        """Bytes of a recording; None where there is none."""
        try:
            return self._path(run_id).stat().st_size
        except FileNotFoundError:
            return None

    def cut(self, run_id: str, size: int) -> None:
        """Keep only this many bytes."""
        os.truncate(self._path(run_id), size)

    def delete(self, run_id: str) -> None:
        """Delete it."""
        self._path(run_id).unlink(missing_ok=True)

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.jsonl"
