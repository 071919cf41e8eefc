"""Text of others is looked through in steps that grow with its length, not with its square."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from agent.export.text import rendered
from agent.projections.blocks import Blocks
from tests.unit.examples import examples
from ui.markdown import safe_blocks, safe_label, safe_markdown
from ui.markdown.tail import SafeTail

_SMALLEST, _LARGEST = 1 << 9, 1 << 20
_ENOUGH = 0.02 * examples(100) / 100
"""Seconds of this thread: a text is chosen that takes about as long, if it takes no longer than its length allows."""


def live(text: str) -> None:
    """What a page does while a text arrives."""
    growing, tail, drawn = Blocks(), SafeTail(), 0
    for start in range(0, len(text), 500):
        growing.feed(text[start : start + 500])
        safe_blocks(growing.done[drawn:])
        drawn = len(growing.done)
        tail.markdown(growing)


_HOSTILE = {
    "blanks in a heading": lambda size: "# x" + " " * size + "y",
    "digits": lambda size: "1" * size,
    "marks of headings": lambda size: "#" * size,
    "deep quotes": lambda size: "> " * size,
    "deep lists": lambda size: "- " * size,
    "stairs": lambda size: "\n".join(" " * (2 * depth % 120) + "- a" for depth in range(size // 60)),
    "short lines": lambda size: "a\n" * (size // 2),
    "empty items": lambda size: "-\n" * (size // 2),
    "items apart": lambda size: "- a\n\n" * (size // 5),
    "brackets": lambda size: "[" * size,
    "images in images": lambda size: "![" * (size // 2),
    "links without an end": lambda size: "[a](" * (size // 4),
    "references": lambda size: "[a]: b\n" * (size // 7),
    "emphasis that opens": lambda size: "*a **a " * (size // 7),
    "emphasis of two kinds": lambda size: "*_" * (size // 2),
    "strikethrough": lambda size: "~~a " * (size // 4),
    "back-ticks": lambda size: "`" * size,
    "back-ticks of all lengths": lambda size: " ".join("`" * (1 + n % 30) for n in range(size // 17)),
    "a fence of lines": lambda size: "```\n" + "a\n" * (size // 2),
    "fences": lambda size: "```\n" * (size // 4),
    "a wide table": lambda size: "|a" * 150 + "\n" + "|-" * 150 + "\n" + "|\n" * (size // 2),
    "a narrow table": lambda size: "a|b\n-|-\n" + "|\n" * (size // 2),
    "entities": lambda size: "&amp;&#97;&" * (size // 11),
    "unfinished HTML": lambda size: "<a <!-- " * (size // 8),
    "one word": lambda size: "x" * size,
    "escapes": lambda size: "\\" * size,
    "colons": lambda size: ":a" * (size // 2),
    "returns": lambda size: "\r" * size,
}


@pytest.mark.parametrize("read", [live, safe_markdown, safe_label, rendered])
@pytest.mark.parametrize("text", _HOSTILE.values(), ids=list(_HOSTILE))
def test_twice_the_text_takes_about_twice_as_long(read: Callable[[str], object], text: Callable[[int], str]) -> None:
    first = _seconds(read, text(_SMALLEST))
    if first < _ENOUGH:
        first = min(first, _seconds(read, text(_SMALLEST)))
    times = min(max(8, round(_ENOUGH / first)), _LARGEST // _SMALLEST)
    most = 3 * (first + 0.0001) * times
    longer = text(times * _SMALLEST)
    assert any(_seconds(read, longer) < most for _ in range(4))  # a garbage collection, say, takes time too


def _seconds(read: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    read(text)
    return time.thread_time() - began
