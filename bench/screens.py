"""Pictures of the pages in their states, and a contact sheet of them: `python -m bench.screens`.

The pictures go to `screens/`; the sheets, one for desks and one for phones, to `docs/`. A state is waited for on the
page, and the race on Home is set to its second, so that nothing depends on how quick the machine is.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from tests.browser.visitor import STOP, ask, last_turn, settle, wait_for_end, wait_for_text
from tests.conftest import CHROMIUM_ARGS, chromium
from tests.serving import app_server, model_server, pointed_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "screens"
DOCS = ROOT / "docs"
HEIGHTS = {1280: 800, 768: 1024, 640: 450, 390: 844}
"""Of the window, by its width: 640 is a desk at 200 %."""
QUESTIONS = {
    "en": "What items are in the office and the bedroom?",
    "ko": "사무실과 침실에는 어떤 물건이 있나요?",
}
PATIENCE = 60_000
_SET_CLOCK = """at => document.querySelector(".hero").getAnimations({subtree: true}).forEach(
    animation => { animation.pause(); animation.currentTime = at * 1000; })"""

Scheme = Literal["light", "dark"]
OTHERS: list[tuple[int, Scheme, str]] = [
    (390, "light", "en"),
    (390, "dark", "ko"),
    (768, "light", "en"),
    (1280, "dark", "ko"),
]


class Visit:
    """One window: its size, colors and language."""

    def __init__(self, browser: Browser, url: str, width: int, scheme: Scheme, language: str) -> None:
        locale = {"en": "en-US", "ko": "ko-KR"}[language]
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=scheme,
            locale=locale,
            base_url=url,
            is_mobile=width == 390,
            has_touch=width == 390,
        )
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self._language, self._name = language, f"{width}-{scheme}-{language}"

    def take(self, state: str) -> None:
        """Make a picture of what is there now."""
        self.page.screenshot(path=PICTURES / f"{self._name}-{state}.png")

    def home(self, *seconds: int) -> None:
        """The race at these seconds."""
        self.page.goto("/")
        self.page.locator(".hero").wait_for()
        wait_until_drawn(self.page)
        for second in seconds:
            self.page.evaluate(_SET_CLOCK, second)
            self.take(f"home-{second}s")

    def open(self, path: str, state: str) -> None:
        """A page as it is before anybody has done anything."""
        self.page.goto(path)
        self.page.locator("main").get_by_role("button").first.wait_for()
        wait_until_drawn(self.page)
        self.take(state)

    def run(self, *, every_state: bool) -> None:
        """A question from before it is asked until it is answered."""
        self.open("/LLM_tokens", "1-idle")
        ask(self.page, QUESTIONS[self._language])
        if every_state:
            wait_for_text(self.page, 20)
            self.take("2-first-words")
        wait_for_text(self.page, 120)
        self.take("3-middle")
        wait_for_end_in_any_language(self.page)
        self.take("4-finished")

    def waiting(self) -> None:
        """A run that waits for a person."""
        self.page.goto("/Ask_me_first?model=demo-fast")
        self.page.locator(".st-key-suggestion_0 button").click()
        self.page.get_by_role("button", name="Approve").first.wait_for()
        settle(self.page)
        self.take("5-waiting")

    def stopped(self) -> None:
        """A run that a person stopped."""
        self.page.goto("/LLM_tokens")
        ask(self.page, QUESTIONS["en"])
        wait_for_text(self.page, 60)
        self.page.locator(STOP).click()
        wait_for_end(self.page)
        settle(self.page)
        self.take("6-stopped")

    def failed(self) -> None:
        """A run whose model broke off."""
        self.page.goto("/LLM_tokens?model=demo-flaky:broken")
        ask(self.page, "What items are in the bedroom?")
        wait_for_end(self.page)
        settle(self.page)
        self.take("7-failed")


def wait_until_drawn(page: Page) -> None:
    """Wait until the script has come to its end, and all that it has drawn is there."""
    page.wait_for_function(
        """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
            && !document.querySelector('[data-testid=stSkeleton]')"""
    )


def wait_for_end_in_any_language(page: Page) -> None:
    page.locator(STOP).wait_for(state="detached")
    last_turn(page).wait_for()
    settle(page)


def shoot(browser: Browser, url: str) -> None:
    """Every state on a desk, in light colors and in English; the most telling ones everywhere else."""
    desk = Visit(browser, url, 1280, "light", "en")
    desk.home(3, 5, 9)
    desk.run(every_state=True)
    for state in (Visit.waiting, Visit.stopped, Visit.failed):
        state(Visit(browser, url, 1280, "light", "en"))  # each in a conversation of its own
    for path in ("/Refund", "/Market_brief", "/Incident", "/Stream_lab", "/Pitfalls", "/Runs"):
        desk.open(path, path.strip("/").lower())
    desk.open("/Runs?open=sample-two-tools", "run")
    for width, scheme, language in OTHERS:
        visit = Visit(browser, url, width, scheme, language)
        visit.home(*((3, 5, 9) if width == 390 else (9,)))
        visit.run(every_state=False)
    Visit(browser, url, 640, "light", "en").home(3, 5, 9)


def sheet(pictures: list[Path], width: int, columns: int, path: Path) -> None:
    """The pictures below their names, in rows, each `width` pixels wide."""
    margin, line = 16, 20
    tiles = [Image.open(picture).convert("RGB") for picture in pictures]
    tiles = [tile.resize((width, tile.height * width // tile.width), Image.Resampling.LANCZOS) for tile in tiles]
    rows = [range(start, min(start + columns, len(tiles))) for start in range(0, len(tiles), columns)]
    heights = [max(tiles[at].height for at in row) + line + margin for row in rows]
    whole = Image.new("RGB", (columns * (width + margin) + margin, sum(heights) + margin), "#d9d6cc")
    draw, top = ImageDraw.Draw(whole), margin
    for row, height in zip(rows, heights, strict=True):
        for column, at in enumerate(row):
            left = margin + column * (width + margin)
            draw.text((left, top), pictures[at].stem, fill="#0c1619", font_size=13)
            whole.paste(tiles[at], (left, top + line))
        top += height
    whole.save(path, quality=80)


def numbered(pattern: str) -> Iterator[Path]:
    return (path for path in sorted(PICTURES.glob("*.png")) if re.match(pattern, path.name))


def main() -> None:
    """Make the pictures and the sheets anew."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    with (
        model_server(rate=30) as model,
        app_server(pointed_at(model)) as app,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS) as browser,
    ):
        shoot(browser, app.url)
    sheet(list(numbered("1280|768|640")), 480, 4, DOCS / "screens.webp")
    sheet(list(numbered("390")), 260, 6, DOCS / "screens-phone.webp")


if __name__ == "__main__":
    main()
