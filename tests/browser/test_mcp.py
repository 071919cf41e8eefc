"""MCP tools on the page: two at once, each with its own bar and lines, and a question that is answered."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.test_cards import cards
from tests.browser.visitor import BOX, axe_findings, last_turn, settle, wait_for_end
from tests.conftest import OpenPage
from tests.serving import app_server

BAR = "[data-testid=stProgress]"


def test_two_servers_report_at_once_and_one_asks(open_page: OpenPage) -> None:
    with app_server() as app:
        page = open_page(app)
        page.goto("/MCP_tools?model=demo-fast&view=technical")
        page.get_by_role("button", name=re.compile("Check the stock in Busan and in Rotterdam")).click()
        boxes = page.locator(BOX)
        expect(boxes.locator(BAR)).to_have_count(2)
        for place, warehouse in enumerate(("Busan", "Rotterdam")):
            expect(boxes.nth(place).locator(BAR)).to_contain_text(f"of 6 in {warehouse}")
        expect(cards(page)).to_have_count(1, timeout=30_000)
        card = cards(page)
        expect(card).to_contain_text("When should the 10 desks from Busan arrive?")
        settle(page)
        assert axe_findings(page) == []
        card.get_by_role("combobox").click()
        page.get_by_role("option", name="Friday").click()
        card.get_by_role("button", name="Send").click()
        wait_for_end(page)
        expect(last_turn(page)).to_contain_text("10 desks arrive from Busan on Friday, with a call an hour ahead")


def test_a_server_that_takes_its_time_is_ready_without_a_click(open_page: OpenPage, tmp_path: Path) -> None:
    late = f"""import pathlib, runpy, time
while not pathlib.Path({str(tmp_path / "now")!r}).exists(): time.sleep(0.1)
runpy.run_module("mcp_server_time", None, "__main__")"""
    servers = tmp_path / "mcp.json"
    servers.write_text(
        json.dumps(
            {"mcpServers": {"clock": {"command": sys.executable, "args": ["-c", late, "--local-timezone", "UTC"]}}}
        )
    )
    with app_server({"TOOLSTREAM_MCP": str(servers)}) as app:
        page = open_page(app)
        page.goto("/MCP_tools?model=demo-fast&view=technical")
        expect(page.get_by_text("“clock” is starting")).to_be_visible()
        (tmp_path / "now").touch()
        expect(page.get_by_text("“clock” has 2 tools")).to_be_visible()
        expect(page.locator("[data-testid=stSidebar]").get_by_text("Get current time")).to_be_visible()
        settle(page)
        page.get_by_test_id("stChatInputTextArea").fill("Get the current time in 'Asia/Seoul'")
        page.keyboard.press("Enter")
        wait_for_end(page)
        expect(page.locator(BOX)).to_contain_text("clock_get_current_time")
        assert "tools=" not in page.url
