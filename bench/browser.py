"""One visitor with a real Chromium: asks, and measures what the answer costs until it is all on the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.sync_api import CDPSession, Error, Page, sync_playwright

from bench.process_tree import watched
from bench.servers import EVERY, Server, app_server, model_log, page_url
from bench.stamped import question, stamps
from tests.conftest import CHROMIUM_ARGS, chromium

WATCH = Path(__file__).with_name("watch.js")
PATIENCE = 15.0
"""Seconds without anything new on the page, after which it counts as dead."""


@dataclass
class Answer:
    """What one streamed answer cost."""

    way: str
    tokens: int
    rate: float
    outcome: str = "complete"
    """Or `died after N tokens`, or `gave up after N s`."""
    seconds: float = 0.0
    shown: int = 0
    """Tokens that were on the page at the end."""
    frames: int = 0
    wire_bytes: int = 0
    """Bytes of all messages, before the WebSocket compresses them."""
    compressed_bytes: int | None = None
    """What really went over the wire, as the kernel counts it; None where `ss` is not there to tell."""
    server_cpu: float = 0.0
    """Seconds, without what it uses when idle."""
    browser_cpu: float = 0.0
    """Seconds of the page's main thread, without what it uses when idle."""
    freeze_ms: float = 0.0
    frozen: int = 0
    """Pauses of more than 150 ms between two animation frames."""
    lag_p50_ms: float | None = None
    lag_p95_ms: float | None = None
    first_ms: float | None = None
    """From Enter to the first words on the page, without the time the model server took."""
    whole_s: float | None = None
    """From Enter to the last words."""
    peak_rss_mb: float = 0.0
    machine_load: float = field(default_factory=lambda: os.getloadavg()[0])
    """Processes that wanted to run when it began: more than there are cores, and every time here is too long."""

    @property
    def complete(self) -> bool:
        return self.outcome == "complete"


class Visitor:
    """A page of EVERY one of these, and what can be measured on it."""

    def __init__(self, page: Page, server: Server, model: Server, way: str, end: str) -> None:
        self.page, self.server, self.model, self.way = page, server, model, way
        self._way, self._end = EVERY[way], end
        self.box = page.locator(self._way.box)
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._asked = 0
        self.page_after = 0.0
        """Seconds from the visit until a question could be typed."""

    def browser_cpu(self) -> float:
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    def ask(self, tokens: int, rate: float, at_once: int = 0, *, tool: bool = False) -> tuple[str, float]:
        """Ask for a text; returns its tag and when it was asked."""
        self._asked += 1
        tag = f"{self.way}_{self.server.process.pid}_{self._asked}".lower()
        self.box.fill(question(tokens, rate, tag, at_once, tool=tool))
        of_answer = [self._way.answers, self._way.before, self._end, stamps(tokens)[-1]]
        self.page.evaluate("given => bench.start(...given)", of_answer)
        asked = time.time()
        self.box.press("Enter")
        return tag, asked

    def wait(self, seconds: float) -> str:
        """Wait until the answer is complete; returns how it came out."""
        end, seen, news = time.monotonic() + seconds, None, time.monotonic()
        while time.monotonic() < end:
            time.sleep(0.1)
            try:
                done, now = self.page.evaluate("[bench.done, bench.stamps.length]")
            except Error:
                return "died: the page crashed"
            if done:
                return "complete"
            if now != seen:
                seen, news = now, time.monotonic()
            elif time.monotonic() - news > PATIENCE:
                return "died"
        return f"gave up after {seconds:g} s"

    def watched(self) -> Any:
        return self.page.evaluate("bench")


@contextmanager
def visitor(
    way: str, model: Server, *, warm: bool = True, view: str = "simple", tool: bool = False
) -> Iterator[Visitor]:
    """A visitor of a server that has just started; `warm` if it has answered a first question already.

    With `tool`, the agent has one and has used it for that, and an answer is complete with its last words.
    """
    with app_server(way, model) as server, sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS) as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.add_init_script(path=WATCH)
            visited = time.monotonic()
            page.goto(page_url(server, way, view=view, tool=tool), wait_until="commit")
            found = Visitor(page, server, model, way, "" if tool else EVERY[way].end)
            found.box.wait_for()
            found.page_after = time.monotonic() - visited
            if warm:
                time.sleep(1)  # a box may be there before what is typed into it reaches the server
                # long enough for everything that the page loads later, as for code and tables
                found.ask(1_000, 0, tool=tool)
                assert found.wait(30) == "complete", f"{way} does not answer"
                time.sleep(0.5)
            yield found


def measure(way: str, model: Server, tokens: int, rate: float, cap: float, *, tool: bool = False) -> Answer:
    """Stream one answer; give up after `cap` seconds. With `tool`, the agent has one, as in the other front ends."""
    answer = Answer(way, tokens, rate)
    with visitor(way, model, tool=tool) as who, watched(who.server.process.pid) as memory:
        idle_server, idle_browser = _idle(who)
        server_cpu, browser_cpu, start = who.server.cpu, who.browser_cpu(), time.monotonic()
        with _counted(who.server) as sent:
            tag, asked = who.ask(tokens, rate)
            answer.outcome = who.wait(cap)
        answer.seconds = time.monotonic() - start
        answer.server_cpu = who.server.cpu - server_cpu - idle_server * answer.seconds
        answer.compressed_bytes = sent()
        if "crashed" not in answer.outcome:
            answer.browser_cpu = who.browser_cpu() - browser_cpu - idle_browser * answer.seconds
            _evaluate(answer, who.watched(), model_log(model, tag), asked)
        answer.peak_rss_mb = memory.peak.main
    return answer


def lags(seen: list[tuple[float, int]], sent: list[float], tokens: int) -> list[float]:
    """Milliseconds from a stamp's departure to the first time that it, or a later one, was on the page."""
    found, at = [], 0
    for stamp in stamps(tokens):
        while at < len(seen) and seen[at][1] < stamp:
            at += 1
        if at == len(seen):
            break
        found.append(seen[at][0] - sent[stamp] * 1000)
    return found


@contextmanager
def _counted(server: Server) -> Iterator[Callable[[], int | None]]:
    """Counts the bytes that a server sends, also over connections that come and go; None where nothing can tell."""
    before = sent_bytes(server)
    most, over = dict(before), threading.Event()

    def look() -> None:
        for end, count in sent_bytes(server).items():
            most[end] = max(count, most.get(end, 0))

    def look_on() -> None:
        while not over.wait(0.5):
            look()

    thread = threading.Thread(target=look_on, name="sent-bytes", daemon=True)
    thread.start()
    yield lambda: sum(most.values()) - sum(before.values()) if shutil.which("ss") else None
    look()
    over.set()
    thread.join()


def sent_bytes(server: Server) -> dict[str, int]:
    """Bytes that the server has sent so far, by the connection's other end; empty where nothing can tell."""
    if not shutil.which("ss"):
        return {}
    port = server.url.rpartition(":")[2]
    told = subprocess.run(["ss", "-tinHO", f"sport = :{port}"], capture_output=True, text=True, check=False).stdout
    counted = re.findall(r"^\S+ +\S+ +\S+ +\S+ +(\S+) .*?bytes_sent:(\d+)", told, re.MULTILINE)
    return {end: int(count) for end, count in counted}


def percentile(values: list[float], percent: int) -> float | None:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else None


def _evaluate(answer: Answer, watched: Any, log: Any, asked: float) -> None:
    answer.frames, answer.wire_bytes = watched["frames"], watched["bytes"]
    answer.freeze_ms, answer.frozen = watched["freeze"], watched["frozen"]
    seen = watched["stamps"]
    answer.shown = answer.tokens if answer.complete else (seen[-1][1] if seen else 0)
    if answer.outcome == "died":
        answer.outcome = f"died after {answer.shown} tokens"
    if not seen or not log:
        return
    if answer.complete and seen[-1][1] != stamps(answer.tokens)[-1]:
        answer.outcome = f"lost text after token {seen[-1][1]}"
    delays = lags(seen, log["sent"], answer.tokens)
    answer.lag_p50_ms, answer.lag_p95_ms = percentile(delays, 50), percentile(delays, 95)
    model_took = log["sent"][seen[0][1]] - log["asked"]
    answer.first_ms = seen[0][0] - (asked + model_took) * 1000
    answer.whole_s = seen[-1][0] / 1000 - asked if answer.complete else None


def _idle(who: Visitor) -> tuple[float, float]:
    """Processor time a second of server and page when nothing happens.

    The least of several looks: it is multiplied by the length of the run, so that one look at a page which is still
    settling would take away more than the answer has cost.
    """
    servers, browsers = [], []
    for _ in range(5):
        server, browser, start = who.server.cpu, who.browser_cpu(), time.monotonic()
        time.sleep(0.4)
        took = time.monotonic() - start
        servers.append((who.server.cpu - server) / took)
        browsers.append((who.browser_cpu() - browser) / took)
    return min(servers), min(browsers)
