"""Reads on in a recording that grows: what was appended since the last look, by whatever process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agent.store.recording import LineReader, opened
from agent.streaming.events import StreamEvent


class Tail:
    """The end of a file, from a place on; `event_of` reads its lines, where the first one was read already."""

    def __init__(self, path: Path, offset: int = 0, event_of: LineReader | None = None) -> None:
        self._path, self._offset, self._event_of = path, offset, event_of
        self._cut = b""

    def read(self) -> Iterator[tuple[StreamEvent, int]]:
        """The events of the lines that are new, each with its bytes; raises BrokenRecording, and OSError."""
        with self._path.open("rb") as file:
            file.seek(self._offset)
            new = file.read()
        self._offset += len(new)
        *lines, self._cut = (self._cut + new).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace")
            if self._event_of is None:
                _, self._event_of = opened(text)
                continue
            yield self._event_of(text), len(line)
