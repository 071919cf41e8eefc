"""The one Markdown parser: takes other people's text apart, for pages and exported files alike.

CommonMark with tables, task lists and strikethrough, without HTML and link definitions. No parser is linear on
everything, so callers hand over one bounded piece at a time (`Blocks` makes them); nesting and the cells of tables are
bounded here.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import RuleFuncInlineType
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token

from agent.markdown.growing import (
    GROWING,
    LABEL_CHARS,
    close_emphasis,
    close_fence,
    closed_lines,
    inline_code,
    open_link,
)

DEEPEST = 16
"""Levels of quotes, lists and items; anything deeper is plain text."""

_MAIL = re.compile(r"mailto:[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and marks that reverse the reading direction."""


def without_scheme(address: str) -> str:
    """An e-mail address as people write it; any other address, or one with more to it, as it is."""
    return address.removeprefix("mailto:") if _MAIL.fullmatch(address) else address


def plain(text: object) -> str:
    """The text without invisible characters and lone surrogates, with one kind of line end."""
    line_ends = str(text).replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", line_ends).encode("utf-8", "replace").decode()


def block_tokens(text: str) -> list[Token]:
    """The block tokens of one piece of plain text, without the tokens inside its lines."""
    tokens: list[Token] = []
    _PARSER.block.parse(text, _PARSER, {}, tokens)
    return tokens


def inline_tokens(content: str, *, growing: bool = False) -> list[Token]:
    """The tokens inside a paragraph, a heading or a cell.

    If it grows, marks still open are closed at its end: emphasis, code, a link's words and address. A final mark that
    opens nothing yet is left out.
    """
    if growing:
        for mark in "~\\":
            content = content[: len(content) - (len(content) - len(content.rstrip(mark))) % 2]
    tokens: list[Token] = []
    _PARSER.inline.parse(content, _PARSER, {GROWING: growing}, tokens)
    return tokens


def growing_block_tokens(text: str) -> tuple[list[Token], Token | None]:
    """The tokens of a piece that is still growing, its table or fence closed, and the token that grows."""
    tokens = block_tokens(closed_lines(text))
    last = next((token for token in reversed(tokens) if token.content or token.type in ("fence", "hr")), None)
    if last and last.type == "fence":
        close_fence(last, tokens)
    return tokens, last


def _labelled(begin: str, rule: RuleFuncInlineType) -> RuleFuncInlineType:
    """The rule for links or images, wherever a short label follows."""

    def parse(state: StateInline, silent: bool) -> bool:
        start, end = state.pos, min(state.posMax, state.pos + LABEL_CHARS)
        return state.src.startswith(begin, start) and state.src.find("](", start, end) >= 0 and rule(state, silent)

    return parse


def _bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, unless most of its cells are missing: filling them in would multiply the text."""
    if start + 2 > end:
        return False
    columns = state.src.count("|", state.bMarks[start + 1], state.eMarks[start + 1])
    rows = end - start - 2
    written = state.eMarks[end - 1] - state.eMarks[start + 1]
    return columns * (rows - 1) <= written and table(state, start, end, silent)


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Anything nested too deeply to be meant for reading, as plain text."""
    if silent or state.level < DEEPEST:
        return False
    line = start
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
    state.line = line
    state.push("paragraph_open", "p", 1)
    lines = state.getLines(start, line, state.blkIndent, False).split("\n")
    state.push("inline", "", 0).content = "\n".join(text.strip() for text in lines if text.strip())
    state.push("paragraph_close", "p", -1)
    return True


def _make_parser() -> MarkdownIt:
    options: dict[str, Any] = {"html": False, "tasklists": True, "maxNesting": 2 * DEEPEST}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.disable(["reference", "html_block", "html_inline"])
    parser.block.ruler.before("table", "too_deep", _too_deep)
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.at("backticks", inline_code)
    parser.inline.ruler.at("link", _labelled("[", link))
    parser.inline.ruler.at("image", _labelled("![", image))
    parser.inline.ruler.before("link", "open_link", open_link)
    parser.inline.ruler2.after("balance_pairs", "close_emphasis", close_emphasis)
    return parser


_PARSER = _make_parser()
