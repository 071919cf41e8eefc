"""The stream lab in a browser: live lanes, long runs, phones, and what axe-core has to say."""

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.visitor import STOP, axe_findings, settle, visit
from tests.conftest import OpenPage
from tests.serving import App

PARALLEL = "Search the archive for the lighthouse and take inventory of the garage"
CELLS = "[data-testid=stDataFrame] table td"
"""What a screen reader finds of a table that is drawn on a canvas: the rows in sight."""
VIEWS = {
    "Timeline": "text=The same in words",
    "Lanes": CELLS,
    "Inspector": "text=Choose a row",
    "Metrics": "text=Without streaming",
    "Code": "[data-testid=stCode]",
    "Ways": "table.ways",
}
"""What each view has and no other, once a run has ended."""
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

WATCH = """selector => {
    window.found = [];
    const look = () => {
        if (!document.querySelector('.st-key-stop button')) return;
        window.found.push([...document.querySelectorAll(selector)].map(cell => cell.innerText).join('\\n'));
        setTimeout(look, 100);
    };
    look();
}"""


def ask(page: Page, question: str) -> None:
    page.locator(".st-key-question textarea").fill(question)
    page.locator(".st-key-question textarea").press("Enter")
    page.locator(STOP).wait_for()


def finish(page: Page) -> None:
    page.locator(STOP).wait_for(state="detached", timeout=60_000)
    expect(page.get_by_text("Finished")).to_be_visible()


def look(page: Page, view: str) -> None:
    page.locator(".st-key-lab_view").get_by_text(view, exact=True).click()


def test_two_parallel_tools_of_different_speed_fill_their_lane_live(page: Page) -> None:
    visit(page, "/Stream_lab?modes=custom,updates&model=demo-fast")
    look(page, "Lanes")
    ask(page, PARALLEL)
    page.evaluate(WATCH, CELLS)
    finish(page)
    texts = page.evaluate("window.found")
    both = [text for text in texts if "take_inventory:" in text and "search_archive:" in text]
    assert both, "both tools were never seen at work at the same time"
    shelves = {n for n in range(1, 9) for text in texts if f"Shelf {n} of 8" in text}
    assert len(shelves) >= 4
    only_slow = [text for text in texts if "tools (take_inventory)" in text and "tools (search_archive)" not in text]
    assert only_slow, "the quick tool's end was not seen while the slow one went on"


def test_the_ways_fill_their_table_while_they_work_and_a_run_beside_them_goes_on(page: Page) -> None:
    visit(page, "/Stream_lab?model=demo")
    look(page, "Ways")
    page.locator(".st-key-run_ways button").click()
    ask(page, PARALLEL)
    page.evaluate(
        """() => {
            window.counts = [];
            const look = () => {
                window.counts.push(document.querySelectorAll(".ways .tick").length);
                setTimeout(look, 50);
            };
            look();
        }"""
    )
    expect(page.locator(".ways .tick").nth(99)).to_be_attached(timeout=60_000)
    assert len({count for count in page.evaluate("window.counts") if 0 < count < 100}) >= 3, "live"
    expect(page.locator(".ways")).to_contain_text("By another id")
    finish(page)
    expect(page.locator(".ways .tick")).to_have_count(100)


def test_the_lanes_are_the_same_after_a_refresh(page: Page) -> None:
    visit(page, "/Stream_lab?model=demo-fast")
    ask(page, "what items are in the office?")
    finish(page)
    look(page, "Lanes")
    expect(page.get_by_text("Double-click a cell")).to_be_visible()  # all of it is there, and no more newest first
    expect(page.locator(CELLS).filter(has_text="office").first).to_be_attached()
    read = f"[...document.querySelectorAll('{CELLS}')].slice(0, 27).map(cell => cell.innerText)"
    before = page.evaluate(read)
    assert any("office" in cell for cell in before)
    page.reload()
    look(page, "Lanes")
    expect(page.get_by_text("Double-click a cell")).to_be_visible()
    expect(page.locator(CELLS).first).to_have_text(before[0])
    assert page.evaluate(read) == before


def test_a_question_can_be_stopped_in_every_view(page: Page) -> None:
    visit(page, "/Stream_lab?model=demo")
    for view in ("Timeline", "Lanes", "Inspector", "Metrics"):
        look(page, view)
        ask(page, PARALLEL)
        page.get_by_text("Working", exact=True).wait_for()
        page.locator(STOP).click()
        page.get_by_text(re.compile("^Stopped(. What had| before anything had) arrived")).wait_for(timeout=5_000)


def test_choosing_a_row_opens_all_of_it(page: Page) -> None:
    visit(page, "/Stream_lab?model=demo-fast")
    ask(page, "what items are in the office?")
    finish(page)
    look(page, "Inspector")
    table = page.locator("[class*=st-key-lab_rows_]")  # the lanes' own table is there for a moment longer
    table.locator("td").first.wait_for(state="attached")
    table.click(position={"x": 18, "y": 55})
    expect(page.locator(".st-key-lab_details")).to_contain_text("Event 0")
    expect(page.locator(".st-key-lab_details")).to_contain_text("what items are in the office?")


def test_a_run_of_twenty_thousand_events_stays_usable(page: Page) -> None:
    visit(page, "/Stream_lab?model=demo-fast&tool_choice=none")
    ask(page, "count to 19000")
    finish(page)
    for view in ("Timeline", "Metrics", "Inspector"):
        start = time.monotonic()
        look(page, view)
        expect(page.locator(VIEWS[view]).first).to_be_visible()
        assert time.monotonic() - start < 20, f"{view} is drawn in seconds, on a busy machine too"
    pages = page.locator(".st-key-lab_page_" + "98").or_(page.locator("[class*=st-key-lab_page_]")).first
    for number in ("2", "3"):
        start = time.monotonic()
        pages.get_by_text(number, exact=True).click()
        first = str((int(number) - 1) * 200)
        page.wait_for_function(
            "([selector, seq]) => [...document.querySelectorAll(selector)].some(c => c.innerText.trim() === seq)",
            arg=[CELLS, first],
        )
        assert time.monotonic() - start < 20


def test_a_phone_shows_every_view_without_scrolling_sideways(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    visit(page, "/Stream_lab?model=demo-fast")
    ask(page, "what items are in the office?")
    finish(page)
    for view, sign in VIEWS.items():
        look(page, view)
        page.locator(sign).first.wait_for(state="attached")
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
        assert page.get_by_test_id("stMainBlockContainer").evaluate("e => e.scrollWidth - e.clientWidth") <= 0, view


def test_the_views_are_chosen_by_keyboard(page: Page) -> None:
    visit(page, "/Stream_lab?model=demo-fast")
    page.locator(".st-key-lab_view button").first.focus()
    page.keyboard.press("Tab")
    focused = "document.activeElement.innerText"
    if "Lanes" not in page.evaluate(focused):  # a radio group is one stop, and arrows move in it
        page.locator(".st-key-lab_view button").first.focus()
        page.keyboard.press("ArrowRight")
    assert "Lanes" in page.evaluate(focused)
    page.keyboard.press("Enter")
    expect(page.get_by_text("each mode fills its lane")).to_be_visible()


def test_axe_finds_nothing_that_is_ours(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1400})
    visit(page, "/Stream_lab?model=demo-fast")
    ask(page, "what items are in the office?")
    finish(page)
    for view, sign in VIEWS.items():
        look(page, view)
        page.locator(sign).first.wait_for(state="attached")
        settle(page)
        assert axe_findings(page) == [], view
