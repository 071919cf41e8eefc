"""Hostile texts in a real browser: whoever wrote them, nothing is loaded, nothing runs, nothing misleads."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hostile import (
    FENCES,
    HEAVY,
    IMAGES,
    IMITATIONS,
    LINKS,
    MARKUP,
    ORDINARY,
    TEXTS,
    UNSENDABLE,
    aimed,
    evil_server,
    hostile_model,
)
from tests.browser.visitor import QUESTION, TURN, ask, last_turn, visit, wait_for_end
from tests.conftest import OpenPage
from tests.serving import ROOT, App, app_server

# Looks after every change of the page, so also between two tokens, for what a message may not hold.
WATCH = r"""() => {
    window.bad = [];
    const message = "[data-testid=stChatMessage]";
    const forbidden = [
        "img", "iframe", "object", "embed", "form", "style", "script", "base", "link", "meta", "video", "audio",
        "input:not([type=checkbox][disabled])", "textarea", "svg image", "svg a", "svg foreignObject", ".katex",
        "[data-testid=stAlert]", "[data-testid=stMermaidChart]", ".stMarkdownBadge",
        ".stMarkdownColoredText:not(li *)", "[data-testid=stMarkdownContainer] [data-testid=stIconMaterial]",
    ].map(selector => `${message} ${selector}`).join();
    // What the app itself writes there; no hostile text says so.
    const own = element => element.matches("[data-testid=stHeaderActionElements] *")
        || element.matches("[data-testid=stPageLink] a[href^='Runs?open='], [data-testid=stPageLink] a *")
        || (element.matches(".stMarkdownColoredText") && /^(Working|Thinking)( · \d+ s)?$/.test(element.textContent));
    const plain = text => { try { return decodeURI(text) } catch { return text } };
    const honest = link => {
        const href = plain(link.getAttribute("href") ?? ""), text = link.textContent;
        return /^(https?|mailto):/.test(href) && !/[\u202a-\u202e\u2066-\u2069]/.test(text)
            && ["", "http://", "mailto:"].some(scheme => scheme + plain(text) === href);
    };
    const look = () => {
        const found = [...document.querySelectorAll(forbidden)];
        found.push(...[...document.querySelectorAll(`${message} a`)].filter(link => !honest(link)));
        const bad = found.filter(element => !own(element)).map(element => element.outerHTML.slice(0, 300));
        window.bad = [...new Set([...window.bad, ...bad])];
    };
    const changes = {subtree: true, childList: true, attributes: true, characterData: true};
    new MutationObserver(look).observe(document, changes);
}"""


Evil = tuple[str, list[str]]
OpenHostile = Callable[..., Page]


@pytest.fixture(scope="module")
def evil() -> Iterator[Evil]:
    with evil_server() as (url, asked):
        yield url, asked


@pytest.fixture(scope="module")
def hostile_app(evil: Evil, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app, asking a model that means harm, with one more tool that sends harmful data."""
    url, _ = evil
    folder = tmp_path_factory.mktemp("hostile")
    start = "from tests.browser.hostile import add_tool_that_sends\nadd_tool_that_sends()\n"
    (folder / "sitecustomize.py").write_text(start)
    with hostile_model(url) as model:
        bounds = ("STEPS", "RUNS_PER_MINUTE", "OUTPUT_EVENTS", "OUTPUT_BYTES", "PROMPT_CHARS")
        env = {f"TOOLSTREAM_{bound}": "100000000" for bound in bounds} | {"TOOLSTREAM_PROMPT_CHARS": "4000"}
        env |= {"OPENAI_BASE_URL": model, "OPENAI_MODEL": "hostile", "TOOLSTREAM_TEST_EVIL": url}
        with app_server(env | {"PYTHONPATH": f"{folder}:{ROOT}"}) as app:
            yield app


@pytest.fixture
def open_hostile(open_page: OpenPage, hostile_app: App, evil: Evil) -> Iterator[OpenHostile]:
    """Open a page that is watched; in the end nothing bad was ever seen on it, and nothing was asked of `evil`."""
    _, asked = evil
    del asked[:]
    pages = []

    def open_hostile(path: str, **options: Any) -> Page:
        page = open_page(hostile_app, **options)
        page.set_default_timeout(60_000)
        pages.append(page)
        page.on("dialog", lambda dialog: pytest.fail(f"a script opened a dialog: {dialog.message}"))
        page.add_init_script(f"({WATCH})()")
        visit(page, path)
        return page

    yield open_hostile
    for page in pages:
        assert page.evaluate("window.bad") == []
        assert page.evaluate("window.__pwned") is None
        assert_usable(page)
    assert asked == []


def assert_usable(page: Page) -> None:
    """The layout holds, and the question box and the sidebar still work."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    main = "[data-testid=stMainBlockContainer]"
    assert page.locator(main).evaluate("main => main.parentElement.scrollWidth - main.parentElement.clientWidth") <= 0
    box = page.locator(QUESTION)
    box.fill("still here")
    expect(box).to_have_value("still here")
    expect(box).to_be_in_viewport(ratio=1)
    page.get_by_test_id("stSidebar").get_by_role("button", name="New conversation").click()
    expect(page.locator(TURN)).to_have_count(0)


def test_labels_of_tools_and_words_inside_them(open_hostile: OpenHostile) -> None:
    """Without the page's content policy: the filter alone lets nothing load."""
    page = open_hostile("/LLM_tokens", bypass_csp=True)
    for texts, count in (("texts", len(TEXTS)), *((name, 1) for name in UNSENDABLE)):
        ask(page, f"play {texts}")
        wait_for_end(page)
        assert last_turn(page).get_by_test_id("stExpander").count() == count
        expect(last_turn(page)).to_contain_text("The end.")


def test_data_that_a_tool_sends(open_hostile: OpenHostile) -> None:
    page = open_hostile("/Custom_data?tools=send_data", bypass_csp=True)
    for texts in ("texts", *UNSENDABLE):
        ask(page, f"send {texts}")
        wait_for_end(page)
        expect(last_turn(page)).to_contain_text("as a key")
        expect(last_turn(page)).to_contain_text("The end.")


@pytest.mark.parametrize("without_policy", [True, False])
def test_what_the_filter_missed_would_be_stopped_by_the_pages_policy(
    browser: Browser, hostile_app: App, evil: Evil, without_policy: bool
) -> None:
    """The counterproof, too: what does load is noticed here."""
    url, asked = evil
    del asked[:]
    with browser.new_context(base_url=hostile_app.url, bypass_csp=without_policy) as context:
        page = context.new_page()
        visit(page, "/LLM_tokens")
        load = "url => new Promise(done => Object.assign(new Image(), {src: url, onload: done, onerror: done}))"
        page.evaluate(load, f"{url}/image")
    assert asked == (["/image"] if without_policy else [])


def test_questions_and_answers(open_hostile: OpenHostile, evil: Evil) -> None:
    """What the visitor asks is what the agent answers."""
    page = open_hostile("/LLM_tokens")
    for number, question in enumerate(questions(evil[0]), 1):
        ask(page, question)
        wait_for_end(page)
        if number % 6 == 0:  # every turn is drawn again with each question
            assert_usable(page)


def questions(evil: str) -> list[str]:
    """The texts: those whose end swallows or shapes what follows alone, the others several at a time."""
    alone = [aimed(text, evil) for text in FENCES.values()]
    together = [""]
    for text in (IMAGES | LINKS | MARKUP | IMITATIONS).values():
        if len(together[-1]) > 600:
            together.append("")
        together[-1] += aimed(text, evil) + "\n\n"
    return [*together, *alone]


def test_texts_that_are_heavy_to_draw(open_hostile: OpenHostile) -> None:
    page = open_hostile("/LLM_tokens")
    for name in HEAVY:
        ask(page, f"say {name}")
        wait_for_end(page)
        assert_usable(page)


def test_an_ordinary_answer_keeps_its_formatting(open_hostile: OpenHostile) -> None:
    page = open_hostile("/LLM_tokens")
    ask(page, "say ordinary")
    wait_for_end(page)
    turn = last_turn(page)
    for selector, text in {
        "h1": "Title",
        "p strong >> nth=0": "bold",
        "em": "soft",
        "p code >> nth=0": "code | more",
        "p code >> nth=1": "a ` b",
        "ol li pre >> nth=0": "x = [1](2)",
        "ol > li:nth-child(2) li > p >> nth=0": "three",
        "ol > li:nth-child(2) li pre": "deep",
        "td code": "c",
        "blockquote": "quoted",
        "pre >> nth=2": "<b>![x](y) $z & :red[w]</b>",
        "a[target=_blank]": "https://example.com/a?b=1&c=2",
        "p:has(a[target=_blank])": ORDINARY.splitlines()[-1],
    }.items():
        expect(turn.locator(f"[data-testid=stMarkdown] {selector}")).to_have_text(text)
    expect(turn.locator("a[target=_blank]")).to_have_attribute("href", "https://example.com/a?b=1&c=2")
