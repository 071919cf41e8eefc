"""What a visitor does and sees, in the words of the app instead of selectors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import axe_playwright_python

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STOP = ".st-key-stop button"
QUESTION = ".st-key-question textarea"
TURN = "[data-testid=stChatMessage]"
BOX = f"{TURN} [data-testid=stExpander]"
DETAILS = f"{BOX} [data-testid=stExpanderDetails]"

PAGES = {"/Custom_data": "Custom data", "/LLM_tokens": "LLM tokens", "/Without_LangChain": "Without LangChain"}
OFFICE = "what items are in the office?"
BEDROOM = "what items are in the bedroom?"
BOTH = "What items are in the office and the bedroom?"
LONG = "what is in 'count to 400'?"
"""Its tool talks for so long that a busy machine, too, has done something in the middle of it."""

SETTLED = """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
    && document.getAnimations().every(
        a => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity)"""

_WATCH = """selector => {
    const seen = window.seen = [];
    const turns = () => [...document.querySelectorAll('[data-testid=stChatMessage]')];
    const before = turns().length;
    const look = () => {
        if (seen !== window.seen) return;
        const running = document.querySelector('.st-key-stop button');
        const turn = turns()[before + 1];
        const parts = turn ? [...turn.querySelectorAll(selector)] : [];
        const text = parts.map(part => part.innerText).join('\\n').trim();
        if (running && turn && text !== seen.at(-1)) seen.push(text);
        requestAnimationFrame(look);
    };
    look();
}"""


def visit(page: Page, path: str, view: str = "technical") -> None:
    """Open a page, in the view that shows everything as it is unless another one is asked for."""
    page.goto(f"{path}{'&' if '?' in path else '?'}view={view}")
    page.locator(QUESTION).wait_for()


def ask(page: Page, question: str) -> None:
    """Type a question and wait until its run has begun."""
    turns = page.locator(TURN).count()
    box = page.locator(QUESTION)
    box.fill(question)
    box.press("Enter")
    page.locator(TURN).nth(turns + 1).wait_for()


def wait_for_end(page: Page) -> None:
    """Wait for what is written under a run that has ended: its figures, or why it did not come to its end."""
    figures = last_turn(page).get_by_text(re.compile("First output|Nothing to see for|Everything came at once"))
    figures.or_(last_turn(page).locator("[data-testid=stAlert]")).first.wait_for()
    page.locator(STOP).wait_for(state="detached")


def settle(page: Page) -> None:
    """Wait until the script has come to its end, and nothing on the page is on its way to another color or place."""
    page.wait_for_function(SETTLED)


def axe_findings(page: Page) -> list[tuple[str, str, list[str]]]:
    """What axe-core finds wrong on the page in light and in dark, by scheme and rule.

    Not what is Streamlit's own, and not in code, whose highlighting on light ground is Streamlit's own and too pale.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
    page.mouse.move(0, 0)  # what is pointed at is drawn in colors of its own
    found: list[tuple[str, str, list[str]]] = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme",
            arg=scheme,
        )
        settle(page)
        run = "options => axe.run({exclude: ['[data-testid=stCode]']}, options).then(found => found.violations)"
        rules = dict.fromkeys(_STREAMLITS_OWN, {"enabled": False})
        options = {"rules": rules, "resultTypes": ["violations"]}  # what is in order is not looked at twice
        only_colors = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}  # nothing else differs
        violations = page.evaluate(run, {**options, **only_colors})
        found += [(scheme, v["id"], [node["html"][:200] for node in v["nodes"]]) for v in violations]
    return found


_STREAMLITS_OWN = ("aria-dialog-name", "svg-img-alt", "empty-table-header")
"""Rules of axe-core that Streamlit breaks by itself."""


def wait_for_text(page: Page, length: int, selector: str = BOX) -> None:
    """Wait until that many characters have arrived."""
    page.wait_for_function(
        "([selector, length]) => [...document.querySelectorAll(selector)].at(-1)?.innerText.length > length",
        arg=[selector, length],
    )


def last_turn(page: Page) -> Locator:
    return page.locator(TURN).last


def start_watching(page: Page, selector: str) -> None:
    """From now on record every text that these parts of the next answer show while a run is at work."""
    page.evaluate(_WATCH, selector)


def seen(page: Page) -> list[str]:
    texts: list[str] = page.evaluate("window.seen")
    return texts


def growing_lengths(texts: list[str]) -> list[int]:
    """The lengths that were longer than all before."""
    lengths: list[int] = []
    for text in texts:
        if text and len(text) > max(lengths, default=0):
            lengths.append(len(text))
    return lengths


def boxes(page: Page) -> list[dict[str, float]]:
    """Where the tools' boxes are: all measured in the same frame, for the page scrolls along with the text."""
    script = "selector => [...document.querySelectorAll(selector)].map(box => box.getBoundingClientRect().toJSON())"
    places: list[dict[str, float]] = page.evaluate(script, BOX)
    return places


def run_id(page: Page) -> str:
    """The run that the URL leads to."""
    found: str = page.evaluate("new URL(location).searchParams.get('run')")
    return found


def choose(page: Page, key: str, option: str) -> None:
    """Choose an option of a select box in the sidebar.

    An open menu closes when what its box is in scrolls: no scrolling may be under way, neither of a page that is still
    being drawn nor towards the box.
    """
    settle(page)
    box = page.locator(f".st-key-{key} input")
    box.scroll_into_view_if_needed()
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
