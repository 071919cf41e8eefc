"""A finished run as one picture to send to somebody: the question, and how long one waited with and without."""

from __future__ import annotations

import contextlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from agent.export.text import escaped
from agent.projections.metrics import is_sooner
from agent.projections.transcript import Transcript

if TYPE_CHECKING:
    from PIL import ImageFont

WIDTH, HEIGHT = 1200, 630
"""Pixels: what chats show of a link."""
_LINE, _LINES = 38, 3
"""Widths of a line of the question, and lines: a letter of the widest font at hand, DejaVu Sans Bold, is one wide."""
_TOOLS = 60
"""Widths of the line of tools."""
_LEFT, _RIGHT, _THICK = 70, WIDTH - 70, 26
_INK, _PAPER, _GO, _LATE, _WAIT, _SOFT = "#0c1619", "#fbfaf6", "#0b6e6e", "#93430f", "#b9b4a3", "#56646a"
_FONTS = ("NotoSansCJK-Bold.ttc", "NotoSansKR-Bold.otf", "NanumGothicBold.ttf", "DejaVuSans-Bold.ttf")
"""What Debian's packages call bold fonts, and such as have letters which Pillow's own thin one has not."""
_PICTURES = re.compile("[\u200d\u20e3\ufe0f\u2600-\u27bf\U0001f000-\U000e007f]")
"""Emoji, and what joins them: no font here has them in black."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture says. Times are seconds since the run began."""

    question: str
    first: float
    whole: float
    tools: tuple[str, ...] = ()
    """Titles of the tools that were used."""


def card_of(run: Transcript, title: Callable[[str], str]) -> Card | None:
    """What the card of a run says; None where streaming has changed nothing, or nothing was seen of it.

    `title` is what a tool is called, by its name.
    """
    if run.state != "finished" or not run.modes or not run.request:
        return None
    if run.first_output_at is None or run.ended_at is None:
        return None
    first, whole = run.worked(run.first_output_at), run.worked(run.ended_at)
    if not is_sooner(first, whole):
        return None
    tools = dict.fromkeys(title(call.name) for call in run.calls)
    return Card(run.request.question, first, whole, tuple(tools))


def to_svg(card: Card, say: Callable[..., str]) -> str:
    """The picture as SVG, which loads nothing."""
    edge = f'x="{_RIGHT}" direction="rtl"' if _is_right_to_left(card.question) else f'x="{_LEFT}"'
    question = "".join(
        f'<text {edge} y="{120 + 58 * place}" class="q">{escaped(line)}</text>'
        for place, line in enumerate(_lines(card.question))
    )
    words = "".join(
        f'<text x="{_LEFT}" y="{bar.y - 16}" class="n">{escaped(bar.name)}</text>'
        f'<text x="{_RIGHT}" y="{bar.y - 14}" class="s {bar.look}">{escaped(bar.seconds)}</text>'
        for bar in _bars(card, say)
    )
    wide = _RIGHT - _LEFT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img"><style>text{{font-family:system-ui,"Segoe UI","Noto Sans KR","Noto Sans",sans-serif;fill:{_INK}}}'
        ".q{font-size:40px;font-weight:700}.n{font-size:26px;font-weight:600}.s{font-size:40px;font-weight:750;"
        f"text-anchor:end}}.go{{fill:{_GO}}}.late{{fill:{_LATE}}}.t{{font-size:24px;fill:{_SOFT}}}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/>{question}{words}'
        f'<rect x="{_LEFT}" y="360" width="{wide}" height="{_THICK}" rx="13" fill="{_GO}"/>'
        f'<rect x="{_LEFT}" y="360" width="{_first(card):.0f}" height="{_THICK}" rx="13" fill="{_WAIT}"/>'
        f'<rect x="{_LEFT}" y="470" width="{wide}" height="{_THICK}" rx="13" fill="{_WAIT}"/>'
        f'<text x="{_LEFT}" y="560" class="t">{escaped(_tools(card))}</text>'
        f'<text x="{_RIGHT}" y="560" class="t" text-anchor="end">Toolstream</text></svg>'
    )


def to_png(card: Card, say: Callable[..., str]) -> bytes:
    """The picture as PNG, for what shows no SVG; words in letters that no font here has are left out."""
    from PIL import Image, ImageDraw  # only where it is needed

    large = Image.new("RGB", (2 * WIDTH, 2 * HEIGHT), _PAPER)
    draw = ImageDraw.Draw(large)

    def write(x: int, y: int, text: str, size: int, ink: str, anchor: str = "ls") -> None:
        if (font := _font(text, 2 * size)) is not None:
            draw.text((2 * x, 2 * y), text, ink, font, anchor)

    def bar(y: int, width: float, ink: str) -> None:
        box = (2 * _LEFT, 2 * y, 2 * (_LEFT + max(width, _THICK)), 2 * (y + _THICK))
        draw.rounded_rectangle(box, _THICK, ink)

    at, anchor = (_RIGHT, "rs") if _is_right_to_left(card.question) else (_LEFT, "ls")
    for place, line in enumerate(_lines(_PICTURES.sub("", card.question))):
        write(at, 120 + 58 * place, line, 38, _INK, anchor)
    for each in _bars(card, say):
        write(_LEFT, each.y - 16, each.name, 26, _INK)
        write(_RIGHT, each.y - 14, each.seconds, 40, _GO if each.look == "go" else _LATE, "rs")
    bar(360, _RIGHT - _LEFT, _GO)
    bar(360, _first(card), _WAIT)
    bar(470, _RIGHT - _LEFT, _WAIT)
    write(_LEFT, 560, _tools(card), 24, _SOFT)
    write(_RIGHT, 560, "Toolstream", 24, _SOFT, "rs")
    file = io.BytesIO()
    large.reduce(2).save(file, "PNG", optimize=True)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Bar:
    y: int
    name: str
    seconds: str
    look: str


def _bars(card: Card, say: Callable[..., str]) -> list[_Bar]:
    rows = ((360, "home-with", card.first, "go"), (470, "home-without", card.whole, "late"))
    until = say("home-first-words")
    return [
        _Bar(y, f"{say(key)} · {until}", say("time-seconds", seconds=f"{seconds:.1f}"), look)
        for y, key, seconds, look in rows
    ]


def _first(card: Card) -> float:
    """Pixels of the bar until the first output."""
    return max((_RIGHT - _LEFT) * min(card.first / (card.whole or 1.0), 1.0), 4)


def _lines(question: str) -> list[str]:
    lines = list(_wrapped(question, _LINE)) or [""]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], _cut(f"{lines[_LINES - 1]} {lines[_LINES]}", _LINE)]
    return lines


def _tools(card: Card) -> str:
    return _cut(" · ".join(card.tools), _TOOLS)


def _font(text: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont | None:
    """The first font that has all letters of a text; None if there is none, or nothing to be written."""
    letters = {letter for letter in text if not letter.isspace()}
    if not letters:
        return None
    return next((font for font in _fonts(size) if all(_has(font, letter) for letter in letters)), None)


@cache
def _fonts(size: int) -> list[ImageFont.FreeTypeFont | ImageFont.ImageFont]:
    from PIL import ImageFont

    found: list[ImageFont.FreeTypeFont | ImageFont.ImageFont] = []
    for name in _FONTS:
        with contextlib.suppress(OSError):
            found.append(ImageFont.truetype(name, size))
    return [*found, ImageFont.load_default(size)]


def _has(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> bool:
    """Whether a font has a letter: another picture than of what no font has."""
    return bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


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
