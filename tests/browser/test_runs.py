"""A visitor's own runs in a real browser: over a restart, by a link, as a replay and as a file to send."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.visitor import BEDROOM, BOTH, ask, visit, wait_for_end, wait_for_text
from tests.conftest import OpenPage
from tests.serving import app_server, wait_until

PLAY = ".st-key-replay_button button"
ROW = "[class*=st-key-open_] button"
LIST = ".st-key-list_own"


def test_a_run_outlives_a_killed_server_and_goes_out_as_a_link_and_as_a_file(
    open_page: OpenPage, browser: Browser, tmp_path: Path
) -> None:
    env = {
        "TOOLSTREAM_RECORDINGS": str(tmp_path / "runs"),
        "TOOLSTREAM_DEMO_RATE": "90",
        "TOOLSTREAM_LEASE_SECONDS": "3",
    }
    with app_server(env) as app:
        page = open_page(app)
        visit(page, "/Custom_data?model=demo-fast")
        ask(page, BOTH)
        wait_for_end(page)
        visit(page, "/LLM_tokens?model=demo")
        ask(page, BEDROOM)
        wait_for_text(page, 150)
        (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "toolstream_visitor"]
        assert (cookie["sameSite"], len(cookie["value"])) == ("Strict", 22)
        runs = tmp_path / "runs"
        wait_until(lambda: [lines(file) > 20 for file in runs.glob("*.jsonl")] == [True] * 2, 5, "both are on the disk")
        app.process.kill()
        app.process.wait()

    with app_server(env) as app:
        context = browser.new_context(base_url=app.url, viewport={"width": 1280, "height": 900}, accept_downloads=True)
        context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": app.url, "sameSite": "Strict"}])
        page = context.new_page()
        page.goto("/Runs")
        rows = page.locator(f"{LIST} {ROW}")
        expect(rows).to_have_count(2)
        wait_until(lambda: _listed_anew(page, "interrupted"), 30, "its server's lease has run out")
        expect(page.locator(LIST)).to_contain_text("finished")

        rows.nth(1).click()
        expect(page.get_by_text("Without streaming you would have waited")).to_be_visible()
        page.get_by_role("button", name="Share").click()
        expect(page.get_by_text("Anyone with the link can")).to_be_visible()
        page.locator(".st-key-share button").click()
        link = page.get_by_text(re.compile("/Runs\\?share=")).first.inner_text()
        page.keyboard.press("Escape")

        _replay(page)
        _look_at_the_pack(page, browser, tmp_path / "pack.html")
        context.close()

        stranger = open_page(app, color_scheme="dark")
        stranger.goto(link)
        expect(stranger.get_by_text("Somebody shared this run with you")).to_be_visible()
        expect(stranger.get_by_text("Without streaming you would have waited")).to_be_visible()
        expect(
            stranger.locator("[class*=st-key-delete_], .st-key-stop, .st-key-share, .st-key-question")
        ).to_have_count(0)
        stranger.goto("/Runs")
        expect(stranger.get_by_text("Nothing here yet")).to_be_visible()
        assert "Traceback" not in app.log()


def test_a_run_at_work_is_followed_by_whoever_has_its_link(open_page: OpenPage) -> None:
    with app_server({"TOOLSTREAM_DEMO_RATE": "5"}) as app:  # it would be at work for a minute
        owner = _share_at_work(open_page(app))
        link = owner.get_by_text(re.compile("/Runs\\?share=")).first.inner_text()

        guest = open_page(app, viewport={"width": 390, "height": 844})
        guest.goto(link)
        wait_for_text(guest, 60, "[data-testid=stExpander]")
        before = len(guest.locator("[data-testid=stExpander]").first.inner_text())
        wait_for_text(guest, before + 40, "[data-testid=stExpander]")
        assert guest.evaluate("document.documentElement.scrollWidth <= innerWidth")

        owner.locator(".st-key-revoke button").click()
        owner.locator(".st-key-share button").wait_for()
        guest.reload()
        expect(guest.get_by_text("no longer works")).to_be_visible()


def test_what_is_open_below_a_run_stays_open_when_the_run_ends(open_page: OpenPage) -> None:
    with app_server({"TOOLSTREAM_DEMO_RATE": "40"}) as app:
        owner = _share_at_work(open_page(app))
        owner.get_by_role("button", name="Review pack").wait_for()
        owner.get_by_role("button", name="Share").scroll_into_view_if_needed()
        owner.locator(".st-key-revoke button").click()
        owner.locator(".st-key-share button").wait_for()


def test_a_replay_can_be_paused_and_goes_on_from_there(page: Page) -> None:
    page.goto("/Runs?open=sample-stream-lab")
    page.locator(PLAY).click()
    expect(page.locator(PLAY)).to_contain_text("Pause")
    expect(page.get_by_text(re.compile(r"[2-9]\.\d s of \d+\.\d s"))).to_be_visible()
    expect(page.get_by_text("Without streaming you would have waited")).to_have_count(0)
    page.locator(PLAY).click()
    slider = page.get_by_role("slider")
    expect(slider).to_be_visible()
    assert 1.5 < float(slider.get_attribute("aria-valuenow") or slider.input_value()) < 6
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("Without streaming you would have waited")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.get_by_text("Without streaming you would have waited")).to_have_count(0)


def _share_at_work(page: Page) -> Page:
    """Ask, and in a second tab make a link to the run, which goes on; returns that tab."""
    visit(page, "/LLM_tokens?model=demo")
    ask(page, BEDROOM)
    owner = page.context.new_page()
    owner.goto("/Runs")
    owner.locator(f"{LIST} {ROW}").click()
    owner.get_by_role("button", name="Share").click()
    owner.locator(".st-key-share button").click()
    owner.locator(".st-key-revoke button").wait_for()
    return owner


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def _listed_anew(page: Page, state: str) -> bool:
    """Whether the list says so when it is looked at again."""
    page.reload()
    expect(page.locator(f"{LIST} {ROW}")).to_have_count(2)
    return state in page.locator(LIST).inner_text()


_WATCH = """text => {
    const look = () => document.body.innerText.includes(text) ? requestAnimationFrame(look) : window.wasGone = true;
    look();
}"""
"""A replay may be over between two looks of a test."""


def _replay(page: Page) -> None:
    """At four times the speed: first less than all is seen, then all."""
    page.get_by_role("radio", name="4×").or_(page.get_by_role("button", name="4×")).first.click()
    page.evaluate(_WATCH, "Without streaming you would have waited")
    page.locator(PLAY).click()
    page.wait_for_function("window.wasGone")
    expect(page.get_by_text("Without streaming you would have waited")).to_be_visible()
    expect(page.locator(PLAY)).to_contain_text("Replay")


def _look_at_the_pack(page: Page, browser: Browser, path: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="Review pack").click()
    assert download.value.suggested_filename.endswith("what-items-are-in-the-office-and-the.html")
    download.value.save_as(path)

    offline = browser.new_context(viewport={"width": 390, "height": 844})
    offline.set_offline(True)
    requests, errors = [], []
    pack = offline.new_page()
    pack.on("request", lambda request: requests.append(request.url))
    pack.on("console", lambda message: errors.append(message.text))
    pack.goto(path.as_uri())
    expect(pack.locator("h1")).to_have_text(BOTH)
    for part in ("Swivel chair", "no AI", "What happened when", "/Runs?share="):
        expect(pack.locator("body")).to_contain_text(part)
    assert pack.locator("script, iframe, img, link, form").count() == 0
    expect(pack.locator("a")).to_have_attribute("href", re.compile(r"/Runs\?share="))  # and no other
    assert pack.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert requests == [path.as_uri()]
    assert errors == []
    offline.close()
