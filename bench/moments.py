"""Single moments that a visitor waits for: the start, the first question, a click while and after much is shown."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from agent.engine.run import digest
from agent.store.recording import Header, dump
from agent.streaming.events import Ended, Queued, RunRequest, Started, StreamEvent
from bench.browser import Visitor, visitor
from bench.servers import WAYS, Server, app_server, model_log
from tests.conftest import CHROMIUM_ARGS, chromium

_CLICK = "[...document.querySelectorAll('.st-key-modes button')].find(it => it.innerText.includes('Tool data')).click()"
"""These answers have no tool data: everything is drawn again, and nothing changes."""
_OTHER_PAGE = "[...document.querySelectorAll('.st-key-page_own button:enabled')].at(-1).click()"
"""The next page of the list, and from the last one another."""

_AND_WAIT = """() => new Promise(resolve => {
    const app = document.querySelector('[data-test-script-state]');
    const start = performance.now();
    let began = false;
    const look = () => {
        const state = app.getAttribute('data-test-script-state');
        began ||= state === 'running' || state === 'rerunRequested';
        if (began && state === 'notRunning') resolve(performance.now() - start);
        else if (performance.now() - start > 20000) resolve(NaN);
        else requestAnimationFrame(look);
    };
    CLICK;
    look();
})"""
_CLICK_AND_WAIT = _AND_WAIT.replace("CLICK", _CLICK)
_OTHER_PAGE_AND_WAIT = _AND_WAIT.replace("CLICK", _OTHER_PAGE)

_OWNER = "bench" + "0" * 17
"""Whose runs are in the list: what a browser's cookie says."""

_IS_LAST = f"""tag => {{
    const messages = [...document.querySelectorAll({json.dumps(WAYS["toolstream"].answers)})];
    return messages.at(-2)?.innerText.includes(tag)
        && messages.at(-1).querySelector({json.dumps(WAYS["toolstream"].end)})
        && document.querySelector('[data-test-script-state=notRunning]');
}}"""
"""Whether the question with this tag is the last one and answered. Of many turns, only the last are on the page."""


@dataclass
class Start:
    """A fresh server, a first visitor."""

    healthy_s: float
    first_page_s: float
    """From the visit until the question can be typed; with all that the server imports for it."""
    first_question_ms: float
    """From Enter to the first words, without the model server's time."""
    next_questions_ms: float
    """The middle one of five that follow."""


def start(model: Server) -> Start:
    """As `make run` starts it."""
    with visitor("asgi", model, warm=False) as who:
        first, *others = (first_words(who) for _ in range(6))
        return Start(who.server.ready_after, who.page_after, first, statistics.median(others))


def rerun_while_streaming(model: Server, tokens: int = 20_000, before: int = 15_000) -> tuple[float, float]:
    """Click while a long answer streams: how long its text stands still for, and how long it did before the click.

    `before` tokens come at once, the rest at 100 a second. Milliseconds.
    """
    with visitor("toolstream", model, view="technical") as who:
        who.ask(tokens, 100, at_once=before)
        who.page.wait_for_function(f"(bench.stamps.at(-1)?.[1] ?? 0) > {before + 200}", timeout=120_000)
        time.sleep(2)
        clicked = time.time() * 1000
        who.page.evaluate(_CLICK)
        time.sleep(5)
        times = [at for at, _ in who.watched()["stamps"]]
    pauses = [(after, after - at) for at, after in zip(times, times[1:], strict=False)]
    usual = max((pause for at, pause in pauses if clicked - 2000 < at < clicked), default=0)
    return max((pause for at, pause in pauses if at > clicked), default=5000), usual


def rerun_of_conversation(model: Server, turns: int) -> tuple[float, float]:
    """Click when that many turns are shown: milliseconds until it is all drawn again; and with the first turn only."""
    with visitor("toolstream", model, view="technical") as who:
        one = statistics.median(float(who.page.evaluate(_CLICK_AND_WAIT)) for _ in range(4))
        for _ in range(turns - 1):
            who.page.wait_for_function(_IS_LAST, arg=who.ask(60, 0)[0], timeout=20_000)
        return statistics.median(float(who.page.evaluate(_CLICK_AND_WAIT)) for _ in range(6)), one


def list_of_runs(model: Server, count: int) -> float:
    """Turn the pages of the list of so many runs of one's own: milliseconds until another one is drawn."""
    with (
        kept_runs(count) as folder,
        app_server("asgi", model, TOOLSTREAM_RECORDINGS=folder) as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS) as browser,
    ):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "toolstream_visitor", "value": _OWNER, "url": server.url}])
        page = context.new_page()
        page.goto(f"{server.url}/Runs")
        page.wait_for_selector(".st-key-page_own button", timeout=60_000)
        took = []
        for _ in range(6):
            page.wait_for_selector("[data-test-script-state=notRunning]")
            time.sleep(0.5)
            took.append(float(page.evaluate(_OTHER_PAGE_AND_WAIT)))
        return statistics.median(took)


@contextmanager
def kept_runs(count: int) -> Iterator[str]:
    """A folder with the recordings of so many runs of one visitor."""
    request = RunRequest("What is in the office?", "react", (), "auto", "bench")
    end = Ended("finished", answer="A desk.")
    events = [StreamEvent(0, 0.0, Queued(request)), StreamEvent(1, 0.1, Started()), StreamEvent(2, 0.2, end)]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            header = Header(
                f"run-number-{number:04}", time.time() - number, request, f"thread-{number}", digest(_OWNER)
            )
            Path(folder, f"{header.id}.jsonl").write_text(dump(header, events))
        yield folder


def first_words(who: Visitor) -> float:
    who.box.wait_for()
    time.sleep(1)
    tag, asked = who.ask(60, 100)
    assert who.wait(30) == "complete"
    at, stamp = who.watched()["stamps"][0]
    log = model_log(who.model, tag)
    return float(at - (asked + log["sent"][stamp] - log["asked"]) * 1000)
