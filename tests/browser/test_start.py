"""The first visit to a server that has just been started."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import PAGES, QUESTION, STOP, last_turn, visit, wait_for_end
from tests.conftest import OpenPage
from tests.serving import app_server


def test_a_deep_link_is_the_first_request_and_home_needs_no_key(open_page: OpenPage) -> None:
    """One server for both facts: the deep link has to be its first request, and it starts without any setting."""
    with app_server({"TOOLSTREAM_DEMO_RATE": "120"}, fresh=True) as app:
        first = open_page(app, locale="ko-KR")
        first.goto("/LLM_tokens")
        first.locator(".st-key-head style").wait_for(state="attached")
        broken = first.locator("h1").evaluate("e => [e.innerText, getComputedStyle(e).wordBreak]")
        assert broken == ["LLM 토큰", "keep-all"]  # while all else is being imported: no word will move
        assert not first.locator(QUESTION).count()
        first.locator(QUESTION).wait_for()
        page = open_page(app)
        visit(page, "/LLM_tokens")
        expect(page.locator("h1")).to_have_text("LLM tokens")
        expect(page).to_have_title("LLM tokens · Toolstream")
        sidebar = page.get_by_test_id("stSidebar")
        for name in ("Home", *PAGES.values()):
            expect(sidebar.get_by_role("link", name=name, exact=True)).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        expect(page.get_by_role("dialog")).to_have_count(0)

        sidebar.get_by_role("link", name="Home", exact=True).click()
        expect(page).to_have_title("Home · Toolstream")
        page.locator(".st-key-suggestion_0 button").click()
        page.locator(STOP).wait_for()
        wait_for_end(page)
        expect(last_turn(page)).to_contain_text(re.compile("look_up_order.*Mr Okafor.*First output after", re.S))
        # Here and not in the fixture, which looks when this server's log is gone.
        assert "Traceback" not in app.log()
