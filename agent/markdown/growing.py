"""What is still open in a text that grows, closed where it ends: emphasis, code, links, tables and fences."""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline, backtick
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

LABEL_CHARS = 400
"""Longest text of a link: looking for its end at each bracket takes quadratic time."""

GROWING = "growing"
"""In a parser's environment: the text goes on, and what is open is closed where it ends."""

_AUTOLINK = re.compile(r"<(?:h|ht|htt|https?(?::[^\s<>]*)?)?")
"""The start of an address between angle brackets, as models write them."""


def close_fence(fence: Token, tokens: list[Token]) -> None:
    """Leave out the beginnings of a closing fence, and a fence of which only the marks have arrived."""
    above, line_end, line = fence.content.rpartition("\n")
    if line and not line.strip(f" {fence.markup}"):
        fence.content = above + line_end
    if not fence.content and not fence.info:
        tokens.remove(fence)


def closed_lines(text: str) -> str:
    """A piece whose table has its rule, and without a last line that may still become one."""
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
    return bool(state.env.get(GROWING)) and state.posMax == len(state.src)


def inline_code(state: StateInline, silent: bool) -> bool:
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


def open_link(state: StateInline, silent: bool) -> bool:
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
    if not middle - start < LABEL_CHARS or address.count(")") > address.count("(") or "\n" in address:
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


def close_emphasis(state: StateInline) -> None:
    """Close what is still open, and leave out final marks that open or close nothing yet."""
    if not state.env.get(GROWING):
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
