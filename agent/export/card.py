"""A finished run as one picture to send to somebody: the question, and how long one waited with and without."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.export.text import escaped

WIDTH, HEIGHT = 1200, 630
"""Pixels: what chats show of a link."""
_LINE, _LINES = 38, 3
"""Widths of a line of the question, and lines: a letter of the widest font at hand, DejaVu Sans Bold, is one wide."""
_TOOLS = 60
"""Widths of the line of tools."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture says. Times are seconds since the run began."""

    question: str
    first: float
    whole: float
    tools: tuple[str, ...] = ()
    """Titles of the tools that were used."""


def to_svg(card: Card, say: Callable[..., str]) -> str:
    """The picture as SVG, which loads nothing."""
    lines = list(_wrapped(card.question, _LINE)) or [""]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], _cut(f"{lines[_LINES - 1]} {lines[_LINES]}", _LINE)]
    edge = f'x="{WIDTH - 70}" direction="rtl"' if _is_right_to_left(card.question) else 'x="70"'
    question = "".join(
        f'<text {edge} y="{120 + 58 * place}" class="q">{escaped(line)}</text>' for place, line in enumerate(lines)
    )
    tools = escaped(_cut(" · ".join(card.tools), _TOOLS))
    wide = WIDTH - 140
    at = max(wide * min(card.first / (card.whole or 1.0), 1.0), 4)
    rows = ((360, "home-with", card.first, "go"), (470, "home-without", card.whole, "late"))
    words = "".join(
        f'<text x="70" y="{y - 16}" class="n">{escaped(say(key))}</text>'
        f'<text x="{WIDTH - 70}" y="{y - 14}" class="s {look}">{escaped(say("time-seconds", seconds=f"{seconds:.1f}"))}'
        "</text>"
        for y, key, seconds, look in rows
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img"><style>text{{font-family:system-ui,"Segoe UI","Noto Sans KR","Noto Sans",sans-serif;fill:#0c1619}}'
        ".q{font-size:40px;font-weight:700}.n{font-size:26px;font-weight:600}.s{font-size:40px;font-weight:750;"
        "text-anchor:end}.go{fill:#0b6e6e}.late{fill:#93430f}.t{font-size:24px;fill:#56646a}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fbfaf6"/>{question}{words}'
        f'<rect x="70" y="360" width="{wide}" height="26" rx="13" fill="#0b6e6e"/>'
        f'<rect x="70" y="360" width="{at:.0f}" height="26" rx="13" fill="#b9b4a3"/>'
        f'<rect x="70" y="470" width="{wide}" height="26" rx="13" fill="#b9b4a3"/>'
        f'<text x="70" y="560" class="t">{tools}</text>'
        f'<text x="{WIDTH - 70}" y="560" class="t" text-anchor="end">Toolstream</text></svg>'
    )


def _wrapped(text: str, most: int) -> Iterator[str]:
    """The words of a text in lines; a word that is longer than a line is broken."""
    line = ""
    for word in text[:400].split():
        if line and _width(f"{line} {word}") > most:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while _width(line) > most:
            fits = _fitting(line, most)
            yield line[:fits]
            line = line[fits:]
    if line:
        yield line


def _cut(text: str, most: int) -> str:
    return text if _width(text) <= most else text[: _fitting(text, most - 1)].rstrip() + "…"


def _fitting(text: str, most: int) -> int:
    """How many characters fit in a line."""
    width = 0.0
    for place, letter in enumerate(text):
        width += _width(letter)
        if width > most:
            return max(place, 1)
    return len(text)


def _width(text: str) -> float:
    """Letters of East Asia, emoji and capitals are half as wide again as others."""
    return sum(
        0.0
        if unicodedata.combining(letter)
        else 1.5
        if unicodedata.east_asian_width(letter) in "WF" or letter.isupper() or letter in "mw@%"
        else 1.0
        for letter in text
    )


def _is_right_to_left(text: str) -> bool:
    """By the first letter that has a direction, as browsers do."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((each for each in directions if each in ("L", "R", "AL")), "L") != "L"
