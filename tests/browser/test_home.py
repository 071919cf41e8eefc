"""Home as a first visitor meets it: a recording that plays, the way to a live run, the tour."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import PHONE
from tests.browser.visitor import QUESTION, STOP, TURN, ask, last_turn, visit, wait_for_end
from tests.conftest import OpenPage
from tests.serving import App

RACE = ".hero"
AGAIN = ".st-key-play_again button"
SEEN = """side => [...document.querySelectorAll(`.hero .${side} .w, .hero .${side} .late`)]
    .filter(part => getComputedStyle(part).opacity === '1').map(part => part.innerText).join('')"""


@pytest.fixture
def home(page: Page) -> Page:
    """Home at a first visit, while the recording plays."""
    page.goto("/")
    page.wait_for_function(f"({SEEN})('with').includes('Okafor')")
    return page


def test_the_sides_differ_while_it_plays_and_then_it_runs_live(home: Page) -> None:
    assert home.evaluate(SEEN, "without") == ""
    expect(home.locator(".hero .verdict")).to_have_css("opacity", "1")
    assert "Okafor" in home.evaluate(SEEN, "without")
    home.get_by_role("button", name="Run it live").click()
    home.locator(STOP).wait_for()
    expect(home.locator(RACE)).to_have_count(0)
    wait_for_end(home)
    expect(last_turn(home)).to_contain_text("Okafor")


def test_a_second_question_is_answered_in_sight(home: Page) -> None:
    for question in ("What is in the library?", "def area(w):\n  return w * 2"):
        ask(home, question)
        wait_for_end(home)
    expect(last_turn(home)).to_be_in_viewport()
    assert "area(w):\n" in home.locator(TURN).nth(2).inner_text()  # the lines are those that were typed


def test_it_stands_still_while_paused_and_plays_again_when_asked(home: Page) -> None:
    home.locator(AGAIN).click()
    home.wait_for_function("document.querySelector('.hero')?.dataset.plays === '1'")
    home.locator(".hero .pause input").dispatch_event("click")
    words = home.evaluate(SEEN, "with")
    bar = "document.querySelector('.hero .cover')?.getAnimations()[0]?.playState"
    home.wait_for_function(f"{bar} === 'paused'")
    assert home.evaluate(SEEN, "with") == words
    home.locator(AGAIN).click()
    home.wait_for_function("document.querySelector('.hero')?.dataset.plays === '2'")  # it is drawn anew
    home.wait_for_function(f"{bar} === 'running'")


def test_who_wants_no_motion_gets_the_end_as_a_still_picture(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    expect(page.locator(".hero .verdict")).to_have_css("opacity", "1")
    assert "Okafor" in page.evaluate(SEEN, "without")
    assert page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length") == 0


def test_the_race_fits_a_phone(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    page.goto("/")
    for part in (".hero .with", ".hero .without", ".hero .axis", ".hero .end"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    box = page.locator(".hero .end").bounding_box()
    question = page.locator(".st-key-question").bounding_box()
    assert box
    assert question
    assert box["y"] + box["height"] <= question["y"]


def test_the_tour_on_a_phone_goes_by_itself_and_is_one_step_back_a_page(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    page.goto("/?view=technical")
    page.get_by_role("button", name="Take the tour").wait_for()
    stops = page.evaluate("history.length")
    page.get_by_role("button", name="Take the tour").click()
    card = page.locator(".st-key-tour")
    for step, moment in enumerate(("the finds come one by one", "still writing", "The same picture"), 1):
        expect(card).to_contain_text(f"step {step} of 3", timeout=30_000)
        expect(card).to_contain_text(moment)
        expect(card).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(card).to_contain_text("That is all", timeout=30_000)
    assert page.evaluate("history.length") == stops + 3, "one stop for the Back button on each page"
    page.go_back()
    expect(card).to_contain_text("step 2 of 3")
    expect(card.get_by_role("button", name="Continue the tour")).to_be_in_viewport(ratio=1)
    page.go_forward()
    page.get_by_role("button", name="Finish").click()
    expect(card).to_have_count(0)


@pytest.mark.parametrize("touch", ["wheel", "key", "click", "finger", "tap"])
def test_who_touches_the_page_stays_where_the_tour_is(open_page: OpenPage, app: App, touch: str) -> None:
    page = open_page(app, **(PHONE if touch in ("finger", "tap") else {}))
    page.goto("/")
    page.get_by_role("button", name="Take the tour").click()
    page.get_by_role("button", name="Stay here").wait_for()
    question = page.locator(TURN).first
    if touch == "wheel":
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 50)
    elif touch == "key":
        page.locator(QUESTION).press("a")
    elif touch in ("click", "tap"):
        getattr(question, touch)()
    else:
        finger = page.context.new_cdp_session(page)
        for kind, y in (("touchStart", 600), ("touchMove", 540), ("touchEnd", 0)):
            points = [{"x": 200, "y": y}] if y else []
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.get_by_role("button", name="Continue the tour")).to_be_visible()
    expect(page.locator(".st-key-tour")).to_contain_text("step 1 of 3")


def test_a_refresh_on_the_tour_keeps_it_and_what_was_being_watched(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Take the tour").click()
    expect(page.locator(TURN)).to_have_count(2)
    page.reload()
    card = page.locator(".st-key-tour")
    expect(card).to_contain_text("step 1 of 3")
    expect(page.locator(TURN)).to_have_count(2)
    wait_for_end(page)
    expect(card).to_contain_text("That is all: you saw the first of it after")
    page.reload()
    expect(card).to_contain_text("That is all: you saw the first of it after")
    page.get_by_role("button", name="Continue the tour").click()
    expect(card).to_contain_text("step 2 of 3")
    expect(page.get_by_role("button", name="Stay here")).to_be_visible()
    page.reload()
    expect(card).to_contain_text("step 2 of 3")
    page.get_by_role("button", name="Leave the tour").click()
    expect(card).to_have_count(0)
    page.reload()
    wait_for_end(page)
    expect(card).to_have_count(0)


def test_a_key_pressed_on_the_page_keeps_the_tour_there(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Take the tour").click()
    stay = page.get_by_role("button", name="Stay here")
    stay.focus()
    stay.press("Enter")
    expect(page.get_by_role("button", name="Continue the tour")).to_be_visible()
    expect(page.locator(".st-key-tour")).to_contain_text("That is all")
    expect(page.locator(".countdown")).to_have_count(0)


def test_a_link_opens_the_technical_view(page: Page) -> None:
    visit(page, "/Custom_data")
    expect(page.get_by_role("radio", name="Technical")).to_be_checked()
    page.get_by_text("Simple", exact=True).click()
    page.wait_for_function("!location.search.includes('view=')")
