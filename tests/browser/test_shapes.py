"""What tools show, in a browser: live, after a refresh, on a phone; and what only looks like it."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from agent.export.export import Export
from agent.export.html import to_html
from agent.store.recording import Header
from agent.streaming.events import JSON, RunRequest
from agent.streaming.modes import RUN_MODES
from tests.browser.hostile import evil_server
from tests.browser.visitor import BOX, TURN, ask, axe_findings, last_turn, visit, wait_for_end
from tests.conftest import OpenPage
from tests.serving import App, app_server
from tests.unit.events import FINISHED, STARTED, log, queued, sent

SURVEY = "Survey the lighthouse"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

HOSTILE = """
import os
from typing import Annotated
from langgraph.config import get_stream_writer
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.ui import AnyUIMessage, push_ui_message, ui_message_reducer

EVIL = os.environ["TOOLSTREAM_TEST_EVIL"]
TEXT = f"<img src={EVIL}/a onerror=alert(1)> ![x]({EVIL}/b) [x](javascript:alert(2)) <script>alert(3)</script> :red[x]"
SVG = f"data:image/svg+xml,<svg onload='alert(4)'><image href='{EVIL}/d'/></svg>"


class State(MessagesState):
    ui: Annotated[list[AnyUIMessage], ui_message_reducer]


async def show(state: State) -> dict:
    write = get_stream_writer()
    for image in (f"{EVIL}/c.png", SVG, TEXT):
        write({"image": image, "alt": TEXT})
    image = "a@{ img: '" + EVIL + "/e.png' }"
    for end in (image, f"a[<img src={EVIL}/f>]", f"click a href '{EVIL}/g'", f"a[{EVIL}/h]"):
        write({"diagram": "graph LR\\n a --> b\\n " + end, "alt": TEXT})
    write({"diagram": "sequenceDiagram\\n A->>B: \\\\u003cimg src=" + EVIL + "/i\\\\u003e"})
    write({"code": TEXT, "language": "html", "title": TEXT})
    write({"metrics": [{"label": TEXT, "value": TEXT, "delta": TEXT}]})
    write({"table": [{TEXT: TEXT, "link": EVIL + "/j", "image": EVIL + "/k.png"}], "title": TEXT})
    write({"file": {"name": TEXT + ".html", "text": "<script>alert(5)</script>"}})
    write({"type": "resource_link", "uri": "javascript:alert(6)", "name": TEXT})
    push_ui_message(TEXT, {TEXT: TEXT, "nested": [{TEXT: [TEXT]}], "icon": EVIL + "/l.png"}, id=TEXT)
    return {"messages": [("ai", "All shown.")]}


graph = StateGraph(State).add_node(show).add_edge(START, "show").compile()
"""


def see_all(page: Page) -> None:
    """Everything that the survey shows is drawn."""
    box = page.locator(BOX).filter(has=page.locator("[data-testid=stMetric]")).last
    image = box.get_by_role("img", name="The lighthouse in the evening")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [480, 240]
    expect(box.locator("[data-testid=stMetric]")).to_have_count(3)
    expect(box.locator("[data-testid=stMermaidChart] img")).to_be_visible()
    expect(box.locator("[data-testid=stCode]")).to_contain_text("Fresnel lens")
    expect(box.locator("[data-testid=stDataFrame]")).to_be_visible()
    expect(box.get_by_text("Status done")).to_be_visible()
    expect(box.get_by_role("button", name=re.compile("lighthouse.csv"))).to_be_visible()


def test_all_that_a_tool_shows_is_drawn_live_after_a_refresh_and_in_both_views(
    page: Page,
) -> None:
    visit(page, "/Custom_data?tools=survey&model=demo-fast", "simple")
    ask(page, SURVEY)
    expect(last_turn(page).get_by_text("Status on the way")).to_be_visible()
    wait_for_end(page)
    see_all(page)
    expect(last_turn(page).get_by_text(": 7 items")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("lighthouse.csv")).click()
    assert download.value.suggested_filename == "lighthouse.csv"
    assert Path(download.value.path()).read_text().startswith("item,count\nFresnel lens,36")
    expect(page.locator(TURN)).to_have_count(2)  # no script has run for it
    page.reload()
    see_all(page)
    assert axe_findings(page) == []
    page.get_by_text("Technical", exact=True).click()
    expect(page.get_by_text("PNG · 480 × 240")).to_be_visible()
    see_all(page)


def test_all_of_it_fits_on_a_phone(open_page: OpenPage, app: App) -> None:
    page = open_page(app, **PHONE)
    visit(page, "/Custom_data?tools=survey&model=demo-fast", "simple")
    ask(page, SURVEY)
    wait_for_end(page)
    see_all(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_is_hostile_loads_runs_and_hides_nothing(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "hostile.py").write_text(HOSTILE)
    with evil_server() as (url, asked):
        env = {"TOOLSTREAM_GRAPHS": f"{tmp_path}/hostile.py:graph", "TOOLSTREAM_TEST_EVIL": url}
        with app_server(env) as app:
            page = open_page(app)
            page.on("dialog", lambda dialog: pytest.fail(f"a script opened a dialog: {dialog.message}"))
            visit(page, "/Your_agent?graph=own:graph")
            ask(page, "Show me")
            wait_for_end(page)
            turn = last_turn(page)
            expect(turn.get_by_text("It was not loaded")).to_have_count(2)
            expect(turn.get_by_text("SVG images are not shown")).to_be_visible()
            expect(turn.get_by_text("contains markup, links or settings")).to_have_count(3)
            expect(turn.locator("[data-testid=stMermaidChart]")).to_have_count(2)
            expect(turn.locator("[data-testid=stMermaidChart] img")).to_have_count(2)
            links = turn.locator("a[href]:not([href^='Runs?open='])")
            told = "all => all.filter(a => decodeURI(a.getAttribute('href')) !== a.textContent).map(a => a.outerHTML)"
            assert links.evaluate_all(told) == []
            expect(turn.locator("img:not([src^='blob:'])")).to_have_count(0)
            page.wait_for_timeout(500)  # for what would be loaded now
            assert asked == []


def test_a_pack_shows_them_without_a_network_and_gives_the_file(browser: Browser, tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (48, 24), "#e4572e").save(picture, "PNG")
    chunks: list[JSON] = [
        {"image": base64.b64encode(picture.getvalue()).decode(), "alt": "A red field"},
        {"file": {"name": "stock.csv", "text": "item,count\ndesk,3\n"}},
        {"image": "http://127.0.0.1:9/elsewhere.png"},
    ]
    events = log(queued(), STARTED, *(sent(chunk, "a") for chunk in chunks), FINISHED)
    pack = tmp_path / "pack.html"
    pack.write_text(to_html(Export(Header("abcdefgh", 1.0, RunRequest("?")), events, RUN_MODES)), encoding="utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pack.as_uri())
    image = page.get_by_role("img", name="A red field")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 48
    with page.expect_download() as download:
        page.get_by_text("stock.csv").click()
    assert Path(download.value.path()).read_text() == "item,count\ndesk,3\n"
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()
