"""The runs that a process knows: those in its memory, and all that are in the store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from agent.engine.active import ActiveRun
from agent.engine.recorded import KeptRun, RecordedRun
from agent.engine.run import Run, digest
from agent.settings import Limits
from agent.store.index import Entry
from agent.store.recording import FIRST, Header
from agent.store.store import Store

K = TypeVar("K", bound=KeptRun)


class KnownRuns:
    """Runs by id; one that was deleted from the store is no longer known.

    `stop` stops those at work elsewhere, and `dropped` is called when one was let go of because it was deleted.
    """

    def __init__(
        self, store: Store, limits: Limits, stop: Callable[[KeptRun], None], dropped: Callable[[], object]
    ) -> None:
        self._store, self._limits, self._stop, self._dropped = store, limits, stop, dropped
        self._runs: dict[str, KeptRun] = {}
        """Those in memory, the longest unused first."""
        self._lock = threading.Lock()

    def get(self, run_id: str) -> Run | None:
        """The run with this id, from memory or from its recording; None when it never was or is no longer kept."""
        run = self._runs.get(run_id)  # first: a run has its entry before it is here
        return self._looked_up(run, self._store.entry(run_id))

    def owned(self, run_id: str, session: str) -> KeptRun | None:
        """The run with this id, if it is this visitor's."""
        run = self._runs.get(run_id) if self.get(run_id) else None
        return run if run and run.header.owner == digest(session) else None

    def in_memory(self, run_id: str) -> KeptRun | None:
        """The run with this id, if it is in memory, whatever the store says."""
        return self._runs.get(run_id)

    def recorded(self, run_id: str) -> RecordedRun | None:
        """The run as its recording has it, whatever is in memory."""
        entry = self._store.entry(run_id)
        return self._read(entry) if entry and self._store.records else None

    def of(self, session: str) -> list[Entry]:
        """The runs that a visitor started and that are still kept, newest first."""
        owner = digest(session)
        if not owner:
            return []
        found = {entry.header.id: entry for entry in self._store.entries(owner)}
        for run in list(self._runs.values()):
            if not isinstance(run, ActiveRun) or run.header.owner != owner or run.rests:
                continue
            if run.id in found or run.unrecorded:
                found[run.id] = Entry(run.header, run.state, run.worked)  # memory knows better how it is
        return sorted(found.values(), key=lambda entry: entry.header.asked_at, reverse=True)

    def of_thread(self, thread_id: str, session: str) -> list[str]:
        """The ids of a conversation's runs; none if it is not this visitor's."""
        return [entry.header.id for entry in self.of(session) if thread_id and entry.header.thread_id == thread_id]

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation that are still kept, oldest first."""
        entries = {entry.header.id: entry for entry in self._store.thread(thread_id)}
        found = [self._looked_up(self._runs.get(run_id), entry) for run_id, entry in entries.items()]
        found += [
            self.get(run.id)
            for run in list(self._runs.values())
            if run.thread_id == thread_id and run.id not in entries
        ]
        return sorted((run for run in found if run), key=lambda run: run.header.asked_at)

    def headers(self, thread_id: str) -> list[Header]:
        """The headers of a conversation's runs."""
        headers = [entry.header for entry in self._store.thread(thread_id)]
        return headers + [
            run.header for run in list(self._runs.values()) if run.thread_id == thread_id and run.unrecorded
        ]

    def finished_before(self, run: Run) -> list[Run]:
        """The finished runs before a run in its branch, oldest first."""
        return [before for before in self._before(run) if before.state == "finished"]

    def _before(self, run: Run) -> list[Run]:
        """The runs before a run in its branch, oldest first; one that is unknown gives way to the run asked before."""
        left = {other.id: other for other in self.thread(run.thread_id) if other.id != run.id}
        found: list[Run] = []
        while run.header.parent != FIRST:
            asked_before = [other for other in left.values() if other.header.asked_at <= run.header.asked_at]
            before = left.get(run.header.parent) or (asked_before[-1] if asked_before else None)
            if not before:
                break
            del left[before.id]
            found.append(run := before)
        return found[::-1]

    def is_elsewhere(self, entry: Entry) -> bool:
        """Whether another process is at work on a run."""
        run = self._runs.get(entry.header.id)
        return entry.at_work and not (isinstance(run, ActiveRun) and not run.rests)

    def keep(self, run: K) -> K:
        """Keep the run in memory, as the last one to be evicted."""
        with self._lock:
            self._runs.pop(run.id, None)
            self._runs[run.id] = run
        return run

    def drop(self, run_id: str) -> None:
        """Let go of a run that was deleted; one at work stops."""
        with self._lock:
            run = self._runs.pop(run_id, None)
        if isinstance(run, ActiveRun):
            run.is_deleted = True
            run.stop()
        self._dropped()

    def evict(self) -> None:
        """Let go of the runs unused for longest when they take too many bytes; recorded ones can be read again."""
        room, gone = self._limits.memory_megabytes * 1e6, []
        with self._lock:
            for run in reversed(list(self._runs.values())):
                if not isinstance(run, ActiveRun) or not run.is_mine:
                    room -= run.memory
                    if room < 0:
                        gone.append(self._runs.pop(run.id))
        for run in gone if not self._store.records else ():
            self._store.forget(run.id)

    def _looked_up(self, run: KeptRun | None, entry: Entry | None) -> Run | None:
        """The run, given what memory has and what the store says of it."""
        if run and not entry and not run.unrecorded:
            self.drop(run.id)  # it was deleted, or is too old
            return None
        if run and not run.is_lost:
            return self.keep(run)
        return self._read(entry) if entry and self._store.records else None

    def _read(self, entry: Entry) -> RecordedRun:
        self.evict()
        return self.keep(RecordedRun(self._store, entry, self._stop))
