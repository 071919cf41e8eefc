"""Runs as JSONL files: a header line, then one event a line, appended as it happens.

A killed server loses at most the lines of the last half second; a file without an end is a run that was interrupted.
The format is written down in `docs/recording.md`, with a JSON Schema beside it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import platform
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, ValidationError

from agent.projections.transcript import fold, walk
from agent.store import format_1
from agent.streaming.events import JSON, Ended, RunRequest, RunState, StreamEvent, json_safe
from agent.streaming.modes import RUN_MODES

FORMAT = 2
"""Goes up when a reader of the last format could not read the new one."""
MAX_BYTES = 20_000_000
"""A larger file is not read."""
MAX_EVENTS = 200_000
MAX_ITEMS = 200
"""Tool calls and answers in a stranger's recording; a browser draws no more."""
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_END_OF_TIME = 100_000_000_000
"""The year 5138; later moments have no date in every library."""
_NO_RECORDING = "The file is not a Toolstream recording of a known format."
_NO_HEADER = "The first line of the file lacks what a recording begins with."
_PACKAGES = ("langgraph", "langchain-core", "langchain-openai", "openai", "streamlit")


class BrokenRecording(ValueError):
    """A file is no recording, or not one that can be read; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a recording: what was asked, when, of what."""

    id: Annotated[str, Field(pattern=f"^{_ID.pattern}$")]
    asked_at: Annotated[float, Field(ge=0, lt=_END_OF_TIME)]
    """Seconds since the epoch."""
    request: RunRequest
    thread_id: str = ""
    owner: str = ""
    """A digest of the visitor's session token; no name, and not the token."""
    versions: Annotated[
        tuple[tuple[str, str], ...],
        BeforeValidator(lambda given: tuple(given.items()) if isinstance(given, dict) else given, dict[str, str]),
        PlainSerializer(dict, dict[str, str]),
    ] = ()
    """Python and the packages that ran."""
    label: str = ""
    """What a sample is, said where it is shown."""

    def to_json(self) -> dict[str, JSON]:
        """As the JSON object of the first line."""
        return {"toolstream": FORMAT, **HEADERS.dump_python(self, mode="json")}


HEADERS: TypeAdapter[Header] = TypeAdapter(Header)
"""Reads and writes headers as JSON, and prints their schema."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole run, read back."""

    header: Header
    events: tuple[StreamEvent, ...]
    interrupted: bool = False
    """Whether the file ended before the run did."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list of recordings, told without reading their events."""

    header: Header
    path: Path
    state: RunState
    seconds: float
    """Length of the run."""
    size: int
    """Bytes."""
    interrupted: bool = False
    """Whether the file ended before the run did; or the run is still at work."""


class Writer:
    """Appends a run to its file, and to disk at the latest half a second later. Not for two threads at once."""

    def __init__(self, path: Path, header: Header, *, flush_seconds: float = 0.5) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", errors="replace")
        self._flush_seconds, self._flushed_at = flush_seconds, 0.0
        self._write(header.to_json())
        self.flush()

    def add(self, event: StreamEvent) -> None:
        """Append an event."""
        self._write(event.to_json())
        if time.monotonic() - self._flushed_at >= self._flush_seconds:
            self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system."""
        self._file.flush()
        self._flushed_at = time.monotonic()

    def close(self) -> None:
        """Flush and close; closing twice does no harm."""
        self._file.close()

    def _write(self, line: dict[str, JSON]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")


@functools.cache
def versions() -> tuple[tuple[str, str], ...]:
    """Python and the packages that shaped a run."""
    found = [("python", platform.python_version())]
    for package in _PACKAGES:
        with contextlib.suppress(Exception):
            found.append((package, version(package)))
    return tuple(found)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a run, and so the name of a file."""
    return _ID.fullmatch(text) is not None


def parse(text: str) -> Recording:
    """Read a recording from its text, which may come from a stranger; raises BrokenRecording.

    A last line that was cut off, as by a killed server, is left out.
    """
    if len(text) > MAX_BYTES:
        raise BrokenRecording(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    first, *lines = text.split("\n")
    header, read_events = _header(first)
    numbered = [(number, line) for number, line in enumerate(lines, 2) if line.strip()]
    events: list[StreamEvent] = []
    try:
        for event in read_events(header.request, (line for _, line in numbered)):
            if len(events) >= MAX_EVENTS:
                raise BrokenRecording(f"The file has more than {MAX_EVENTS:,} events.")
            if event.seq != len(events) or (events and event.at < events[-1].at):
                raise BrokenRecording(f"Line {numbered[len(events)][0]} is not the next event of the run.")
            events.append(event)
    except (ValueError, OverflowError, RecursionError) as error:
        if isinstance(error, BrokenRecording):
            raise
        if numbered[len(events)][0] != len(lines) + 1:  # else it was cut off in the middle
            raise BrokenRecording(f"Line {numbered[len(events)][0]} of the file is not an event.") from error
    ended = bool(events) and isinstance(events[-1].payload, Ended)
    return Recording(header, tuple(events if ended else _interrupt(events)), interrupted=not ended)


def from_stranger(data: bytes) -> Recording:
    """Read a file of unknown origin into a recording that can be folded and drawn; raises BrokenRecording."""
    if len(data) > MAX_BYTES:
        raise BrokenRecording(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        found = parse(data.decode("utf-8", "replace"))
        lines = [json_safe(line, max_chars=MAX_BYTES, max_depth=64) for line in _lines(found)]
        recording = parse("\n".join(json.dumps(line) for line in lines))
        if sum(1 for _ in walk(fold(recording.events, RUN_MODES).items)) > MAX_ITEMS:
            raise BrokenRecording(f"The run has more than {MAX_ITEMS} tool calls and answers.")
        return dataclasses.replace(recording, interrupted=found.interrupted)
    except BrokenRecording:
        raise
    except Exception as error:
        raise BrokenRecording("The file looks like a recording, but what is in it does not make a run.") from error


def anonymous(header: Header) -> Header:
    """The header without what belongs to its owner: the id that opens the conversation, the thread, the owner."""
    name = hashlib.sha256(header.id.encode()).hexdigest()[:16]
    return dataclasses.replace(header, id=f"run-{name}", thread_id="", owner="")


def _lines(recording: Recording) -> list[dict[str, JSON]]:
    return [recording.header.to_json(), *(event.to_json() for event in recording.events)]


def dump(header: Header, events: Iterator[StreamEvent] | tuple[StreamEvent, ...]) -> str:
    """A recording as text; parse reads it back."""
    lines = [header.to_json(), *(event.to_json() for event in events)]
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)


class Recordings:
    """The recordings in one folder, bounded in age and size; the oldest go first."""

    def __init__(self, folder: Path, *, max_bytes: int = 200_000_000, max_days: float = 30.0) -> None:
        self.folder = folder
        self._max_bytes, self._max_seconds = max_bytes, max_days * 86_400
        self._known: dict[str, tuple[tuple[int, int], Entry | None]] = {}
        """What a file held when it had this time and size; reading a thousand anew would take a second."""

    def path(self, run_id: str) -> Path:
        """The file of a run; raises ValueError for what is no run id."""
        if not is_id(run_id):
            raise ValueError("not a run id")
        return self.folder / f"{run_id}.jsonl"

    def open(self, header: Header) -> Writer:
        """Start the file of a run."""
        return Writer(self.path(header.id), header)

    def read(self, run_id: str) -> Recording | None:
        """The recording of a run, or None when there is none; raises BrokenRecording."""
        if not is_id(run_id) or not (path := self.path(run_id)).is_file():
            return None
        return read(path)

    def entries(self, owner: str | None = None) -> list[Entry]:
        """What is kept, the newest first, of one owner or of all; files that are no recordings are left out."""
        known, found = {}, []
        for path in self.folder.glob("*.jsonl"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                mark, entry = (stat.st_mtime_ns, stat.st_size), None
                if (before := self._known.get(path.name)) and before[0] == mark:
                    entry = before[1]
                else:
                    with contextlib.suppress(BrokenRecording):
                        entry = _entry(path)
                known[path.name] = mark, entry
                if entry and owner in (None, entry.header.owner):
                    found.append(entry)
        self._known = known
        return sorted(found, key=lambda entry: entry.header.asked_at, reverse=True)

    def delete(self, run_id: str) -> None:
        """Forget a run; does nothing if there is none."""
        if is_id(run_id):
            self.path(run_id).unlink(missing_ok=True)

    def prune(self) -> list[str]:
        """Delete what is too old, then the oldest until the rest is small enough; returns the ids of what is gone."""
        files, gone = [], []
        for path in self.folder.glob("*.jsonl"):
            with contextlib.suppress(OSError):
                files.append((path.stat().st_mtime, path.stat().st_size, path))
        room = self._max_bytes
        for changed, size, path in sorted(files, reverse=True):
            room -= size
            if room < 0 or time.time() - changed > self._max_seconds:
                path.unlink(missing_ok=True)
                gone.append(path.stem)
        return gone


def read(path: Path) -> Recording:
    """Read one file; raises BrokenRecording."""
    if path.stat().st_size > MAX_BYTES:
        raise BrokenRecording(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    return parse(path.read_text(encoding="utf-8", errors="replace"))


def _entry(path: Path) -> Entry:
    """The header, and the end of the run from the last lines."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header, read_events = _header(file.readline(1_000_000).decode("utf-8", "replace"))
        start, place, tail = file.tell(), size, b""
        while place > start and tail.rstrip(b"\n").count(b"\n") < 2:  # until the last whole line is among these
            place = max(start, place - max(8_192, len(tail)))
            file.seek(place)
            tail = file.read(size - place)
    for line in reversed(tail.decode("utf-8", "replace").split("\n")):
        with contextlib.suppress(ValueError, OverflowError, RecursionError):
            *_, last = read_events(header.request, [line])
            if isinstance(last.payload, Ended):
                return Entry(header, path, last.payload.state, last.at, size)
            return Entry(header, path, "stopped", last.at, size, interrupted=True)
    return Entry(header, path, "stopped", 0.0, size, interrupted=True)


def _interrupt(events: list[StreamEvent]) -> list[StreamEvent]:
    end = Ended("stopped", "The server ended in the middle of this run; it was interrupted.")
    return [*events, StreamEvent(len(events), events[-1].at if events else 0.0, end)]


def _header(line: str) -> tuple[Header, Callable[[RunRequest, Iterable[str]], Iterator[StreamEvent]]]:
    """The header, and what reads the lines behind it."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BrokenRecording("The first line is not JSON.") from error
    if not isinstance(data, dict) or data.get("toolstream") not in (FORMAT, format_1.FORMAT):
        raise BrokenRecording(_NO_RECORDING)
    try:
        header = HEADERS.validate_json(line, strict=True)
    except ValidationError as error:
        raise BrokenRecording(_NO_HEADER) from error
    return header, _events if data["toolstream"] == FORMAT else format_1.events


def _events(_request: RunRequest, lines: Iterable[str]) -> Iterator[StreamEvent]:
    return map(StreamEvent.from_json, lines)
