"""A run that breaks off: a sentence instead of a stack trace, and a way on."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import BEDROOM, BOX, STOP, ask, choose, last_turn, visit, wait_for_end

pytestmark = pytest.mark.failing_runs

ALERT = "[data-testid=stAlert]"


def test_what_arrived_stays_and_another_model_can_try_again(page: Page) -> None:
    visit(page, "/LLM_tokens?model=demo-flaky:broken")
    ask(page, BEDROOM)
    wait_for_end(page)
    alert = last_turn(page).locator(ALERT)
    expect(alert).to_have_count(1)
    sentence = alert.inner_text().strip()
    assert sentence.endswith(".")
    assert "Error" not in sentence
    assert "Traceback" not in sentence
    expect(page.locator(BOX)).to_contain_text("Certainly! Here are 3 things")
    expect(page.locator(f"{BOX} summary")).to_contain_text("failed")

    choose(page, "model", "demo-fast · all at once")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    wait_for_end(page)
    expect(last_turn(page)).to_contain_text("Nightstand")
    expect(last_turn(page).locator(ALERT)).to_have_count(0)
    expect(page.locator(STOP)).to_have_count(0)


@pytest.mark.parametrize("path", ["/Custom_data", "/Without_LangChain"])
def test_a_refused_key_is_said_in_a_sentence(page: Page, path: str) -> None:
    visit(page, f"{path}?model=demo-flaky:unauthorized")
    ask(page, BEDROOM)
    wait_for_end(page)
    expect(last_turn(page).locator(ALERT)).to_contain_text("key")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_model_that_falls_silent_can_be_stopped(page: Page) -> None:
    visit(page, "/LLM_tokens?model=demo-flaky:stall")
    ask(page, BEDROOM)
    expect(page.locator(BOX)).to_contain_text("Certainly! Here are 3 things")
    page.locator(STOP).click()
    wait_for_end(page)
    expect(last_turn(page).locator(ALERT)).to_contain_text("Stopped")
    expect(page.locator(BOX)).to_contain_text("Certainly! Here are 3 things")
