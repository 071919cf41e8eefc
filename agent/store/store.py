"""All that is kept, in one folder: recordings, links and comments."""

from __future__ import annotations

import logging
from pathlib import Path

from agent.settings import Settings
from agent.store.comments import Comments
from agent.store.links import Links
from agent.store.recording import Entry, Header, Recording, Recordings, Writer

log = logging.getLogger(__name__)


class Store:
    """What outlives a restart. Without a folder nothing is recorded, and the rest is kept in memory."""

    def __init__(self, folder: Path | None = None, *, max_bytes: int = 200_000_000, max_days: float = 30.0) -> None:
        self._recordings = Recordings(folder, max_bytes=max_bytes, max_days=max_days) if folder else None
        beside = folder and folder / "review"
        self.links = Links(beside and beside / "shares.json")
        self.comments = Comments(beside and beside / "feedback.jsonl")

    @classmethod
    def of(cls, settings: Settings) -> Store:
        """The store that the settings ask for."""
        limits = settings.limits
        return cls(settings.recordings, max_bytes=int(limits.recording_megabytes * 1e6), max_days=limits.recording_days)

    @property
    def records(self) -> bool:
        """Whether runs are recorded."""
        return self._recordings is not None

    def record(self, header: Header) -> Writer | None:
        """Start the recording of a run, if there are any."""
        if not self._recordings:
            return None
        try:
            return self._recordings.open(header)
        except (OSError, ValueError) as error:
            log.warning("Runs are not recorded: %s", error)
            self._recordings = None
            return None

    def read(self, run_id: str) -> Recording | None:
        """The recording of a run, or None when there is none; raises BrokenRecording, OSError."""
        return self._recordings.read(run_id) if self._recordings else None

    def entries(self, owner: str | None = None) -> list[Entry]:
        """The recordings of one owner or of all, the newest first."""
        return self._recordings.entries(owner) if self._recordings else []

    def questions(self) -> dict[str, str]:
        """What was asked in each run that is still kept, by its id."""
        return {entry.header.id: entry.header.request.question for entry in self.entries()}

    def forget(self, run_id: str) -> None:
        """Delete all that is kept of a run."""
        self.links.revoke(run_id)
        self.comments.forget(run_id)
        if self._recordings:
            self._recordings.delete(run_id)

    def prune(self) -> None:
        """Delete what is too old or too much, with what belongs to it."""
        for run_id in self._recordings.prune() if self._recordings else ():
            self.links.revoke(run_id)
            self.comments.forget(run_id)
