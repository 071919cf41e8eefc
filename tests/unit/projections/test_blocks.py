from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.markdown import plain
from agent.projections import blocks as module
from agent.projections.blocks import BLOCK_CHARS, Blocks
from tests.markdown_texts import texts
from tests.unit.examples import examples

DOCUMENT = (
    "# Heading\nA paragraph\nof two lines.\n\n1. one\n\n   still one\n2. two\n\n3. three\n\n"
    "```py\nx = 1\n\ny = 2\n```\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n> a\nquote\n\n- a\n* b\n---\n\n    code\n\n    more\n\nThe end"
)


def test_a_block_is_what_the_parser_finds_at_the_top() -> None:
    assert Blocks(DOCUMENT).done == [
        "# Heading",
        "A paragraph\nof two lines.",
        "1. one\n\n   still one\n2. two\n\n3. three",
        "```py\nx = 1\n\ny = 2\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "> a\nquote",
        "- a",
        "* b",
        "---",
        "    code\n\n    more",
    ]
    assert Blocks(DOCUMENT).tail == "The end"


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("a\n\nb", ["a"]),
        ("a\n\n ", []),
        ("a\n#", []),
        ("a\n# b\n", ["a"]),
        ("- a\n\n2", []),
        ("- a\n\nA long paragraph", ["- a"]),
        ("- a\n\n- a long item of the list", []),
        ("```\na\n\nb", []),
        ("```\na\n```\nb\n", ["```\na\n```"]),
        ("| a | b |\n|---|---|\n\nb", ["| a | b |\n|---|---|"]),
        ("a\r\n\r\nb\rc", ["a"]),
    ],
)
def test_a_block_has_ended_when_the_next_one_has_surely_begun(text: str, done: list[str]) -> None:
    assert Blocks(text).done == done


@settings(max_examples=examples(300))
@given(texts, st.lists(st.integers(0, 200), max_size=8), st.booleans())
def test_the_same_text_gives_the_same_blocks_however_it_is_cut(text: str, cuts: list[int], small: bool) -> None:
    with _small_blocks() if small else _nothing():
        whole = Blocks(text)
        for fed in (_fed(text, sorted(cuts)), _fed(text, range(len(text)))):
            assert (fed.done, fed.settled, fed.growing, fed.head) == (
                whole.done,
                whole.settled,
                whole.growing,
                whole.head,
            )
            assert fed.text == text


@settings(max_examples=examples(300))
@given(texts)
def test_nothing_is_lost_but_blank_lines(text: str) -> None:
    blocks = Blocks(text)
    assert "".join("\n".join([*blocks.done, blocks.tail]).split()) == "".join(plain(text).split())


@settings(max_examples=examples(100))
@given(texts)
def test_what_is_finished_or_has_settled_never_changes(text: str) -> None:
    growing = Blocks()
    done: list[str] = []
    settled: list[str] = []
    for character in text + DOCUMENT:
        growing.feed(character)
        if growing.done[: len(done)] == done and len(growing.done) == len(done):
            assert growing.settled[: len(settled)] == settled
        assert growing.done[: len(done)] == done
        done, settled = list(growing.done), list(growing.settled)


def test_items_and_rows_settle_before_their_list_or_table_has_ended() -> None:
    items = Blocks("1. one\n   - more\n\n2. two\n3. thr")
    assert (items.settled, items.growing) == (["1. one\n   - more\n"], "2. two\n3. thr")
    table = Blocks("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n| 5")
    assert table.settled == ["| a | b |\n|---|---|\n| 1 | 2 |"]
    assert (table.head, table.growing) == ("| a | b |\n|---|---|", "| 3 | 4 |\n| 5")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 50_000,
        "many words. " * 5_000,
        "```\n" + "line\n" * 3_000,
        "| a |\n|---|\n" + "| 1 |\n" * 2_000,
        "|" + "a|" * 900 + "\n|" + "-|" * 900 + "\n" + "|\n" * 1_000,
        "- a\n" * 3_000,
        "- a\n  b\n" + "  c\n" * 3_000,
        "> a\n" * 3_000,
    ],
)
def test_no_text_makes_a_long_tail(text: str) -> None:
    blocks = Blocks(text)
    assert max(len(block) for block in [*blocks.done, blocks.tail]) <= 2 * BLOCK_CHARS
    assert sum(map(len, blocks.done)) < 2 * len(text) + BLOCK_CHARS


def test_a_split_fence_is_closed_and_opened_again() -> None:
    blocks = Blocks("```python\n" + "x = 1\n" * 1_000 + "```\n\nend")
    assert len(blocks.done) > 2
    assert all(block.startswith("```python\n") and block.endswith("```") for block in blocks.done)


@pytest.mark.parametrize("mark", ["- ", "1. ", "1. - "])
def test_a_split_fence_in_a_list_is_opened_again_at_the_margin(mark: str) -> None:
    indent = " " * len(mark)
    code = f"{indent}x = 1\n" * 1_000
    blocks = Blocks(f"{mark}a\n\n{indent}```python\n{code}{indent}```\n\n{indent}more\n\n# End\n")
    _, *others = (block for block in blocks.done if "x = 1" in block)
    assert len(others) > 2
    assert all(block.startswith("```python\nx = 1\n") and block.endswith("```") for block in others)
    assert blocks.tail == "# End"


def test_a_split_list_is_cut_between_items_and_a_table_repeats_its_head() -> None:
    items = Blocks("".join(f"- {n} {'word ' * 9}\n  - more\n" for n in range(90)))
    assert len(items.done) > 1
    assert all(block.startswith("- ") and block.endswith("- more") for block in items.done)
    blocks = Blocks("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 900 + "\nend")
    assert len(blocks.done) > 2
    assert all(block.startswith("| a | b |\n|---|---|\n| 1") for block in blocks.done)


def _fed(text: str, cuts: Iterable[int]) -> Blocks:
    blocks, start = Blocks(), 0
    for cut in cuts:
        blocks.feed(text[start:cut])
        start = max(start, cut)
    blocks.feed(text[start:])
    return blocks


@contextmanager
def _small_blocks() -> Iterator[None]:
    before = module.BLOCK_CHARS
    module.BLOCK_CHARS = 40
    try:
        yield
    finally:
        module.BLOCK_CHARS = before


@contextmanager
def _nothing() -> Iterator[None]:
    yield
