"""Runs as JSONL files: a header line, then one event per line, appended as it happens.

A killed server loses at most the last half second; a file without an end is an interrupted run. The format is
documented in `docs/recording.md`, with a JSON Schema beside it.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import hashlib
import json
import operator
import platform
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, overload

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, ValidationError

from agent.streaming.events import EVENTS, JSON, Answered, Ended, RunRequest, StreamEvent, Waiting
from texts import Spoken, sentence

FORMAT = 3
"""Goes up when a reader of the previous format could not read the new one."""
WITHOUT_PAUSES = 2
"""The previous format, in which no run waits for a person."""
OF_PARTS = 1
"""The first format, whose events are parts of a stream."""
MAX_BYTES = 20_000_000
"""Larger files are not read."""
MAX_EVENTS = 100_000
UNWRITTEN = sentence("ended-unwritten")
KILLED = sentence("ended-killed")
NO_EVENT = sentence("file-no-event")
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_END_OF_TIME = 100_000_000_000
"""The year 5138; some libraries have no later dates."""
_NO_RECORDING = sentence("file-no-recording")
_NO_HEADER = sentence("file-no-header")
_PACKAGES = ("langgraph", "langchain-core", "langchain-openai", "openai", "streamlit")


FIRST = "-"
"""The parent of a conversation's first run."""
_IF_ANY = Field(exclude_if=operator.not_)
"""A field omitted from the JSON if empty."""

LineReader = Callable[[str], StreamEvent]


class BrokenRecording(ValueError):
    """A file is not a recording, or not a readable one; the text says why in one sentence."""

    def __init__(self, said: Spoken) -> None:
        super().__init__(said)
        self.said = said


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
    """A sample's description, for where it is shown."""
    parent: Annotated[str, _IF_ANY] = ""
    """The run of its conversation that it follows, or FIRST; empty from before there were branches."""
    forked_from: Annotated[str, _IF_ANY] = ""
    """The run whose beginning it shares, with one question answered otherwise."""
    own_key: Annotated[bool, _IF_ANY] = False
    """Whether it used a visitor's own key, which is not kept."""
    on_server: Annotated[bool, _IF_ANY] = False
    """Whether an Agent Server works on it, so that any process of ours can read on."""
    watched: Annotated[str, _IF_ANY] = ""
    """The server's thread and run, if somebody else has started it there and it is only watched: `thread/run`."""

    def to_json(self) -> dict[str, JSON]:
        """As the JSON object of the first line."""
        return {"toolstream": FORMAT, **HEADERS.dump_python(self, mode="json")}


HEADERS: TypeAdapter[Header] = TypeAdapter(Header)
"""Reads and writes headers as JSON, and prints their schema."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole run, read back."""

    header: Header
    events: Sequence[StreamEvent]
    interrupted: bool = False
    """Whether the file ends before the run does, and the run does not wait for a person either."""


class EventLines(Sequence[StreamEvent]):
    """Events kept as lines of this format, and parsed each time they are read.

    As text they take a fraction of the memory.
    """

    def __init__(self, text: bytes, start: int) -> None:
        self._text = text
        self._starts = array("Q", [start])
        while (start := text.find(b"\n", start) + 1) > 0:
            self._starts.append(start)
        self._range = range(len(self._starts) - 1)

    def __len__(self) -> int:
        return len(self._range)

    @overload
    def __getitem__(self, place: int) -> StreamEvent: ...
    @overload
    def __getitem__(self, place: slice) -> EventLines: ...
    def __getitem__(self, place: int | slice) -> StreamEvent | EventLines:
        if isinstance(place, slice):
            part = copy.copy(self)
            part._range = self._range[place]
            return part
        number = self._range[place]
        return StreamEvent.from_json(self._text[self._starts[number] : self._starts[number + 1]].decode())


@functools.cache
def versions() -> tuple[tuple[str, str], ...]:
    """Python and the packages that shaped a run."""
    found = [("python", platform.python_version())]
    for package in _PACKAGES:
        with contextlib.suppress(Exception):
            found.append((package, version(package)))
    return tuple(found)


def is_id(text: str) -> bool:
    """Whether a text can be a run's id, and so a file's name."""
    return _ID.fullmatch(text) is not None


def parse(text: str, lost: Spoken = KILLED) -> Recording:
    """Read a recording from its text, which may come from a stranger; raises BrokenRecording.

    A truncated last line, as left by a killed server, is ignored. `lost` is the reason for a missing end.
    """
    if len(text) > MAX_BYTES:
        raise BrokenRecording(sentence("file-large", megabytes=MAX_BYTES // 1_000_000))
    first, *lines = text.split("\n")
    header, event_of = opened(first)
    events: list[StreamEvent] = []
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        if len(events) >= MAX_EVENTS:
            raise BrokenRecording(sentence("file-events-many", most=MAX_EVENTS))
        try:
            event = event_of(line)
        except BrokenRecording as error:
            if number == len(lines) + 1:
                break  # cut off in the middle
            raise BrokenRecording(sentence("file-line-no-event", line=number)) from error
        if event.seq != len(events) or (events and event.at < events[-1].at):
            raise BrokenRecording(sentence("file-line-not-next", line=number))
        events.append(event)
    ended = bool(events) and ends(events[-1]) is not None
    if not ended and not waits(events):
        events.append(interruption(len(events), events[-1].at if events else 0.0, lost))
    return Recording(header, tuple(events), interrupted=not ended and ends(events[-1]) is not None)


def header_line(header: Header) -> str:
    """The first line of a recording."""
    return _line(header.to_json())


def event_line(event: StreamEvent) -> str:
    """A later line of a recording."""
    try:
        return EVENTS.dump_json(event).decode() + "\n"
    except ValueError:  # half a character, which no file can hold
        return _line(event.to_json())


def _line(data: dict[str, JSON]) -> str:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode() + "\n"


def opened(line: str) -> tuple[Header, LineReader]:
    """The header in the first line of a recording, and a reader for the lines after it, in order.

    Both raise BrokenRecording.
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BrokenRecording(sentence("file-head-no-json")) from error
    if not isinstance(data, dict) or data.get("toolstream") not in (FORMAT, WITHOUT_PAUSES, OF_PARTS):
        raise BrokenRecording(_NO_RECORDING)
    try:
        header = HEADERS.validate_json(line, strict=True)
    except ValidationError as error:
        raise BrokenRecording(_NO_HEADER) from error
    read = _reader_of_parts(header.request) if data["toolstream"] == OF_PARTS else StreamEvent.from_json

    def event_of(line: str) -> StreamEvent:
        try:
            return read(line)
        except (ValueError, OverflowError, RecursionError) as error:
            raise BrokenRecording(NO_EVENT) from error

    return header, event_of


def _reader_of_parts(request: RunRequest) -> LineReader:
    from agent.store.format_1 import Reader  # only where it is needed: it loads LangGraph

    return Reader(request)


def anonymous(header: Header) -> Header:
    """The header without what belongs to its owner: the conversation's id, the thread, the owner, what is watched."""
    name = hashlib.sha256(header.id.encode()).hexdigest()[:16]
    return dataclasses.replace(header, id=f"run-{name}", thread_id="", owner="", parent="", forked_from="", watched="")


def dump(header: Header, events: Iterable[StreamEvent]) -> str:
    """A recording as text; `parse` reads it back."""
    return "".join([header_line(header), *map(event_line, events)])


def ends(event: StreamEvent) -> Literal["finished", "stopped", "failed"] | None:
    """How the run ended, if this event is its end."""
    return event.payload.state if isinstance(event.payload, Ended) else None


def waits(events: Sequence[StreamEvent]) -> bool:
    """Whether a run's last event leaves it waiting for a person, or for more answers."""
    answered: set[str] = set()
    for event in reversed(events):
        match event.payload:
            case Answered(interrupt=interrupt):
                answered.add(interrupt)
            case Waiting(interrupts=interrupts):
                return not answered.issuperset(interrupt.id for interrupt in interrupts) or not interrupts
            case _:
                return False
    return False


def interruption(seq: int, at: float, lost: Spoken = KILLED) -> StreamEvent:
    """The end for a run that has lost its own; `lost` says why."""
    return StreamEvent(seq, at, Ended.saying("stopped", lost))


def answer_of(end: StreamEvent) -> str:
    """The answer's text, from the event that ends a run."""
    return end.payload.answer if isinstance(end.payload, Ended) else ""


def read(path: Path) -> Recording:
    """Read one file; raises BrokenRecording, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise BrokenRecording(sentence("file-large", megabytes=MAX_BYTES // 1_000_000))
    return parse(path.read_text(encoding="utf-8", errors="replace"))
