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
from markdown_it.rules_inline import StateInline, backtick, image, link
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

DEEPEST = 16
"""Levels of quotes, lists and items; anything deeper is plain text."""

_LABEL_CHARS = 400
"""Longest text of a link: looking for its end at each bracket takes quadratic time."""

_GROWING = "growing"
"""In a parser's environment: the text goes on, and what is open is closed where it ends."""

_AUTOLINK = re.compile(r"<(?:h|ht|htt|https?(?::[^\s<>]*)?)?")
"""The start of an address between angle brackets, as models write them."""

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and marks that reverse the reading direction."""


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
    _PARSER.inline.parse(content, _PARSER, {_GROWING: growing}, tokens)
    return tokens


def growing_block_tokens(text: str) -> tuple[list[Token], Token | None]:
    """The tokens of a piece that is still growing, its table or fence closed, and the token that grows."""
    tokens = block_tokens(_closed_lines(text))
    last = next((token for token in reversed(tokens) if token.content or token.type in ("fence", "hr")), None)
    if last and last.type == "fence":
        _close_fence(last, tokens)
    return tokens, last


def _close_fence(fence: Token, tokens: list[Token]) -> None:
    """Leave out the beginnings of a closing fence, and a fence of which only the marks have arrived."""
    above, line_end, line = fence.content.rpartition("\n")
    if line and not line.strip(f" {fence.markup}"):
        fence.content = above + line_end
    if not fence.content and not fence.info:
        tokens.remove(fence)


def _closed_lines(text: str) -> str:
    head, _, rule = text.partition("\n")
    is_table = head.startswith("| ") or (" | " in head and rule.strip() not in ("", "-"))
    if is_table and not rule.strip("|-: \t"):
        inner = head.strip().removeprefix("|")
        cells = inner.count("|") - inner.count("\\|") + (not inner.endswith("|"))
        return f"{head}\n|{'---|' * cells}" if inner else ""
    above, _, line = text.rpartition("\n")
    if line.strip() in (("-", "--", "=", "==") if above else ("--", "|")):
        return above  # more likely a list, a table or a rule to come than the line below a heading
    return text


def _goes_on(state: StateInline) -> bool:
    return bool(state.env.get(_GROWING)) and state.posMax == len(state.src)


def _code(state: StateInline, silent: bool) -> bool:
    """Inline code, even if it has no end yet."""
    start = state.pos
    if silent or not _goes_on(state) or state.src[start] != "`":
        return backtick(state, silent)
    backtick(state, True)
    marks = state.src[start : state.pos]
    if marks.strip("`"):  # there is an end
        state.pos = start
        return backtick(state, False)
    if content := state.src[state.pos :].rstrip("`").replace("\n", " "):
        token = state.push("code_inline", "code", 0)
        token.markup, token.content = marks, content
    state.pos = state.posMax
    return True


def _labelled(begin: str, rule: RuleFuncInlineType) -> RuleFuncInlineType:
    """The rule for links or images, wherever a short label follows."""

    def parse(state: StateInline, silent: bool) -> bool:
        start, end = state.pos, min(state.posMax, state.pos + _LABEL_CHARS)
        return state.src.startswith(begin, start) and state.src.find("](", start, end) >= 0 and rule(state, silent)

    return parse


def _open_link(state: StateInline, silent: bool) -> bool:
    """A link of which the words or the address have no end yet."""
    start, end = state.pos, state.posMax
    if silent or state.src[start] not in "[!<" or not _goes_on(state):
        return False
    if state.src[start] == "<":
        return _open_autolink(state)
    if state.src[start] == "!" and not state.src.startswith("[", start + 1):
        return False
    if state.src[start] == "!":
        start += 1
    middle = state.src.rfind("](", start)
    if middle < 0:
        return _open_label(state, start)
    address, _, title = state.src[middle + 2 :].partition(" ")
    if not middle - start < _LABEL_CHARS or address.count(")") > address.count("(") or "\n" in address:
        return False
    if title.strip() and title.lstrip()[0] not in "\"'":
        return False
    if state.md.helpers.parseLinkLabel(state, start, True) != middle:
        return False
    state.pos, state.posMax = start + 1, middle
    state.push("link_open", "a", 1).attrs = {"href": address}
    state.md.inline.tokenize(state)
    state.push("link_close", "a", -1)
    state.pos = state.posMax = end
    return True


def _open_label(state: StateInline, start: int) -> bool:
    """A bracket that may turn out to begin a link is left out until it has turned out not to; so is its other half."""
    if start and state.src[start - 1].isalnum():
        return False
    middle = state.src.find("]", start)
    if middle < 0:
        state.pos = start + 1
        return True
    if middle < state.posMax - 1:
        return False
    state.pos, state.posMax = start + 1, middle
    state.md.inline.tokenize(state)
    state.pos = state.posMax = middle + 1
    return True


def _open_autolink(state: StateInline) -> bool:
    """An address between angle brackets, without the second one yet."""
    if not _AUTOLINK.fullmatch(state.src, state.pos):
        return False
    state.append_pending(state.src[state.pos + 1 :])
    state.pos = state.posMax
    return True


def _close_emphasis(state: StateInline) -> None:
    """Close what is still open, and leave out final marks that open or close nothing yet."""
    if not state.env.get(_GROWING):
        return
    found, at = state.delimiters, 0
    closers = {one.end for one in found if one.end >= 0}
    openers: list[Delimiter] = []
    while at < len(found):
        if found[at].end >= 0:
            at = found[at].end
        elif found[at].open and at not in closers and _opens(state, found[at]):
            openers.append(found[at])
        at += 1
    end = _marks_at_end(state, closers)
    for one in end:
        state.tokens[one.token].content = ""
    if openers:
        _end_before(state.tokens, end[-1].token if end else len(state.tokens))
    for opener in reversed(openers):
        token = state.push("text", "", 0)
        token.content = state.tokens[opener.token].content
        opener.end, opener.close = len(found), False
        found.append(Delimiter(opener.marker, opener.length, len(state.tokens) - 1, -1, open=False, close=True))


def _end_before(tokens: list[Token], at: int) -> None:
    """Leave out the white space before a token, or what ends there would not be ended."""
    while at and tokens[at - 1].type in ("softbreak", "text"):
        at -= 1
        tokens[at].type, tokens[at].tag = "text", ""
        tokens[at].content = tokens[at].content.rstrip()
        if tokens[at].content:
            return


def _opens(state: StateInline, delimiter: Delimiter) -> bool:
    """Whether emphasis is meant: inside a word, as in `2*3`, it hardly ever is."""
    before = delimiter.token - 1
    while before >= 0 and state.tokens[before].content == state.tokens[delimiter.token].content:
        before -= 1
    last = state.tokens[before].content[-1:] if before >= 0 else ""
    return not (last.isascii() and last.isalnum())


def _marks_at_end(state: StateInline, closers: set[int]) -> list[Delimiter]:
    marks: list[Delimiter] = []
    for at in range(len(state.delimiters) - 1, -1, -1):
        one = state.delimiters[at]
        if one.token != len(state.tokens) - 1 - len(marks) or one.end >= 0 or at in closers:
            break
        marks.append(one)
    return marks


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
    parser.inline.ruler.at("backticks", _code)
    parser.inline.ruler.at("link", _labelled("[", link))
    parser.inline.ruler.at("image", _labelled("![", image))
    parser.inline.ruler.before("link", "open_link", _open_link)
    parser.inline.ruler2.after("balance_pairs", "close_emphasis", _close_emphasis)
    return parser


_PARSER = _make_parser()
