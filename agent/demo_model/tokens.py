"""A small tokenizer: words with the space before them, marks, line ends. Joined, they are the text again."""

from __future__ import annotations

import re

_TOKEN = re.compile(r" ?[^\W\d_]+(?:['’][^\W\d_]+)?| ?\d+|\n+|[ \t]+|\*\*|```|.", re.DOTALL)


def tokenize(text: str) -> list[str]:
    """Split `text` into tokens, such that `"".join(tokenize(text)) == text`."""
    return _TOKEN.findall(text)


def cut(tokens: list[str], *, stop: list[str], limit: int | None) -> tuple[list[str], bool]:
    """End `tokens` before the first of `stop` and after `limit` tokens; the flag says if the limit cut it."""
    kept = tokens if limit is None else tokens[:limit]
    text = "".join(kept)
    ends = [at for sequence in stop if sequence and (at := text.find(sequence)) >= 0]
    if ends:
        return tokenize(text[: min(ends)]), False
    return kept, len(kept) < len(tokens)
