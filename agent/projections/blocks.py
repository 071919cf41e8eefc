"""Markdown that grows: finished blocks that never change again, and a tail that still does.

Drawing a growing text whole at every token costs bytes and browser time with the square of its length. Drawn in
blocks, each block is sent once, and only the tail is sent again.
"""

from __future__ import annotations

import re

BLOCK_CHARS = 2_000
"""A block longer than this is cut at the next line, sentence or word, so that no text can make drawing slow."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_TABLE_RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*$")


class Blocks:
    """A text in blocks, fed piece by piece.

    Blocks end at a blank line outside of code fences and `$$`, when the next line is not indented (that could
    continue a list item). The same text gives the same blocks, however it was cut into pieces.
    """

    __slots__ = ("_fence", "_lines", "_math", "_partial", "_pieces", "_size", "done")

    def __init__(self, text: str = "") -> None:
        self.done: list[str] = []
        """Finished blocks, without the blank lines between them."""
        self._pieces: list[str] = []
        self._lines: list[str] = []
        self._size = 0
        self._partial = ""
        self._fence = ""
        self._math = False
        self.feed(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blocks) and self.text == other.text

    def __repr__(self) -> str:
        return f"Blocks({self.text!r})"

    def __bool__(self) -> bool:
        return bool(self._pieces)

    @property
    def text(self) -> str:
        """The whole text, exactly as fed."""
        return "".join(self._pieces)

    @property
    def tail(self) -> str:
        """What follows the last finished block."""
        return "\n".join([*self._lines, self._partial]).strip("\n")

    def feed(self, piece: str) -> None:
        """Append a piece of any size."""
        if not piece:
            return
        self._pieces.append(piece)
        *lines, self._partial = (self._partial + piece).split("\n")
        for line in lines:
            self._end_line(line)
        if self._partial:
            self._end_block_before(self._partial)
            self._partial = self._split_long(self._partial)

    def _end_line(self, line: str) -> None:
        self._end_block_before(line)
        line = self._split_long(line)
        self._toggle(line)
        self._lines.append(line)
        self._size += len(line) + 1
        if self._size > BLOCK_CHARS:
            self._split_block()

    def _end_block_before(self, line: str) -> None:
        after_blank = self._lines and not self._lines[-1].strip()
        if after_blank and not (self._fence or self._math or line[:1].isspace() or not line):
            self._end_block()

    def _end_block(self, then: list[str] | None = None) -> None:
        if block := "\n".join(self._lines).strip("\n"):
            self.done.append(block)
        self._lines = then or []
        self._size = sum(len(line) + 1 for line in self._lines)

    def _toggle(self, line: str) -> None:
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence[1].startswith(self._fence) and not fence[2].strip():
                self._fence = ""
        elif fence and not self._math and not (fence[1][0] == "`" and "`" in fence[2]):
            self._fence = fence[1]
        elif line.count("$$") % 2:
            self._math = not self._math

    def _split_long(self, line: str) -> str:
        while len(line) > BLOCK_CHARS:
            head = line[:BLOCK_CHARS]
            cut = head.rfind(". ") + 1 or head.rfind(" ") + 1 or BLOCK_CHARS
            self._lines.append(line[:cut])
            self._split_block()
            line = line[cut:].lstrip(" ") if not self._fence else line[cut:]
        return line

    def _split_block(self) -> None:
        """End a block that is too long; what follows is opened again: a code fence, a table's head."""
        if self._fence:
            opening = next(line for line in self._lines if _FENCE.match(line))
            self._lines.append(self._fence)
            self._end_block([opening])
        elif len(self._lines) > 3 and _TABLE_RULE.match(self._lines[1]) and self._lines[-1].lstrip().startswith("|"):
            self._end_block(self._lines[:2])
        else:
            self._math = False
            self._end_block()
