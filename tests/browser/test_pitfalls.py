"""The wrong way beside the right way, as they run."""

from playwright.sync_api import Page, expect

from tests.conftest import OpenPage
from tests.serving import App

_WATCH = """() => {
    window.seen = [];
    const count = side => document.querySelectorAll(`.pitfall.${side} .tick`).length;
    const look = () => {
        const counts = [count("wrong"), count("right")];
        if (String(counts) !== String(window.seen.at(-1))) window.seen.push(counts);
        requestAnimationFrame(look);
    };
    look();
}"""


def test_the_right_side_is_live_while_the_wrong_one_shows_nothing(page: Page) -> None:
    page.goto("/Pitfalls")
    button = page.locator(".st-key-run_blocking_call button")
    button.wait_for()
    page.evaluate(_WATCH)
    button.click()
    wrong, right = page.locator(".pitfall.wrong"), page.locator(".pitfall.right")
    expect(wrong).to_contain_text("everything at once", timeout=40_000)
    expect(right).to_contain_text("Live: 5 pieces")
    page.wait_for_function("String(window.seen.at(-1)) === '5,5'")
    seen = page.evaluate("window.seen")
    assert {0} == {before for before, live in seen if live < 4}
    assert {1, 2, 3} & {live for _, live in seen}
    left, beside = wrong.bounding_box(), right.bounding_box()
    assert left
    assert beside
    assert left["x"] + left["width"] <= beside["x"]
    assert abs(left["y"] - beside["y"]) < 2


def test_on_a_phone_they_are_one_below_the_other(open_page: OpenPage, app: App) -> None:
    page = open_page(app, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page.goto("/Pitfalls")
    page.locator(".st-key-run_stop button").click()
    expect(page.locator(".pitfall.wrong")).to_contain_text("After Stop it went on", timeout=40_000)
    # Each is drawn anew with every line, so both are looked at in the same instant.
    page.wait_for_function(
        """() => {
            const box = side => document.querySelector(`.pitfall.${side}`)?.getBoundingClientRect();
            const [wrong, right] = [box('wrong'), box('right')];
            return wrong?.height && right?.height && wrong.bottom <= right.top;
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
