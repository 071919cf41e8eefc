"""Reads on in a recording that grows: what was appended since the last look, by whatever process."""

from __future__ import annotations

from collections.abc import Iterator

from agent.store.folder import Recordings
from agent.store.recording import LineReader, opened
from agent.streaming.events import StreamEvent


class Tail:
    """The end of a recording, from a place on; `event_of` reads its lines, where the first one was read already."""

    def __init__(
        self, recordings: Recordings, run_id: str, offset: int = 0, event_of: LineReader | None = None
    ) -> None:
        self._recordings, self._run_id, self._event_of = recordings, run_id, event_of
        self.offset = offset
        """Bytes that were read."""
        self._cut = b""

    def shorten(self) -> None:
        """Cut off half a line at the end, which nobody will finish; raises OSError."""
        if self._cut:
            self.offset -= len(self._cut)
            self._recordings.cut(self._run_id, self.offset)
            self._cut = b""

    def read(self) -> Iterator[tuple[StreamEvent, int]]:
        """The events of the lines that are new, each with its bytes; raises BrokenRecording, OSError, DatabaseError."""
        new = self._recordings.read(self._run_id, self.offset)
        self.offset += len(new)
        *lines, self._cut = (self._cut + new).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace")
            if self._event_of is None:
                _, self._event_of = opened(text)
                continue
            yield self._event_of(text), len(line)
