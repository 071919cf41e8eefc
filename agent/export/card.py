"""A finished run as one picture to send to somebody: the question, and how long one waited with and without."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from agent.export.text import escaped

WIDTH, HEIGHT = 1200, 630
"""Pixels: what chats show of a link."""
_LINE, _LINES = 44, 3
"""Characters of a line of the question, and lines."""


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
    lines = textwrap.wrap(" ".join(card.question.split())[:400], _LINE) or [""]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], lines[_LINES - 1][: _LINE - 1] + "…"]
    question = "".join(
        f'<text x="70" y="{120 + 58 * place}" class="q">{escaped(line)}</text>' for place, line in enumerate(lines)
    )
    tools = escaped(textwrap.shorten(" · ".join(card.tools), 90, placeholder=" …"))
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
        ".q{font-size:44px;font-weight:700}.n{font-size:26px;font-weight:600}.s{font-size:40px;font-weight:750;"
        "text-anchor:end}.go{fill:#0b6e6e}.late{fill:#93430f}.t{font-size:24px;fill:#56646a}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fbfaf6"/>{question}{words}'
        f'<rect x="70" y="360" width="{wide}" height="26" rx="13" fill="#0b6e6e"/>'
        f'<rect x="70" y="360" width="{at:.0f}" height="26" rx="13" fill="#b9b4a3"/>'
        f'<rect x="70" y="470" width="{wide}" height="26" rx="13" fill="#b9b4a3"/>'
        f'<text x="70" y="560" class="t">{tools}</text>'
        f'<text x="{WIDTH - 70}" y="560" class="t" text-anchor="end">Toolstream</text></svg>'
    )
