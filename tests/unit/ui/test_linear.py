"""Text of others is looked through in steps that grow with its length, not with its square."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from agent.export.text import rendered
from ui.markdown import safe_markdown


@pytest.mark.parametrize("read", [rendered, safe_markdown])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(lambda size: "# x" + " " * size + "y", id="a heading with a gap"),
        pytest.param(lambda size: "1" * size, id="digits"),
        pytest.param(lambda size: "#" * size, id="marks of headings"),
        pytest.param(lambda size: "> " * size, id="quotes"),
    ],
)
def test_eight_times_the_text_takes_nowhere_near_sixty_four_times_as_long(
    read: Callable[[str], str], text: Callable[[int], str]
) -> None:
    small, large = (min(_seconds(read, text(size)) for _ in range(3)) for size in (8_000, 64_000))
    assert large < 40 * small + 0.02


def _seconds(read: Callable[[str], str], text: str) -> float:
    began = time.thread_time()
    read(text)
    return time.thread_time() - began
