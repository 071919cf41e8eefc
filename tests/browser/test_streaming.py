"""The promise of the app: what a tool does is seen while it does it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import (
    BEDROOM,
    BOTH,
    BOX,
    DETAILS,
    LONG,
    OFFICE,
    PAGES,
    STOP,
    ask,
    boxes,
    growing_lengths,
    last_turn,
    seen,
    start_watching,
    visit,
    wait_for_end,
    wait_for_text,
)
from tests.conftest import OpenPage
from tests.serving import App

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("path", PAGES)
def test_the_tool_is_seen_at_work_and_then_the_answer(page: Page, path: str) -> None:
    visit(page, path)
    for question, word in ((OFFICE, "Desk"), (BEDROOM, "Bed")):
        start_watching(page, DETAILS)
        ask(page, question)
        page.locator(STOP).wait_for()
        wait_for_end(page)

        assert len(growing_lengths(seen(page))) >= 3
        turn = last_turn(page)
        assert word in turn.inner_text()
        below_the_tool = turn.locator(f"[data-testid=stMarkdown]:not({BOX} *)")
        assert "".join(below_the_tool.all_inner_texts()).strip()
        assert page.locator(STOP).count() == 0


def test_two_calls_work_side_by_side_and_never_mix(page: Page) -> None:
    visit(page, "/LLM_tokens")
    start_watching(page, BOX)
    ask(page, BOTH)
    page.locator(BOX).nth(1).wait_for()
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)].every(box => box.innerText.length > 200)", arg=BOX
    )
    assert page.locator(STOP).count() == 1
    office, bedroom = boxes(page)
    assert office["right"] <= bedroom["left"]
    assert abs(office["top"] - bedroom["top"]) < 5
    wait_for_end(page)

    of_office, of_bedroom = page.locator(BOX).all_inner_texts()
    assert "Desk" in of_office
    assert "Bed" in of_bedroom
    for text, others in ((of_office, ("bedroom", "Dresser", "Nightstand", "pillow")), (of_bedroom, ("office", "Desk"))):
        assert [word for word in others if word in text] == []


def test_the_timeline_below_an_answer_grows_while_it_works(page: Page) -> None:
    visit(page, "/Custom_data", "simple")
    ask(page, BOTH)
    page.get_by_text("Who worked when").click()
    page.locator(".tl-tool").nth(1).wait_for()
    page.locator(".tl-busy").first.wait_for()
    wait_for_end(page)
    expect(page.locator(".tl-busy")).to_have_count(0)
    expect(page.locator(".tl-first")).to_be_visible()
    assert page.locator(".tl-model b").count() > 0, "ticks"


def test_while_a_key_holds_the_button_the_work_is_hidden(page: Page) -> None:
    visit(page, "/LLM_tokens", "simple")
    ask(page, LONG)
    hold, box = page.get_by_role("button", name="Hold to feel the difference"), page.locator(BOX).first
    hold.focus()
    for key in ("Space", "Enter"):
        page.keyboard.down(key)
        page.keyboard.down(key)  # it repeats
        expect(box).to_be_hidden()
        expect(page.locator(".hold .instead")).to_be_visible()
        page.keyboard.up(key)
        expect(box).to_be_visible()
    page.keyboard.down("Space")
    page.locator(STOP).focus()
    expect(box).to_be_visible()
    page.keyboard.up("Space")
    page.locator(STOP).click()
    wait_for_end(page)
    expect(hold).to_have_count(0)


def test_a_mouse_holds_the_button_wherever_it_goes_until_it_lets_go(page: Page) -> None:
    visit(page, "/LLM_tokens", "simple")
    ask(page, LONG)
    hold, box = page.locator(".hold button"), page.locator(BOX).first
    hold.wait_for()
    page.add_style_tag(content=".hold { position: fixed; top: 5rem; }")  # else it scrolls along, away from the mouse
    for button, hides in (("right", False), ("left", True)):
        hold.hover()
        page.mouse.down(button=button)  # type: ignore[arg-type]
        expect(page.locator(".hold .held")).to_have_count(int(hides))
        page.mouse.wheel(0, -60)
        page.mouse.move(900, 400)
        expect(box).to_be_visible(visible=not hides)
        page.mouse.up(button=button)  # type: ignore[arg-type]
        expect(box).to_be_visible()
    page.locator(STOP).click()
    wait_for_end(page)


def test_a_finger_holds_the_button_whatever_another_one_does(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    visit(page, "/LLM_tokens")
    ask(page, LONG)
    hold, finger = page.locator(".hold button"), page.context.new_cdp_session(page)
    hold.wait_for()
    wait_for_text(page, 60)
    page.add_style_tag(content=".hold { position: fixed; top: 5rem; }")

    def touch(kind: str, *points: tuple[float, float]) -> None:
        there = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": there})

    place = hold.bounding_box()
    assert place
    first = (place["x"] + 40, place["y"] + 20)
    touch("touchStart", first)
    expect(page.locator(BOX).first).to_be_hidden()
    touch("touchStart", first, (200, 500))
    touch("touchMove", first)  # the other one is gone
    touch("touchMove", (first[0], first[1] + 90))
    page.evaluate("new Promise(requestAnimationFrame)")
    expect(page.locator(BOX).first).to_be_hidden()
    touch("touchEnd")
    expect(page.locator(BOX).first).to_be_visible()
    asked = "e => !e.dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true}))"
    assert hold.evaluate(asked), "no menu opens under a finger that stays"
    page.locator(STOP).click()
    wait_for_end(page)


def test_who_wants_no_motion_sees_nothing_turn_while_a_run_works(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    for view in ("simple", "technical"):
        visit(page, "/LLM_tokens?model=demo", view)
        ask(page, LONG)
        wait_for_text(page, 60)
        turning = "document.getAnimations().filter(a => a.effect.getComputedTiming().iterations === Infinity).length"
        assert page.evaluate(turning) == 0
        page.locator(STOP).click()
        wait_for_end(page)
