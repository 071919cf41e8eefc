"""Contact sheets: many pictures in one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from bench.screens.scenes import ORDER, SCENES
from bench.screens.visit import PICTURES
from texts import LANGUAGES

DOCS = Path(__file__).parents[2] / "docs"
SHEETS: dict[int, tuple[str, int, int, int]] = {
    1280: ("desk", 8, 320, 560),
    768: ("tablet", 10, 240, 480),
    390: ("phone", 14, 170, 480),
}
"""By the window's width: what its sheet is called, its columns, and how wide and at most how high a picture is."""
DARK = {(1280, "ko"), (768, "en"), (390, "ko")}
"""Sheets in the dark; the others are in the light."""


def sheet(pictures: Sequence[Path], columns: int, width: int, most: int, path: Path) -> None:
    """The pictures below their names, in rows, each `width` pixels wide and at most `most` high."""
    margin, line = 12, 20
    tiles = [Image.open(picture).convert("RGB") for picture in pictures]
    tiles = [tile.resize((width, tile.height * width // tile.width), Image.Resampling.LANCZOS) for tile in tiles]
    tiles = [tile.crop((0, 0, width, min(tile.height, most))) for tile in tiles]
    rows = [range(start, min(start + columns, len(tiles))) for start in range(0, len(tiles), columns)]
    heights = [max(tiles[at].height for at in row) + line + margin for row in rows]
    whole = Image.new("RGB", (columns * (width + margin) + margin, sum(heights) + margin), "#d9d6cc")
    draw, top = ImageDraw.Draw(whole), margin
    for row, height in zip(rows, heights, strict=True):
        for column, at in enumerate(row):
            left = margin + column * (width + margin)
            draw.text((left, top), "-".join(pictures[at].stem.split("-")[:2]), fill="#0c1619", font_size=13)
            whole.paste(tiles[at], (left, top + line))
        top += height
    whole.save(path, quality=60, method=6)


def sheets() -> None:
    """Contact sheets of all pictures: one a width and language, light or dark."""
    for width, (name, columns, wide, high) in SHEETS.items():
        for language in LANGUAGES:
            scheme = "dark" if (width, language) in DARK else "light"
            found = {
                tuple(path.stem.split("-")[:2]): path for path in PICTURES.glob(f"*-{width}-{scheme}-{language}.jpg")
            }
            ordered = [found[page, state] for page in SCENES for state in ORDER if (page, state) in found]
            sheet(ordered, columns, wide, high, DOCS / f"screens-{name}-{language}.webp")
