"""A long run: visitors who do everything that a visitor can do, hostile ones among them.

`python -m bench.soak --minutes 30` starts the app twice on one folder, once with a model server that works and once
with one that sends whatever a server could send, all on 127.0.0.1. It asks nobody else for anything, and ends by then.
Again and again a third one on the same folder is killed in the middle of a run. It prints what must be zero (lost runs,
wrong states, tracebacks) and what must not grow.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import logging
import random
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streamlit.proto.WidgetStates_pb2 import WidgetState

from agent.demo_model.errors import FAULTS
from agent.pitfalls import NAMES
from agent.settings import Limits
from bench.process_tree import Watch, watched
from bench.servers import ROOT
from tests.scripted_server import Answer, Reply, chunk, delta, scripted_server, sse
from tests.server.client import Visitor
from tests.serving import App, app_server, model_server, pointed_at
from tests.unit.llm.cases import CALLS, CHUNKS, ENDS, ERRORS, THOUGHT

VISITORS = 6
"""At once."""
SESSION_KEPT = 5
"""Seconds that a session outlives its connection here; a minute elsewhere."""
PATIENCE = 90.0
"""Seconds that a visitor waits for anything; the machine may be busy."""
MOST_KEPT = 300
"""Runs that are looked for again in the end: the newest."""
CONVERSATIONS = ("Custom_data", "LLM_tokens", "Without_LangChain")
PASSWORD = "soak-password"
KEY = "sk-soak-0123456789-key"

HOSTILE_TEXTS = (
    "![x](http://127.0.0.1:9/a)" * 40,
    "# x" + " " * 3_000 + "y",
    "1" * 3_900,
    "`" * 3_900,
    "[" * 3_900,
    "> " * 1_900 + "x",
    "<script>alert(1)</script><img src=http://127.0.0.1:9/a>",
    "$" * 1_000 + ":red[" * 500,
    "\u202e\u0000\ud83d"[:2] + "\u0301" * 2_000,
    "| a " * 900 + "\n" + "|-" * 900,
)

HOSTILE_FILES: tuple[bytes, ...] = (
    b"",
    b"not json",
    b"[" * 200_000,
    b"[{},{}," * 100_000,
    b'{"format": 1}\n' * 20_000,
    b"\xff\xfe\x00" * 10_000,
    b'{"format": 2, "at": ' + b"9" * 4_000 + b"}\n",
    json.dumps([{}] * 200).encode() * 20_000,
    b'{"toolstream": 2, "id": "' + b"x" * 10_000_000,
    gzip.compress(b"0" * 10_000_000),
)

HOSTILE_REPLIES: tuple[Answer, ...] = (
    *(
        case.answer
        for case in itertools.chain.from_iterable(c.values() for c in (CHUNKS, THOUGHT, CALLS, ENDS, ERRORS))
    ),
    Reply(gzip.compress(b"0" * 100_000_000), headers={"content-encoding": "gzip"}),
    Reply(b"data: " + b"x" * 10_000_000),
    Reply(b"data: " + b"[" * 100_000 + b"\n\n"),
    Reply(sse(*(delta(content="x") for _ in range(60_000)))),
    Reply(
        sse(
            delta(
                tool_calls=[{"index": 10**9, "id": "a", "function": {"name": "x" * 10_000, "arguments": "{" * 10_000}}]
            )
        )
    ),
    Reply(
        sse(*(delta(tool_calls=[{"index": n, "id": f"{n}", "function": {"name": "get_items"}}]) for n in range(3_000)))
    ),
    Reply(sse(*(delta(content=text) for text in HOSTILE_TEXTS), delta("stop"))),
    Reply(sse(chunk({"delta": {"content": "x" * 900_000}, "finish_reason": "stop"}))),
    Reply(stays_open=True),
    Reply(sse(delta(content="half a sentence"), done=False), stays_open=True),
    Reply(breaks=True),
    Reply(status=302, headers={"location": "http://169.254.169.254/latest/meta-data"}),
    Reply(headers={"x-long": "y" * 60_000}),
)


_ONE_IS_KILLED = threading.Lock()


class Wrong(AssertionError):
    """The page is not what it must be."""


@dataclass
class Diary:
    """What happened, of all visitors."""

    did: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    asked: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Runs that must be found again, by id: the page, and the number it was to count to."""
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Guest:
    """One visitor's means."""

    app: App
    other: App
    """On the same folder, with a model server that is hostile."""
    env: dict[str, str]
    """Of the first one."""
    diary: Diary
    dice: random.Random

    @contextmanager
    def open(self, page: str, **query: str) -> Iterator[Visitor]:
        """Open a tab, and wait until its page is whole."""
        with Visitor(self.app.url, page, receive_buffer=0, headers=None, **query) as visitor:
            whole(visitor)
            yield visitor

    def count(self, visitor: Visitor, page: str, most: int = 60) -> int:
        """Ask for numbers, and note the run once its id is known."""
        number = self.dice.randrange(3, most)
        turns = len(visitor.turns)
        visitor.ask(f"count to {number}")
        wait(visitor, lambda: len(visitor.turns) > turns and visitor.run_id, "the question is on the page")
        self.note(visitor.run_id, page, number)
        return number

    def note(self, run_id: str, page: str, number: int) -> None:
        """A run that must be found again."""
        with self.diary.lock:
            self.diary.asked[run_id] = (page, number)
            while len(self.diary.asked) > MOST_KEPT:
                self.diary.asked.pop(next(iter(self.diary.asked)))


def main() -> int:
    """Run it, and print the figures; 1 when something that must be zero is not."""
    options = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    logging.getLogger("agent").setLevel(logging.ERROR)
    diary = Diary()
    models = ",".join(["demo", "demo-fast", "demo-flaky", *(f"demo-flaky:{fault}" for fault in FAULTS)])
    dice = random.Random(given.seed)

    def whatever(body: dict[str, object]) -> Reply:
        answer = dice.choice(HOSTILE_REPLIES)
        return answer if isinstance(answer, Reply) else answer(body)

    with tempfile.TemporaryDirectory() as folder, model_server(60) as model, scripted_server([whatever]) as hostile:
        env = pointed_at(model) | {
            "OPENAI_MODEL": models,
            "TOOLSTREAM_RECORDINGS": folder,
            "TOOLSTREAM_RUNS_PER_MINUTE": "1000",
            "TOOLSTREAM_READ_SECONDS": "4",
            "TOOLSTREAM_HOST_PASSWORD": PASSWORD,
            "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(SESSION_KEPT),
        }
        with (
            app_server(env, ROOT, fresh=True) as app,
            app_server(env | {"OPENAI_BASE_URL": hostile.url, "OPENAI_MODEL": "hostile"}, ROOT, fresh=True) as other,
            watched(app.process.pid) as watch,
            watched(other.process.pid) as other_watch,
        ):
            watches = {"with a good model server": watch, "with a hostile one": other_watch}
            _visit_once(app, other)
            begun = {name: each.look() for name, each in watches.items()}
            guests = [Guest(app, other, env, diary, random.Random(given.seed * 1_000 + at)) for at in range(VISITORS)]
            _all_visitors(guests, given.minutes * 60, watch)
            lost = _lost(app, diary)
            time.sleep(SESSION_KEPT + 6)  # the last ones' sessions end
            figures = [
                f"{name}, {when}: {sample}"
                for name, each in watches.items()
                for when, sample in (("at first", begun[name]), ("at most", each.peak), ("in the end", each.look()))
            ]
            log = app.log() + other.log()
    print(_report(diary, lost, log, figures))
    return 1 if lost or diary.wrong or "Traceback" in log else 0


def _all_visitors(guests: list[Guest], seconds: float, watch: Watch) -> None:
    end, diary = time.monotonic() + seconds, guests[0].diary
    threads = [threading.Thread(target=_visits, args=(guest, end), daemon=True) for guest in guests]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        threads[0].join(60)
        if threads[0].is_alive():
            now = watch.last
            print(f"{end - time.monotonic():6.0f} s to go  {now}  {diary.did.total()} visits", file=sys.stderr)
        for thread in threads[1:] if not threads[0].is_alive() else ():
            thread.join(PATIENCE)


def _visits(guest: Guest, end: float) -> None:
    while time.monotonic() < end:
        name = guest.dice.choice(list(VISITS))
        try:
            VISITS[name](guest)
            result = name
        except Exception as error:  # one visit that fails must not end the others
            result = f"{name} (failed)"
            with guest.diary.lock:
                guest.diary.wrong.append(f"{name}: {type(error).__name__}: {str(error)[:400]}")
        with guest.diary.lock:
            guest.diary.did[result] += 1


def wait(visitor: Visitor, true: Callable[[], object], why: str) -> None:
    """As long as a busy machine may take."""
    try:
        visitor.wait_until(true, why, PATIENCE)
    except AssertionError as error:
        turns = [(turn.question[:40], turn.answer[-40:], turn.notes, turn.figures) for turn in visitor.turns]
        state = f"idle {visitor.idle}, {visitor.scripts} scripts, {len(visitor.frames)} frames, {visitor.query[:200]}"
        raise Wrong(f"{str(error).splitlines()[0]} {state} {turns}") from None


def complete(visitor: Visitor, turns: int = 1) -> None:
    """Until the page is drawn, and all turns have ended."""

    def ended() -> bool:
        there = visitor.turns
        return visitor.idle and len(there) == turns and all(turn.figures or turn.notes for turn in there)

    wait(visitor, ended, f"{turns} turns have ended")


def check(true: object, why: str) -> None:
    """Fail the visit if it is not so."""
    if not true:
        raise Wrong(why)


def whole(visitor: Visitor) -> None:
    """The page is drawn to its end, and nothing on it has failed."""
    visitor.wait_idle(PATIENCE)
    check(not visitor.errors, f"the page shows an error: {visitor.errors}")


def numbers(count: int) -> str:
    """The answer to `count to`."""
    return " ".join(map(str, range(1, count + 1)))


# What visitors do


def asks(guest: Guest) -> None:
    """Ask on some page, with a model that works, and read the whole answer."""
    page = guest.dice.choice(CONVERSATIONS)
    with guest.open(page, tool_choice="none", model=guest.dice.choice(["demo", "demo-fast"])) as visitor:
        for turn in range(1, guest.dice.randrange(2, 4)):
            count = guest.count(visitor, page)
            complete(visitor, turn)
            check(visitor.turns[-1].answer == numbers(count), f"counted to {visitor.turns[-1].answer[-20:]!r}")
        whole(visitor)


def asks_for_items(guest: Guest) -> None:
    """Have the tools work, on Home and in the lab as well."""
    page = guest.dice.choice((*CONVERSATIONS, "Stream_lab", ""))
    with guest.open(page, model="demo-fast", view=guest.dice.choice(["simple", "technical"])) as visitor:
        visitor.ask(guest.dice.choice(["What items are in the office and the bedroom?", "Plan a visit to the museum"]))
        wait(visitor, lambda: visitor.run_id, "the run is in the URL")
        whole(visitor)
        if page == "Stream_lab":
            for view in ("Timeline", "Inspector", "Metrics", "Code"):
                visitor.pick("lab_view", view)
                whole(visitor)


def meets_a_broken_model(guest: Guest) -> None:
    """Whatever a model's server does, the page says how it ended."""
    fault = guest.dice.choice(FAULTS)
    with guest.open("LLM_tokens", tool_choice="none", model=f"demo-flaky:{fault}") as visitor:
        visitor.ask(f"count to {guest.dice.randrange(3, 300)}")
        complete(visitor)
        whole(visitor)


def meets_a_hostile_server(guest: Guest) -> None:
    """Whatever a server sends, the page says how it ended, and the next question is answered by whatever comes then."""
    page = guest.dice.choice(CONVERSATIONS)
    with Visitor(guest.other.url, page) as visitor:
        whole(visitor)
        for turn in range(1, guest.dice.randrange(2, 4)):
            visitor.ask("What items are in the office?")
            complete(visitor, turn)
            whole(visitor)


def reads_elsewhere(guest: Guest) -> None:
    """Follow a run through the other process, and perhaps stop it there."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo") as visitor:
        number = guest.dice.randrange(20, 300)
        visitor.ask(f"count to {number}")
        wait(visitor, lambda: visitor.turns and len(visitor.turns[0].answer) > 20, "words arrive")
        stops = guest.dice.random() < 0.3
        with Visitor(guest.other.url, "LLM_tokens", run=visitor.run_id) as mirrored:
            wait(mirrored, lambda: mirrored.turns and len(mirrored.turns[0].answer) > 20, "the other process reads on")
            if stops and mirrored.has("button", "stop"):
                mirrored.click("stop")
            complete(mirrored)
            complete(visitor)
            check(mirrored.turns[0].answer == visitor.turns[0].answer, "the two processes show two answers")
            check(stops or visitor.turns[0].answer == numbers(number), "another answer than was asked for")


def is_killed(guest: Guest) -> None:
    """Have the server killed in mid-run: another one says so at once, and has what had come."""
    if not _ONE_IS_KILLED.acquire(blocking=False):
        asks(guest)
        return
    try:
        _is_killed(guest)
    finally:
        _ONE_IS_KILLED.release()


def _is_killed(guest: Guest) -> None:
    cookie = {"Cookie": f"toolstream_visitor={secrets.token_urlsafe(16)}"}
    with app_server(guest.env, ROOT, fresh=True) as doomed:
        with Visitor(doomed.url, "LLM_tokens", headers=cookie, tool_choice="none", model="demo") as visitor:
            whole(visitor)
            visitor.ask("count to 3000")
            wait(visitor, lambda: visitor.turns and len(visitor.turns[0].answer) > 300, "words arrive")
            run_id = visitor.run_id
            doomed.process.kill()
            doomed.process.wait()
    with Visitor(guest.app.url, "Runs", headers=cookie) as visitor:
        whole(visitor)
        is_over = "badge[:material/power_off:" in visitor.text and "badge[:material/play_circle:" not in visitor.text
        check(is_over, "a dead run is said to be at work")
    with guest.open("LLM_tokens", run=run_id) as visitor:
        complete(visitor)
        check(visitor.turns[0].answer.startswith("1 2 3 4 5"), "what had come is gone")


def asks_something_hostile(guest: Guest) -> None:
    """Have a model repeat what should harm whoever reads it."""
    text = guest.dice.choice(HOSTILE_TEXTS)
    with guest.open(guest.dice.choice(CONVERSATIONS), tool_choice="none", model="demo-fast") as visitor:
        visitor.ask(f"repeat exactly: {text}"[: Limits().prompt_chars])
        complete(visitor)
        whole(visitor)


def stops(guest: Guest) -> None:
    """Stop a long answer; what has come stays."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo") as visitor:
        visitor.ask("count to 3000")
        wait(visitor, lambda: visitor.turns and len(visitor.turns[0].answer) > 20, "words arrive")
        visitor.click("stop", times=guest.dice.choice([1, 2]))
        complete(visitor)
        check("topped" in " ".join(visitor.turns[0].notes), f"it says {visitor.turns[0].notes}")
        check(visitor.turns[0].answer.startswith("1 2 3"), "what had come is gone")


def refreshes(guest: Guest) -> None:
    """Refresh in mid-run: another session, the same run."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo") as visitor:
        count = guest.count(visitor, "LLM_tokens", 200)
        run_id = visitor.run_id
        if guest.dice.random() < 0.5:
            visitor.cut()
    with guest.open("LLM_tokens", run=run_id) as visitor:
        complete(visitor)
        check(visitor.turns[0].answer == numbers(count), "another answer after a refresh")


def loses_the_line(guest: Guest) -> None:
    """Lose the connection in mid-run, and come back with the same session."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo") as visitor:
        count = guest.count(visitor, "LLM_tokens", 200)
        visitor.cut()
        visitor.reconnect()
        complete(visitor)
        check(visitor.turns[0].answer == numbers(count), "another answer after the line was lost")


def wanders(guest: Guest) -> None:
    """Look at other pages in mid-run, and come back."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo") as visitor:
        count = guest.count(visitor, "LLM_tokens", 200)
        for page in guest.dice.sample(["Custom_data", "Runs", "Pitfalls", "Stream_lab"], 2):
            visitor.goto(page)
            whole(visitor)
        visitor.goto("LLM_tokens")
        complete(visitor)
        check(visitor.turns[0].answer == numbers(count), "another answer after a walk")


def leaves(guest: Guest) -> None:
    """Close the tab in mid-run; it goes on."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo") as visitor:
        guest.count(visitor, "LLM_tokens", 300)


def types_a_key(guest: Guest) -> None:
    """Use a key of one's own, and leave without forgetting it."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo") as visitor:
        visitor.type("typed_key_0", KEY)
        wait(visitor, lambda: visitor.has("button", "forget_key"), "the key is taken")
        whole(visitor)
        guest.count(visitor, "LLM_tokens")
        if guest.dice.random() < 0.5:
            complete(visitor)


def shares(guest: Guest) -> None:
    """Share a run, comment on it, take it along, revoke the link, delete it."""
    with guest.open("LLM_tokens", tool_choice="none", model="demo-fast") as visitor:
        visitor.ask("count to 7")
        complete(visitor)
        run_id = visitor.run_id
        visitor.goto("Runs")
        whole(visitor)
        visitor.click(f"open_{run_id}")
        wait(visitor, lambda: visitor.has("button", "share"), "the run is open")
        visitor.click("share")
        wait(visitor, lambda: visitor.has("button", "revoke"), "there is a link")
        whole(visitor)
        token = visitor.text.split("share=")[1].split()[0].split("&")[0]
        for text in ("good", "x" * 2_000, ""):
            visitor.type(f"text_{run_id}", text, "text_area")
            visitor.click("keep_comment")
            whole(visitor)
        check(b"1 2 3 4 5 6 7" in visitor.download("pack_html"), "the pack has no answer")
        with guest.open("Runs", share=token) as other:
            check("1 2 3 4 5 6 7" in other.text, "who has the link sees nothing")
            visitor.click("revoke")
            wait(visitor, lambda: visitor.has("button", "share"), "the link is revoked")
        with guest.open("Runs", share=token) as other:
            check("no longer works" in other.text, "a revoked link works")
        visitor.click("back")
        wait(visitor, lambda: visitor.has("button", f"delete_{run_id}"), "the list is there")
        visitor.click(f"delete_{run_id}")
        wait(visitor, lambda: visitor.has("button", "delete_now"), "it asks first")
        visitor.click("delete_now")
        wait(visitor, lambda: not visitor.has("button", f"open_{run_id}"), "it is deleted")


def replays(guest: Guest) -> None:
    """Open a sample, and replay it at the highest speed."""
    with guest.open("Runs", open="sample-two-tools") as visitor:
        visitor.pick("replay_speed", "4")
        whole(visitor)
        visitor.click("replay_button")
        whole(visitor)


def uploads(guest: Guest) -> None:
    """Look at a recording from a file: a good one, or one that should harm the server."""
    good = guest.dice.random() < 0.4
    content = (ROOT / "recordings/two-tools.jsonl").read_bytes() if good else guest.dice.choice(HOSTILE_FILES)
    with guest.open("Runs") as visitor:
        check(visitor.upload("upload_0", "run.jsonl", content) < 300, "the upload was refused")
        if good:
            wait(visitor, lambda: "From a file" in visitor.text and visitor.idle, "the recording is shown")
        whole(visitor)
        check(good or "From a file" not in visitor.text, "rubbish is shown as a run")


def tries_a_pitfall(guest: Guest) -> None:
    """Run both sides of a trap, and perhaps leave before they end."""
    name = guest.dice.choice(list(NAMES))
    with guest.open("Pitfalls") as visitor:
        visitor.click(f"run_{name}")
        if guest.dice.random() < 0.6:
            whole(visitor)
        else:
            wait(visitor, lambda: visitor.scripts > 1, "it begins")


def guesses_the_password(guest: Guest) -> None:
    """Guess the host's password; the host gets in."""
    with guest.open("Runs") as visitor:
        for at in range(3):
            visitor.type(f"typed_password_{at}", f"guess {at}")
            wait(visitor, lambda at=at: visitor.has("text_input", f"typed_password_{at + 1}"), "the guess is taken")  # type: ignore[misc]
            whole(visitor)
            check("Download as CSV" not in visitor.text, "a guess opens the door")


def is_the_host(guest: Guest) -> None:
    """Get in with the right password, whoever guesses."""
    with guest.open("Runs") as visitor:
        for at in range(20):
            visitor.type(f"typed_password_{at}", PASSWORD)
            wait(
                visitor,
                lambda at=at: (  # type: ignore[misc]
                    visitor.has("text_input", f"typed_password_{at + 1}") or "Download as CSV" in visitor.text
                ),
                "the password is taken",
            )
            whole(visitor)
            if "Download as CSV" in visitor.text:
                return
            time.sleep(2)
        raise Wrong("the host does not get in")


def forges(guest: Guest) -> None:
    """Send for every widget what no browser sends."""
    with guest.open(guest.dice.choice((*CONVERSATIONS, "Runs", "Pitfalls", "Stream_lab"))) as visitor:
        for state in (
            {"bool_value": True},
            {"double_value": float("nan")},
            {"int_value": 2**63 - 1},
            {"string_value": "x" * 10_000},
            {"bytes_value": b"\xff"},
        ):
            for widget_id in visitor.widget_ids:
                visitor.forge(WidgetState(id=widget_id, **state))
            visitor.rerun()
            whole(visitor)


def floods(guest: Guest) -> None:
    """Ask for the page many times at once, empty the cache, and make up an address."""
    with guest.open("LLM_tokens", modes="bogus", tools="../..", run="x" * 500, model="'") as visitor:
        for _ in range(30):
            visitor.rerun()
        visitor.clear_cache()
        whole(visitor)


VISITS: dict[str, Callable[[Guest], None]] = {
    visit.__name__: visit
    for visit in (
        asks,
        asks_for_items,
        meets_a_broken_model,
        meets_a_hostile_server,
        reads_elsewhere,
        is_killed,
        asks_something_hostile,
        stops,
        refreshes,
        loses_the_line,
        wanders,
        leaves,
        types_a_key,
        shares,
        replays,
        uploads,
        tries_a_pitfall,
        guesses_the_password,
        is_the_host,
        forges,
        floods,
    )
}


def _visit_once(*apps: App) -> None:
    """What is loaded for the first visitor is not charged to the others."""
    for app in apps:
        with Visitor(app.url, tool_choice="none") as visitor:
            visitor.wait_idle(PATIENCE)
            visitor.ask("count to 3")
            complete(visitor)


def _lost(app: App, diary: Diary) -> list[str]:
    """The runs that are not found again with their whole answer."""
    lost = []
    for run_id, (page, count) in diary.asked.items():
        with Visitor(app.url, page, run=run_id) as visitor:
            try:
                visitor.wait_until(
                    lambda visitor=visitor, count=count: any(t.answer == numbers(count) for t in visitor.turns),  # type: ignore[misc]
                    "the answer is there",
                    PATIENCE,
                )
            except AssertionError as error:
                lost.append(f"{run_id} on {page}: {str(error)[:300]}")
    return lost


def _report(diary: Diary, lost: list[str], log: str, figures: list[str]) -> str:
    lines = [
        f"lost runs: {len(lost)} of {len(diary.asked)}",
        f"wrong states: {len(diary.wrong)} in {diary.did.total()} visits",
        f"tracebacks: {log.count('Traceback')}",
        *figures,
        *(f"  {count:5} {name}" for name, count in sorted(diary.did.items())),
        *(f"LOST {each}" for each in lost[:20]),
        *(f"WRONG {count} times: {each}" for each, count in Counter(diary.wrong).most_common(40)),
    ]
    if "Traceback" in log:
        lines.append(log[log.index("Traceback") :][:4_000])
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
