"""A question asked again, edited, compared and gone on with after the server was killed; on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import TURN, ask, axe_findings, last_turn, settle, wait_for_end
from tests.conftest import OpenPage
from tests.serving import App, app_server

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
FAST = "/LLM_tokens?model=demo-fast"


def edit(page: Page, question: str) -> None:
    settle(page)
    page.get_by_role("button", name="Edit").last.click()
    page.locator("[class*=st-key-edited] textarea").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(TURN).nth(-2)).to_contain_text(question)
    wait_for_end(page)


def place(page: Page, text: str) -> Locator:
    return page.get_by_text(text, exact=True)


def fits(page: Page) -> None:
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def choose(page: Page, option: str) -> None:
    """Choose from the menu of the first conversation."""
    expect(page.get_by_text("What is kept about you")).to_be_visible()
    settle(page)
    page.locator("[class*=st-key-more_] button").first.tap()
    page.get_by_role("menuitem", name=option).or_(page.get_by_role("option", name=option)).first.tap()


def test_branches_and_names_outlive_a_killed_server_and_are_found_on_a_phone(
    open_page: OpenPage, tmp_path: Path
) -> None:
    env = {"TOOLSTREAM_RECORDINGS": str(tmp_path), "TOOLSTREAM_DEMO_RATE": "300"}
    with app_server(env) as app:
        page = open_page(app)
        page.goto(FAST)
        ask(page, "What items are in the office?")
        wait_for_end(page)
        edit(page, "What items are in the kitchen?")
        expect(place(page, "2 of 2")).to_be_visible()
        expect(last_turn(page)).to_contain_text("Refrigerator")
        page.get_by_role("button", name="Previous").or_(page.get_by_label("previous", exact=False)).first.click()
        expect(place(page, "1 of 2")).to_be_visible()
        expect(last_turn(page)).to_contain_text("Swivel chair")
        page.reload()
        expect(place(page, "1 of 2")).to_be_visible()
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("button", name="End the comparison")).to_be_visible()
        expect(page.locator(TURN)).to_have_count(4)
        expect(page.locator(TURN).nth(1)).to_contain_text("Swivel chair")
        expect(page.locator(TURN).nth(3)).to_contain_text("Refrigerator")
        settle(page)
        assert axe_findings(page) == []
        cookies = page.context.cookies()
        page.goto("about:blank")
        app.process.kill()
        app.process.wait(10)
    with app_server(env) as app:
        phone = open_page(app, **PHONE)
        phone.context.add_cookies([{"name": each["name"], "value": each["value"], "url": app.url} for each in cookies])
        phone.goto("/Runs")
        choose(phone, "Rename")
        phone.locator("[class*=st-key-title_] input").fill("Rooms " + "and more rooms " * 8)
        phone.get_by_role("button", name="Rename").tap()
        expect(phone.get_by_role("button", name="Rooms and more")).to_be_visible()
        fits(phone)
        phone.get_by_role("button", name="Rooms and more").tap()
        expect(place(phone, "2 of 2")).to_be_visible()
        fits(phone)
        phone.get_by_role("button", name="Compare").tap()
        expect(phone.get_by_role("button", name="End the comparison")).to_be_visible()
        fits(phone)
        phone.goto("/Runs")
        choose(phone, "Delete")
        phone.get_by_role("button", name="Delete for good").tap()
        expect(phone.get_by_text("Nothing here yet")).to_be_visible()
        assert not list(tmp_path.glob("*.jsonl"))


def test_a_screen_reader_meets_no_obstacle_in_branches_and_lists(page: Page, app: App) -> None:
    page.goto(FAST)
    ask(page, "What items are in the office?")
    wait_for_end(page)
    page.get_by_role("button", name="Ask again").click()
    expect(place(page, "2 of 2")).to_be_visible()
    wait_for_end(page)
    page.get_by_role("button", name="Your conversations").click()
    expect(page.get_by_text("All conversations and runs")).to_be_visible()
    settle(page)
    assert axe_findings(page) == []
    page.get_by_role("button", name="Edit").last.click()
    page.locator("[class*=st-key-edited] textarea").wait_for()
    settle(page)
    assert axe_findings(page) == []
