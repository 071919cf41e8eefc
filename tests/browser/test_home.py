"""Home as a first visitor meets it: a recording that plays, the way to a live run, the tour."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import PHONE
from tests.browser.visitor import STOP, last_turn, visit, wait_for_end
from tests.conftest import OpenPage
from tests.serving import App

SIDES = ".st-key-home_side_0, .st-key-home_side_1"
AGAIN = ".st-key-play_again button"


@pytest.fixture
def home(page: Page) -> Page:
    """Home at a first visit, while the recording plays."""
    page.goto("/")
    expect(page.locator(".st-key-home_side_0")).to_contain_text("Certainly")
    return page


def test_the_sides_differ_while_it_plays_and_then_it_runs_live(home: Page) -> None:
    streams, waits = home.locator(SIDES).all()
    assert "Working" in waits.inner_text()
    assert "Nightstand" not in waits.inner_text()
    expect(streams).to_contain_text("Dresser")
    assert "Dresser" not in waits.inner_text()
    home.get_by_role("button", name="Run it live").click()
    home.locator(STOP).wait_for()
    expect(home.locator(SIDES)).to_have_count(0)
    wait_for_end(home)
    expect(last_turn(home)).to_contain_text("The assistant asks the tool “Describe items” about “bedroom”")
    expect(last_turn(home)).to_contain_text("Nightstand")


def test_a_door_interrupts_it_at_once(home: Page) -> None:
    assert home.locator(AGAIN).count() == 0
    clicked = time.monotonic()
    home.locator("main").get_by_role("link", name="Custom data").click()
    expect(home.locator("h1")).to_have_text("Custom data")
    assert time.monotonic() - clicked < 7  # seconds; the recording would go on for longer
    expect(home.locator(SIDES)).to_have_count(0)


def test_it_is_played_once_and_then_again_when_asked(home: Page) -> None:
    again = home.locator(AGAIN)
    again.wait_for()
    for side in home.locator(SIDES).all():
        expect(side).to_contain_text("Nightstand")
    again.click()
    expect(home.locator(".st-key-home_side_1")).not_to_contain_text("Nightstand")
    expect(home.locator(".st-key-home_side_1")).to_contain_text("Working")


def test_the_tour_on_a_phone(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    page.goto("/?view=technical")
    page.get_by_role("button", name="Take the tour").wait_for()
    stops = page.evaluate("history.length")
    page.get_by_role("button", name="Take the tour").click()
    card = page.locator(".st-key-tour")
    for step in (1, 2, 3):
        expect(card).to_contain_text(f"step {step} of 3")
        expect(card).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if step < 3:
            page.get_by_role("button", name="Next").click()
    page.go_back()
    expect(card).to_contain_text("step 2 of 3")
    page.go_forward()
    page.get_by_role("button", name="Finish").click()
    expect(card).to_have_count(0)
    assert page.evaluate("history.length") == stops + 3, "one stop for the Back button on each page"


def test_a_link_opens_the_technical_view(page: Page) -> None:
    visit(page, "/Custom_data")
    expect(page.get_by_role("radio", name="Technical")).to_be_checked()
    page.get_by_text("Simple", exact=True).click()
    page.wait_for_function("!location.search.includes('view=')")
