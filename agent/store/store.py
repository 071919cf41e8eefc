"""Everything that is kept: recordings in JSONL, and a database for lookups.

Several processes share one folder, or a PostgreSQL that holds both.
"""

from __future__ import annotations

import logging
import time
from contextlib import AbstractContextManager
from pathlib import Path

from agent.errors import Refusal, SettingsError
from agent.settings import NEEDS_PACKAGES, Limits, Settings
from agent.store.comments import Comments
from agent.store.conversations import Conversations
from agent.store.database import Database, DatabaseError, Sqlite
from agent.store.drafts import Drafts
from agent.store.folder import Folder, Recordings
from agent.store.index import Claim, Entry, Index, read_entry
from agent.store.legacy import copy, take_over
from agent.store.links import Links
from agent.store.places import Turn
from agent.store.process import process_name
from agent.store.recorder import PRUNE_SECONDS, Listener, Recorder, Track
from agent.store.recording import BrokenRecording, Header
from agent.store.starts import Starts
from agent.store.tail import Tail
from agent.streaming.events import StreamEvent
from texts import sentence

log = logging.getLogger(__name__)

FILE = "toolstream.sqlite3"


class Store:
    """What survives a restart. Without a folder nothing does, and everything is in memory. Safe from any thread.

    As a context manager it closes itself.
    """

    def __init__(
        self,
        folder: Path | None = None,
        limits: Limits | None = None,
        url: str | None = None,
        *,
        has_server: bool = False,
    ) -> None:
        limits = limits or Limits()
        self._folder: Path | None = None
        self._recordings: Recordings | None = None
        self._listener: Listener | None = None
        self._has_pruned = False
        self._max_bytes, self._max_seconds = int(limits.recording_megabytes * 1e6), limits.recording_days * 86_400
        self._max_waiting = limits.waiting_days * 86_400
        self._database = self._connected(url, folder) if url else (folder and self._open(folder)) or Sqlite()
        self._index = Index(self._database, process_name(), limits)
        self.links = Links(self._database)
        self.comments = Comments(self._database)
        self.conversations = Conversations(self._database)
        self.drafts = Drafts(self._database)
        self.starts = Starts(self._database)
        self.adopt()
        self._has_server = has_server
        """Whether runs on an Agent Server can be read on from here."""
        self._recorder = Recorder(
            self._recordings, self._index, self.prune, limits.lease_seconds, self._seek if has_server else None
        )

    @classmethod
    def of(cls, settings: Settings) -> Store:
        """The store that the settings describe; raises SettingsError."""
        url = settings.database_url if settings.recordings else None
        return cls(settings.recordings, settings.limits, url, has_server=bool(settings.agent_server))

    @property
    def records(self) -> bool:
        """Whether runs survive this process."""
        return self._recordings is not None

    def listen(self, listener: Listener) -> None:
        """Learn what others want of this process's runs, and which have waited too long."""
        self._listener = self._recorder.listener = listener
        self._tell()

    def record(self, header: Header, *, is_known: bool = True) -> Track:
        """Note a new run of this process, and start recording it; raises Crowded.

        One that is not to be known, as it follows one that is not, is not recorded, as where the database is away.
        """
        return self._recorder.start(header, is_known=is_known)

    def claim(self, run_id: str) -> AbstractContextManager[Claim]:
        """Change a run that waits for a person, while no other process can; raises DatabaseError."""
        return self._index.claim(run_id)

    def resume(self, header: Header, *, has_begun: bool = True) -> Track:
        """Continue recording a run that this process has taken over."""
        return self._recorder.resume(header, has_begun=has_begun)

    def rest(self, run_id: str) -> None:
        """Note that a run waits for a person, according to its recording, although its process has ended."""
        try:
            self._index.rest(run_id)
        except DatabaseError as error:
            log.warning("A run that waits could not be noted: %s", error)

    def tail(self, run_id: str) -> Tail | None:
        """The recording of a run, to be read from its beginning, while it grows as well."""
        return Tail(self._recordings, run_id) if self._recordings else None

    def tail_of(self, track: Track) -> Tail | None:
        """The same from where a track has written to."""
        return Tail(self._recordings, track.id, track.size, StreamEvent.from_json) if self._recordings else None

    def append(self, run_id: str, size: int, line: str) -> None:
        """Append a line to the recording of a claimed run, which has this many bytes; raises OSError, DatabaseError."""
        if self._recordings:
            self._recordings.append(run_id, size, line.encode())

    def entry(self, run_id: str) -> Entry | None:
        """The state of a run, if it is kept."""
        return self._index.get(run_id)

    def entries(self, owner: str) -> list[Entry]:
        """The runs of one visitor, the newest first."""
        return self._index.of(owner)

    def thread(self, thread_id: str) -> list[Entry]:
        """The runs of one conversation, the oldest first."""
        return self._index.thread(thread_id)

    def questions(self) -> dict[str, str]:
        """The question of each run that is kept and has comments, by id."""
        return self._index.questions()

    def place(self, run_id: str) -> int:
        """A run's place in the queue over all processes, from 1; 0 when it has none. Raises DatabaseError."""
        return self._index.places.look().get(run_id, Turn()).place

    def ask_to_stop(self, run_id: str) -> None:
        """Tell the process working on a run to stop it, which takes it half a second."""
        try:
            self._index.ask_to_stop(run_id)
        except DatabaseError as error:
            log.warning("A run could not be stopped: %s", error)

    def forget(self, *run_ids: str) -> Refusal | None:
        """Delete all that is kept of runs, or say why not; whoever works on them stops."""
        try:
            self._index.delete(*run_ids)
            for run_id in run_ids:
                self._recorder.forget(run_id)
                self._delete(run_id)
        except (DatabaseError, OSError) as error:
            log.warning("A run could not be deleted: %s", error)
            return Refusal(sentence("refused-not-deleted"))
        return None

    def prune(self) -> None:
        """Delete what is too old or too much, with everything belonging to it; report what nobody has answered for
        too long.
        """
        self._tell()
        if not self._index.turn("prune", PRUNE_SECONDS / 2) and self._has_pruned:  # another process has done it
            return
        self._has_pruned = True
        for run_id in self._index.prune(self._max_bytes, self._max_seconds):
            try:
                self._delete(run_id)
            except OSError as error:
                log.warning("An old recording could not be deleted: %s", error)

    def _tell(self) -> None:
        if listener := self._listener:
            for run_id in self._index.waiting_since(time.time() - self._max_waiting):
                listener.on_unanswered(run_id)
            for header in self._index.take_orphans():
                listener.on_orphan(header)

    def is_sought(self, header: Header) -> bool:
        """Whether a run whose process has ended is read on from here, soon."""
        return self._has_server and header.on_server and not header.own_key

    def _seek(self) -> None:
        if listener := self._listener:
            for header, has_begun in self._index.take_adrift():
                listener.on_adrift(header, has_begun)

    def adopt(self) -> None:
        """Add recordings to the index that are not in it: from before there was one, or put here by hand.

        Those that look interrupted are checked once more: whoever worked on them may have been held up.
        """
        known, found = self._index.settled(), []
        for path in self._folder.glob("*.jsonl") if self._folder else ():
            if path.stem in known:
                continue
            try:
                entry, size = read_entry(path), path.stat().st_size
            except (BrokenRecording, OSError):
                continue
            if entry.header.id == path.stem:
                found.append((entry, size))
        self._index.adopt(found)

    def close(self) -> None:
        """Write everything pending, and release the folder."""
        self._recorder.close()
        try:
            self._index.release()
        except DatabaseError as error:
            log.warning("The lease could not be given back: %s", error)
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _open(self, folder: Path) -> Database | None:
        database = None
        try:
            database = Sqlite(folder / FILE)
            take_over(folder, database)
        except (OSError, DatabaseError) as error:
            log.warning("Nothing is kept beyond the next restart: %s cannot be used: %s", folder, error)
            if database:
                database.close()
            return None
        self._folder, self._recordings = folder, Folder(folder)
        return database

    def _connected(self, url: str, folder: Path | None) -> Database:
        try:
            from agent.store.postgres import Postgres, Rows
        except ImportError as error:
            raise SettingsError(NEEDS_PACKAGES) from error
        try:
            database = Postgres(url)
        except DatabaseError as error:
            log.warning("The database cannot be used: %s", error)
            raise SettingsError(sentence("ended-no-database")) from error
        self._recordings = Rows(database)
        if folder and (folder / FILE).exists():
            self._copy(folder, database)
        return database

    def _copy(self, folder: Path, database: Database) -> None:
        """Take over what the folder has held so far."""
        with Store(folder) as before:
            try:
                if before._recordings and self._recordings:
                    copy(before._database, before._recordings, database, self._recordings)
            except (OSError, DatabaseError) as error:
                log.warning("What %s holds is not copied into the database, and is not shown: %s", folder, error)

    def _delete(self, run_id: str) -> None:
        if self._recordings:
            self._recordings.delete(run_id)
