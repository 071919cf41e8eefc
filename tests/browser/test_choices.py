"""The sidebar's choices: in the URL, and kept from page to page."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import ask, choose, last_turn, settle, visit, wait_for_end

DEMO_FAST = "demo-fast · all at once"
READY_MADE = "Agent, ready-made (create_agent)"


def chosen(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key} button[aria-pressed=true], .st-key-{key} button[aria-checked=true]")


def test_a_link_opens_with_its_choices_and_they_survive_other_pages(page: Page) -> None:
    visit(page, "/Custom_data?modes=messages&model=demo-fast")
    expect(chosen(page, "modes")).to_have_count(1)
    expect(chosen(page, "modes")).to_contain_text("Words")
    expect(page.locator(".st-key-model input")).to_have_value(DEMO_FAST)

    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Without LangChain", exact=True).click()
    expect(page.locator("h1")).to_have_text("Without LangChain")
    expect(chosen(page, "modes")).to_contain_text("Tool data")
    expect(page.locator(".st-key-model input")).to_have_value(DEMO_FAST)

    sidebar.get_by_role("link", name="Custom data", exact=True).click()
    expect(page.locator("h1")).to_have_text("Custom data")
    expect(chosen(page, "modes")).to_have_count(1)
    expect(chosen(page, "modes")).to_contain_text("Words")
    page.wait_for_function("location.search.includes('modes=messages') && location.search.includes('model=demo-fast')")


def test_a_choice_goes_to_the_url_and_a_refresh_keeps_it(page: Page) -> None:
    visit(page, "/LLM_tokens")
    choose(page, "graph", READY_MADE)
    page.wait_for_function("location.search.includes('graph=create_agent')")
    page.reload()
    expect(page.locator(".st-key-graph input")).to_have_value(READY_MADE)


def test_a_conversation_survives_a_change_of_page(page: Page) -> None:
    visit(page, "/Custom_data?model=demo-fast")
    ask(page, "what items are in the office?")
    wait_for_end(page)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="LLM tokens", exact=True).click()
    expect(page.locator("h1")).to_have_text("LLM tokens")
    expect(page.get_by_test_id("stChatMessage")).to_have_count(0)
    sidebar.get_by_role("link", name="Custom data", exact=True).click()
    expect(last_turn(page)).to_contain_text("Desk")


def test_what_is_open_below_the_model_stays_open_when_another_one_is_chosen(page: Page) -> None:
    visit(page, "/Custom_data", "simple")
    page.get_by_text("More choices", exact=True).click()
    modes = page.locator(".st-key-modes")
    expect(modes).to_be_visible()
    choose(page, "model", "demo-flaky:broken")
    expect(page.get_by_text("A demo model without AI answers here")).to_have_count(0)
    settle(page)
    expect(modes).to_be_visible()
