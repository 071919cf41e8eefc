"""Clicks in the middle of a run: stopping it, and looking at it another way."""

import re

from playwright.sync_api import Locator, Page, expect

from agent.demo_model import DemoServer
from tests.browser.visitor import (
    BEDROOM,
    BOX,
    LONG,
    OFFICE,
    QUESTION,
    STOP,
    TURN,
    ask,
    last_turn,
    run_id,
    seen,
    settle,
    start_watching,
    visit,
    wait_for_end,
    wait_for_text,
)
from tests.serving import wait_until


def mode(page: Page, name: str) -> Locator:
    return page.locator(".st-key-modes button", has_text=name)


def test_stop_ends_the_models_work_and_keeps_what_has_arrived(page: Page, model: DemoServer) -> None:
    visit(page, "/LLM_tokens")
    ask(page, LONG)
    wait_for_text(page, 150)
    hung_up = model.stats.hung_up
    page.locator(STOP).click()
    wait_until(lambda: model.stats.hung_up > hung_up, 10, "the app hangs up on the model")
    assert model.stats.active == 0
    wait_for_end(page)

    turn = last_turn(page)
    assert len(page.locator(BOX).inner_text()) > 150
    expect(page.locator(f"{BOX} summary")).to_contain_text("stopped")
    expect(turn.locator("[data-testid=stAlert]")).to_contain_text("Stopped")

    ask(page, OFFICE)
    wait_for_end(page)
    expect(last_turn(page)).to_contain_text("Desk")
    expect(page.locator(TURN).nth(1)).to_contain_text("Stopped")


def test_flipping_a_mode_redraws_the_same_run(page: Page, model: DemoServer) -> None:
    requests = model.stats.requests
    visit(page, "/LLM_tokens")
    ask(page, LONG)
    wait_for_text(page, 150)
    run = run_id(page)
    mode(page, "Steps").click()
    page.wait_for_function("location.search.includes('modes=')")
    wait_for_text(page, 250)
    assert page.locator(STOP).count() == 1
    wait_for_end(page)

    assert run_id(page) == run
    assert model.stats.requests - requests == 3  # the agent, the model in the tool, the agent
    assert page.locator(TURN).count() == 2
    expect(last_turn(page)).to_contain_text("400")


def test_with_no_mode_nothing_of_the_answer_is_seen_before_the_end(page: Page) -> None:
    visit(page, "/LLM_tokens?modes=-")
    start_watching(page, "[data-testid=stChatMessageContent]")
    ask(page, BEDROOM)
    page.locator(STOP).wait_for()
    wait_for_end(page)

    texts = seen(page)
    assert any("without streaming" in text for text in texts)
    # Afterwards the answer is drawn: the stop button goes when that has been done.
    early = " ".join(text for text in texts if "without streaming" in text)
    assert [word for word in ("Nightstand", "Wardrobe", "get_items") if word in early] == []
    expect(last_turn(page)).to_contain_text("Nightstand")


def test_taking_the_last_mode_away_in_mid_run_hides_what_was_seen(page: Page) -> None:
    visit(page, "/LLM_tokens")
    ask(page, LONG)
    wait_for_text(page, 150)
    mode(page, "Words").click()
    expect(last_turn(page)).to_contain_text("without streaming")
    expect(page.locator(BOX)).to_have_count(0)
    assert page.locator(STOP).count() == 1
    wait_for_end(page)
    expect(last_turn(page)).to_contain_text("400")


def test_a_refresh_in_mid_run_finds_the_run_again(page: Page, model: DemoServer) -> None:
    requests = model.stats.requests
    visit(page, "/LLM_tokens")
    ask(page, LONG)
    wait_for_text(page, 150)
    run = run_id(page)
    page.reload()
    wait_for_text(page, 250)
    wait_for_end(page)
    assert run_id(page) == run
    assert model.stats.requests - requests == 3


def test_a_question_asked_meanwhile_waits_and_is_answered(page: Page) -> None:
    visit(page, "/LLM_tokens")
    ask(page, LONG)
    wait_for_text(page, 100)
    ask(page, OFFICE)
    assert page.locator(STOP).count() == 1
    expect(last_turn(page)).to_contain_text("Waiting for its turn")
    expect(last_turn(page)).to_contain_text("Desk")
    wait_for_end(page)
    expect(page.locator(TURN).nth(1)).to_contain_text("400")
    assert "400" not in last_turn(page).inner_text()


def test_stop_ends_the_run_that_works_and_not_the_one_that_waits(page: Page) -> None:
    visit(page, "/LLM_tokens")
    ask(page, "what is in 'count to 4000'?")
    wait_for_text(page, 100)
    ask(page, OFFICE)
    page.locator(STOP).click()
    expect(page.locator(TURN).nth(1)).to_contain_text("Stopped")
    expect(last_turn(page)).to_contain_text("Desk")
    wait_for_end(page)


def test_the_keyboard_alone_leads_from_home_to_a_question_its_stop_and_a_link_to_it(page: Page) -> None:
    page.goto("/?model=demo")
    page.locator("h1").wait_for()
    settle(page)
    tab_to(page, "main a[href^='Custom_data']")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Custom data", exact=True).wait_for()
    settle(page)
    tab_to(page, QUESTION)
    page.keyboard.type("count to 400")
    page.keyboard.press("Enter")
    page.locator(STOP).wait_for()
    expect(page.locator(QUESTION)).to_be_focused()
    page.keyboard.type("count to 5")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-take_back_] button").wait_for()
    tab_to(page, "[class*=st-key-take_back_] button", key="Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-take_back_] button").wait_for(state="detached")
    tab_to(page, STOP)
    page.keyboard.press("Space")
    page.get_by_text("Stopped.").first.wait_for()
    settle(page)
    tab_to(page, "[data-testid=stSidebar] a[href^='Runs']")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Runs", exact=True).wait_for()
    settle(page)
    tab_to(page, ".st-key-list_own [class*=st-key-open_] button")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Share").wait_for()
    settle(page)
    tab_to(page, "button", "Share")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-share button")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("/Runs\\?share=")).first.wait_for()


def test_the_keyboard_alone_answers_a_card_takes_the_tour_and_looks_at_lanes(page: Page) -> None:
    page.goto("/Ask_me_first?model=demo-fast")
    page.locator(".st-key-suggestion_1 button").wait_for()
    settle(page)
    tab_to(page, ".st-key-suggestion_1 button")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Approve").first.wait_for()
    settle(page)
    tab_to(page, "button", "Approve")
    page.keyboard.press("Enter")
    wait_for_end(page)

    page.goto("/Stream_lab?model=demo-fast")
    page.locator(".st-key-suggestion_1 button").wait_for()
    settle(page)
    tab_to(page, ".st-key-suggestion_1 button")
    page.keyboard.press("Enter")
    page.locator(STOP).wait_for()
    page.locator(STOP).wait_for(state="detached")
    settle(page)
    tab_to(page, ".st-key-lab_view button, .st-key-lab_view [role=radio]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".st-key-lab_view [aria-checked=true]")).to_contain_text("Lanes")

    page.goto("/")
    page.locator(".st-key-take_tour button").wait_for()
    settle(page)
    tab_to(page, ".st-key-take_tour button")
    page.keyboard.press("Enter")
    page.locator(".st-key-tour_stay button").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Continue the tour")).to_be_visible()


def test_the_keyboard_alone_edits_a_question_renames_a_conversation_and_deletes_it(page: Page) -> None:
    visit(page, "/Custom_data?model=demo-fast")
    ask(page, OFFICE)
    wait_for_end(page)
    settle(page)
    tab_to(page, "[class*=st-key-edit_] button", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[class*=st-key-edited_] textarea")).to_be_focused()
    tab_to(page, "button", "Cancel")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-edited_]").wait_for(state="detached")
    settle(page)
    tab_to(page, "button", "Your conversations")
    page.keyboard.press("Enter")
    expect(page.locator("[class*=st-key-go_on_short] button").first).to_be_focused()
    for doing in ("Rename", "Delete"):
        tab_to(page, "button", "More")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Rename")).to_be_focused()
        if doing == "Delete":
            tab_to(page, "button", doing)
        page.keyboard.press("Enter")
        if doing == "Rename":
            expect(page.get_by_role("textbox", name="Name of the conversation")).to_be_focused()
            page.keyboard.press("Control+a")
            page.keyboard.type("The office")
            page.keyboard.press("Enter")
            page.get_by_text("The office", exact=True).first.wait_for()
            settle(page)
    expect(page.get_by_role("button", name="Keep it as it is")).to_be_focused()  # who presses twice deletes nothing
    tab_to(page, "button", "Delete for good", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The office", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Your conversations")).to_be_focused()


def test_what_has_the_focus_is_not_behind_the_question_box(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto("/Ask_me_first?model=demo-fast")
    page.locator(".st-key-suggestion_1 button").click()
    page.get_by_role("button", name="Approve").first.wait_for()
    settle(page)
    buttons = page.locator("[class*=st-key-card-] button")
    buttons.first.focus()
    for _ in range(buttons.count()):
        place = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
        box = page.locator(QUESTION).bounding_box()
        assert box
        assert place <= box["y"]
        page.keyboard.press("Tab")


def tab_to(page: Page, selector: str, name: str = "", key: str = "Tab") -> None:
    """Press Tab, or another key, until what the selector finds, with that name, has the focus, which is to be seen."""
    is_there = """([selector, name]) => document.activeElement.matches(selector)
        && document.activeElement.innerText.includes(name)"""
    for _ in range(120):
        page.keyboard.press(key)
        if page.evaluate(is_there, [selector, name]):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"No {key} leads to {selector}.")
