"""How long a first visitor looks at nothing: from the visit until the page's title is painted, beside a bare app's.

Each visit is by a browser that has nothing of the page yet, at a time when no server has anything else to do, and the
visits are taken in turns. The first one after a start is told apart: `streamlit run app.py` imports the app for it,
`asgi.py` before it. All are started several times over.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bench.servers import Server, app_server
from tests.conftest import CHROMIUM_ARGS, chromium

STARTS = 5
ROUNDS = 3
"""Later visits to each, after each start."""
_WATCH = """
const look = () => {
    const title = document.querySelector('h1');
    if (title && title.innerText) requestAnimationFrame(at => window.painted = at);
    else requestAnimationFrame(look);
};
look();
"""
"""Notes when the frame behind the one that has the title is drawn, in milliseconds since the visit began."""


WAYS = ("bare", "toolstream", "asgi")


@dataclass
class FirstPaint:
    """Milliseconds by server: of the `first` visitor after each start, and of `later` ones."""

    first: dict[str, list[float]] = field(default_factory=dict)
    later: dict[str, list[float]] = field(default_factory=dict)

    def ratio(self, way: str) -> float:
        """A server's against the bare one's, of later visitors: the middle of the rounds."""
        return _ratio(self.later, way)

    def first_ratio(self, way: str) -> float:
        """The same of the first visitors: the middle of the starts."""
        return _ratio(self.first, way)


def _ratio(visits: dict[str, list[float]], way: str) -> float:
    return median(ours / bare for ours, bare in zip(visits[way], visits["bare"], strict=True))


def measure(model: Server, starts: int = STARTS, rounds: int = ROUNDS) -> FirstPaint:
    """Visit all, in turns."""
    found = FirstPaint()
    with sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS) as browser:
            _visit(browser, f"{model.url}/log/none", painted="0")  # what the browser itself does once
            for start in range(starts):
                with ExitStack() as started:
                    servers = {way: started.enter_context(app_server(way, model)) for way in WAYS}
                    for number in range(1 + rounds):
                        visits = found.later if number else found.first
                        for way in WAYS[:: 1 if (start + number) % 2 else -1]:
                            for server in servers.values():
                                server.rest()
                            visits.setdefault(way, []).append(_visit(browser, servers[way].url))
    return found


def _visit(browser: Browser, url: str, painted: str = "window.painted") -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(url)
    page.wait_for_function(f"{painted} !== undefined", timeout=60_000)
    at = float(page.evaluate(painted))
    context.close()
    return at


def main() -> None:
    """Say it: `python -m bench.first_paint`."""
    from bench.servers import model_server

    with model_server() as model:
        found = measure(model)
    for way in WAYS:
        first, later = median(found.first[way]), median(found.later[way])
        print(f"{way}: first visit {first:.0f} ms, {found.first_ratio(way):.2f}x", end="; ")
        print(f"later {later:.0f} ms, {found.ratio(way):.2f}x")


if __name__ == "__main__":
    main()
