"""Runs that this process does not work on, read from their recordings: ended, or at work elsewhere and followed."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from agent.engine.log import Read
from agent.engine.run import RunInMemory
from agent.store.index import Entry
from agent.store.recording import KILLED, UNWRITTEN, BrokenRecording, LineReader, answer_of, ends, interruption, opened
from agent.store.store import Store
from agent.streaming.events import Started

LOOK_SECONDS = 0.1
"""Between two looks at a file that grows."""
SIGN_OF_LIFE_SECONDS = 1.0
"""Without news, after which is asked whether somebody still works on the run."""


class RecordedRun(RunInMemory):
    """A run whose recording another process writes, or some process has written. It is read when it is asked for."""

    def __init__(self, store: Store, entry: Entry, path: Path) -> None:
        super().__init__(entry.header)
        self.state = "stopped" if entry.interrupted or entry.broken else entry.state
        self.is_lost = False
        """Whether the end of its recording is missing, which may come yet if its process was only held up."""
        self._store, self._path = store, path
        self._lock = threading.Lock()
        self._offset, self._cut = 0, b""
        self._event_of: LineReader | None = None
        """Reads the next line, once the first one has told in which format."""
        self._news_at = 0.0

    @property
    def answer(self) -> str:
        """The text of the answer, once the run has finished."""
        self._take()
        return super().answer

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """The events from `cursor` on, the next cursor, and whether that was all; waits at most `timeout` seconds."""
        until = time.monotonic() + timeout
        while True:
            self._take()
            events, after, ended = super().read(cursor)
            left = until - time.monotonic()
            if events or ended or left <= 0:
                return events, after, ended
            time.sleep(min(LOOK_SECONDS, left))

    def stop(self) -> None:
        """Tell the process that works on the run; returns at once."""
        if not self.ended:
            self._store.ask_to_stop(self.id)

    def _take(self) -> None:
        """Read on in the file, and find out whether more will come."""
        with self._lock:
            if self._memory.closed:
                return
            try:
                if self._read_on():
                    self._news_at = time.monotonic()
                elif time.monotonic() - self._news_at > SIGN_OF_LIFE_SECONDS:
                    self._news_at = time.monotonic()
                    self._ask_for_life()
            except BrokenRecording:
                self._lose("The recording of this run is damaged from here on.")

    def _ask_for_life(self) -> None:
        entry = self._store.entry(self.id)
        if entry and entry.at_work:
            return
        if not self._read_on():  # its last lines may have come in between
            self._lose(UNWRITTEN if entry and entry.broken else KILLED if entry else "This run was deleted.")

    def _read_on(self) -> bool:
        """Take in the lines that are new; returns whether there were any."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except FileNotFoundError:  # it waits for its turn
            return False
        self._offset += len(new)
        *lines, self._cut = (self._cut + new).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace")
            if self._event_of is None:
                _, self._event_of = opened(text)
                continue
            event = self._event_of(text)
            if event.seq != len(self._memory):
                raise BrokenRecording("A line of the file is not the next event of the run.")
            self._memory.append(event, len(line))
            if isinstance(event.payload, Started):
                self.state = "running"
            if state := ends(event):
                self._answer, self.state = answer_of(event), state
                self._memory.close()
                break
        return bool(lines)

    def _lose(self, why: str) -> None:
        self._memory.append(interruption(len(self._memory), self._memory.seconds, why), len(why))
        self.state, self.is_lost = "stopped", True
        self._memory.close()
