"""The app inside of another page: `?embed=true` in an iframe."""

from playwright.sync_api import Page, expect

from tests.browser.visitor import QUESTION, STOP, TURN
from tests.serving import App

FRAME = {"width": 600, "height": 500}


def test_a_frame_holds_a_page_alone_and_all_that_it_is_for_fits(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 700, "height": 600})
    size = 'width="600" height="500" style="border: 0"'
    page.set_content(f'<iframe src="{app.url}/Refund?embed=true&model=demo-fast" {size}></iframe>')
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_be_in_viewport(ratio=1)
    expect(frame.locator("h1")).to_have_text("Refund")
    for gone in ("stSidebar", "stHeader", "stExpandSidebarButton"):
        expect(frame.get_by_test_id(gone)).to_be_hidden()
    assert frame.locator("h1").evaluate("e => e.getBoundingClientRect().top") < 30
    expect(frame.locator(QUESTION)).to_be_in_viewport(ratio=1)

    frame.locator(QUESTION).fill("Can order 1042 be refunded? Look it up and check the refund policy")
    frame.locator(QUESTION).press("Enter")
    expect(frame.locator(TURN)).to_have_count(2)
    frame.locator(STOP).wait_for()
    frame.locator(STOP).wait_for(state="detached")
    card = frame.locator("[class*=st-key-end_]")
    expect(card).to_be_in_viewport(ratio=1)
    expect(card.get_by_text("Share or replay")).to_be_in_viewport(ratio=1)
    assert frame.locator("html").evaluate("e => e.scrollWidth") <= FRAME["width"]
    assert "embed=true" in frame.locator("html").evaluate("() => location.search")

    card.get_by_text("Share or replay").click()
    expect(frame.get_by_text("All runs")).to_be_visible()
    expect(frame.get_by_test_id("stSidebar")).to_be_hidden()
    assert "embed=true" in frame.locator("html").evaluate("() => location.search")
