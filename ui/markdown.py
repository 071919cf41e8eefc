"""Text that a model, a tool or a visitor wrote, made fit for `st.markdown`.

Formatting stays: headings, lists, tables, code, emphasis. What could load something, hide where a link leads, turn
into Streamlit's own directives, a formula or a diagram does not.

What is inside code needs no escaping and shows none. So everything here depends on never taking for code what the
browser does not: every code fence and code span is either recognized, and then closed where it ends here, or its
marks are escaped.
"""

from __future__ import annotations

import re
from textwrap import dedent

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})(.*)")
_NESTED_FENCE = re.compile(r"[\s>*+.)\d\[\]x-]*(?=```|~~~)")
_LIST_ITEM = re.compile(r"[\s>]*(?:[-+*]|\d+[.)])(?:\s|$)")
_DEFINITION = re.compile(r"([\s>*+.)\d-]*+\[?+(?:[^\[\]\\]|\\.)*+)(?=\]:)")
_DRAWN = ("mermaid", "math")
"""Languages whose code fences Streamlit draws instead of showing them."""

_LINK = r"(?<=\])(?=\()"  # its text may say something else than its target
_IMAGE = r"!(?=\[)"
_OTHERS = r"(?<=\]):|[<$&]|:(?=[^\W\d_]|:)"  # a link's target elsewhere, HTML, formulas, entities, directives
_LOADING = re.compile(f"{_IMAGE}|{_LINK}")
_SPECIAL = re.compile(f"{_IMAGE}|{_LINK}|{_OTHERS}")
_PARTS = re.compile(
    r"(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<address>\b(?:https?://|www\.)[^\s<>\"'!()\[\]|*\\]+)"
    r"|(?<!`)(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    rf"|`|{_IMAGE}|{_LINK}|{_OTHERS}"
)

_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that make text read in another order than it is written in."""
_NESTING = re.compile(r"[ \t]*(?:(?:>|[-+*]|\d+[.)])[ \t]*){9,}")
_DEEPEST = 40
"""Columns of indentation that are kept: a browser cannot draw lists in thousands of lists."""


def safe_markdown(text: str) -> str:
    """The text as markdown that shows what was written and does nothing else."""
    text = _plain(text).replace("\r\n", "\n").replace("\r", "\n")
    return _Lines().read(dedent(text).strip())  # as Streamlit does: what it draws is what was looked at here


def safe_label(text: str, limit: int = 80) -> str:
    """The text on one line and without any formatting, for labels and chips."""
    line = " ".join(_plain(text).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$&:~^=])", r"\\\1", line)


class _Lines:
    """Goes through a text line by line, and knows which lines are code."""

    def __init__(self) -> None:
        self._safe: list[str] = []
        self._fence = ""
        self._indent = 0
        """Of the open fence, if a list could end inside of it; then so does the fence."""
        self._in_list = False
        self._after_blank = True
        self._moved = 0
        """Columns by which a list's code was moved to the left, and what follows it in the list."""

    def read(self, text: str) -> str:
        for line in text.split("\n"):
            self._read(line)
        self._close()
        return "\n".join(self._safe)

    def _read(self, line: str) -> None:
        blank, indent = not line.strip(" \t"), _indent(line)
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence[2].startswith(self._fence) and not fence[3].strip():
                self._close()
                return
            if blank or indent >= self._indent:
                self._safe.append(_without_indent(line, self._moved))
                return
            self._close()
        if not blank and indent == 0:
            self._moved = 0
            self._in_list = self._in_list and not self._after_blank
        self._in_list = self._in_list or bool(_LIST_ITEM.match(line))
        self._after_blank = blank
        if fence and not (fence[2][0] == "`" and "`" in fence[3]) and (indent < 4 or self._in_list):
            self._open(indent, fence[2], fence[3])
        else:
            self._safe.append(_safe_line(_without_indent(line, self._moved)))

    def _open(self, indent: int, fence: str, info: str) -> None:
        language = re.sub(r"[^\w+#.-]", "", info)[:20]
        if language.lower().startswith(_DRAWN):
            language = ""
        self._fence = fence
        if indent >= 4 or self._moved:
            # Only the browser knows for sure how deep a list it is in; at the left margin it is in none.
            self._moved, self._indent = max(indent, self._moved), 1
            self._safe.append(fence + language)
        else:
            self._indent = indent if self._in_list else 0
            self._safe.append(" " * self._indent + fence + language)

    def _close(self) -> None:
        if self._fence:
            self._safe.append(" " * (0 if self._moved else self._indent) + self._fence)
        self._fence, self._indent = "", 0


def _safe_line(line: str) -> str:
    if nesting := _NESTING.match(line):
        line = nesting[0][:8] + line[nesting.end() :]
    if len(indent := line[: len(line) - len(line.lstrip(" \t"))]) > _DEEPEST:
        line = indent[:_DEEPEST] + line[len(indent) :]
    if nested := _NESTED_FENCE.match(line):
        line = f"{nested[0]}\\{line[nested.end() :]}"
    if definition := _DEFINITION.match(line):
        line = f"{definition[0]}\\{line[definition.end() :]}"
    return _PARTS.sub(_escape, line)


def _escape(match: re.Match[str]) -> str:
    part = match[0]
    if match["escaped"]:
        return part
    if match["address"]:
        return _address(part)
    if match["code"]:
        # In a table, a bar ends a cell and thereby the code.
        return (_SPECIAL if "|" in part else _LOADING).sub(r"\\\g<0>", part)
    return "\\" + part


def _address(part: str) -> str:
    """An address as it is, without what could be code or a directive where it is not seen as an address."""
    scheme, mark, rest = part.partition("://")
    return scheme + mark + re.sub(r":(?=[^\W\d_]|:)", "%3A", rest).replace("`", "%60").replace("$", "%24")


def _plain(text: str) -> str:
    """Without marks of direction, and without halves of characters, which no browser can be sent."""
    text = text.replace(":streamlit:", ":\u2060streamlit:")  # becomes a logo even when its colons are escaped
    return _DIRECTIONS.sub("", text).encode("utf-8", "replace").decode()


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


def _without_indent(line: str, columns: int) -> str:
    if not columns:
        return line
    line = line.expandtabs(4)
    return line[min(columns, _indent(line)) :]
