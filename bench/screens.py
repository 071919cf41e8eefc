"""Pictures of every page in its states, and contact sheets of them: `python -m bench.screens [WORD...]`.

The pictures go to `screens/`, the sheets of all of them to `docs/`. Words choose: pages, states, languages, widths and
color schemes, as in `refund failed ko 390 dark`; what is not named is made whole.

A moment is held by keeping back what the app sends until the pictures of it are made, in each width and scheme: so all
of them show the same moment, and the run's own times stay true. There is one app and browser a language.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, WebSocketRoute, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.visitor import QUESTION, STOP, settle
from tests.conftest import CHROMIUM_ARGS, chromium
from tests.serving import App, app_server, model_server, pointed_at
from texts import LANGUAGES, Language, say
from ui.shell.catalog import PAGES

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "screens"
DOCS = ROOT / "docs"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
HEIGHTS = {1280: 800, 768: 1024, 390: 844}
"""Of the window, by its width."""
TALLEST = 2600
"""Of a picture of all that a page shows."""
SHEETS: dict[str, tuple[int, Scheme, Language]] = {
    "screens": (1280, "light", "en"),
    "screens-ko": (1280, "dark", "ko"),
    "screens-tablet": (768, "dark", "en"),
    "screens-phone": (390, "light", "ko"),
}
PATIENCE = 120_000
GRAPH = """
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from agent.tools.demo import get_items, take_inventory

graph = create_agent(ChatOpenAI(model="demo"), [get_items, take_inventory], name="researcher")
"""
_SET_CLOCK = """at => document.querySelector(".hero").getAnimations({subtree: true}).forEach(
    animation => { animation.pause(); animation.currentTime = at * 1000; })"""
_DRAWN = """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton]')"""
_WORDS = "least => (document.querySelector('[data-testid=stMainBlockContainer]')?.innerText.length ?? 0) > least"
_LENGTH = "document.querySelector('[data-testid=stMainBlockContainer]').innerText.length"
_HEIGHT = """ids => Math.max(...ids.map(id => document.querySelector(`[data-testid=${id}]`)?.scrollHeight ?? 0))"""


@dataclass(frozen=True)
class Wanted:
    """Which pictures are to be made."""

    words: frozenset[str]

    def any(self, options: Sequence[str]) -> list[str]:
        """Those of these options that are named; all of them if none is."""
        return [option for option in options if option in self.words] or list(options)


class Visit:
    """A visitor in one language, whose window takes every width and scheme."""

    def __init__(self, browser: Browser, app: App, language: Language, page: str, wanted: Wanted) -> None:
        locale = {"en": "en-US", "ko": "ko-KR"}[language]
        self._context = browser.new_context(locale=locale, base_url=app.url)
        self._context.set_default_timeout(PATIENCE)
        self._context.route_web_socket("**/_stcore/stream", self._connect)
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = None
        """What the app has sent since the moment that is held."""
        self.page: Page = self._context.new_page()
        self._devices = self._context.new_cdp_session(self.page)
        self._name, self._wanted, self.language = page, wanted, language
        self._widths = [int(width) for width in wanted.any([str(width) for width in HEIGHTS])]
        self._schemes = [scheme for scheme in SCHEMES if scheme in wanted.any(SCHEMES)]
        self._as_on(self._widths[0], HEIGHTS[self._widths[0]])

    def close(self) -> None:
        self._context.close()

    def say(self, key: str) -> str:
        return say(self.language, key)

    def open(self, query: str = "") -> None:
        """The page as it is before anybody has done anything."""
        path = "" if self._name == "home" else Path(PAGES[self._name].file).stem.partition("_")[2]
        self.page.goto(f"/{path}{query}")
        self.page.get_by_test_id("stMainBlockContainer").locator("p").first.wait_for()
        self.page.wait_for_function(_DRAWN)

    def take(self, state: str, *, whole: bool = True) -> None:
        """Make pictures of what is there now: of the window, or of the whole page in it."""
        for width in self._widths:
            self._as_on(width, HEIGHTS[width])
            if whole:
                parts = ["stMainBlockContainer", *(["stSidebarContent"] if width == 1280 else [])]
                tall = self.page.evaluate(_HEIGHT, parts)
                self._as_on(width, min(max(HEIGHTS[width], int(tall) + 160), TALLEST))
            for scheme in self._schemes:
                self.page.emulate_media(color_scheme=scheme)
                settle_colors(self.page, scheme)
                path = PICTURES / f"{self._name}-{state}-{width}-{scheme}-{self.language}.jpg"
                self.page.screenshot(path=path, type="jpeg", quality=88)
        self._as_on(self._widths[0], HEIGHTS[self._widths[0]])

    def _as_on(self, width: int, height: int) -> None:
        """As on a desk, a tablet or a phone, with what unfolds on a wide window and folds on a narrow one."""
        self.page.set_viewport_size({"width": width, "height": height})
        phone = width == 390
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self._devices.send("Emulation.setDeviceMetricsOverride", metrics)
        self._devices.send("Emulation.setTouchEmulationEnabled", {"enabled": phone})
        sidebar = self.page.get_by_test_id("stSidebar")
        if width == 1280 and sidebar.count() and sidebar.get_attribute("aria-expanded") == "false":
            self.page.get_by_test_id("stExpandSidebarButton").click()
        self.page.wait_for_timeout(350)  # the sidebar slides, and charts take their new width

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the page stay as it is meanwhile."""
        self._held = []
        self.page.wait_for_timeout(200)  # what was sent before is drawn
        yield
        kept, self._held = self._held, None
        for browser, message in kept:
            browser.send(message)

    def _connect(self, browser: WebSocketRoute) -> None:
        def pass_on(message: str | bytes) -> None:
            if self._held is None:
                browser.send(message)
            else:
                self._held.append((browser, message))

        browser.connect_to_server().on_message(pass_on)

    def wants(self, *states: str) -> bool:
        """Whether one of these states is among what is to be made."""
        chosen = self._wanted.words & set(STATES)
        return not chosen or bool(chosen & set(states))

    def ask(self) -> int:
        """Ask the page's first question, or type one; returns how much was written on the page before."""
        if self._name == "your_agent":
            self.page.locator(QUESTION).fill(self.say("page-custom_data.ask-1"))
            self.page.locator(QUESTION).press("Enter")
        else:
            self.page.locator(".st-key-suggestion_0 button").click()
        self.page.locator(STOP).or_(self.page.get_by_test_id("stChatMessage")).first.wait_for()
        written: int = self.page.evaluate(_LENGTH)
        return written

    def ended(self) -> None:
        """Wait until nothing is at work any more."""
        self.page.locator(STOP).wait_for(state="detached")
        settle(self.page)


def settle_colors(page: Page, scheme: str) -> None:
    """Wait until the page has the colors of this scheme, and no color is on its way to another."""
    page.wait_for_function(
        """scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme
            && document.getAnimations().every(a => a.playState !== 'running' || !(a instanceof CSSTransition))""",
        arg=scheme,
    )


STATES = ("idle", "first", "middle", "waiting", "finished", "stopped", "failed")
ASKING = ("ask_me_first", "mcp_tools")
"""Pages whose runs wait for a person."""
FIRST, MIDDLE = 60, 420
"""Characters more than at first, at the first words and in the middle of a run."""
MIDDLES = {
    "market_brief": 650,
    "custom_data": 160,
    "your_agent": 160,
    "stream_lab": 60,
    "incident": 300,
    "ask_me_first": 300,
}
FIRSTS = {"stream_lab": 20}
"""Where less is written in all."""


def conversation(visit: Visit, page: str) -> None:
    """A question from before it is asked until it is answered; one that was stopped; one that failed."""
    if visit.wants("idle"):
        visit.open()
        visit.take("idle")
    if visit.wants("first", "stopped"):
        visit.open()
        visit.page.wait_for_function(_WORDS, arg=visit.ask() + FIRSTS.get(page, FIRST))
        with visit.held():
            visit.page.locator(STOP).click()  # it ends meanwhile, and the page does not know
            if visit.wants("first"):
                visit.take("first", whole=False)
        visit.ended()
        if visit.wants("stopped"):
            visit.take("stopped")
    if visit.wants("middle", "waiting", "finished"):
        visit.open()
        visit.page.wait_for_function(_WORDS, arg=visit.ask() + MIDDLES.get(page, MIDDLE))
        if visit.wants("middle"):
            with visit.held():
                visit.take("middle", whole=False)
        if page in ASKING:
            answer_all(visit)
        visit.ended()
        if visit.wants("finished"):
            visit.take("finished")
    if visit.wants("failed"):
        visit.open(f"?model=demo-flaky:{'unauthorized' if page in ASKING else 'broken'}")
        visit.ask()
        visit.ended()
        visit.take("failed")


def answer_all(visit: Visit) -> None:
    """Look at what is asked, and say yes to all of it."""
    page = visit.page
    yes = page.locator("[class*=st-key-approve-] button, [class*=st-key-send-respond-] button")
    yes.first.wait_for()
    settle(page)
    if visit.wants("waiting"):
        visit.take("waiting")
    while left := yes.count():
        choice = page.locator("[class*=st-key-card-]").get_by_role("combobox").first
        if choice.count():
            choice.click()
            page.get_by_role("option").first.click()
            settle(page)
        yes.first.click()
        page.wait_for_function(
            "([selector, left]) => document.querySelectorAll(selector).length < left",
            arg=["[class*=st-key-approve-] button, [class*=st-key-send-respond-] button", left],
        )


def home(visit: Visit, page: str) -> None:
    """The race at a few seconds, then as any other page."""
    if visit.wants("idle"):
        visit.open()
        for second in (3, 5, 9):
            visit.page.evaluate(_SET_CLOCK, second)
            visit.take(f"{second}s", whole=False)
    conversation(visit, page)


def lab(visit: Visit, page: str) -> None:
    """A run as in a conversation, and the other views of it."""
    conversation(visit, page)
    if visit.wants("finished"):
        for name in ("lanes", "inspector", "metrics", "code", "ways"):
            visit.open("?model=demo-fast")
            visit.ask()
            visit.ended()
            views = visit.page.locator(".st-key-lab_view")
            views.get_by_text(visit.say(f"lab-view-{name}"), exact=True).click()  # its icon is a text, too
            if name == "ways":
                visit.page.get_by_role("button", name=visit.say("lab-ways-run")).click()
                visit.page.locator(".ways .tick").nth(99).wait_for()
            settle(visit.page)
            visit.take(name)


def pitfalls(visit: Visit, page: str) -> None:
    """The list, and one pitfall while both sides work and afterwards."""
    visit.open()
    if visit.wants("idle"):
        visit.take("idle")
    if visit.wants("middle", "finished"):
        visit.page.get_by_role("button", name=visit.say("pitfall-run")).first.click()
        visit.page.get_by_text(visit.say("pitfall-verdict-nothing")).first.wait_for()
        if visit.wants("middle"):
            visit.page.wait_for_timeout(1500)
            with visit.held():
                visit.take("middle", whole=False)
        visit.ended()
        visit.page.wait_for_function(_DRAWN)
        visit.take("finished", whole=False)


def runs(visit: Visit, page: str) -> None:
    """The list, a sample, one in the middle of its replay, one that failed, one that nobody has."""
    if visit.wants("idle"):
        visit.open()
        visit.take("idle")
    suffix = "" if visit.language == "en" else f"-{visit.language}"
    for state, run in (("finished", "two-tools"), ("failed", "a-failure")):
        if visit.wants(state):
            visit.open(f"?open=sample-{run}{suffix}")
            settle(visit.page)
            visit.take(state)
    if visit.wants("middle"):
        visit.open(f"?open=sample-home{suffix}")
        visit.page.get_by_role("button", name=visit.say("replay-play")).click()
        visit.page.wait_for_timeout(2500)
        with visit.held():
            visit.take("middle")
    if visit.wants("stopped"):
        visit.open("?open=nobodys")
        visit.take("gone")


SHOOTS: dict[str, Callable[[Visit, str], None]] = {
    "home": home, "stream_lab": lab, "pitfalls": pitfalls, "runs": runs,
}  # fmt: skip
"""How a page is looked at; any other is a conversation."""


def shoot(language: Language, model: dict[str, str], wanted: Wanted) -> list[str]:
    """Make all pictures in one language; returns which pages could not be looked at to the end, and why."""
    missed: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS) as browser,
    ):
        graph = Path(folder, "my_agent.py")
        graph.write_text(GRAPH)
        env = {
            **model,
            "TOOLSTREAM_GRAPHS": f"{graph}:graph",
            "OPENAI_API_KEY": "none",
            "TOOLSTREAM_RUNS_PER_MINUTE": "1000",
        }
        with app_server(env) as app:
            for page in wanted.any(list(PAGES)):
                began = time.monotonic()
                visit = Visit(browser, app, language, page, wanted)
                try:
                    SHOOTS.get(page, conversation)(visit, page)
                except PlaywrightError as error:  # the others are made all the same
                    missed.append(f"{language} {page}: {error.message.splitlines()[0]}")
                visit.close()
                print(f"{language} {page}: {time.monotonic() - began:.0f} s", flush=True)
    return missed


def sheet(pictures: Sequence[Path], width: int, columns: int, path: Path, most: int = 10_000) -> None:
    """The pictures below their names, in rows, each `width` pixels wide and at most `most` high."""
    margin, line = 16, 20
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
            draw.text((left, top), pictures[at].stem, fill="#0c1619", font_size=13)
            whole.paste(tiles[at], (left, top + line))
        top += height
    whole.save(path, quality=70)


def main(words: Sequence[str]) -> None:
    """Make the pictures that the words choose, and the sheets anew if that is all of them."""
    known = {*PAGES, *STATES, *LANGUAGES, *SCHEMES, *map(str, HEIGHTS)}
    if unknown := set(words) - known:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. Choose from {', '.join(sorted(known))}.")
    wanted = Wanted(frozenset(words))
    if not words:
        shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(exist_ok=True)
    languages = [language for language in LANGUAGES if language in wanted.any(LANGUAGES)]
    with model_server(rate=30) as model, ThreadPoolExecutor() as pool:
        shoots = [pool.submit(shoot, language, pointed_at(model), wanted) for language in languages]
        missed = [miss for shot in shoots for miss in shot.result()]
    if missed:
        sys.exit("Missed:\n" + "\n".join(missed))
    if not words:
        for name, (width, scheme, language) in SHEETS.items():
            found = sorted(PICTURES.glob(f"*-{width}-{scheme}-{language}.jpg"))
            sheet(found, 280 if width > 390 else 190, 8 if width > 390 else 12, DOCS / f"{name}.webp", 420)


if __name__ == "__main__":
    main(sys.argv[1:])
