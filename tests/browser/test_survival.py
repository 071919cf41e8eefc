"""A run outlives whoever watches it: 400 numbers, each seen once and in order, whatever the visitor does meanwhile.

The model here counts at 150 tokens a second, and holds on where a test tells it to: so that a run is never over before
a slow machine has done what is to be done in the middle of it.
"""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hostile import Quiet, chunk, serving
from tests.browser.visitor import STOP, TURN, ask, last_turn, run_id, visit, wait_for_end
from tests.conftest import OpenPage, Watch
from tests.serving import App, app_server, wait_until

LAST = 400
NUMBERS = " ".join(map(str, range(1, LAST + 1)))
PATIENCE = 60


class Counter:
    """What the model server is told, and what it has done."""

    def __init__(self) -> None:
        self.holds_at = LAST
        """It goes no further than this number."""
        self.asked = self.hung_up = self.active = 0
        self.changed = threading.Condition()

    def hold_at(self, number: int) -> None:
        with self.changed:
            self.holds_at = number
            self.changed.notify_all()

    def answer(self, send: Callable[[Any], object], connection: socket.socket) -> None:
        self.asked += 1
        self.active += 1
        try:
            for number in range(1, LAST + 1):
                self.wait_for_turn(number, connection)
                send(chunk({"content": f"{' ' if number > 1 else ''}{number}"}))
            send(chunk({}, "stop"))
        except ConnectionError:
            self.hung_up += 1
        self.active -= 1

    def wait_for_turn(self, number: int, connection: socket.socket) -> None:
        time.sleep(1 / 150)
        with self.changed:
            while number > self.holds_at:
                raise_if_closed(connection)
                self.changed.wait(0.05)
        raise_if_closed(connection)


CountingApp = tuple[App, Counter]


def raise_if_closed(connection: socket.socket) -> None:
    readable, _, _ = select.select([connection], [], [], 0)
    if readable and not connection.recv(1, socket.MSG_PEEK):
        raise ConnectionResetError


@pytest.fixture(scope="module")
def counting_app() -> Iterator[CountingApp]:
    """The app, and the model that it asks."""
    counter = Counter()

    class Handler(Quiet):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            counter.answer(lambda part: self.wfile.write(f"data: {json.dumps(part)}\n\n".encode()), self.connection)

    with (
        serving(Handler) as url,
        app_server({"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_MODEL": "counting"}) as app,
    ):
        yield app, counter


@pytest.fixture
def model(counting_app: CountingApp) -> Iterator[Counter]:
    counter = counting_app[1]
    counter.asked = counter.hung_up = 0
    counter.hold_at(150)
    yield counter
    counter.hold_at(LAST)


@pytest.fixture
def counting(open_page: OpenPage, counting_app: CountingApp, model: Counter) -> Iterator[Page]:
    """A page on which a run counts; in the end the model was asked once, and the page's URL still leads to the run."""
    page = open_page(counting_app[0])
    page.set_default_timeout(PATIENCE * 1000)
    start(page)
    run = run_id(page)
    yield page
    assert model.asked == 1
    page.wait_for_function("run => new URL(location).searchParams.get('run') === run", arg=run)


def start(page: Page) -> None:
    visit(page, "/LLM_tokens?tool_choice=none")
    ask(page, "count to 400")
    wait_for_number(page, 40)


def wait_for_number(page: Page, number: int) -> None:
    """Wait until an answer has come that far, and can be stopped."""
    has_come = "([turn, number]) => [...document.querySelectorAll(turn)].some(e => e.innerText.includes(number))"
    page.wait_for_function(has_come, arg=[TURN, f" {number} "])
    page.locator(STOP).wait_for()


def finish(page: Page, model: Counter) -> None:
    model.hold_at(LAST)
    wait_for_end(page)
    assert_counted(page)


def assert_counted(page: Page, turn: int = 1) -> None:
    """Each number is there once and in order, and nothing else is."""
    text = shown(page, turn)
    assert text.count(NUMBERS) == 1, text
    assert text.count(" 123 ") == 1, text
    assert page.locator(STOP).count() == 0


def shown(page: Page, turn: int = 1) -> str:
    return " ".join(page.locator(TURN).nth(turn).inner_text().split())


def expect_page(page: Page, name: str, turns: int) -> None:
    expect(page.locator("h1")).to_have_text(name, timeout=PATIENCE * 1000)
    expect(page.locator(TURN)).to_have_count(turns, timeout=PATIENCE * 1000)


def follow_link(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()


def test_two_refreshes(counting: Page, model: Counter) -> None:
    for number in (149, 249):
        counting.reload()
        wait_for_number(counting, number - 10)
        model.hold_at(number + 101)
    finish(counting, model)


def test_a_second_tab(counting: Page, counting_app: CountingApp, model: Counter, watched: Watch) -> None:
    with counting.context.expect_page() as opened:
        counting.evaluate("open(location)")
    tab = opened.value
    watched(tab, counting_app[0])
    wait_for_number(tab, 140)
    finish(counting, model)
    finish(tab, model)
    assert run_id(tab) == run_id(counting)


def test_another_page_and_back(counting: Page, model: Counter) -> None:
    follow_link(counting, "Custom data")
    expect_page(counting, "Custom data", 0)
    follow_link(counting, "LLM tokens")
    wait_for_number(counting, 140)
    finish(counting, model)


def test_back_and_forward_once_for_each_page(counting: Page, model: Counter) -> None:
    follow_link(counting, "Custom data")
    expect_page(counting, "Custom data", 0)
    counting.go_back()
    wait_for_number(counting, 140)
    counting.go_forward()
    expect_page(counting, "Custom data", 0)
    model.hold_at(250)
    counting.go_back()
    wait_for_number(counting, 240)
    finish(counting, model)


def test_a_tab_that_is_closed_and_a_link_that_is_opened_after_the_end(
    counting: Page, counting_app: CountingApp, model: Counter, watched: Watch
) -> None:
    url = counting.url
    counting.goto("about:blank")
    model.hold_at(LAST)
    wait_until(lambda: model.active == 0, PATIENCE, "the run ends with nobody looking")
    counting.goto(url)
    wait_for_end(counting)
    expect(last_turn(counting)).to_contain_text(f" {LAST}", timeout=PATIENCE * 1000)
    assert_counted(counting)
    assert model.hung_up == 0


def test_a_question_that_is_asked_meanwhile_waits_and_then_is_asked(
    open_page: OpenPage, counting_app: CountingApp, model: Counter
) -> None:
    page = open_page(counting_app[0])
    page.set_default_timeout(PATIENCE * 1000)
    start(page)
    first = run_id(page)
    ask(page, "count again to 400")
    expect(last_turn(page)).to_contain_text("Waiting for its turn", timeout=PATIENCE * 1000)
    assert model.asked == 1
    model.hold_at(LAST)
    wait_until(lambda: model.asked == 2, PATIENCE, "the second question is asked")
    expect(last_turn(page)).to_contain_text(f" {LAST}", timeout=PATIENCE * 1000)
    wait_for_end(page)
    for turn in (1, 3):
        assert_counted(page, turn)
    assert model.asked == 2
    assert run_id(page) not in (None, first)


def test_stop_after_a_refresh(counting: Page, model: Counter) -> None:
    counting.reload()
    wait_for_number(counting, 140)
    counting.locator(STOP).click()
    wait_until(lambda: model.hung_up == 1, PATIENCE, "the app hangs up on the model")
    wait_until(lambda: model.active == 0, PATIENCE, "the model is free")
    wait_for_end(counting)
    expect(last_turn(counting)).to_contain_text("Stopped", timeout=PATIENCE * 1000)
    text = shown(counting)
    assert " 140 " in text
    assert " 151" not in text
