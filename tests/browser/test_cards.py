"""An agent that asks, and a person who answers: three questions at once, on a desk and then on a phone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hostile import IMAGES, LINKS, MARKUP, aimed
from tests.browser.visitor import QUESTION, SCHEMES, TURN, axe_findings, last_turn, settle, wait_for_end
from tests.conftest import OpenPage
from tests.server.asking import DESK
from tests.serving import app_server

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CARD = "[class*='st-key-card-']"


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("asks")
    (folder / "desk.py").write_text(DESK)
    return {"TOOLSTREAM_GRAPHS": f"{folder}/desk.py:desk", "TOOLSTREAM_RECORDINGS": str(folder / "runs")}


def cards(page: Page) -> Locator:
    return page.locator(CARD)


def test_three_questions_survive_a_refresh_and_a_killed_server_and_are_answered_on_a_phone(
    open_page: OpenPage, env: dict[str, str], tmp_path: Path
) -> None:
    with app_server(env) as app:
        page = open_page(app)
        page.goto("/Your_agent?graph=own:desk")
        page.locator(QUESTION).fill("Pay her, and write to her")
        page.locator(QUESTION).press("Enter")
        expect(cards(page)).to_have_count(3)
        expect(page).to_have_title(re.compile("waits for an answer"))
        expect(page.get_by_text("The assistant is waiting for your answer.")).to_be_visible()
        page.reload()
        expect(cards(page)).to_have_count(3)
        address, cookies = page.url.removeprefix(app.url), page.context.cookies()
        page.goto("about:blank")
        app.process.kill()
        app.process.wait(10)
    with app_server(env) as app:
        phone = open_page(app, **PHONE)
        phone.context.add_cookies([{"name": each["name"], "value": each["value"], "url": app.url} for each in cookies])
        phone.goto(address)
        expect(cards(phone)).to_have_count(3)
        settle(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        cards(phone).filter(has_text="Send a letter?").get_by_role("button", name="Yes").tap()
        expect(cards(phone)).to_have_count(2)
        pay = cards(phone).filter(has_text="wants to pay")
        pay.get_by_role("button", name="Edit").tap()
        pay.get_by_label("Amount").or_(pay.get_by_label("amount")).first.fill("20")
        pay.get_by_role("button", name="Approve with these changes").tap()
        expect(cards(phone)).to_have_count(1)
        expect(phone.get_by_text("Approved with changes: Amount: 20").last).to_be_visible()
        cards(phone).get_by_role("button", name="coffee").tap()
        wait_for_end(phone)
        expect(last_turn(phone)).to_contain_text(
            "Done: 20 euros paid to Ms Kim; chosen: coffee; the helper says: Done: a letter sent: True"
        )
        expect(cards(phone)).to_have_count(0)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_cards_are_for_everyone_who_reads_light_and_dark(page: Page) -> None:
    page.goto("/Ask_me_first?model=demo-fast")
    page.locator(QUESTION).wait_for()
    page.get_by_role("button", name=re.compile("Order 1042")).click()
    expect(cards(page)).to_have_count(2)
    cards(page).first.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Amount")).to_have_value("129.00")
    assert axe_findings(page) == []
    assert len(SCHEMES) == 2
    page.get_by_label("Amount").fill("89")
    page.get_by_role("button", name="Approve with these changes").click()
    cards(page).last.get_by_role("button", name="Approve").click()
    wait_for_end(page)
    expect(page.locator(TURN).last).to_contain_text("89 dollars were refunded to Mr Okafor for order 1042.")


def test_what_is_typed_stays_while_the_page_looks_for_news_and_after_another_page(page: Page) -> None:
    page.goto("/Ask_me_first?model=demo-fast")
    page.locator(QUESTION).wait_for()
    page.get_by_role("button", name="Refund 54 dollars for order 2077").click()
    cards(page).first.get_by_role("button", name="Reject").click()
    why = page.get_by_label("Why? (optional)")
    why.fill("she has it already")
    why.press("Tab")
    settle(page)
    page.get_by_role("link", name="Pitfalls").click()
    page.get_by_role("button", name="Run both").first.wait_for()
    page.get_by_role("link", name="Ask me first").click()
    expect(why).to_have_value("she has it already")
    page.get_by_role("button", name="Reject", exact=True).click()
    wait_for_end(page)
    expect(last_turn(page)).to_contain_text("because “she has it already”")


HOSTILE = """
import json
from pathlib import Path
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

TEXTS = json.loads(Path(__file__).with_name("texts.json").read_text())
FIELDS = {f"f{at}": {"type": "string", "title": text, "description": text} for at, text in enumerate(TEXTS[:30])}
VALUES = (
    {"question": "\\n\\n".join(TEXTS), "details": dict(zip(TEXTS, TEXTS)), "options": TEXTS[:5]},
    {"question": TEXTS[0], "choices": [{"label": text, "value": text} for text in TEXTS[:20]]},
    {"action_requests": [
        {"name": text, "args": {text: text, text * 2: text * 40}, "description": text} for text in TEXTS[:30]
    ]},
    {"type": "mcp_elicitation", "tool_name": TEXTS[0], "requests": [
        {"key": "a", "message": TEXTS[1], "mode": "form",
         "requested_schema": {"type": "object", "properties": FIELDS}},
        {"key": "b", "message": TEXTS[2], "mode": "url", "url": TEXTS[3]},
    ]},
)


def ask(at):
    def node(state: MessagesState):
        return {"messages": [AIMessage(str(interrupt(VALUES[at])))]}
    return node


builder = StateGraph(MessagesState)
for at in range(len(VALUES)):
    builder.add_node(f"ask {at}", ask(at)).add_edge(START, f"ask {at}")
hostile = builder.compile()
"""


def test_what_a_graph_asks_loads_nothing_and_leads_nowhere_else(open_page: OpenPage, tmp_path: Path) -> None:
    texts = [aimed(text, "http://evil.test") for text in (IMAGES | MARKUP | LINKS).values()]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    (tmp_path / "hostile.py").write_text(HOSTILE)
    with app_server({"TOOLSTREAM_GRAPHS": f"{tmp_path}/hostile.py:hostile"}) as app:
        page = open_page(app)
        page.goto("/Your_agent?graph=own:hostile")
        page.locator(QUESTION).fill("Go")
        page.locator(QUESTION).press("Enter")
        for count in (10, 20, 30):
            expect(cards(page)).to_have_count(count)
            page.get_by_role("button", name=re.compile("^Show .*more")).click()
        for view in ("Simple", "Technical"):
            page.get_by_role("radio", name=view).click()
            expect(cards(page)).to_have_count(34)
            settle(page)
            for kind in ("img", "iframe", "object", "embed", "script", "style", "form", "video", "audio", "base"):
                expect(page.locator(f"{TURN} {kind}")).to_have_count(0)
            links = page.eval_on_selector_all(f"{TURN} a", "links => links.map(link => [link.href, link.textContent])")
            assert len(links) > 5
            assert [link for link in links if link[1].strip().lower() not in unquote(link[0]).lower()] == []
