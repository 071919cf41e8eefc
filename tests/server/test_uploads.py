"""What many visitors upload at once: all together it is bounded, and who finds no room is told so in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psutil
import pytest

from tests.server.client import Visitor
from tests.serving import ROOT, App, app_server, wait_until

NO_ROOM = "Others are sending files right now. Choose yours again in a moment."
GONE = "Others opened files, and yours had to make room. Choose it again."
GOOD = (ROOT / "recordings/two-tools.jsonl").read_bytes()
LARGE = json.dumps([{}] * 200).encode() + b"\n"
LARGE *= 15_000_000 // len(LARGE)


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    env = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1", "TOOLSTREAM_UPLOADS_MEGABYTES": "0.1"}
    with app_server(env) as app:
        yield app
        assert "Traceback" not in app.log()


@pytest.fixture
def visitors(app: App) -> Iterator[list[Visitor]]:
    visitors = [Visitor(app.url, "Runs") for _ in range(12)]
    for visitor in visitors:
        visitor.wait_idle(60)
    yield visitors
    for visitor in visitors:
        visitor.close()


def look_at(visitor: Visitor, content: bytes) -> str:
    """Upload a file, and wait for what is said of it: that it is shown, or the refusal."""
    said = ("From a file", "is not a Toolstream recording", NO_ROOM)
    assert visitor.upload("upload_0", "run.jsonl", content) < 300
    visitor.wait_until(lambda: visitor.idle and any(words in visitor.text for words in said), "it is looked at", 60)
    return next(words for words in said if words in visitor.text)


def test_what_is_uploaded_and_never_read_is_bounded_and_in_nobodys_way_for_long(
    app: App, visitors: list[Visitor]
) -> None:
    process = psutil.Process(app.process.pid)
    before = process.memory_info().rss
    *hoarders, guest = visitors
    for hoarder in hoarders:
        assert hoarder.send_file("run.jsonl", LARGE).status < 300
    grown = (process.memory_info().rss - before) / 1e6
    assert grown < 100, f"{len(hoarders)} files of 15 MB that nobody reads take {grown:.0f} MB"
    assert look_at(guest, LARGE) == NO_ROOM
    for hoarder in hoarders:
        hoarder.close()
    wait_until(lambda: _finds_room(app), 60, "those who have left give their room")


def _finds_room(app: App) -> bool:
    with Visitor(app.url, "Runs") as visitor:
        visitor.wait_idle(60)
        return look_at(visitor, LARGE) != NO_ROOM


def test_of_what_visitors_look_at_no_more_is_kept_than_the_bound(visitors: list[Visitor]) -> None:
    first, second, third = visitors[:3]
    assert [look_at(visitor, GOOD) for visitor in (first, second)] == ["From a file", "From a file"]
    assert look_at(third, _padded(GOOD, 90_000)) == "From a file"
    for visitor in (first, second):
        visitor.rerun()
        visitor.wait_until(lambda visitor=visitor: visitor.idle and GONE in visitor.text, "it says that it is gone")  # type: ignore[misc]


def _padded(recording: bytes, size: int) -> bytes:
    """The recording with a label so long that it has this size."""
    head, _, rest = recording.partition(b"\n")
    label = "x" * (size - len(recording))
    return json.dumps(json.loads(head) | {"label": label}).encode() + b"\n" + rest
