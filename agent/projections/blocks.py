"""Markdown that grows: finished blocks that never change again, and a tail that still does.

Redrawing a growing text at every token costs bytes and browser time quadratic in its length. Drawn in blocks, each
block is sent once, and only the tail again. Items of a long list and rows of a long table settle inside the tail, so
that they are not parsed again either.
"""

from __future__ import annotations

from itertools import takewhile

from markdown_it.token import Token

from agent.markdown import block_tokens, plain

BLOCK_CHARS = 2_000
"""A longer block is cut at an item, a line, a sentence or a word, so that no text can make drawing slow."""

_HEAD_CHARS = 400
"""A longer table head or first line of a fence is not repeated after a cut."""

_AGAIN = 4
"""How often the parser may see a line on average before it ends up in a block or settles."""

_LINE_CHARS = 32
"""Characters that cost the parser as much as a line does."""

_MARK_CHARS = 12
"""Enough to tell whether a line is a list item: no item's mark is longer."""


class Blocks:
    """A text in blocks, fed piece by piece.

    A block is what the Markdown parser finds at the top level: a paragraph, a heading, a whole list. It ends once the
    next one has certainly begun. The same text gives the same blocks, however it was cut into pieces.
    """

    __slots__ = (
        "_after_return",
        "_asked",
        "_budget",
        "_cost",
        "_indent",
        "_kind",
        "_lines",
        "_marks",
        "_partial",
        "_pieces",
        "_size",
        "_unread",
        "done",
        "head",
        "settled",
    )

    def __init__(self, text: str = "") -> None:
        self.done: list[str] = []
        """Finished blocks, without the blank lines between them."""
        self.settled: list[str] = []
        """The start of the tail that changes no more: items of a list, rows of a table."""
        self.head = ""
        """The first two lines of a table with settled rows: `growing` must be parsed below them."""
        self._pieces: list[str] = []
        self._lines: list[str] = []
        """The whole lines after what has settled."""
        self._partial = ""
        self._size = 0
        """Characters in those lines and in what has settled."""
        self._unread = False
        """Whether the parser has not seen the last lines yet."""
        self._cost, self._budget = 0, 0
        """Characters that parsing the lines costs, and may cost: they are not always parsed at each line."""
        self._kind = ""
        """The block at the end of the lines: its token's type, or `open_fence`."""
        self._asked = False
        """Whether the parser has been asked about the start of the partial line."""
        self._marks = ""
        """What closes the open fence."""
        self._indent = 0
        """Columns to remove from the lines of a fence that was cut inside a list."""
        self._after_return = False
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
        return "\n".join([*self.settled, self.growing]).strip("\n")

    @property
    def growing(self) -> str:
        """What follows the last finished block and what has settled."""
        return "\n".join([*self._lines, self._partial])

    @property
    def in_fence(self) -> bool:
        """Whether the whole lines end inside a fence, so that what grows is code."""
        return self._kind == "open_fence"

    def feed(self, piece: str) -> None:
        """Append a piece of any size."""
        if not piece:
            return
        self._pieces.append(piece)
        if self._after_return and piece[0] == "\n":
            piece = piece[1:]
        self._after_return = self._pieces[-1][-1] == "\r"
        *lines, self._partial = (self._partial + plain(piece)).split("\n")
        for line in lines:
            self._end_line(line)
        if self._partial:
            self._partial = self._start_line(self._partial)

    def _start_line(self, line: str) -> str:
        """End the block above if the start of the line says so, and cut off what is too long; returns the rest."""
        self._look_at(line)
        while len(line) > BLOCK_CHARS:
            head = line[:BLOCK_CHARS]
            cut = head.rfind(". ") + 1 or head.rfind(" ") + 1 or BLOCK_CHARS
            self._add(line[:cut])
            self._cut(0)
            line = line[cut:]
        return line

    def _end_line(self, line: str) -> None:
        self._add(self._start_line(line))
        self._asked = False
        if self._size > BLOCK_CHARS:
            self._cut(BLOCK_CHARS)

    def _look_at(self, line: str) -> None:
        """After a blank line, anything not indented starts a block, unless it continues a fence or a list."""
        after_blank = bool(self._lines) and not self._lines[-1].strip()
        if not after_blank or self._unread or self._asked or not line or line[0].isspace():
            return
        if self._kind.endswith("list_open"):
            if len(line) < _MARK_CHARS:
                return
            self._asked = True
            if not self._spend() or _tops(self._tokens(line[:_MARK_CHARS]))[-1][0] < len(self._lines):
                return
        if not self.in_fence:
            self._end_block(len(self._lines))
            self._kind = ""

    def _add(self, line: str) -> None:
        blank = not line.strip()
        if blank and not (self._lines or self.settled):
            return
        if self._indent and not blank:
            line = self._moved(line)
        self._lines.append(line)
        self._size += len(line) + 1
        self._cost += len(line) + _LINE_CHARS
        self._budget += _AGAIN * (len(line) + _LINE_CHARS)
        if not blank and not (self.in_fence and not line.lstrip(" ").startswith(self._marks)):
            self._unread = True
            if self._spend():
                self._read()

    def _spend(self) -> bool:
        """Whether the budget allows parsing the lines; if so, spend it."""
        if self._cost > self._budget:
            return False
        self._budget -= self._cost
        return True

    def _count(self) -> None:
        self._size = sum(len(part) + 1 for part in [*self.settled, *self._lines])
        self._cost = len(self.head) + sum(map(len, self._lines)) + _LINE_CHARS * len(self._lines)

    def _moved(self, line: str) -> str:
        if self.in_fence and len(line) - len(line.lstrip(" ")) >= self._indent:
            return line[self._indent :]
        if self.in_fence:  # the list has ended, and with it the fence
            self._lines.append(self._marks)
        self._indent = 0
        return line

    def _read(self) -> None:
        """End the blocks above the last one, and settle what is above the last item or row in that."""
        self._unread = False
        tops = _tops(tokens := self._tokens())
        gone = 2 if self.head else 0
        for start, _ in tops[1:]:
            self._end_block(start - gone)
            gone = start
        block = tops[-1][1]
        self._kind = "open_fence" if _is_open(block) else block.type
        self._marks = block.markup
        heading = 2 if block.type == "table_open" and not self.head else 0
        if heading and sum(map(len, self._lines[:2])) > _HEAD_CHARS:
            return
        rows = [token.map[0] - gone for token in tokens if token.map and _is_row(token)]
        if rows and rows[-1] > heading:
            if heading:
                self.head = "\n".join(self._lines[:heading])
            self.settled.append("\n".join(self._lines[: rows[-1]]))
            del self._lines[: rows[-1]]
            self._count()

    def _cut(self, limit: int) -> None:
        """End a growing block if it is longer than `limit`, and reopen it for what follows."""
        if self._unread:
            self._read()
        if self.settled:
            head = self.head.split("\n") if self.head and len(self.head) <= _HEAD_CHARS else []
            self._end_block(0, head)
        if self._size > limit:
            opening = self._opening()
            self._lines += [self._marks] * len(opening)
            self._end_block(len(self._lines), opening)
            self._kind = "open_fence" if opening else ""

    def _opening(self) -> list[str]:
        """The line that reopens the fence at the end of the lines, if there is one."""
        tokens = self._tokens()
        after = list(takewhile(lambda token: token.map is None, reversed(tokens)))
        last = tokens[-1 - len(after)]
        if not _is_open(last) or any(token.type == "blockquote_close" for token in after):
            return []
        assert last.map
        line = self._lines[last.map[0]]
        if last.level:
            self._indent = line.find(last.markup)
            line = last.markup + last.info
        self._marks = last.markup
        return [line] if len(line) <= _HEAD_CHARS else []

    def _end_block(self, count: int, then: list[str] | None = None) -> None:
        """End a block with the first `count` lines, and continue with the lines of `then`."""
        if block := "\n".join([*self.settled, *self._lines[:count]]).strip("\n"):
            self.done.append(block)
        self._lines = [*(then or []), *self._lines[count:]]
        self.settled, self.head = [], ""
        self._count()

    def _tokens(self, *more: str) -> list[Token]:
        return block_tokens("\n".join([*([self.head] if self.head else []), *self._lines, *more, ""]))


def _tops(tokens: list[Token]) -> list[tuple[int, Token]]:
    """The top-level blocks, each with its first line."""
    return [(token.map[0], token) for token in tokens if token.level == 0 and token.map]


def _is_open(token: Token) -> bool:
    """Whether this is an unclosed fence."""
    return bool(token.type == "fence" and token.map and token.content.count("\n") > token.map[1] - token.map[0] - 2)


def _is_row(token: Token) -> bool:
    """Whether this starts a list item or a table row at the top level."""
    return (token.type, token.level) in (("list_item_open", 1), ("tr_open", 2))
