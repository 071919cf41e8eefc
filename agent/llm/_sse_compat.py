"""Server-sent events from bytes as they arrive, decoded by the internals of httpx-sse.

Its public API reads a response by itself, one event at a time; here answers are read in batches, with and without
asyncio, and within limits. Private names used: `SSELineDecoder` and `SSEDecoder` of `httpx_sse._decoders`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from httpx_sse._decoders import SSEDecoder, SSELineDecoder

_FIELDS = ("data:", "event:", "id:", "retry:", ":")


class EventDecoder:
    """Turns bytes into pairs of event name and data; anything that is not an event stream is kept whole, as a body."""

    def __init__(self, most: int) -> None:
        self.overflow = False
        """Whether one event, or a body, was longer than `most` characters."""
        self._most = most
        self._size = 0
        self._line = 0
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._lines = SSELineDecoder()
        self._events = SSEDecoder()
        self._is_between = True
        """Whether the last event has come to its end, and no other has begun."""
        self._begun = False
        self._body: list[str] | None = None

    def feed(self, data: bytes) -> Iterator[tuple[str, str]]:
        """The events that have come to their end."""
        return self._feed(self._utf8.decode(data))

    def close(self) -> tuple[str, list[tuple[str, str]]]:
        """The body, if it was one, and the last events, including one whose end is missing."""
        events = [*self._feed(self._utf8.decode(b"", True))]
        if self._body is None:
            events += self._decoded([*self._lines.flush(), ""])
        return "".join(self._body or ()), events

    def _feed(self, text: str) -> Iterator[tuple[str, str]]:
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
            self._body = None if _is_event_stream(text) else []
        if not text or self.overflow:
            return
        if self._body is not None:
            self._body.append(text)
            self._size += len(text)
        else:
            lines = self._lines.decode(text)
            self._line = sum(map(len, self._lines.buffer)) if lines else self._line + len(text)
            yield from self._decoded(lines)
        self.overflow = self._size + self._line > self._most

    def _decoded(self, lines: list[str]) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(lines):
            line, at = lines[at], at + 1
            if self._is_between and line.startswith("data: ") and at < len(lines) and not lines[at]:
                at += 1  # a line of data and an empty one, as almost all are: no state is needed for that
                if data := line[6:]:
                    yield "message", data
                continue
            event = self._events.decode(line)
            self._size += len(line)
            self._is_between = not line
            if event is not None:
                self._size = 0
                if event.data:
                    yield event.event, event.data


def _is_event_stream(text: str) -> bool:
    return text.startswith(_FIELDS) or any(field.startswith(text) for field in _FIELDS)
