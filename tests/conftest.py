"""Fixtures of several rooms; whoever does not ask for them needs neither Playwright, Chromium nor PostgreSQL."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests import warm

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from agent.demo_model import DemoServer
    from tests.ag_ui_client import Client
    from tests.agent_servers import AgentServer
    from tests.postgres import Server
    from tests.serving import App

OpenPage = Callable[..., "Page"]
Watch = Callable[["Page", "App"], None]

PATIENCE = 40_000
"""Milliseconds that a page may take, on a machine that is busy with other things."""

HEADLESS = "chromium-headless-shell"
"""Chromium without windows: pages are drawn alike, for half the processor time."""

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # the next page finds the scripts of the one before compiled
]


@pytest.fixture(scope="module")
def quick_loops() -> Iterator[None]:
    """All background loops that are started now have a clock that runs ahead."""
    from agent.loop import BackgroundLoop
    from tests.quick import QuickLoop

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BackgroundLoop, "new_loop", QuickLoop)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_search_for_components() -> Iterator[None]:
    """Have no page run in this process search everything installed for components: it takes longer than most pages."""
    with pytest.MonkeyPatch.context() as patch:
        if "streamlit.testing.v1" in sys.modules:
            from streamlit.components.v2.component_manager import BidiComponentManager

            patch.setattr(BidiComponentManager, "discover_and_register_components", lambda *_, **__: None)
        yield


@pytest.fixture(scope="session")
def model() -> Iterator[DemoServer]:
    """The model server that the shared app asks."""
    from tests.serving import model_server

    with model_server(rate=90) as server:
        yield server


@pytest.fixture(scope="session")
def app(model: DemoServer) -> Iterator[App]:
    """The app, shared by all tests that do not need one of their own."""
    from tests.serving import app_server, pointed_at

    limits = {"RUNS_PER_MINUTE": "1000", "OUTPUT_BYTES": "50000000", "OUTPUT_EVENTS": "100000"}
    with app_server(pointed_at(model) | {f"TOOLSTREAM_{name}": limit for name, limit in limits.items()}) as server:
        yield server


@pytest.fixture(scope="session")
def database() -> Iterator[Server]:
    """A PostgreSQL at work; tests that stop it start it again."""
    from tests.postgres import MISSING, postgres, programs

    found = programs()
    if found is None:
        missing(MISSING)
    with postgres(found) as server:
        yield server


@pytest.fixture(scope="session")
def aegra(database: Server, model: DemoServer) -> Iterator[AgentServer]:
    """An aegra at work, whose graphs ask the shared model server."""
    from tests.agent_servers import MISSING, PROGRAMS, aegra
    from tests.serving import pointed_at

    if not PROGRAMS.exists():
        missing(MISSING)
    with aegra(database.tcp_url, pointed_at(model)) as server:
        yield server


@pytest.fixture(scope="session")
def langgraph_dev(model: DemoServer) -> Iterator[AgentServer]:
    """A `langgraph dev` at work, whose graphs ask the shared model server."""
    from tests.agent_servers import MISSING, PROGRAMS, langgraph_dev
    from tests.serving import pointed_at

    if not PROGRAMS.exists():
        missing(MISSING)
    with langgraph_dev(pointed_at(model)) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    executable = chromium(HEADLESS)
    if executable is None:
        missing(f"No Chromium was found: install it (Debian: apt-get install {HEADLESS}), or put its path in CHROMIUM.")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install -r requirements-dev.txt")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def watched(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Watch pages; in the end no error went uncaught, nothing was loaded from elsewhere, and the app's log is clean.

    A failed run is logged with its cause; tests that want one are marked with `failing_runs`.
    """
    errors: list[str] = []
    remote: list[str] = []
    logs: list[tuple[App, int]] = []

    def watch(page: Page, app: App) -> None:
        logs.append((app, len(app.log())))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: remote.extend(_leaving(app, request.url)))
        page.on("websocket", lambda socket: remote.extend(_leaving(app, socket.url)))

    yield watch
    bad_sign = "Uncaught app" if request.node.get_closest_marker("failing_runs") else "Traceback"
    written = "".join(app.log()[start:] for app, start in logs if app.log_file.exists())
    assert bad_sign not in written, written[written.index(bad_sign) :]
    assert errors == [], "errors that no script of the page caught"
    assert remote == [], "requests that left this machine"


class Contexts:
    """Browser contexts for tests, empty but for their caches: loading 3 MB anew takes a page half of its time.

    Those that were used last are kept for the next test that wants their like.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._kept: list[tuple[str, BrowserContext]] = []

    def take(self, app: App, **options: Any) -> BrowserContext:
        """One that shows this app first; the options are Playwright's."""
        kind = repr((app.url, sorted(options.items())))
        for kept in reversed(self._kept):
            if kept[0] == kind:
                self._kept.remove(kept)
                return kept[1]
        context = _context(self._browser, app, **options)
        context.new_page().goto("/_stcore/health")  # it holds the process that draws the pages, also when none is open
        return context

    def give_back(self, context: BrowserContext, app: App, **options: Any) -> None:
        """Clear away what a test has left in it, and keep it for others."""
        _, *pages = context.pages
        for page in pages:
            if page.url.startswith(app.url):
                page.evaluate("localStorage.clear(), sessionStorage.clear()")
            page.close()
        context.clear_cookies()
        self._kept.append((repr((app.url, sorted(options.items()))), context))
        if len(self._kept) > _KEPT_CONTEXTS:
            self._kept.pop(0)[1].close()


_KEPT_CONTEXTS = 3
"""Each holds a process."""


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


@pytest.fixture
def open_page(contexts: Contexts, watched: Watch) -> Iterator[OpenPage]:
    """Open pages of an app, each for a visitor of its own; keywords are the options of its browser context."""
    taken: list[tuple[BrowserContext, App, dict[str, Any]]] = []

    def open_page(app: App, **options: Any) -> Page:
        taken.append((contexts.take(app, **options), app, options))
        page = taken[-1][0].new_page()
        watched(page, app)
        return page

    yield open_page
    for context, app, options in taken:
        contexts.give_back(context, app, **options)


@pytest.fixture
def page(open_page: OpenPage, app: App) -> Page:
    """A page of the shared app, still empty."""
    return open_page(app)


@pytest.fixture
def fresh_page(browser: Browser, app: App, watched: Watch) -> Iterator[Page]:
    """A page of the shared app in a browser that has loaded nothing yet."""
    with _context(browser, app) as context:
        page = context.new_page()
        watched(page, app)
        yield page


def pytest_configure(config: pytest.Config) -> None:
    warm.begin()
    gc.disable()  # until all is imported: what stays anyhow would be gone through again and again
    config.addinivalue_line("markers", "failing_runs: runs fail on purpose, and the app may log why")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: Playwright keeps an event loop running, beside which no test can run its own."""
    items.sort(key=lambda item: (_in_browser(item.nodeid), _shares_the_app(item.nodeid)))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share out files, for their fixtures; and one by one the tests in the browser that use the app of all.

    Not where another distribution is asked for.
    """
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if _shares_the_app(nodeid) else nodeid.split("::")[0]

    config.option.loadscopereorder = False
    return Scheduling(config, log)


def _in_browser(nodeid: str) -> bool:
    return "/browser/" in nodeid


def _shares_the_app(nodeid: str) -> bool:
    return _in_browser(nodeid) and not any(
        f"/test_{name}.py" in nodeid for name in ("survival", "hostile", "runs", "start")
    )


def _context(browser: Browser, app: App, **options: Any) -> BrowserContext:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "base_url": app.url, **options})
    context.set_default_timeout(PATIENCE)
    return context


def _leaving(app: App, url: str) -> list[str]:
    at_home = url.split("://")[-1].startswith(app.url.split("://")[-1] + "/")
    return [] if at_home or url.startswith(("data:", "blob:")) else [url]


def chromium(*preferred: str) -> str | None:
    """Where Chromium is: what CHROMIUM names, or one on the path."""
    names = [os.environ.get("CHROMIUM", ""), *preferred, "chromium", "chromium-browser", "google-chrome", HEADLESS]
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def ag_ui() -> Iterator[Client]:
    """AG-UI's own client."""
    from tests import ag_ui_client

    if not ag_ui_client.is_there():
        missing(ag_ui_client.MISSING)
    with ag_ui_client.client() as client:
        yield client


def missing(sentence: str) -> NoReturn:
    if os.environ.get("TOOLSTREAM_REQUIRE_ALL"):
        pytest.fail(sentence)
    pytest.skip(sentence)
