"""Phones, dark screens, and what the page loads."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import (
    BEDROOM,
    BOTH,
    BOX,
    PAGES,
    QUESTION,
    SCHEMES,
    STOP,
    TURN,
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


BEYOND_THEIR_ROW = """() => [...document.querySelectorAll('[class*=st-key-row_], [class*=st-key-conversation_whole_]')]
    .flatMap(row => [...row.querySelectorAll('button, button span, p')].filter(
        part => part.getBoundingClientRect().right > row.getBoundingClientRect().right))
    .map(part => part.innerText)"""


NOTHING_FADED = """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
    && [...document.querySelectorAll('[data-testid=stMain] [data-stale]')].every(
        e => e.dataset.stale === 'false' && getComputedStyle(e).opacity === '1')"""


TOPS = """() => ["stMain h1", "stSidebar h3"].map(where => {
    const [place, tag] = where.split(" "), range = document.createRange();
    range.selectNodeContents(document.querySelector(`[data-testid=${place}] ${tag}`));
    return range.getBoundingClientRect().top;
})"""
"""Where the words of the page's title and of the sidebar's begin."""


def contrast(page: Page, selector: str) -> float:
    """Of an element's words with what is behind them: from 1 to 21, as WCAG has it."""
    colors: list[str] = page.locator(selector).evaluate(
        "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    )
    darker, lighter = sorted(map(luminance, colors))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    parts = [int(part) / 255 for part in color.removeprefix("rgb(").rstrip(")").split(",")]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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


def test_a_page_begins_at_its_top_and_ends_with_its_question_box(open_page: OpenPage, app: App) -> None:
    for size, most in ((None, 60), (PHONE, 100)):
        page = open_page(app, **(size or {}))
        visit(page, "/LLM_tokens")
        assert max(page.evaluate(TOPS)[: 1 if size else 2]) < most
        box, window = page.locator(QUESTION).bounding_box(), page.viewport_size
        assert box
        assert window
        assert window["height"] - box["y"] - box["height"] < 40


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_all_buttons_of_home_are_in_a_row_above_the_question_box_on_a_phone(
    open_page: OpenPage, app: App, locale: str
) -> None:
    page = open_page(app, locale=locale, **PHONE)
    visit(page, "/")
    settle(page)
    first, last, box = (
        page.locator(f".st-key-{key}").bounding_box() for key in ("suggestion_0", "play_again", "question")
    )
    assert first
    assert last
    assert box
    assert last["y"] + last["height"] < box["y"]
    assert last["y"] == first["y"]


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_each_row_of_the_list_of_runs_is_one_line_high(open_page: OpenPage, app: App, locale: str) -> None:
    page = open_page(app, locale=locale)
    page.goto("/Refund?model=demo-fast")
    page.locator(".st-key-suggestion_0 button").click()
    page.locator("[class*=st-key-again_]").wait_for()
    page.goto("/Runs")
    page.locator("[class*=st-key-delete_]").wait_for()
    settle(page)
    heights = page.locator("[class*=st-key-row_], [class*=st-key-conversation_whole_]").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"
    )
    assert len(heights) == 2 + 5
    assert [height for height in heights if not 40 <= height <= 50] == []
    assert page.evaluate(BEYOND_THEIR_ROW) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_question_stands_on_a_ground_of_its_own(
    open_page: OpenPage, app: App, locale: str, scheme: Literal["light", "dark"]
) -> None:
    """Whose message it is, Streamlit says in its name alone, and that is said in the reader's language."""
    page = open_page(app, locale=locale, color_scheme=scheme)
    visit(page, "/Without_LangChain?model=demo-fast")
    ask(page, "count to 3")
    page.locator("[class*=st-key-again_]").wait_for()
    settle(page)
    question, answer = page.locator(TURN).evaluate_all("all => all.map(e => getComputedStyle(e).backgroundColor)")
    assert question == {"light": "rgb(240, 238, 229)", "dark": "rgb(24, 37, 42)"}[scheme]
    assert answer == "rgba(0, 0, 0, 0)"


def test_a_question_that_was_taken_back_leaves_nothing_faded(page: Page) -> None:
    for path in ("/LLM_tokens", "/Custom_data", "/Without_LangChain"):  # the third waits: two at a time for one visitor
        page.goto(f"{path}?tool_choice=none&view=technical")
        ask(page, "count to 900")
    page.locator("[class*=st-key-take_back_] button").click()
    expect(page.locator("[data-testid=stAlert]")).to_have_text(re.compile("Taken back before it began"))
    expect(page.locator("[class*=st-key-take_back_]")).to_have_count(0)
    page.wait_for_function(NOTHING_FADED)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_button_that_is_pointed_at_can_be_read(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/")
    button = ".st-key-suggestion_0 button"
    for act in (page.locator(button).wait_for, page.locator(button).hover, page.mouse.down):
        act()
        settle(page)
        assert contrast(page, button) >= 4.5
    page.mouse.move(0, 0)  # let go of elsewhere, it is not pressed
    page.mouse.up()


def test_a_first_visit_by_phone_starts_at_the_top(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    visit(page, "/")
    page.locator("main").get_by_role("button").last.wait_for()
    settle(page)
    expect(page.locator("h1")).to_be_in_viewport(ratio=1, timeout=1)


def test_a_letter_with_hundreds_of_marks_stays_in_its_bubble(page: Page) -> None:
    visit(page, "/Custom_data?model=demo-fast")
    ask(page, "Z" + "".join(chr(0x300 + number % 0x70) for number in range(600)) + "algo")
    wait_for_end(page)
    assert page.get_by_test_id("stMainBlockContainer").evaluate("e => e.scrollWidth - e.clientWidth") <= 0


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_what_can_be_done_with_an_answer_is_in_one_row_on_a_phone(open_page: OpenPage, app: App, locale: str) -> None:
    page = open_page(app, locale=locale, **PHONE)
    page.goto("/Custom_data?model=demo-fast")
    page.locator(".st-key-suggestion_0 button").click()
    page.locator("[class*=st-key-again_]").wait_for()
    settle(page)
    parts = page.locator("[class*=st-key-end_] > *").evaluate_all(
        "all => all.map(part => part.getBoundingClientRect()).map(box => box.top + box.height / 2)"
    )
    assert len(parts) == 3
    assert max(parts) - min(parts) < 2


def test_all_that_can_be_done_with_a_conversation_is_in_sight_on_a_phone(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    page.goto("/Custom_data?model=demo-fast")
    page.locator(".st-key-suggestion_0 button").click()
    page.locator("[class*=st-key-again_]").wait_for()
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("button", name="Your conversations").click()
    page.locator("[data-testid=stPopoverBody] [class*=st-key-more_] button").click()
    page.locator("[class*=st-key-rename_it_] button").click()
    for name in ("Rename", "Keep it as it is"):
        expect(page.get_by_test_id("stPopoverBody").get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


def test_a_third_call_stands_below_the_two_others_as_wide_as_both(page: Page) -> None:
    visit(page, "/Market_brief?model=demo-fast", "simple")
    page.locator(".st-key-suggestion_0 button").click()
    page.locator("[class*=st-key-again_]").wait_for()
    settle(page)
    boxes = "all => all.map(part => part.getBoundingClientRect()).map(b => [b.left, b.right, b.top, b.bottom])"
    first, second, third = page.locator("[data-testid=stGrid]").first.locator("> *").evaluate_all(boxes)
    assert first[2] == second[2]
    assert third[2] > max(first[3], second[3])
    assert (third[0], third[1]) == (first[0], second[1])


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


def test_what_a_page_of_the_how_to_unfolds_can_be_read_on_a_phone_too(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/LLM_tokens")
    for box in ("code", "today"):
        page.locator(f".st-key-{box} summary").click()
        page.locator(f".st-key-{box} [data-testid=stCode]").last.wait_for()
    settle(page)
    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("path", ["/", "/Refund", "/Pitfalls", "/Runs"])
def test_a_screen_reader_meets_no_obstacle_on_the_other_pages(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("h1").wait_for()
    assert axe_findings(page) == []


@pytest.mark.parametrize("path", ["/", "/Stream_lab", "/Runs"])
def test_a_screen_reader_meets_no_obstacle_in_korean_either(open_page: OpenPage, app: App, path: str) -> None:
    page = open_page(app, locale="ko-KR")
    page.goto(path)
    page.locator("h1").wait_for()
    assert axe_findings(page) == []


def assert_no_obstacle(page: Page, where: str) -> None:
    settle(page)
    assert axe_findings(page) == [], where
    assert page.evaluate(SMALL_TARGETS) == [], where


@pytest.mark.parametrize(
    "paths",
    [
        ("/", "/Ask_me_first", "/Stream_lab", "/Pitfalls", "/Runs", "/Your_agent"),
        ("/MCP_tools", "/Custom_data", "/LLM_tokens", "/Without_LangChain"),
    ],
)
def test_a_phone_meets_no_obstacle_and_a_finger_no_small_target(
    open_page: OpenPage, app: App, paths: tuple[str, ...]
) -> None:
    page = open_page(app, **PHONE)
    for path in paths:
        page.goto(path)
        page.locator("h1").wait_for()
        assert_no_obstacle(page, path)
    page.get_by_test_id("stExpandSidebarButton").click()
    assert_no_obstacle(page, "sidebar")


@pytest.mark.parametrize("path", ["/Refund", "/Market_brief", "/Incident"])
def test_a_phone_meets_no_obstacle_in_an_answer(open_page: OpenPage, app: App, path: str) -> None:
    page = open_page(app, **PHONE)
    page.goto(f"{path}?model=demo-fast")
    page.locator(".st-key-suggestion_0 button").wait_for()
    assert_no_obstacle(page, "asked")
    page.locator(".st-key-suggestion_0 button").click()
    page.locator(STOP).wait_for()
    page.locator(STOP).wait_for(state="detached")
    assert_no_obstacle(page, "answered")


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


def test_what_is_printed_from_a_dark_screen_is_dark_on_white(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    visit(page, "/Custom_data?model=demo-fast")
    ask(page, "What items are in the office?")
    wait_for_end(page)
    page.get_by_text("Who worked when").click()
    page.locator(".tl-tool").wait_for()
    page.emulate_media(color_scheme="dark", media="print")
    color, no_ground = "e => getComputedStyle(e).color", ("background-color", "rgba(0, 0, 0, 0)")
    for part in ("h1", f"{TURN} p", f"{TURN} li", f"{BOX} summary", ".tl-row", "[data-testid=stCaptionContainer]"):
        assert brightness(page.locator(part).first.evaluate(color)) < 0.45, part
    expect(page.locator(f"{BOX} summary").first).to_have_css(*no_ground)  # it fades
    for path, part in (("/Runs", ".stMarkdownBadge"), ("/Pitfalls", "p code")):
        page.goto(path)
        page.locator(part).first.wait_for()
        assert brightness(page.locator(part).first.evaluate(color)) < 0.45, part
        expect(page.locator(part).first).to_have_css(*no_ground)


def test_nothing_is_loaded_from_elsewhere(fresh_page: Page, app: App) -> None:
    """The fixture looks at this in every test; here it is the point, with an empty cache."""
    page = fresh_page
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
