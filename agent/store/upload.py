"""A recording from a visitor: read line by line in a process of its own, and kept as text.

Whatever is in it, it costs the server no more than its size. It is refused at the first line that does not belong to a
run.
"""

from __future__ import annotations

import json
import re
import threading
import weakref
from typing import BinaryIO

from agent.errors import Refusal
from agent.offload import Offload
from agent.projections.items import walk
from agent.projections.transcript import Transcript
from agent.store.recording import (
    MAX_BYTES,
    MAX_EVENTS,
    NO_EVENT,
    BrokenRecording,
    EventLines,
    Recording,
    ends,
    event_line,
    header_line,
    interruption,
)
from agent.store.recording import opened as head
from agent.streaming.json_safe import json_safe
from agent.streaming.modes import RUN_MODES
from texts import sentence

MAX_ITEMS = 200
"""Tool calls and answers in a stranger's recording; a browser can draw no more."""
MAX_LINE = 1_000_000
"""Bytes of one line."""
MAX_VALUES = 100_000
"""Values in one line, roughly: commas and brackets."""
MAX_DEPTH = 64
"""Nested lists in one line."""
_SUSPECT = re.compile(rb"[0-9]{16}|[0-9][eE]|NaN|Infinity|\\[uU]")
"""What may encode a number or a character that cannot be sent to a browser."""


class Held:
    """The text of a recording that a visitor looks at, as long as there is room for it."""

    def __init__(self, text: bytes) -> None:
        self.text: bytes | None = text


class Shelf:
    """Texts of recordings that visitors are looking at, limited in bytes. Safe from any thread.

    Whoever put a text here holds it; the least recently seen ones go when there are too many.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._held: dict[int, weakref.ref[Held]] = {}
        """The least recently seen first."""

    def put(self, text: bytes) -> Held:
        """Keep a text."""
        held = Held(text)
        self.see(held)
        return held

    def see(self, held: Held) -> bytes | None:
        """The text, if there was room for it until now."""
        with self._lock:
            self._held.pop(id(held), None)
            self._held[id(held)] = weakref.ref(held)
            room = self._max_bytes
            for key, reference in reversed(list(self._held.items())):
                other = reference()
                room -= len(other.text or b"") if other else 0
                if other and room < 0:
                    other.text = None
                if other is None or other.text is None:
                    del self._held[key]
            return held.text


def take(data: bytes, offload: Offload) -> bytes | Refusal:
    """The text of a recording that can be folded and drawn, from a file of unknown origin; or why there is none."""
    if len(data) > MAX_BYTES:
        return Refusal(sentence("file-large", megabytes=MAX_BYTES // 1_000_000))
    return offload.run("agent.store.upload:check", [data])


def opened(text: bytes) -> Recording:
    """The recording in a text that `take` returned."""
    start = text.index(b"\n") + 1
    header, _ = head(text[:start].decode())
    return Recording(header, EventLines(text, start))


def check(source: BinaryIO, target: BinaryIO, max_events: int = MAX_EVENTS) -> None:
    """Rewrite the recording line by line; raises BrokenRecording at the first line that does not belong to a run.

    What no browser can be sent is replaced, a truncated last line is left out, and a missing end is added.
    """
    header, event_of = head(_clean(source.readline(MAX_LINE + 1), 1))
    target.write(header_line(header).encode())
    transcript = Transcript(frozenset(RUN_MODES))
    count, at, ended, number = 0, 0.0, False, 1
    while line := source.readline(MAX_LINE + 1):
        number += 1
        if not line.strip():
            continue
        try:
            event = event_of(_clean(line, number))
        except BrokenRecording as error:
            if line.endswith(b"\n") or len(line) > MAX_LINE:
                numbered = sentence("file-line-no-event", line=number) if error.said == NO_EVENT else error.said
                raise BrokenRecording(numbered) from error
            break  # cut off in the middle
        if event.seq != count or event.at < at:
            raise BrokenRecording(sentence("file-line-not-next", line=number))
        if count >= max_events:
            raise BrokenRecording(sentence("file-events-many", most=max_events))
        count, at, ended = count + 1, event.at, ends(event) is not None
        try:
            transcript.add(event)
        except Exception as error:
            raise BrokenRecording(sentence("file-line-stray", line=number)) from error
        if sum(1 for _ in walk(transcript.items)) > MAX_ITEMS:
            raise BrokenRecording(sentence("file-items-many", most=MAX_ITEMS))
        target.write(event_line(event).encode())
    if not ended:
        target.write(event_line(interruption(count, at)).encode())


def _clean(line: bytes, number: int) -> str:
    """The line without what no browser can be sent; raises BrokenRecording for one too large to look at."""
    if len(line) > MAX_LINE:
        raise BrokenRecording(sentence("file-line-long", line=number, most=MAX_LINE))
    brackets = line.count(b"[") + line.count(b"{")
    if line.count(b",") + brackets > MAX_VALUES:
        raise BrokenRecording(sentence("file-line-values", line=number, most=MAX_VALUES))
    text = line.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenRecording(sentence("file-line-no-json", line=number)) from error
    if brackets > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise BrokenRecording(sentence("file-line-deep", line=number, most=MAX_DEPTH))
    if _SUSPECT.search(line):
        return json.dumps(json_safe(value, max_chars=MAX_LINE, max_depth=MAX_DEPTH + 1), ensure_ascii=False)
    return text


def _depth(value: object) -> int:
    """How deep the lists and objects of a JSON value are nested."""
    depth, level = 0, [value]
    while level := [item for items in level for item in _inside(items)]:
        depth += 1
    return depth


def _inside(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
