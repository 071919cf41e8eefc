import random

import pytest

from agent.projections.blocks import BLOCK_CHARS, Blocks

DOCUMENT = (
    "# Heading\n\nA paragraph\nof two lines.\n\n1. one\n\n   still one\n2. two\n\n```py\nx = 1\n\ny = 2\n```\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n$$\na\n\nb\n$$\n\nThe end"
)


def test_blocks_end_at_blank_lines_outside_fences_formulas_and_lists():
    assert Blocks(DOCUMENT).done == [
        "# Heading",
        "A paragraph\nof two lines.",
        "1. one\n\n   still one\n2. two",
        "```py\nx = 1\n\ny = 2\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "$$\na\n\nb\n$$",
    ]
    assert Blocks(DOCUMENT).tail == "The end"


@pytest.mark.parametrize("seed", range(20))
def test_the_same_text_gives_the_same_blocks_however_it_is_cut(seed):
    long = DOCUMENT + " word" * 900 + "\n\n```\n" + "code\n\n" * 600 + "```\nafter\n\nlast"
    pieces, rest, cut = [], long, random.Random(seed)
    while rest:
        size = cut.choice((1, 2, 3, 11, 60))
        pieces.append(rest[:size])
        rest = rest[size:]
    fed = Blocks()
    for piece in pieces:
        fed.feed(piece)
    whole = Blocks(long)
    assert (fed.done, fed.tail, fed.text) == (whole.done, whole.tail, long)


def test_a_finished_block_never_changes():
    text, seen = Blocks(), []
    for character in DOCUMENT * 3:
        text.feed(character)
        assert text.done[: len(seen)] == seen
        seen = list(text.done)


@pytest.mark.parametrize(
    "text",
    ["x" * 50_000, "many words. " * 5_000, "```\n" + "line\n" * 9_000, "| a |\n|---|\n" + "| 1 |\n" * 6_000],
)
def test_no_text_makes_a_long_tail(text):
    blocks = Blocks(text)
    assert max(len(block) for block in [*blocks.done, blocks.tail]) <= BLOCK_CHARS * 1.1


def test_a_split_fence_is_closed_and_opened_again():
    blocks = Blocks("```python\n" + "x = 1\n" * 1_000 + "```\n\nend")
    assert len(blocks.done) > 2
    assert all(block.startswith("```python\n") and block.endswith("```") for block in blocks.done)


def test_a_split_table_repeats_its_head():
    blocks = Blocks("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 900 + "\nend")
    assert len(blocks.done) > 2
    assert all(block.startswith("| a | b |\n|---|---|\n| 1") for block in blocks.done)
