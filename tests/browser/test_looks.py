"""Phones, dark screens, and what the page loads."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import (
    BEDROOM,
    BOTH,
    PAGES,
    QUESTION,
    SCHEMES,
    STOP,
    ask,
    axe_findings,
    boxes,
    settle,
    visit,
    wait_for_end,
    wait_for_text,
)
from tests.conftest import OpenPage
from tests.serving import App

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


SMALL_TARGETS = """() => [...document.querySelectorAll('button, a[href], summary, label:has(input), [role=tab]')]
    .filter(e => e.checkVisibility({opacityProperty: true, visibilityProperty: true}))
    .filter(e => !e.closest('[data-testid=stToolbar], [data-testid=stCode], [data-testid=stElementToolbar], p, li'))
    .map(e => [e, e.getBoundingClientRect(), getComputedStyle(e, '::after')])
    .filter(([, box, more]) => box.width > 1 && box.height > 1
        && box.height - 2 * Math.min(0, parseFloat(more.top) || 0) < 43.5)
    .map(([e, box]) => `${e.outerHTML.slice(0, 150)} ${box.width} x ${box.height}`)"""
"""What a finger has to hit and is less than 44 px high; not in running text, code, and Streamlit's own toolbar."""


def brightness(color: str) -> float:
    """From 0 to 1, of a color as the browser says it: "rgb(1, 2, 3)"."""
    red, green, blue = (int(part) for part in color.removeprefix("rgb(").rstrip(")").split(","))
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def test_a_phone_shows_every_page_without_scrolling_sideways(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    for path in ("/", *PAGES):
        visit(page, path)
        expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("innerWidth") == 390  # it would grow with what is too wide
        box = page.locator(QUESTION).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 844
        assert box["width"] > 200


def test_a_first_visit_by_phone_starts_at_the_top(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    visit(page, "/")
    page.locator("main").get_by_role("button").last.wait_for()
    settle(page)
    expect(page.locator("h1")).to_be_in_viewport(ratio=1, timeout=1)


def test_a_phone_runs_two_calls_one_below_the_other(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    visit(page, "/LLM_tokens?model=demo-fast")
    ask(page, BOTH)
    wait_for_end(page)
    first, second = boxes(page)
    assert first["bottom"] <= second["top"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    overflowing = "e => e.scrollWidth - e.clientWidth"
    assert page.get_by_test_id("stMainBlockContainer").evaluate(overflowing) <= 0


@pytest.mark.parametrize("view", ["simple", "technical"])
@pytest.mark.parametrize("path", PAGES)
def test_a_screen_reader_meets_no_obstacle_of_ours(page: Page, path: str, view: str) -> None:
    visit(page, f"{path}?model=demo-fast", view)
    assert axe_findings(page) == []
    ask(page, BOTH)
    wait_for_end(page)
    assert axe_findings(page) == [], "answered"


@pytest.mark.parametrize("path", ["/", "/Refund", "/Pitfalls", "/Runs"])
def test_a_screen_reader_meets_no_obstacle_on_the_other_pages(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("h1").wait_for()
    assert axe_findings(page) == []


def test_a_phone_meets_no_obstacle_and_a_finger_no_small_target(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    for path in ("/", "/Ask_me_first", "/Stream_lab", "/Pitfalls", "/Runs", "/Refund?model=demo-fast"):
        page.goto(path)
        page.locator("h1").wait_for()
        settle(page)
        assert axe_findings(page) == [], path
        assert page.evaluate(SMALL_TARGETS) == [], path
    page.locator(".st-key-suggestion_0 button").click()
    page.locator(STOP).wait_for()
    page.locator(STOP).wait_for(state="detached")
    assert axe_findings(page) == [], "answered"
    assert page.evaluate(SMALL_TARGETS) == [], "answered"
    page.get_by_test_id("stExpandSidebarButton").click()
    settle(page)
    assert axe_findings(page) == [], "sidebar"
    assert page.evaluate(SMALL_TARGETS) == [], "sidebar"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_follows_the_visitors_color_scheme(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    visit(page, "/LLM_tokens")
    color = "e => getComputedStyle(e).backgroundColor"
    for part in ("stApp", "stSidebar"):
        shade = brightness(page.get_by_test_id(part).evaluate(color))
        assert (shade < 0.2) if scheme == "dark" else (shade > 0.8)
    words = brightness(page.locator("h1").evaluate("e => getComputedStyle(e).color"))
    assert (words > 0.6) if scheme == "dark" else (words < 0.3)


def test_nothing_is_loaded_from_elsewhere(open_page: OpenPage, app: App) -> None:
    """The fixture looks at this in every test; here it is the point, with an empty cache."""
    page = open_page(app)
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    for path in ("/", *PAGES):
        visit(page, path)
        page.get_by_text("The code that runs here").click()
        page.locator("[data-testid=stCode]").first.wait_for()
    ask(page, BEDROOM)
    wait_for_text(page, 80)
    page.locator(STOP).click()
    wait_for_end(page)
    assert len(urls) > 10
    assert [url for url in urls if not url.startswith((f"{app.url}/", "data:", "blob:"))] == []
