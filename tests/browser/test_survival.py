"""A run outlives whoever watches it: 400 numbers, each seen once and in order, whatever the visitor does meanwhile."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import STOP, TURN, ask, last_turn, run_id, visit, wait_for_end
from tests.serving import app_server, model_server, pointed_at, wait_until

PATH = "/LLM_tokens?tool_choice=none"
QUESTION = "count to 400"
NUMBERS = " ".join(map(str, range(1, 401)))


@pytest.fixture(scope="module")
def counting_model():
    with model_server(rate=50) as server:
        yield server


@pytest.fixture(scope="module")
def counting_app(counting_model):
    with app_server({**pointed_at(counting_model), "TOOLSTREAM_RUNS_PER_MINUTE": "1000"}) as server:
        yield server


@pytest.fixture
def counting(open_page, counting_app, counting_model):
    """A page on which a run counts; in the end its URL still leads to it, and the model was asked once."""
    requests = counting_model.stats.requests
    page = open_page(counting_app)
    page.set_default_timeout(30_000)
    visit(page, PATH)
    ask(page, QUESTION)
    wait_for_number(page, 40)
    run = run_id(page)
    assert run
    yield page
    assert counting_model.stats.requests - requests == 1
    page.wait_for_function("run => new URL(location).searchParams.get('run') === run", arg=run)


def wait_for_number(page, number):
    """Wait until an answer has come that far, and make sure that it has not come to its end."""
    page.wait_for_function(
        "([turn, number]) => [...document.querySelectorAll(turn)].some(e => e.innerText.includes(number))",
        arg=[TURN, f" {number} "],
    )
    assert f" {400}" not in shown(page), "the run has ended before the test could meddle with it"


def shown(page, turn=1):
    return " ".join(page.locator(TURN).nth(turn).inner_text().split())


def assert_counted(page, turn=1):
    """Each number is there once and in order, and nothing else is."""
    text = shown(page, turn)
    assert text.count(NUMBERS) == 1, text
    assert text.count(" 123 ") == 1, text
    assert page.locator(STOP).count() == 0


def to_page(page, name):
    page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)


def test_two_refreshes(counting):
    for number in (80, 160):
        counting.reload()
        wait_for_number(counting, number)
    wait_for_end(counting)
    assert_counted(counting)


def test_a_second_tab(counting, counting_app, watched):
    with counting.context.expect_page() as opened:
        counting.evaluate("open(location)")
    tab = opened.value
    watched(tab, counting_app)
    wait_for_number(tab, 80)
    for page in (counting, tab):
        wait_for_end(page)
        assert_counted(page)
    assert run_id(tab) == run_id(counting)


def test_another_page_and_back(counting):
    to_page(counting, "Custom data")
    expect(counting.locator(TURN)).to_have_count(0)
    to_page(counting, "LLM tokens")
    wait_for_number(counting, 80)
    wait_for_end(counting)
    assert_counted(counting)


def test_back_and_forward(counting):
    to_page(counting, "Custom data")
    for number in (80, 140):
        counting.go_back()
        expect(counting.locator("h1")).to_have_text("LLM tokens")
        wait_for_number(counting, number)
        if number == 80:
            counting.go_forward()
            expect(counting.locator("h1")).to_have_text("Custom data")
            expect(counting.locator(TURN)).to_have_count(0)
    wait_for_end(counting)
    assert_counted(counting)


def test_a_tab_that_is_closed_and_a_link_that_is_opened_after_the_end(counting, counting_app, counting_model, watched):
    url, context = counting.url, counting.context
    visitor = context.new_page()
    watched(visitor, counting_app)
    counting.goto("about:blank")
    wait_until(lambda: counting_model.stats.active == 0, 30, "the run ends with nobody looking")
    hung_up = counting_model.stats.hung_up
    visitor.goto(url)
    wait_for_end(visitor)
    assert_counted(visitor)
    assert counting_model.stats.hung_up == hung_up
    counting.goto(url)


def test_a_question_that_is_asked_meanwhile(open_page, counting_app, counting_model):
    requests = counting_model.stats.requests
    page = open_page(counting_app)
    page.set_default_timeout(30_000)
    visit(page, PATH)
    ask(page, QUESTION)
    wait_for_number(page, 40)
    first = run_id(page)
    ask(page, QUESTION)
    expect(last_turn(page)).to_contain_text("Waiting for its turn")
    assert counting_model.stats.requests - requests == 1
    wait_until(lambda: counting_model.stats.requests - requests == 2, 30, "the second question is asked")
    wait_for_end(page)
    for turn in (1, 3):
        assert_counted(page, turn)
    assert counting_model.stats.requests - requests == 2
    assert run_id(page) not in (None, "", first)


def test_stop_after_a_refresh(counting, counting_model):
    hung_up = counting_model.stats.hung_up
    counting.reload()
    wait_for_number(counting, 80)
    counting.locator(STOP).click()
    wait_until(lambda: counting_model.stats.hung_up == hung_up + 1, 5, "the app hangs up on the model")
    assert counting_model.stats.active == 0
    wait_for_end(counting)
    expect(last_turn(counting)).to_contain_text("Stopped")
    text = shown(counting)
    assert " 80 " in text
    assert " 400" not in text
