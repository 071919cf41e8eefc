"""The pages in the language of the browser, or in the one that was chosen; and text that is composed key by key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.graphs.registry import GRAPHS
from agent.streaming.modes import STREAM_MODES
from agent.tools.catalog import TOOLS
from tests.browser.visitor import BOX, QUESTION, STOP, TURN, ask, settle, visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import OpenPage
    from tests.serving import App

JOBS = ("/Refund", "/Market_brief", "/Incident", "/Ask_me_first", "/MCP_tools")
PATHS = ("/Custom_data", "/LLM_tokens", "/Without_LangChain", "/Stream_lab", "/Pitfalls", "/Runs")
PATHS_OF_ALL = ("/", *PATHS, *JOBS, "/Your_agent")
NAMES = frozenset(
    "Toolstream LangGraph LangChain Streamlit OpenAI ChatOpenAI Alder Borealis Cobalt Dune Ember Busan Rotterdam "
    "Oakland Model Context Protocol Python English AI LLM MCP API JSON JSONL CSV GRAPHS TOOLSTREAM id demo fast "
    "flaky".split()
)
"""What is called so in Korean as well."""
TECHNICAL = frozenset(re.findall("[A-Za-z]+", " ".join((*STREAM_MODES, *TOOLS, *GRAPHS))))
_LATIN = re.compile(r"[A-Za-z]{2,}")
_NO_WORDS = re.compile(r"\S+@\S+|https?://\S+|\w+\.(?:py|txt|json)")
_STREAMLITS_OWN = ("Skip to main content", "Choose an option")
_SHOWN = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const at = walker.currentNode.parentElement;
        if (at.closest("script, style, code, pre, [data-testid=stIconMaterial], [role=img], [translate=no]")) continue;
        if (at.closest("a[href^='https://github.com']")) continue;
        if (at.checkVisibility()) texts.push(walker.currentNode.data);
    }
    for (const field of document.querySelectorAll('[placeholder]')) texts.push(field.placeholder);
    return texts;
}"""


def korean(open_page: OpenPage, app: App, path: str) -> Page:
    page = open_page(app, locale="ko-KR")
    page.goto(path)
    page.get_by_test_id("stSidebar").get_by_text("한국어").wait_for()
    settle(page)
    return page


def latin(page: Page, names: frozenset[str] = NAMES) -> list[str]:
    """What is shown in words that are not Korean; not code, titles of threads elsewhere, and names."""
    shown = [text for text in page.evaluate(_SHOWN) if text not in _STREAMLITS_OWN]
    return [text for text in shown if set(_LATIN.findall(_NO_WORDS.sub("", text))) - names]


@pytest.mark.parametrize("path", [*PATHS_OF_ALL, *(f"{path}?view=technical" for path in PATHS)])
def test_a_korean_browser_meets_only_korean(open_page: OpenPage, app: App, path: str) -> None:
    page = korean(open_page, app, path)
    assert latin(page, NAMES | TECHNICAL if "technical" in path or path == "/Stream_lab" else NAMES) == []
    page.wait_for_function("document.documentElement.lang === 'ko'")


@pytest.mark.parametrize("path", ["/", "/Refund", "/Market_brief", "/Incident", "/Custom_data", "/LLM_tokens"])
def test_a_korean_question_is_asked_worked_on_and_answered_in_korean(open_page: OpenPage, app: App, path: str) -> None:
    page = korean(open_page, app, f"{path}?model=demo-fast")
    page.locator(".st-key-suggestion_0 button").click()
    page.locator(TURN).nth(1).wait_for()
    page.locator(STOP).wait_for(state="detached")
    settle(page)
    for box in page.locator(f"{BOX} details:not([open]) summary").all():
        box.click()
    settle(page)
    assert latin(page) == []


def test_the_picture_of_a_run_is_in_the_readers_language(open_page: OpenPage, app: App, tmp_path: Path) -> None:
    page = korean(open_page, app, "/Custom_data?model=demo-fast")
    page.locator(".st-key-suggestion_0 button").click()
    button = page.locator("[class*=st-key-picture_] button")
    button.wait_for()
    with page.expect_download() as download:
        button.click()
    picture = tmp_path / "run.svg"
    download.value.save_as(picture)
    assert {"스트리밍이 있을 때 · 첫 단어", "스트리밍이 없을 때 · 첫 단어"} <= set(
        re.findall(">([^<]+)</text>", picture.read_text("utf-8"))
    )


def test_what_a_korean_is_asked_and_may_change_is_named_in_korean(open_page: OpenPage, app: App) -> None:
    page = korean(open_page, app, "/Ask_me_first?model=demo-fast")
    page.locator(".st-key-suggestion_0 button").click()
    page.get_by_role("button", name="수정…").nth(1).click()
    page.get_by_role("textbox", name="받는 사람").wait_for()
    settle(page)
    assert latin(page) == []


def test_the_tour_is_korean_from_its_first_step_to_its_last(open_page: OpenPage, app: App) -> None:
    page = korean(open_page, app, "/?model=demo-fast")
    page.get_by_role("button", name="둘러보기").click()
    card = page.locator(".st-key-tour")
    for step in (1, 2, 3):
        card.get_by_text(f"3단계 중 {step}단계").wait_for()
        card.get_by_text("여기까지예요").wait_for()
        assert latin(page) == []


def test_an_address_without_a_page_leads_home_in_korean(open_page: OpenPage, app: App) -> None:
    page = korean(open_page, app, "/1_Custom_data")
    page.get_by_role("dialog").get_by_text("첫 페이지를 보여 드릴게요").wait_for()
    assert latin(page) == []


def test_a_file_that_is_refused_is_refused_in_korean(open_page: OpenPage, app: App, tmp_path: Path) -> None:
    """Streamlit refuses it by itself, in the browser."""
    page = korean(open_page, app, "/Runs")
    page.get_by_text("받은 녹화 파일 열기").click()
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(tmp_path / "notes.txt")
    refusal = page.get_by_test_id("stFileUploaderDropzone").get_by_role("alert")
    refusal.get_by_text("이런 형식(text/plain)의 파일은 올릴 수 없어요.").wait_for()
    assert latin(page, NAMES | {"notes", "txt", "jsonl", "text", "plain", "add"}) == []


def test_the_samples_are_those_of_the_readers_language_and_a_link_opens_either(open_page: OpenPage, app: App) -> None:
    page = korean(open_page, app, "/Runs")
    page.get_by_text("사무실의 금고를 열어 주세요").click()
    page.get_by_text("두 번째 자물쇠가 걸려서 열리지 않아요").first.wait_for()
    settle(page)
    assert latin(page) == []
    page.goto("/Runs?open=sample-a-failure")
    page.get_by_text("The second lock of the safe in the office is stuck").first.wait_for()


def test_the_language_is_chosen_in_the_sidebar_kept_on_other_pages_and_in_the_url(
    open_page: OpenPage, app: App
) -> None:
    page = open_page(app)
    page.goto("/Runs")
    page.get_by_role("heading", name="Runs", exact=True).wait_for()
    page.locator(".st-key-lang").get_by_text("한국어").click()
    page.get_by_role("heading", name="실행 기록", exact=True).wait_for()
    assert "lang=ko" in page.url
    page.get_by_role("link", name="LLM 토큰").click()
    page.get_by_role("heading", name="LLM 토큰", exact=True).wait_for()
    assert "lang=ko" in page.url

    other = open_page(app)
    other.goto("/Runs?lang=ko")
    other.get_by_role("heading", name="실행 기록", exact=True).wait_for()


def test_enter_ends_a_composition_and_the_next_one_sends(open_page: OpenPage, app: App) -> None:
    page = korean(open_page, app, "/Custom_data?model=demo-fast")
    page.locator(QUESTION).click()
    keys = page.context.new_cdp_session(page)
    for text in ("ㅅ", "사", "삼", "사무"):
        keys.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    enter = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}  # what a browser tells of it meanwhile
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    page.evaluate(
        """selector => document.querySelector(selector).dispatchEvent(
            new KeyboardEvent("keydown", {key: "Enter", code: "Enter", bubbles: true, isComposing: true}))""",
        QUESTION,
    )
    keys.send("Input.insertText", {"text": "사무실"})
    settle(page)
    assert page.locator(TURN).count() == 0
    assert page.locator(QUESTION).input_value() == "사무실"
    page.locator(QUESTION).press("Enter")
    page.locator(TURN).first.get_by_text("사무실").wait_for()


def test_a_question_in_hebrew_stands_on_the_right(open_page: OpenPage, app: App) -> None:
    page = open_page(app)
    visit(page, "/Custom_data?model=demo-fast")
    for question, side in (("count to 5", "left"), ("שלום עולם", "right")):
        ask(page, question)
        settle(page)
        text = page.locator(TURN).filter(has_text=question).first.locator("p").filter(has_text=question).first
        near = text.evaluate("""p => {
            const words = document.createRange();
            words.selectNodeContents(p);
            const [inner, outer] = [words.getBoundingClientRect(), p.getBoundingClientRect()];
            return inner.left - outer.left < 4 ? "left" : "right";
        }""")
        assert near == side
