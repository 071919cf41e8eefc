"""Pictures of every page in its states, and contact sheets of them: `python -m bench.screens [WORD...]`.

The pictures go to `screens/`, the sheets of all of them to `docs/`. Words choose: pages, states, languages, widths and
color schemes, as in `refund failed ko 390 dark`; what is not named is made whole.

A moment is held by keeping back what the app sends until the pictures of it are made, in each width and scheme: so all
of them show the same moment, and the run's own times stay true. Several visitors come at the same time, to one app in
one browser: while one waits for its run, pictures of another are made.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from PIL import Image, ImageDraw
from playwright.async_api import Browser, BrowserContext, WebSocketRoute, async_playwright
from playwright.async_api import Error as PlaywrightError

from tests.browser.visitor import QUESTION, SETTLED, STOP
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
SHEETS: dict[int, tuple[str, int, int, int]] = {
    1280: ("desk", 8, 320, 560),
    768: ("tablet", 10, 240, 480),
    390: ("phone", 14, 170, 480),
}
"""By the window's width: what its sheet is called, its columns, and how wide and at most how high a picture is."""
DARK = {(1280, "ko"), (768, "en"), (390, "ko")}
"""Sheets in the dark; the others are in the light."""
LOCALES = {"en": "en-US", "ko": "ko-KR"}
AT_ONCE = 5
"""Visitors of a language: most of the time each of them waits for a page to be drawn, or for a run."""
PATIENCE = 300_000
"""Milliseconds, on a machine that is busy with other things."""
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
_SEEN = """stop => new Promise(seen => requestAnimationFrame(() => seen([
    !!document.querySelector(stop) && document.querySelectorAll('[data-testid=stChatMessage]').length >
        (document.querySelector('.st-key-lab_view') ? 0 : 1),
    document.querySelector('[data-testid=stMainBlockContainer]').innerText.length,
    !!document.querySelector('[class*=st-key-again_]')])))"""
"""Whether something was asked, how much is written, and whether the run has ended."""
_HEIGHT = """ids => Math.max(...ids.map(id => document.querySelector(`[data-testid=${id}]`)?.scrollHeight ?? 0))"""
_SCROLLED = "document.querySelector('[data-testid=stAppScrollToBottomContainer], [data-testid=stMain]')"
"""What scrolls: the first of them where a page scrolls along with its answer."""
_AT_END = f"(e => e.scrollTop > 0 && e.scrollHeight - e.scrollTop - e.clientHeight < 40)({_SCROLLED})"
_TO_END = f"{_SCROLLED}.scrollTo(0, 1e6)"
_COLORED = """scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme
    && document.getAnimations().every(a => a.playState !== 'running' || !(a instanceof CSSTransition))"""


@dataclass(frozen=True)
class Wanted:
    """Which pictures are to be made."""

    words: frozenset[str]

    def any(self, options: Sequence[str]) -> list[str]:
        """Those of these options that are named; all of them if none is."""
        return [option for option in options if option in self.words] or list(options)


class Visit:
    """A visitor in one language, whose window takes every width and scheme; opened by `Visit.begin`."""

    def __init__(self, context: BrowserContext, language: Language, name: str, wanted: Wanted) -> None:
        self._context, self._name, self._wanted, self.language = context, name, wanted, language
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = None
        """What the app has sent since the moment that is held."""
        self._widths = [int(width) for width in wanted.any([str(width) for width in HEIGHTS])]
        self._schemes = [scheme for scheme in SCHEMES if scheme in wanted.any(SCHEMES)]
        self.taken = 0

    async def begin(self) -> None:
        """As somebody who has never been here."""
        await self._context.clear_cookies()
        self.page = await self._context.new_page()
        await self.page.route_web_socket("**/_stcore/stream", self._connect)
        self._devices = await self._context.new_cdp_session(self.page)
        await self._as_on(self._widths[0], HEIGHTS[self._widths[0]])

    async def end(self) -> None:
        if self.page.url.startswith("http"):
            await self.page.evaluate("localStorage.clear()")
        await self.page.close()

    def say(self, key: str) -> str:
        return say(self.language, key)

    async def open(self, query: str = "", name: str = "") -> None:
        """The page, or the one of this `name`, as it is before anybody has done anything."""
        name = name or self._name
        path = "" if name == "home" else Path(PAGES[name].file).stem.partition("_")[2]
        await self.page.goto(f"/{path}{query}")
        await self.page.get_by_test_id("stMainBlockContainer").locator("p").first.wait_for()
        await self.page.wait_for_function(_DRAWN)

    async def anew(self) -> None:
        """The page as it is before anybody has done anything, or a new conversation on it: it need not be loaded."""
        button = self.page.locator(".st-key-new_conversation button")
        if self._widths[0] < 1280 or not await button.count():
            await self.open()
            return
        await button.click()
        await self.page.get_by_test_id("stChatMessage").first.wait_for(state="detached")
        await self.settled()

    async def take(self, state: str, *, whole: bool = True) -> None:
        """Make pictures of what is there now: of the window, or of the whole page in it."""
        await self.page.mouse.move(1279, 0)  # what is pointed at looks otherwise
        at_end = not whole and await self.page.evaluate(_AT_END)
        schemes = self._schemes
        for width in self._widths:
            await self._as_on(width, HEIGHTS[width])
            if whole:
                parts = ["stMainBlockContainer", *(["stSidebarContent"] if width == 1280 else [])]
                tall = await self.page.evaluate(_HEIGHT, parts)
                await self._as_on(width, min(max(HEIGHTS[width], int(tall) + 160), TALLEST))
            elif at_end:
                await self.page.evaluate(_TO_END)
            for scheme in schemes:
                await self.page.emulate_media(color_scheme=scheme)
                await self.page.wait_for_function(_COLORED, arg=scheme)
                picture = await self._devices.send("Page.captureScreenshot", {"format": "jpeg", "quality": 88})
                path = PICTURES / f"{self._name}-{state}-{width}-{scheme}-{self.language}.jpg"
                path.write_bytes(b64decode(picture["data"]))
                self.taken += 1
            schemes = schemes[::-1]  # the one that is there already comes first
        await self._as_on(self._widths[0], HEIGHTS[self._widths[0]])

    async def _as_on(self, width: int, height: int) -> None:
        """As on a desk, a tablet or a phone, with what unfolds on a wide window and folds on a narrow one."""
        phone = width == 390
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        await self._devices.send("Emulation.setDeviceMetricsOverride", metrics)
        await self._devices.send("Emulation.setTouchEmulationEnabled", {"enabled": phone})
        sidebar = self.page.get_by_test_id("stSidebar")
        if width == 1280 and await sidebar.count() and await sidebar.get_attribute("aria-expanded") == "false":
            await self.page.get_by_test_id("stExpandSidebarButton").click()
        await self.page.wait_for_timeout(350)  # the sidebar slides, and charts take their new width

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Let the page stay as it is meanwhile."""
        self._held = self._held or []
        await self.page.wait_for_timeout(200)  # what was sent before is drawn
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

    async def ask(self) -> None:
        """Ask the page's first question, or type one."""
        await self._put_question()
        await self.page.locator(STOP).or_(self.page.get_by_test_id("stChatMessage")).first.wait_for()

    async def ask_until(self, more: int) -> None:
        """Ask, and hold the page as soon as so many characters more are written, however late somebody looks."""
        held = self._held = []
        await self._put_question()
        least = None
        while True:
            if held:
                browser, message = held.pop(0)
                browser.send(message)
            else:
                await self.page.wait_for_timeout(20)
            asked, written, has_ended = await self.page.evaluate(_SEEN, STOP)
            if asked and least is None:
                least = written + more
            if has_ended or (least is not None and written > least):
                return

    async def _put_question(self) -> None:
        if self._name == "your_agent":
            await self.type_question(self.say("page-custom_data.ask-1"))
        else:
            await self.page.locator(".st-key-suggestion_0 button").click()

    async def type_question(self, question: str) -> None:
        await self.page.locator(QUESTION).fill(question)
        await self.page.locator(QUESTION).press("Enter")

    async def settled(self) -> None:
        """Wait until the script has come to its end, and nothing on the page moves."""
        await self.page.wait_for_function(SETTLED)

    async def ended(self) -> None:
        """Wait until nothing is at work any more."""
        await self.page.locator(STOP).wait_for(state="detached")
        await self.settled()


STATES = ("idle", "first", "middle", "waiting", "finished", "stopped", "failed")
ORDER = (
    *("3s", "5s", "9s", "idle", "tour", "own", "first", "middle", "waiting", "finished"),
    *("lanes", "inspector", "metrics", "code", "ways", "technical", "stopped", "failed", "gone"),
)
"""Of a page's pictures on a sheet."""
ASKING = ("ask_me_first", "mcp_tools")
"""Pages whose runs wait for a person; others are shown waiting for a model, and for their turn."""
FIRST, MIDDLE = 100, 420
"""Characters more than at first, at the first words and in the middle of a run."""
MIDDLES = {
    "refund": 600,
    "market_brief": 650,
    "custom_data": 160,
    "your_agent": 160,
    "stream_lab": 60,
    "incident": 300,
    "ask_me_first": 300,
}
FIRSTS = {"stream_lab": 20}
"""Where less is written in all."""


async def conversation(visit: Visit, page: str) -> None:
    """A question from before it is asked until it is answered; one stopped, one that waits, one that failed."""
    await beginning(visit, page)
    await whole(visit, page)
    await waiting(visit, page)
    await failed(visit, page)


async def beginning(visit: Visit, page: str) -> None:
    """A question at its first words, and one that is stopped there."""
    if visit.wants("idle", "first", "stopped"):
        await visit.open()
    if visit.wants("idle"):
        await visit.take("idle")
    if visit.wants("first"):
        await visit.ask_until(FIRSTS.get(page, FIRST))
        async with visit.held():
            await visit.page.locator(STOP).click()  # it ends meanwhile, and the page does not know
            await visit.take("first", whole=False)
        await visit.ended()
    if visit.wants("stopped"):
        await ask_and_stop(visit)
        await visit.take("stopped")


async def ask_and_stop(visit: Visit) -> None:
    """Stop a run as soon as a tool is seen at work in it; and another one, if it was over before anybody looked."""
    at_work = visit.page.locator("[data-testid=stChatMessage] [data-testid=stExpanderDetails], .tl-row").first
    for _ in range(5):
        await visit.anew()
        await visit.ask()
        await at_work.wait_for()
        try:
            await visit.page.locator(STOP).click(timeout=3_000)
        except PlaywrightError:
            await visit.ended()
            continue
        await visit.ended()
        return


async def whole(visit: Visit, page: str) -> None:
    """A question that is answered."""
    if not visit.wants("middle", "finished", *(["waiting"] if page in ASKING else [])):
        return
    await visit.anew()
    if visit.wants("middle"):
        await visit.ask_until(MIDDLES.get(page, MIDDLE))
        async with visit.held():
            await visit.take("middle", whole=False)
    else:
        await visit.ask()
    if page in ASKING:
        await answer_all(visit, "waiting")
    await visit.ended()
    if visit.wants("finished"):
        await visit.take("finished")


async def waiting(visit: Visit, page: str) -> None:
    """A model that has stalled, and a question behind it."""
    if page in ASKING or not visit.wants("waiting"):
        return
    await visit.open("?model=demo-flaky:stall")
    await visit.ask()
    await visit.page.locator("[class*=st-key-break_off_] button").wait_for()
    if page != "stream_lab":  # which shows one run
        await visit.type_question(visit.say("page-custom_data.ask-2"))
        await visit.page.locator("[class*=st-key-take_back_] button").wait_for()
    async with visit.held():
        await visit.take("waiting")


async def failed(visit: Visit, page: str) -> None:
    """A question whose answer breaks off."""
    if visit.wants("failed"):
        await visit.open("?model=demo-flaky:broken")
        await visit.ask()
        if page in ASKING:  # it breaks off in the answer, after all that it asks
            await answer_all(visit)
        await visit.ended()
        await visit.take("failed")


async def answer_all(visit: Visit, state: str = "") -> None:
    """Look at what is asked, as the pictures of a `state`, and say yes to all of it."""
    page = visit.page
    button = "[class*=st-key-approve-] button, [class*=st-key-send-respond-] button"
    yes = page.locator(button)
    await yes.first.wait_for()
    await visit.settled()
    if state and visit.wants(state):
        await visit.take(state)
    while left := await yes.count():
        choice = page.locator("[class*=st-key-card-]").get_by_role("combobox").first
        if await choice.count():
            await choice.click()
            await page.get_by_role("option").first.click()
            await visit.settled()
        await yes.first.click()
        fewer = "([selector, left]) => document.querySelectorAll(selector).length < left"
        await page.wait_for_function(fewer, arg=[button, left])
        await visit.settled()  # while a script draws them anew, there may be none


async def home(visit: Visit, page: str) -> None:
    """The race at a few seconds, then as any other page; and where the tour leads from here."""
    if visit.wants("idle"):
        await visit.page.emulate_media(reduced_motion="no-preference")
        await visit.open()
        for second in (3, 5, 9):
            await visit.page.locator(".hero").wait_for()
            await visit.page.evaluate(_SET_CLOCK, second)
            await visit.take(f"{second}s", whole=False)
        await visit.page.emulate_media(reduced_motion="reduce")
        await visit.open()  # the tour asks nothing while another question is at work
        await visit.page.locator(".st-key-take_tour button").click()
        await visit.page.locator(".st-key-tour").wait_for()
        await visit.page.locator(STOP).wait_for()
        async with visit.held():
            await visit.take("tour", whole=False)
        await visit.ended()
    await conversation(visit, page)


async def lab(visit: Visit, page: str) -> None:
    """A run as in a conversation, and the other views of it."""
    await beginning(visit, page)
    await whole(visit, page)
    if visit.wants("finished"):
        for name in ("lanes", "inspector", "metrics", "code", "ways"):
            views = visit.page.locator(".st-key-lab_view")
            await views.get_by_text(visit.say(f"lab-view-{name}"), exact=True).click()  # its icon is a text, too
            if name == "ways":
                await visit.page.get_by_role("button", name=visit.say("lab-ways-run")).click()
                await visit.page.locator(".ways .tick").nth(99).wait_for()
            await visit.settled()
            await visit.page.wait_for_function(_DRAWN)
            await visit.take(name)
    await waiting(visit, page)
    await failed(visit, page)


async def technical(visit: Visit, page: str) -> None:
    """As any other page, and finished in the technical view."""
    await conversation(visit, page)
    if visit.wants("finished"):
        await visit.open("?view=technical&model=demo-fast")
        await visit.ask()
        await visit.ended()
        await visit.take("technical")


async def pitfalls(visit: Visit, page: str) -> None:
    """The list, and one pitfall while both sides work and afterwards."""
    await visit.open()
    if visit.wants("idle"):
        await visit.take("idle")
    if visit.wants("middle", "finished"):
        await visit.page.get_by_role("button", name=visit.say("pitfall-run")).first.click()
        await visit.page.get_by_text(visit.say("pitfall-verdict-nothing")).first.wait_for()
        if visit.wants("middle"):
            await visit.page.wait_for_timeout(1500)
            async with visit.held():
                await visit.take("middle", whole=False)
        await visit.ended()
        await visit.page.wait_for_function(_DRAWN)
        await visit.take("finished", whole=False)


async def runs(visit: Visit, page: str) -> None:
    """The list of somebody new and of somebody who has asked; a sample, and its replay; one that nobody has."""
    if visit.wants("idle"):
        await visit.open()
        await visit.take("idle")
        for model in ("demo-fast", "demo-flaky:broken"):
            await visit.open(f"?model={model}", name="refund")
            await visit.ask()
            await visit.ended()
        await visit.open()
        await visit.take("own")
    suffix = "" if visit.language == "en" else f"-{visit.language}"
    for state, run in (("finished", "two-tools"), ("failed", "a-failure")):
        if visit.wants(state):
            await visit.open(f"?open=sample-{run}{suffix}")
            await visit.settled()
            await visit.take(state)
    if visit.wants("middle"):
        await visit.open(f"?open=sample-home{suffix}")
        await visit.page.get_by_role("button", name=visit.say("replay-play")).click()
        await visit.page.wait_for_timeout(2500)
        async with visit.held():
            await visit.take("middle")
    if visit.wants("stopped"):
        await visit.open("?open=nobodys")
        await visit.take("gone")


Shoot = Callable[[Visit, str], Awaitable[None]]
SHOOTS: dict[str, Shoot] = {
    "home": home, "refund": technical, "stream_lab": lab, "pitfalls": pitfalls, "runs": runs,
}  # fmt: skip
"""How a page is looked at; any other is a conversation."""
SLOWEST = ("stream_lab", "mcp_tools", "ask_me_first", "home", "refund")
"""Are begun with, so that none is left alone at the end."""


async def shoot(browser: Browser, app: App, language: Language, wanted: Wanted, pages: list[str]) -> list[str]:
    """Look at one of the pages after another, while there are any; returns which could not be, and why."""
    missed: list[str] = []
    # A spinner that turns has a browser without a graphics card paint all the time.
    context = await browser.new_context(locale=LOCALES[language], base_url=app.url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    while pages:
        page, began = pages.pop(0), time.monotonic()
        for attempt in (1, 2):
            visit = Visit(context, language, page, wanted)
            await visit.begin()
            try:
                await SHOOTS.get(page, conversation)(visit, page)
            except PlaywrightError as error:
                why = f"{language} {page}: {error.message.splitlines()[0]}"
                print(f"{why} (attempt {attempt})", flush=True)
                missed += [why] if attempt == 2 else []
            else:
                print(f"{language} {page}: {visit.taken} pictures, {time.monotonic() - began:.0f} s", flush=True)
                break
            finally:
                await visit.end()
    await context.close()
    return missed


async def shoot_all(app: App, wanted: Wanted) -> list[str]:
    """Make all pictures; returns which pages could not be looked at to the end, and why."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        shoots: list[Awaitable[list[str]]] = []
        for language in LANGUAGES:
            if language in wanted.any(LANGUAGES):
                names = wanted.any(list(PAGES))
                pages = sorted(names, key=lambda name: (name not in SLOWEST, names.index(name)))
                shoots += [shoot(browser, app, language, wanted, pages) for _ in range(AT_ONCE)]
        missed = [miss for missed in await asyncio.gather(*shoots) for miss in missed]
        await browser.close()
    return missed


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
            ordered = [found[page, state] for page in PAGES for state in ORDER if (page, state) in found]
            sheet(ordered, columns, wide, high, DOCS / f"screens-{name}-{language}.webp")


def main(words: Sequence[str]) -> None:
    """Make the pictures that the words choose, and the sheets anew if that is all of them."""
    known = {*PAGES, *STATES, *LANGUAGES, *SCHEMES, *map(str, HEIGHTS)}
    if unknown := set(words) - known:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. Choose from {', '.join(sorted(known))}.")
    if not words:
        shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(exist_ok=True)
    with model_server(rate=30) as model, tempfile.TemporaryDirectory() as folder:
        graph = Path(folder, "my_agent.py")
        graph.write_text(GRAPH)
        env = {
            **pointed_at(model),
            "TOOLSTREAM_GRAPHS": f"{graph}:graph",
            "OPENAI_API_KEY": "none",
            "TOOLSTREAM_RUNS_PER_MINUTE": "1000",
        }
        with app_server(env) as app:
            missed = asyncio.run(shoot_all(app, Wanted(frozenset(words))))
    if missed:
        sys.exit("Missed:\n" + "\n".join(missed))
    if not words:
        sheets()


if __name__ == "__main__":
    main(sys.argv[1:])
