"""Make the pictures that the words choose, and the sheets anew if that is all of them."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Awaitable, Sequence

from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

from bench.screens.scenes import SCENES, SLOWEST, Scene
from bench.screens.sheets import sheets
from bench.screens.studio import NotHere, Studio, studio
from bench.screens.visit import HEIGHTS, PATIENCE, PICTURES, SCHEMES, STATES, NotReached, Visit, Wanted
from tests.conftest import CHROMIUM_ARGS, chromium
from texts import LANGUAGES, Language

LOCALES = {"en": "en-US", "ko": "ko-KR"}
AT_ONCE = 5
"""Visitors of a language: most of the time each of them waits for a page to be drawn, or for a run."""
LONGEST = 240
"""Seconds of a scene."""


async def shoot(browser: Browser, studio: Studio, language: Language, wanted: Wanted, pages: list[str]) -> list[str]:
    """Look at one of the pages after another, while there are any; returns which scenes could not be, and why."""
    missed: list[str] = []
    # A spinner that turns has a browser without a graphics card paint all the time.
    context = await browser.new_context(locale=LOCALES[language], base_url=studio.app.url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    while pages:
        page, began, taken = pages.pop(0), time.monotonic(), 0
        scenes = [(scene, attempt) for scene in SCENES[page] for attempt in (1, 2)]
        visit = None
        while scenes:
            scene, attempt = scenes.pop(0)
            if visit is None:
                visit = Visit(context, studio, language, page, wanted)
                await visit.begin()
            why = await play(scene, visit)
            if not why:
                scenes = [other for other in scenes if other[0] is not scene]
                continue
            why = f"{language} {page}, {scene.__name__}: {why}"
            print(f"{why} (attempt {attempt})", flush=True)
            missed += [why] if attempt == 2 else []
            taken += visit.taken
            await visit.end()
            visit = None
        if visit:
            taken += visit.taken
            await visit.end()
        print(f"{language} {page}: {taken} pictures, {time.monotonic() - began:.0f} s", flush=True)
    await context.close()
    return missed


async def play(scene: Scene, visit: Visit) -> str:
    """Returns why it could not be played to its end; "" if it was."""
    try:
        async with asyncio.timeout(LONGEST):
            await scene(visit)
    except TimeoutError:
        return f"not over after {LONGEST} s"
    except (
        PlaywrightError,
        NotReached,
        NotHere,
        AssertionError,
    ) as error:  # the last: a server that did not end in time
        return str(error).splitlines()[0]
    return ""


async def shoot_all(studio: Studio, wanted: Wanted) -> list[str]:
    """Make all pictures; returns which scenes could not be looked at to the end, and why."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        shoots: list[Awaitable[list[str]]] = []
        for language in LANGUAGES:
            if language in wanted.any(LANGUAGES):
                names = wanted.any(list(SCENES))
                pages = sorted(names, key=lambda name: SLOWEST.index(name) if name in SLOWEST else len(SLOWEST))
                shoots += [shoot(browser, studio, language, wanted, pages) for _ in range(AT_ONCE)]
        missed = [miss for missed in await asyncio.gather(*shoots) for miss in missed]
        await browser.close()
    return missed


def main(words: Sequence[str]) -> None:
    """Make the pictures, and say how many there are and what is missing."""
    known = {*SCENES, *STATES, *LANGUAGES, *SCHEMES, *map(str, HEIGHTS)}
    if unknown := set(words) - known:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. Choose from {', '.join(sorted(known))}.")
    if not words:
        shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(exist_ok=True)
    began = time.monotonic()
    with studio() as opened:
        missed = asyncio.run(shoot_all(opened, Wanted(frozenset(words))))
    if not words:
        sheets()
    print(f"{len(list(PICTURES.glob('*.jpg')))} pictures in {PICTURES}, after {time.monotonic() - began:.0f} s")
    if missed:
        sys.exit("Missed:\n" + "\n".join(missed))


if __name__ == "__main__":
    main(sys.argv[1:])
