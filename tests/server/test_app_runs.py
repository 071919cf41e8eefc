"""The page of runs as AppTest and as plain calls: the visitor's own, samples, links, files; and what a kill leaves."""

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from agent.engine.application import Application
from agent.engine.run import digest
from agent.projections.replay import Playback, count_at, length, moments
from agent.projections.transcript import Transcript, fold
from agent.settings import Settings
from agent.store.comments import Comment
from agent.store.index import read_entry
from agent.store.recorder import NOT_WRITTEN
from agent.store.recording import Header, dump, read
from agent.store.store import FILE, Store
from agent.streaming.events import Ended, Queued, RunRequest, Started, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.runs import counting, finish, started
from tests.serving import wait_until
from tests.unit.events import STARTED, Happened, log, queued, sent, token

pytestmark = pytest.mark.usefixtures("quick_loops")

ROOT = Path(__file__).parents[2]
PAGE = "pages/6_Runs.py"
ME = "me-and-22-characters--"
OTHER = "another-22-characters-"
YESTERDAY = time.time() - 86_400
"""Long ago would be too long ago to be kept."""
Keep = Callable[..., None]
REQUEST = RunRequest("What items are in the office?", page="custom_data", model="demo-fast")
EVENTS = tuple(
    log(
        Happened(Queued(REQUEST), at=0.0),
        Happened(Started(), at=0.1),
        sent({"found": "Desk"}, "call_1").when(0.5),
        token("A desk.").when(1.0),
        Happened(Ended("finished", answer="A desk."), at=1.5),
    )
)


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """An application of this test's own in the place of the process's."""
    from agent.store import database
    from ui.shell import pin

    monkeypatch.setattr(database, "BUSY_SECONDS", 0.5)
    with Application(Settings(recordings=tmp_path / "runs", host_password="sesame")) as own:
        monkeypatch.setattr(pin, "application", lambda: own)
        yield own


@pytest.fixture
def store(application: Application) -> Store:
    """Its store."""
    return application.store


def write(
    store: Store,
    run_id: str,
    owner: str = ME,
    events: tuple[StreamEvent, ...] = EVENTS,
    asked_at: float = YESTERDAY,
    request: RunRequest = REQUEST,
) -> None:
    header = Header(run_id, asked_at, request, "thread", digest(owner))
    assert store._folder
    (store._folder / f"{run_id}.jsonl").write_text(dump(header, events))


@pytest.fixture
def keep(store: Store) -> Keep:
    def keep(run_id: str, **more: Any) -> None:
        write(store, run_id, **more)
        store.adopt()

    return keep


def open_runs(visitor: str = ME, **url: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / PAGE), default_timeout=30)
    app.session_state["session_id"] = visitor
    for name, value in url.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def keys(app: AppTest) -> list[Any]:
    return [button.key for button in app.button]


def text(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.code]
    return "\n".join(element.value for element in elements)


def test_the_list_holds_ones_own_runs_and_the_samples(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    keep("my-interrupted-run", events=EVENTS[:3])
    keep("somebody-elses", owner=OTHER)
    app = open_runs()
    assert {"open_my-own-run", "open_my-interrupted-run", "open_sample-two-tools"} <= set(keys(app))
    assert "open_somebody-elses" not in keys(app)
    assert "interrupted" in text(app)
    assert "What is kept about you" in text(app)


def test_a_run_is_opened_by_a_click_and_a_strangers_is_not_opened_by_its_id(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    app = open_runs()
    app.button(key="open_my-own-run").click().run()
    assert "A desk." in text(app)
    assert app.query_params["open"] in ("my-own-run", ["my-own-run"])
    app.button(key="back").click().run()
    assert "open_my-own-run" in keys(app)
    assert "not one of your runs" in text(open_runs(OTHER, open="my-own-run"))
    assert "not one of your runs" in text(open_runs(open="../../etc/passwd"))


def test_a_run_is_told_in_plain_words_or_shown_as_it_is(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    app = open_runs(open="my-own-run")
    assert "The assistant read the question" in text(app)
    app.segmented_control(key="view").set_value("technical").run()
    assert "The assistant read the question" not in text(app)
    assert "A desk." in text(app)
    assert app.query_params["view"] in ("technical", ["technical"])


def test_a_run_that_could_not_be_written_down_says_so_and_the_rest_is_as_ever(
    application: Application, store: Store, keep: Keep
) -> None:
    keep("an-earlier-run")
    store.links.make("an-earlier-run")
    first = started(application.runs.start(counting(100), session=ME))
    second = started(application.runs.start(REQUEST, session=ME, thread_id=first.thread_id))
    assert store._folder
    (store._folder / f"{second.id}.jsonl").mkdir()
    finish(second)
    wait_until(lambda: second.unrecorded, 5, "it is known")
    assert str(NOT_WRITTEN) in text(open_runs(open=second.id))
    assert str(NOT_WRITTEN) not in text(open_runs(open=first.id))
    token = store.links.token_of("an-earlier-run")
    assert "A desk." in text(open_runs(OTHER, share=str(token)))
    app = open_runs()
    app.button(key="delete_an-earlier-run").click().run()
    app.button(key="delete_now").click().run()
    assert {key for key in keys(app) if key and key.startswith("open_") and "sample" not in key} == {
        f"open_{first.id}",
        f"open_{second.id}",
    }


def test_what_cannot_be_deleted_or_shared_just_now_is_said(store: Store, keep: Keep, tmp_path: Path) -> None:
    keep("my-own-run")
    app, opened_run = open_runs(), open_runs(open="my-own-run")
    app.button(key="delete_my-own-run").click().run()
    with closing(sqlite3.connect(tmp_path / "runs" / FILE, isolation_level=None)) as held_up:
        held_up.execute("BEGIN IMMEDIATE")
        app.button(key="delete_now").click().run()
        assert "could not be deleted" in text(app)
        opened_run.button(key="share").click().run()
        assert "nothing has changed" in text(opened_run)
    assert "open_my-own-run" in keys(app)


def test_deleting_asks_first_and_takes_link_and_comments_along(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    store.links.make("my-own-run")
    token = store.links.token_of("my-own-run")
    assert token
    app = open_runs()
    app.button(key="delete_my-own-run").click().run()
    app.button(key="delete_not").click().run()
    assert store.entry("my-own-run")
    app.button(key="delete_my-own-run").click().run()
    app.button(key="delete_now").click().run()
    assert store.entry("my-own-run") is None
    assert store.links.run_of(token) is None
    assert "open_my-own-run" not in keys(app)


def test_a_link_is_explained_before_it_is_made_opens_read_only_and_can_be_revoked(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    owner = open_runs(open="my-own-run")
    assert "Anyone with the link" in text(owner)
    assert store.links.token_of("my-own-run") is None
    owner.button(key="share").click().run()
    token = store.links.token_of("my-own-run")
    assert token
    assert f"share={token}" in text(owner)

    guest = open_runs(OTHER, share=token)
    assert "A desk." in text(guest)
    assert not {"stop", "share", "revoke", "back"} & set(keys(guest))
    assert not [key for key in keys(guest) if key and key.startswith(("open_", "delete_"))]
    assert not guest.chat_input
    assert "my-own-run" not in text(guest)

    owner.button(key="revoke").click().run()
    revoked = open_runs(OTHER, share=token)
    assert "no longer works" in text(revoked)
    assert revoked.button(key="ask_own").label == "Ask a question of your own"
    assert "no longer works" in text(open_runs(OTHER, share="../x"))


def test_a_comment_is_for_the_pack_and_the_host(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    store.links.make("my-own-run")
    token = store.links.token_of("my-own-run")
    assert token
    guest = open_runs(OTHER, share=token)
    guest.text_area(key="text_my-own-run").set_value("=Too slow")
    next(button for button in guest.button if button.label == "Save").click().run()
    assert not guest.exception
    assert [comment.text for comment in store.comments.of("my-own-run")] == ["=Too slow"]

    host = open_runs()
    host.text_input(key="typed_password_0").set_value("wrong").run()
    assert "not the password" in text(host)
    assert not host.dataframe
    host.text_input(key="typed_password_1").set_value("sesame").run()
    assert host.dataframe[0].value["comment"].tolist() == ["=Too slow"]
    assert "sesame" not in repr(host.session_state)


def test_the_owner_is_told_of_what_others_say_until_they_look(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    keep("somebody-elses", owner=OTHER)
    for run_id, author in (("my-own-run", ME), ("my-own-run", OTHER), ("somebody-elses", ME)):
        store.comments.add(Comment(run_id, digest(author), 0, f"Said by {author}", time.time()))
    assert store.comments.new(digest(OTHER)) == {"somebody-elses": 1}
    app = open_runs()
    assert text(app).count("1 new]") == 1
    app.button(key="open_my-own-run").click().run()
    assert f"Said by {OTHER}" in text(app).replace("\\", "")
    assert f"Said by {ME}" not in text(app).replace("\\", "")
    app.button(key="back").click().run()
    assert "1 new]" not in text(app)
    store.comments.add(Comment("my-own-run", digest(OTHER), 1, "On second thoughts", time.time()))
    assert "1 new]" in text(open_runs())
    assert store.comments.new(digest(OTHER)) == {"somebody-elses": 1}


def test_a_thousand_runs_open_quickly_and_only_ten_are_drawn(store: Store) -> None:
    for number in range(1_000):
        write(store, f"run-number-{number:04}", asked_at=YESTERDAY + number)
    store.adopt()
    started = time.monotonic()
    app = open_runs()
    first = time.monotonic() - started
    started = time.monotonic()
    app.run()
    again = time.monotonic() - started
    assert len([key for key in keys(app) if key.startswith("open_run-number")]) == 10
    assert "open_run-number-0999" in keys(app)
    assert "1,000 runs" in text(app)
    assert first < 3
    assert again < 1


def test_the_slider_jumps_to_any_moment(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    app = open_runs(open="my-own-run")
    app.slider(key="replay_at").set_value(0.6).run()
    assert "Desk" in text(app)
    assert "A desk." not in text(app)
    app.slider(key="replay_at").set_value(1.4).run()
    assert "A desk." in text(app)


def test_a_replay_plays_to_its_end(store: Store, keep: Keep) -> None:
    keep("my-own-run")
    app = open_runs(open="my-own-run")
    app.segmented_control(key="replay_speed").set_value("4×").run()
    started = time.monotonic()
    app.button(key="replay_button").click().run()
    assert time.monotonic() - started > 0.3
    assert not app.exception
    assert "A desk." in text(app)
    assert app.button(key="replay_button").label == "Replay"


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_a_replay_shows_event_for_event_what_the_live_run_showed(speed: float) -> None:
    for path in (ROOT / "recordings").glob("*.jsonl"):
        events = read(path).events
        playback, transcript, count, now = Playback(0.0, 100.0, speed), Transcript(frozenset(RUN_MODES)), 0, 100.0
        while count < len(events):
            now += 1 / 15
            until = count_at(moments(events), playback.moment(now))
            assert all(event.at - events[1].at <= playback.moment(now) + 1e-6 for event in events[count:until])
            for event in events[count:until]:
                transcript.add(event)
            count = until
            assert transcript == fold(events[:count], RUN_MODES)
        assert transcript == fold(events, RUN_MODES)
        assert now - 100 == pytest.approx(length(moments(events)) / speed, abs=0.1)


_ASKS = """
import sys, time
from agent.streaming.events import RunRequest
from agent.engine.in_process import InProcessBackend
from agent.settings import Settings
from agent.store.store import Store
from pathlib import Path
backend = InProcessBackend(Settings(), Store(Path(sys.argv[1])))
run = backend.start(RunRequest("What items are in the bedroom?", tools=("get_items.llm",)), session="me")
cursor = 0
while True:
    events, cursor, _ = run.read(cursor, 0.05)
    for event in events:
        print(event.seq, event.at, time.time(), flush=True)
"""


def test_of_a_run_whose_server_is_killed_only_the_last_half_second_is_lost(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-c", _ASKS, str(tmp_path / "runs")], cwd=ROOT, stdout=out)
    try:
        wait_until(lambda: log.read_text().count("\n") > 60, 60, "it is in the middle")
    finally:
        killed = time.time()
        process.kill()
        process.wait()
    with Store(tmp_path / "runs") as store:
        (entry,) = store.entries(digest("me"))
    recording = read(tmp_path / "runs" / f"{entry.header.id}.jsonl")
    assert recording.interrupted
    assert fold(recording.events, RUN_MODES).state == "stopped"
    seen = [(int(seq), float(wrote)) for seq, _, wrote in map(str.split, log.read_text().split("\n")[:-2])]
    lost = [wrote for seq, wrote in seen if seq >= len(recording.events) - 1]
    assert all(killed - wrote < 0.75 for wrote in lost), lost


def test_a_run_whose_last_line_is_long_is_listed_as_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "a-long-end.jsonl"
    long = StreamEvent(4, 1.5, Ended("failed", "ä" * 50_000))
    path.write_text(dump(Header("a-long-end", 1.0, REQUEST), (*EVENTS[:4], long)))
    entry = read_entry(path)
    assert (entry.state, entry.seconds, entry.interrupted) == ("failed", 1.5, False)
    with path.open("a") as file:
        file.write('{"seq": 5, "cut o')
    assert read_entry(path).state == "failed"


HOSTILE = "<script>alert(1)</script> ![x](https://evil.example/a.png) [y](javascript:1) :material/home: $x$"


def test_an_uploaded_file_is_drawn_safely_and_kept_nowhere(store: Store) -> None:
    chunks = (HOSTILE, {"row": {"a": 1}}, {"row": {"a": [HOSTILE]}}, {HOSTILE: HOSTILE})
    sent_all = (sent(chunk, "c") for chunk in chunks)
    events = tuple(log(queued(), STARTED, *sent_all, token(HOSTILE), Happened(Ended("failed", HOSTILE))))
    request = RunRequest(HOSTILE, model=HOSTILE, page=HOSTILE)
    header = Header("stranger-1", 1.0, request, owner=digest(OTHER), label=HOSTILE)
    app = open_runs()
    app.file_uploader[0].set_value(("run.jsonl", dump(header, events).encode(), "application/jsonl")).run()
    assert not app.exception
    assert "nobody knows who made it" in text(app)
    drawn = text(app)
    assert "\\<script" in drawn
    for pattern in (r"(?<!\\)<script", r"(?<!\\)!\[", r"\]\((?=[hj])", r"(?<!\\)\$x"):
        assert not re.search(pattern, drawn), pattern
    assert store.questions() == {}
    app.button(key="back").click().run()
    assert "stranger" not in "".join(map(str, keys(app)))


def test_a_file_that_is_no_recording_is_one_sentence(store: Store) -> None:
    app = open_runs()
    app.file_uploader[0].set_value(("run.jsonl", b"not json", "application/jsonl")).run()
    assert [warning.value for warning in app.warning] == ["Line 1 is not JSON."]
