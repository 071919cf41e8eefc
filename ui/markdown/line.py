"""What a paragraph, a heading or a cell contains, written anew."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token

from agent.markdown import DEEPEST, plain, without_scheme
from ui.markdown.escape import escaped

_BACKTICKS = re.compile("`+")


class Line:
    """Writes the contents of a paragraph, a heading or a cell."""

    def __init__(self, line_end: str, *, cell: bool = False) -> None:
        self._line_end, self._cell = line_end, cell
        self._written = ""
        self._text = ""
        """Text yet to be escaped: only what stands beside it decides what must be."""
        self._marks: list[tuple[str, int]] = []
        """Open emphasis: its mark, and where its contents begin."""
        self._links: list[tuple[str, int]] = []
        """Open links: the address, and where the words begin."""
        self._after_code = False
        self._closed_at = -1
        """Where the last mark of emphasis that was closed ends."""

    def written(self, tokens: list[Token]) -> str:
        """The tokens inside it as Markdown."""
        self._add(tokens)
        self._flush()
        return self._written.rstrip(" ")

    def _add(self, tokens: Iterable[Token]) -> None:
        before = ""
        for token in tokens:
            match token.type:
                case "text":
                    self._text += token.content
                case "text_special":
                    self._text += plain(token.content).replace("\n", " ").replace("\t", " ")
                case "softbreak" | "hardbreak":
                    self._end_line("\\" * (token.type == "hardbreak"))
                case "code_inline":
                    self._code(token.content)
                case "em_open" | "strong_open" | "s_open":
                    self._open(token.markup, after_link=before in ("link_close", "image"))
                case "em_close" | "strong_close" | "s_close":
                    self._close()
                case "link_open":
                    self._links.append((_address(token, "href"), len(self._written) + len(self._text)))
                case "link_close":
                    self._say_address(*self._links.pop())
                case "image":
                    begin = len(self._written) + len(self._text)
                    self._add(token.children or [])
                    self._say_address(_address(token, "src"), begin)
                case _:
                    self._text += token.content
            before = token.type if token.type != "text" or token.content else before

    def _say_address(self, address: str, begin: int) -> None:
        address = without_scheme(address)
        words = (self._written + self._text)[begin:]
        if not words:
            self._text += address
        elif address and normalizeLink(words) not in (address, f"mailto:{address}"):
            self._text += f" ({address})"

    def _code(self, content: str) -> None:
        if self._cell and "\\|" in content:
            self._text += content
            return
        self._flush()
        marks = "`" * (1 + longest_run(content))
        padded = content[:1] == "`" or content[-1:] == "`" or (content[:1] == content[-1:] == " " and content.strip())
        content = content.replace("|", "\\|") if self._cell else content
        self._written += " " * self._after_code + marks + (f" {content} " if padded else content) + marks
        self._after_code = True

    def _open(self, mark: str, *, after_link: bool = False) -> None:
        shown = len(self._marks) < DEEPEST and not (mark == "~~" and any(mark == other for other, _ in self._marks))
        if shown:
            self._flush()
            if after_link and self._written[-1:].isalnum():  # without the link's own end, that would be one word
                self._written = self._written[:-1] + _as_punctuation(self._written[-1])
            self._written += mark
            self._after_code = False
        self._marks.append((mark if shown else "", len(self._written)))

    def _close(self) -> None:
        mark, begin = self._marks.pop()
        if not mark:
            return
        self._flush()
        if len(self._written) == begin:
            self._written = self._written[: begin - len(mark)]
        else:
            self._written += mark
            self._closed_at = len(self._written)
        self._after_code = False

    def _end_line(self, mark: str) -> None:
        self._flush()
        self._after_code = False
        if self._written:
            self._written = self._written.rstrip(" ") + mark * (self._line_end == "\n") + self._line_end

    def _flush(self) -> None:
        at_start = not self._written or self._written.endswith("\n")
        text, self._text = self._text.lstrip(" \t") if at_start else self._text, ""
        if text:
            safe = escaped(text, at_start=at_start and not self._cell)
            if self._closed_at == len(self._written) and text[0].isalnum() and not self._ends_before_words():
                safe = _as_punctuation(text[0]) + safe[1:]
            self._written += safe
            self._after_code = False

    def _ends_before_words(self) -> bool:
        """Whether the mark that ends here still counts as one if words follow directly, as those of a link do."""
        return self._written[-1] != "_" and self._written.rstrip("*~")[-1:].isalnum()


def _as_punctuation(letter: str) -> str:
    """A letter written so that a mark of emphasis beside it is not taken for one within a word."""
    return f"&#{ord(letter)};"


def _address(token: Token, attribute: str) -> str:
    title = str(token.attrs.get("title", ""))
    return str(token.attrs.get(attribute, "")) + (f' "{title}"' if title else "")


def longest_run(code: str) -> int:
    """The length of the longest run of backticks in a piece of code."""
    return max(map(len, _BACKTICKS.findall(code)), default=0)
