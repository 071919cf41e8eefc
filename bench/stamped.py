"""The text that is streamed: realistic markdown of an exact length, with stamps to find it again on a page."""

from __future__ import annotations

import functools
import re
from itertools import pairwise

from agent.demo_model.prose import essay, tokenize

STAMP_EVERY = 4
"""Tokens between two stamps, or a few more: a stamp is only put behind a word."""

_WORD = re.compile(r" [A-Za-z]{3,}")


@functools.cache
def stamped_tokens(length: int) -> tuple[str, ...]:
    """`length` tokens of headings, lists, code and tables; the stamp in token 12 is the word `q12z`.

    The very first one has a stamp, and a line of its own.
    """
    tokens = tokenize(essay(None, length))
    tokens[0] = f"q0z\n\n{tokens[0]}"
    before = 0
    for at, (token, following) in enumerate(pairwise([*tokens, "\n"])):
        at_end = following[:1] in (" ", ".", ",", "\n", "*", ":")
        if at - before >= STAMP_EVERY and at_end and _WORD.fullmatch(token):
            tokens[at] += f" q{at}z"
            before = at
    return tuple(tokens)


@functools.cache
def stamps(length: int) -> tuple[int, ...]:
    """The numbers of the stamps in the text of this length."""
    return 0, *(at for at, token in enumerate(stamped_tokens(length)) if token.endswith(f" q{at}z"))


def question(tokens: int, rate: float, tag: str, at_once: int = 0, *, tool: bool = False) -> str:
    """What to ask the model server for; a rate of 0 is as fast as possible. With `tool`, it calls one before."""
    return f"Write {tokens} tokens, {rate:g} a second, {at_once} at once, as {tag}{', with a tool' if tool else ''}"


ASKED = re.compile(r"Write (\d+) tokens, ([\d.]+) a second, (\d+) at once, as (\w+)(, with a tool)?")
