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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from agent.projections.transcript import fold
from agent.streaming.events import END_STATES, JSON, RUN_MODES, RunRequest, RunState, StreamEvent, json_safe

FORMAT = 1
"""Goes up when a reader of the last format could not read the new one."""
MAX_BYTES = 20_000_000
"""A larger file is not read."""
MAX_EVENTS = 200_000
MAX_ITEMS = 200
"""Tool calls and answers in a stranger's recording; a browser draws no more."""
UNWRITTEN = "The rest of this run could not be written down: the server's disk was full or busy."
KILLED = "The server ended in the middle of this run; it was interrupted."
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_END_OF_TIME = 1e11
"""The year 5138; later moments have no date in every library."""
_PACKAGES = ("langgraph", "langchain-core", "langchain-openai", "openai", "streamlit")


class BrokenRecording(ValueError):
    """A file is no recording, or not one that can be read; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a recording: what was asked, when, of what."""

    id: str
    asked_at: float
    """Seconds since the epoch."""
    request: RunRequest
    thread_id: str = ""
    owner: str = ""
    """A digest of the visitor's session token; no name, and not the token."""
    versions: tuple[tuple[str, str], ...] = ()
    label: str = ""
    """What a sample is, said where it is shown."""

    def to_json(self) -> dict[str, JSON]:
        """As the JSON object of the first line."""
        return {
            "toolstream": FORMAT,
            "id": self.id,
            "asked_at": self.asked_at,
            "request": self.request.to_json(),
            "thread_id": self.thread_id,
            "owner": self.owner,
            "versions": dict(self.versions),
            "label": self.label,
        }


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole run, read back."""

    header: Header
    events: tuple[StreamEvent, ...]
    interrupted: bool = False
    """Whether the file ended before the run did."""


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


def parse(text: str, lost: str = KILLED) -> Recording:
    """Read a recording from its text, which may come from a stranger; raises BrokenRecording.

    A last line that was cut off, as by a killed server, is left out. `lost` says why, where the end is missing.
    """
    if len(text) > MAX_BYTES:
        raise BrokenRecording(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    lines = text.split("\n")
    header = _header(_object(lines[0], "first line"))
    events: list[StreamEvent] = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        if len(events) >= MAX_EVENTS:
            raise BrokenRecording(f"The file has more than {MAX_EVENTS:,} events.")
        try:
            event = _event(_object(line, f"line {number}"))
        except BrokenRecording:
            if number == len(lines):
                break  # cut off in the middle
            raise
        if event.seq != len(events) or (events and event.at < events[-1].at):
            raise BrokenRecording(f"Line {number} is not the next event of the run.")
        events.append(event)
    ended = bool(events) and ends(events[-1]) is not None
    return Recording(header, tuple(events if ended else [*events, interruption(events, lost)]), interrupted=not ended)


def from_stranger(data: bytes) -> Recording:
    """Read a file of unknown origin into a recording that can be folded and drawn; raises BrokenRecording."""
    if len(data) > MAX_BYTES:
        raise BrokenRecording(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        found = parse(data.decode("utf-8", "replace"))
        lines = [json_safe(line, max_chars=MAX_BYTES, max_depth=64) for line in _lines(found)]
        recording = parse("\n".join(json.dumps(line) for line in lines))
        if len(fold(recording.events, RUN_MODES).items) > MAX_ITEMS:
            raise BrokenRecording(f"The run has more than {MAX_ITEMS} tool calls and answers.")
        return dataclasses.replace(recording, interrupted=found.interrupted)
    except BrokenRecording:
        raise
    except Exception as error:
        raise BrokenRecording("The file looks like a recording, but what is in it does not make a run.") from error


def header_line(header: Header) -> str:
    """The first line of a recording."""
    return _line(header.to_json())


def event_line(event: StreamEvent) -> str:
    """A later line of a recording."""
    return _line(event.to_json())


def header_of(line: str) -> Header:
    """What header_line wrote; raises BrokenRecording."""
    return _header(_object(line, "first line"))


def event_of(line: str) -> StreamEvent:
    """What event_line wrote; raises BrokenRecording."""
    return _event(_object(line, "line"))


def anonymous(header: Header) -> Header:
    """The header without what belongs to its owner: the id that opens the conversation, the thread, the owner."""
    name = hashlib.sha256(header.id.encode()).hexdigest()[:16]
    return dataclasses.replace(header, id=f"run-{name}", thread_id="", owner="")


def _lines(recording: Recording) -> list[dict[str, JSON]]:
    return [recording.header.to_json(), *(event.to_json() for event in recording.events)]


def dump(header: Header, events: Iterator[StreamEvent] | tuple[StreamEvent, ...]) -> str:
    """A recording as text; parse reads it back."""
    return "".join([header_line(header), *map(event_line, events)])


def ends(event: StreamEvent) -> RunState | None:
    """How the run has ended, if this event is its end."""
    return _state(event) if event.mode == "run" and _state(event) in END_STATES else None


def interruption(events: Sequence[StreamEvent], lost: str = KILLED) -> StreamEvent:
    """The end of a run that has lost its own; `lost` says why."""
    return StreamEvent(len(events), events[-1].at if events else 0.0, "run", {"state": "stopped", "message": lost})


def answer_of(end: StreamEvent) -> str:
    """The text of the answer, from the event that ends a run."""
    return str(end.data.get("answer", "")) if isinstance(end.data, dict) else ""


def _line(data: dict[str, JSON]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def read(path: Path) -> Recording:
    """Read one file; raises BrokenRecording, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise BrokenRecording(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    return parse(path.read_text(encoding="utf-8", errors="replace"))


def _state(event: StreamEvent) -> RunState:
    return cast(RunState, event.data["state"]) if isinstance(event.data, dict) else "stopped"


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BrokenRecording(f"The {where} is not JSON.") from error
    if not isinstance(value, dict):
        raise BrokenRecording(f"The {where} is not a JSON object.")
    return value


def _header(data: dict[str, Any]) -> Header:
    if data.get("toolstream") != FORMAT:
        raise BrokenRecording("The file is not a Toolstream recording of a known format.")
    try:
        request = RunRequest.from_json(data["request"])
        header = Header(
            str(data["id"]),
            float(data["asked_at"]),
            request,
            str(data.get("thread_id", "")),
            str(data.get("owner", "")),
            tuple((str(name), str(text)) for name, text in data.get("versions", {}).items()),
            str(data.get("label", "")),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise BrokenRecording("The first line of the file lacks what a recording begins with.") from error
    texts = (request.question, request.graph, request.tool_choice, request.model, request.page, *request.tools)
    whole = all(isinstance(text, str) for text in texts) and 0 <= header.asked_at < _END_OF_TIME
    if not is_id(header.id) or not whole:
        raise BrokenRecording("The first line of the file lacks what a recording begins with.")
    return header


def _event(data: dict[str, Any]) -> StreamEvent:
    try:
        event = StreamEvent.from_json(data)
    except (KeyError, TypeError) as error:
        raise BrokenRecording("A line of the file is not an event.") from error
    fits = (
        isinstance(event.seq, int)
        and isinstance(event.at, (int, float))
        and 0 <= event.at < 1e7
        and isinstance(event.mode, str)
        and isinstance(event.node, (str, type(None)))
        and isinstance(event.tool_call_id, (str, type(None)))
        and all(isinstance(step, str) for step in event.namespace)
        and (event.mode != "run" or (isinstance(event.data, dict) and isinstance(event.data.get("state"), str)))
    )
    if not fits:
        raise BrokenRecording("A line of the file is not an event.")
    return event
