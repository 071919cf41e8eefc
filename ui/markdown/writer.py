"""Blocks of text written anew: paragraphs, headings, lists, quotes, tables and code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

from agent.markdown import block_tokens, growing_block_tokens, inline_tokens
from ui.markdown.escape import escaped
from ui.markdown.line import Line, longest_run

_DRAWN = ("mermaid", "math")
"""Languages whose code Streamlit draws instead of showing it."""
_HOLE = "\ue001"
"""Stands for a line that is written later."""
_IN_WORDS = re.compile(r"[^\W\d_]|(?:\*\*?|__?|``?|\()[^\W_]")
"""The start of a line that begins nothing but words: no item, heading, fence, rule or quote."""
_RULES = {"text-align:left": ":--", "text-align:center": ":-:", "text-align:right": "--:"}


class Writer:
    """Writes blocks; in growing ones, earlier lines are parsed only once, and so is what a growing line belongs to."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str, bool], str] = {}
        self._tokens: list[Token] = []
        self._last: Token | None = None
        self._hole = ""
        """Stands for what is written of the last line, where that is put in later."""
        self._read, self._above = "", ""
        """The growing text as it was parsed, if what is appended to its last line can only go on with what that is."""
        self._grown = ("", "")
        """What is in the last line so far, and what ends a line there; of code, what is appended to it."""
        self._around: list[str] = []
        """What was written before and after that."""

    def written(self, text: str, above: str = "") -> str:
        """The text as Markdown; rows of a table are parsed below the two lines `above`."""
        self._last = None
        return self._written(block_tokens(f"{above}\n{text}" if above else text), above)

    def growing(self, text: str, above: str = "", end: str = "") -> str:
        """The same of a text that grows, with `end` where it does."""
        if not self._goes_on(text, above):
            self._tokens, self._last = growing_block_tokens(f"{above}\n{text}{end}" if above else text + end)
            self._read, self._above = (text, above) if self._look_around(text, above, end) else ("", "")
        if not self._read or not self._last:
            return self._written(self._tokens, above)
        more = text[len(self._read) :] + end
        if self._last.type == "fence":
            return more.join(self._around)
        content, line_end = self._grown
        self._last.content = (content + more).rstrip()
        line = Line(line_end).written(inline_tokens(self._last.content, growing=True))
        return line.join(self._around) if "\n" not in line else self._written(self._tokens, above)

    def _goes_on(self, text: str, above: str) -> bool:
        """Whether only the last line has changed since the text was parsed, and is of the same kind."""
        more = text[len(self._read) :]
        if not self._read or above != self._above or "\n" in more or not text.startswith(self._read):
            return False
        ends = "`~" if self._last and self._last.type == "fence" else "#" if self._grown[1] == " " else ""
        return not any(mark in more for mark in ends)

    def _look_around(self, text: str, above: str, end: str) -> bool:
        """Keep what is written around the last line, if that is one of words or code, whatever follows on it."""
        last, tokens = self._last, self._tokens
        at = next((at for at in range(len(tokens) - 1, -1, -1) if tokens[at] is last), -1)
        if last is None or at < 0:
            return False
        is_code = last.type == "fence"
        above_it = tokens[at - 1].type if at else ""
        if not is_code and above_it not in ("paragraph_open", "heading_open"):
            return False
        spaces = "" if end or is_code else text[len(text.rstrip()) :]
        content = last.content.removesuffix("\n" * is_code).removesuffix(end) + spaces
        line = content.rpartition("\n")[2]
        begins = line.strip() and not set(line) & set("`~") if is_code else _IN_WORDS.match(line)
        if not begins or not text.endswith(line):
            return False
        self._grown = content, " " if above_it == "heading_open" else "\n"
        self._hole = _HOLE
        if is_code:
            last.content = content + _HOLE
        self._around = self._written(tokens, above).split(_HOLE)
        self._hole = ""
        return len(self._around) == 2

    def _written(self, tokens: list[Token], above: str) -> str:
        markdown, _ = self._blocks(iter(tokens))
        return "\n".join(markdown.split("\n")[2:]) if above else markdown

    def _line(self, token: Token, line_end: str, *, cell: bool = False) -> str:
        if token is self._last:
            return self._hole or Line(line_end, cell=cell).written(inline_tokens(token.content, growing=True))
        key = (token.content, line_end, cell)
        if key not in self._lines:
            self._lines[key] = Line(line_end, cell=cell).written(inline_tokens(token.content))
        return self._lines[key]

    def _blocks(self, tokens: Iterator[Token], *, in_list: bool = False) -> tuple[str, bool]:
        """The blocks up to the end of their container, and whether no blank line stands between them."""
        found = []
        for token in tokens:
            if token.nesting < 0:
                break
            if block := self._block(token, tokens):
                found.append((token, block))
        tight = in_list and all(token.hidden for token, _ in found if token.type == "paragraph_open")
        written = "".join(("\n" if tight and token.type != "table_open" else "\n\n") + block for token, block in found)
        return written.lstrip("\n"), tight

    def _block(self, token: Token, tokens: Iterator[Token]) -> str:
        match token.type:
            case "paragraph_open":
                return self._content(tokens)
            case "heading_open":
                return f"{'#' * int(token.tag[1:])} {self._content(tokens, line_end=' ')}"
            case "fence" | "code_block":
                return _fence(token)
            case "hr":
                return "___"
            case "blockquote_open":
                return "\n".join(f"> {line}".rstrip(" ") for line in self._blocks(tokens)[0].split("\n"))
            case "bullet_list_open" | "ordered_list_open":
                return self._list(tokens)
            case "table_open":
                return self._table(tokens)
        return escaped(token.content.replace("\n", " "))

    def _list(self, tokens: Iterator[Token]) -> str:
        items, tight = [], True
        for item in tokens:
            if item.nesting < 0:
                break
            mark = item.info + item.markup
            content, is_tight = self._blocks(tokens, in_list=True)
            tight = tight and is_tight
            if content and "checked" in item.meta:
                content = ("[x] " if item.meta["checked"] else "[ ] ") + content
            first, *others = content.split("\n")
            indented = (" " * (len(mark) + 1) + line if line else "" for line in others)
            items.append("\n".join([f"{mark} {first}".rstrip(" "), *indented]))
        return ("\n" if tight else "\n\n").join(items)

    def _table(self, tokens: Iterator[Token]) -> str:
        rows: list[list[str]] = []
        rule: list[str] = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(self._line(next(tokens), " ", cell=True))
                if token.type == "th_open":
                    rule.append(_RULES.get(str(token.attrs.get("style", "")), "---"))
        lines = [f"| {' | '.join(cells)} |" for cells in rows]
        return "\n".join([lines[0], f"|{'|'.join(rule)}|", *lines[1:]])

    def _content(self, tokens: Iterator[Token], line_end: str = "\n") -> str:
        inline = next(tokens)
        next(tokens)
        return self._line(inline, line_end)


def _fence(token: Token) -> str:
    language = re.sub(r"[^\w+#.-]", "", token.info.strip().partition(" ")[0])[:20]
    if any(drawn in language.lower() for drawn in _DRAWN):
        language = ""
    marks = "`" * max(3, 1 + longest_run(token.content))
    return f"{marks}{language}\n{token.content.removesuffix(chr(10))}\n{marks}"
