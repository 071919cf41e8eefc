"""The tail of a text that grows, safe at every moment."""

from __future__ import annotations

import re

from agent.projections.blocks import Blocks
from ui.markdown.escape import without_emoji
from ui.markdown.writer import Writer

_WORDS = re.compile(r"(?:[^\W_]|[ ,'\"()?!-]|(?<!w)\.)*", re.IGNORECASE)
_CODE = re.compile(r"[^`~\n]*")
_END = "\ue000"
"""Stands for the next letter of a text, which is not known yet."""


class SafeTail:
    """The tail of a growing text as Markdown that is safe at every moment.

    What has settled is written once. Words appended to words, and code to code, go where the text ends, without reading
    all of it again: most of what a model writes is just that.
    """

    def __init__(self) -> None:
        self._at = -1
        self._settled: list[str] = []
        self._writer = Writer()
        self._read = ""
        """The growing part as it was last; empty if the next one must be parsed in any case."""
        self._more = _WORDS
        """What can be appended to it."""
        self._before, self._after = "", ""
        """What was written for it, before and after the point where it ends: marks still open are closed after it."""

    def markdown(self, text: Blocks) -> str:
        """The tail, with the marks that are still open closed."""
        if len(text.done) != self._at:
            self._at, self._settled, self._writer = len(text.done), [], Writer()
        for part in text.settled[len(self._settled) :]:
            above = text.head if self._settled else ""
            self._settled.append(self._writer.written(part, above) + "\n" * part.endswith("\n"))
        self._grow(text)
        growing = (self._before if self._after.startswith("\n") else self._before.rstrip(" ")) + self._after
        return without_emoji("\n".join([*self._settled, growing]).strip("\n"))

    def _grow(self, text: Blocks) -> None:
        growing = text.growing
        if self._read and growing.startswith(self._read) and self._more.fullmatch(growing, len(self._read)):
            self._before += growing[len(self._read) :]
            self._read = growing
            return
        self._read = ""
        in_words = growing[-1:].isalnum() and "<" not in growing.rpartition(" ")[2]  # that may begin an address
        in_line = bool(growing[growing.rfind("\n") + 1 :].strip())  # before it, spaces may belong to the fence
        if in_words or (text.in_fence and in_line and growing[-1:] not in "`~"):
            written = self._writer.growing(growing, text.head, _END)
            self._before, end, self._after = written.partition(_END)
            in_fence = text.in_fence and self._after.startswith("\n```")
            if end and _END not in self._after and (in_words or in_fence):
                word = self._before.replace("\n", " ").rpartition(" ")[2]
                if "](" not in growing and not word.isdigit():  # or what follows may end a link, begin an item
                    self._read, self._more = growing, _CODE if in_fence else _WORDS
                return
        self._before, self._after = self._writer.growing(growing, text.head), ""
