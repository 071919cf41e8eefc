"""A visitor whose window takes every width and color scheme, and who can have a moment last."""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from playwright.async_api import BrowserContext, WebSocketRoute
from playwright.async_api import Error as PlaywrightError

from bench.screens.studio import Studio
from tests.browser.visitor import QUESTION, SETTLED, STOP
from texts import Language, say
from ui.shell.catalog import PAGES

PICTURES = Path(__file__).parents[2] / "screens"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
HEIGHTS = {1280: 800, 768: 1024, 390: 844}
"""Of the window, by its width."""
STATES = ("idle", "first", "middle", "waiting", "finished", "stopped", "failed")
"""Of a page, that can be asked for by name."""
TALLEST = 2600
"""Of a picture of all that a page shows."""
PATIENCE = 90_000
"""Milliseconds until what is waited for counts as out of reach, on a machine that is busy with other things."""
IN_ONE_GO = 0.02
"""Seconds between messages of the app that belong together, at most."""
SET_CLOCK = """at => document.querySelector(".hero").getAnimations({subtree: true}).forEach(
    animation => { animation.pause(); animation.currentTime = at * 1000; })"""
DRAWN = """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
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
_TO_END, _TO_START = f"{_SCROLLED}.scrollTo(0, 1e6)", f"{_SCROLLED}.scrollTo(0, 0)"
_IS_FADED = "!!document.querySelector('[data-testid=stSidebar] [data-stale=true]')"
"""Whether the sidebar is still to be drawn anew."""
_COLORED = """scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme
    && document.getAnimations().every(a => a.playState !== 'running' || !(a instanceof CSSTransition))"""


class NotReached(Exception):
    """A moment that was over before anybody could look at it; the text says which."""


@dataclass(frozen=True)
class Wanted:
    """Which pictures are to be made."""

    words: frozenset[str]

    def any(self, options: Sequence[str]) -> list[str]:
        """Those of these options that are named; all of them if none is."""
        return [option for option in options if option in self.words] or list(options)


class Visit:
    """A visitor of a page in one language, whose window takes every width and scheme; opened by `Visit.begin`."""

    def __init__(self, context: BrowserContext, studio: Studio, language: Language, name: str, wanted: Wanted) -> None:
        self._context, self.studio, self.language, self.name, self._wanted = context, studio, language, name, wanted
        self._held: list[tuple[float, WebSocketRoute, str | bytes]] | None = None
        """What the app has sent since the moment that is held, and when."""
        self._widths = [int(width) for width in wanted.any([str(width) for width in HEIGHTS])]
        self._schemes = [scheme for scheme in SCHEMES if scheme in wanted.any(SCHEMES)]
        self.taken = 0

    async def begin(self) -> None:
        """As somebody who has never been here."""
        await self._context.clear_cookies()
        self.page = await self._context.new_page()
        await self.page.route_web_socket("**/_stcore/stream", self._connect)
        self._devices = await self._context.new_cdp_session(self.page)
        self._size = (0, 0)
        await self._as_on(self._widths[0], HEIGHTS[self._widths[0]])

    async def end(self) -> None:
        with suppress(PlaywrightError):  # a page that hangs is closed as well
            await self.leave()
        await self.page.close()

    async def leave(self) -> None:
        """Go from the app, with nothing of the visit kept."""
        if self.page.url.startswith("http"):
            await self.page.evaluate("localStorage.clear()")
            await self.page.goto("about:blank")

    def say(self, key: str) -> str:
        return say(self.language, key)

    async def open(self, query: str = "", name: str = "", app: str = "") -> None:
        """The page, or the one of this `name`, of the app or of another one, before anybody has done anything."""
        name = name or self.name
        path = "" if name == "home" else Path(PAGES[name].file).stem.partition("_")[2]
        await self.page.goto(f"{app}/{path}{query}")
        await self.page.get_by_test_id("stMainBlockContainer").locator("p").first.wait_for()
        await self.page.wait_for_function(DRAWN)

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
        heights: dict[int, int] = {}
        widths = self._widths
        for scheme in self._schemes:  # once a moment: all on a page is drawn anew for it
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.wait_for_function(_COLORED, arg=scheme)
            for width in widths:
                await self._as_on(width, heights.get(width, HEIGHTS[width]))
                if whole and width not in heights:
                    parts = ["stMainBlockContainer", *(["stSidebarContent"] if width == 1280 else [])]
                    tall = int(await self.page.evaluate(_HEIGHT, parts))
                    heights[width] = min(max(HEIGHTS[width], tall + 160), TALLEST)
                    await self._as_on(width, heights[width])
                if whole:
                    await self.page.evaluate(_TO_START)
                elif at_end:
                    await self.page.evaluate(_TO_END)
                picture = await self._devices.send("Page.captureScreenshot", {"format": "jpeg", "quality": 88})
                path = PICTURES / f"{self.name}-{state}-{width}-{scheme}-{self.language}.jpg"
                path.write_bytes(b64decode(picture["data"]))
                self.taken += 1
            widths = widths[::-1]  # the one that is there already comes first
        self._schemes = self._schemes[::-1]
        await self._as_on(self._widths[0], HEIGHTS[self._widths[0]])

    async def _as_on(self, width: int, height: int) -> None:
        """As on a desk, a tablet or a phone, with what unfolds on a wide window and folds on a narrow one."""
        if (width, height) == self._size:
            return
        self._size, phone = (width, height), width == 390
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
        if self._held is None:
            with suppress(PlaywrightError):
                await self.page.wait_for_function(f"!{_IS_FADED}", timeout=5_000)
        self._held = self._held or []
        await self.page.wait_for_timeout(200)  # what was sent before is drawn
        yield
        kept, self._held = self._held, None
        for _, browser, message in kept:
            browser.send(message)

    def _connect(self, browser: WebSocketRoute) -> None:
        def pass_on(message: str | bytes) -> None:
            if self._held is None:
                browser.send(message)
            else:
                self._held.append((time.monotonic(), browser, message))

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
        least = 0

        async def is_reached() -> bool:
            nonlocal least
            asked, written, has_ended = await self.page.evaluate(_SEEN, STOP)
            if asked and not least:
                least = written + more
            if has_ended:
                raise NotReached("The run was over before that much was written.")
            return bool(least and written > least) and not await self.page.evaluate(_IS_FADED)

        self._held = []
        await self._put_question()
        await self.let_through_until(is_reached)

    async def let_through_until(self, is_reached: Callable[[], Awaitable[bool]]) -> None:
        """Let what the app sends pass until the page is as it should be, then keep it back.

        What it sends in one go passes in one go: nobody ever sees a half of it.
        """
        held = self._held = self._held or []
        while not await is_reached():
            if not held or time.monotonic() - held[-1][0] < IN_ONE_GO:
                await self.page.wait_for_timeout(20)
                continue
            at = held[0][0]
            while held and held[0][0] - at < IN_ONE_GO:
                at, browser, message = held.pop(0)
                browser.send(message)

    async def _put_question(self) -> None:
        if self.name == "your_agent":
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
