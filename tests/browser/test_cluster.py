"""A browser in front of two web processes behind HAProxy, as `make cluster` starts them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.cluster import Cluster
from tests.browser.visitor import QUESTION, STOP, TURN, ask, last_turn, run_id, settle, visit, wait_for_end
from tests.conftest import missing
from tests.serving import clean_environment, free_port, model_server, pointed_at, wait_until
from tests.warm import FRESH

LAST = 300
NUMBERS = " ".join(map(str, range(1, LAST + 1)))
PATIENCE = 60_000
SOON = 15_000


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Its runs work in the web processes."""
    if not shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin"):
        missing("HAProxy is not installed here (Debian: apt-get install haproxy).")
    folder = Path(tempfile.mkdtemp(prefix="toolstream-cluster-"))
    folder.chmod(0o755)  # PostgreSQL's is inside, and another user's where root runs the tests
    with model_server(rate=15) as model, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", FRESH)  # the process that a signal is meant for
        cluster = Cluster(folder, free_port(), clean_environment() | pointed_at(model), with_aegra=False)
        try:
            with cluster.running(lambda _: None):
                yield cluster
        finally:
            shutil.rmtree(folder)


def at(browser: Browser, cluster: Cluster, name: str) -> Page:
    """A page of a browser that HAProxy has sent to this process."""
    context = browser.new_context(base_url=cluster.url)
    context.set_default_timeout(PATIENCE)

    def is_there() -> bool:
        """HAProxy hears some seconds later that a process is back, and sends its visitors to another one until then."""
        context.add_cookies([{"name": "TSID", "value": name, "url": cluster.url}])
        return context.request.get("/_stcore/health").ok and web(context) == name

    wait_until(is_there, 30, f"{name} is back")
    return context.new_page()


def web(context: BrowserContext) -> str:
    return next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "TSID")


def test_a_browser_whose_process_is_killed_goes_on_at_the_other_and_sees_the_run_to_its_end(
    browser: Browser, cluster: Cluster
) -> None:
    owner, reader = at(browser, cluster, "web2"), at(browser, cluster, "web1")
    visit(owner, "/LLM_tokens?tool_choice=none")
    ask(owner, f"count to {LAST}")
    reader.goto(f"/LLM_tokens?view=technical&run={run_id(owner)}")
    expect(last_turn(reader)).to_contain_text("1 2 3", timeout=PATIENCE)
    assert web(reader.context) == "web1"
    cluster.services["web1"].kill()
    expect(last_turn(reader)).to_contain_text(NUMBERS, timeout=PATIENCE)
    assert web(reader.context) == "web2"
    expect(last_turn(owner)).to_contain_text(NUMBERS, timeout=PATIENCE)
    cluster.restart("web1")
    for page in (owner, reader):
        page.context.close()


def test_questions_that_a_process_has_not_taken_before_it_dies_are_in_the_box_again_at_the_other(
    browser: Browser, cluster: Cluster
) -> None:
    page = at(browser, cluster, "web1")
    visit(page, "/LLM_tokens?tool_choice=none")
    ask(page, "count to 4")
    wait_for_end(page)
    os.kill(cluster.services["web1"].pid, signal.SIGSTOP)
    for lines in (["count to 5"], ["one line", "another 😀 <b> `"]):
        for line in lines:
            page.locator(QUESTION).press("Shift+Enter")
            page.locator(QUESTION).press_sequentially(line)
        page.locator(QUESTION).press("Enter")
        expect(page.locator(QUESTION)).to_have_value("")
    page.locator(QUESTION).fill("half a que")
    cluster.services["web1"].kill()
    everything = "\ncount to 5\n\n\none line\nanother 😀 <b> `\n\nhalf a que"
    expect(page.locator(QUESTION)).to_have_value(everything, timeout=PATIENCE)
    expect(page.locator(TURN)).to_have_count(2)
    page.locator(QUESTION).fill("count to 5")
    page.locator(QUESTION).press("Enter")
    expect(last_turn(page)).to_contain_text("1 2 3 4 5", timeout=PATIENCE)
    expect(page.locator(QUESTION)).to_have_value("")
    cluster.restart("web1")
    page.context.close()


def test_who_asks_a_process_that_is_killed_is_told_at_the_other_and_asks_again_there(
    browser: Browser, cluster: Cluster
) -> None:
    page = at(browser, cluster, "web1")
    visit(page, "/LLM_tokens?tool_choice=none")
    ask(page, f"count to {LAST}")
    expect(last_turn(page)).to_contain_text("1 2 3", timeout=PATIENCE)
    cluster.services["web1"].kill()
    expect(last_turn(page)).to_contain_text("The server stopped in the middle", timeout=PATIENCE)
    ask(page, "count to 5")
    expect(page.locator(TURN)).to_have_count(4)
    expect(last_turn(page)).to_contain_text("1 2 3 4 5", timeout=PATIENCE)
    wait_for_end(page)
    assert web(page.context) == "web2"
    cluster.restart("web1")
    page.context.close()


def test_before_a_process_is_stopped_its_run_comes_to_its_end_and_new_visitors_go_to_the_other(
    browser: Browser, cluster: Cluster
) -> None:
    wait_until(lambda: cluster.services["web1"].is_healthy(), 30, "it is back")
    page = at(browser, cluster, "web1")
    visit(page, "/LLM_tokens?tool_choice=none")
    ask(page, "count to 60")
    cluster.drain("web1", seconds=60)
    expect(last_turn(page)).to_contain_text(" 58 59 60", timeout=PATIENCE)
    for _ in range(3):
        context = browser.new_context(base_url=cluster.url)
        context.request.get("/_stcore/health")
        assert web(context) == "web2"
        context.close()
    cluster.restart("web1")
    cluster._tell_haproxy("set server web/web1 state ready")
    expect(page.locator(QUESTION)).to_be_enabled(timeout=PATIENCE)
    page.context.close()


def _link(page: Page) -> None:
    page.locator("[data-testid=stSidebar]").get_by_role("link", name="Custom data").click()
    expect(page).to_have_url(re.compile("/Custom_data"), timeout=SOON)
    expect(page.locator(TURN)).to_have_count(0, timeout=SOON)


def _toggle(page: Page) -> None:
    page.locator(".st-key-show_work label").click()
    expect(page).to_have_url(re.compile("modes=-"), timeout=SOON)


def _popover(page: Page) -> None:
    page.locator(".st-key-conversations button").first.click()
    expect(page.locator("[class*=st-key-more_] button").first).to_be_visible(timeout=SOON)


def _new_conversation(page: Page) -> None:
    page.locator(".st-key-new_conversation button").click()
    expect(page.locator(TURN)).to_have_count(0, timeout=SOON)


def _again(page: Page) -> None:
    page.locator("[class*=st-key-again_] button").first.click()
    expect(page.locator(STOP).or_(page.get_by_text("2 of 2")).first).to_be_visible(timeout=SOON)


def _segments(page: Page) -> None:
    page.locator(".st-key-view").get_by_text("Technical").click()
    expect(page).to_have_url(re.compile("view=technical"), timeout=SOON)


def _download(page: Page) -> None:
    with page.expect_download(timeout=SOON) as download:
        page.locator("[class*=st-key-picture_] button").click()
    assert "<svg" in download.value.path().read_text()


@pytest.mark.parametrize("click", [_link, _toggle, _popover, _new_conversation, _again, _segments, _download])
def test_the_first_click_on_a_page_that_stood_still_while_its_process_was_replaced_does_what_it_says(
    browser: Browser, cluster: Cluster, click: Callable[[Page], None]
) -> None:
    page = at(browser, cluster, "web1")
    visit(page, "/LLM_tokens?tool_choice=none", view="simple")
    ask(page, "count to 4")
    page.locator("[class*=st-key-again_] button").first.wait_for()
    settle(page)
    cluster.services["web1"].kill()
    try:
        connection = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
        page.locator(connection).wait_for(state="detached")
        page.locator(connection).wait_for()
        settle(page)
        click(page)
        assert web(page.context) == "web2"
    finally:
        cluster.restart("web1")
        page.context.close()
