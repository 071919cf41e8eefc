"""Files of unknown origin: a run, or one sentence; and never more of the server than they are worth."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refusal
from agent.offload import Offload
from agent.projections.transcript import fold
from agent.store.recording import MAX_BYTES, BrokenRecording, EventLines, Header, Recording, dump, read
from agent.store.upload import MAX_LINE, Shelf, check, opened, take
from agent.streaming.events import Custom, Ended, Queued, RunRequest, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.serving import ROOT
from texts import sentence

REQUEST = RunRequest("What items are in the office?", page="custom_data", model="demo-fast")
HEAD = Header("stranger-1", 1.0, REQUEST).to_json()
BEGIN = StreamEvent(0, 0.0, Queued(REQUEST)).to_json()
CHUNK = {"payload": {"kind": "custom", "data": {"row": 1}}, "calls": ["c"]}


def text(*lines: object) -> bytes:
    return "\n".join(json.dumps(line) for line in lines).encode()


def checked(data: bytes) -> Recording:
    """What is taken of a file, in this process."""
    target = io.BytesIO()
    check(io.BytesIO(data), target)
    return opened(target.getvalue())


def row(value: object, seq: int = 1) -> dict[str, object]:
    return {**BEGIN, **CHUNK, "seq": seq, "payload": {"kind": "custom", "data": {"row": value}}}


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        text(HEAD | {"asked_at": 1e300}, BEGIN),
        text(HEAD | {"request": REQUEST.to_json() | {"model": {"a": 1}}}, BEGIN),
        text(HEAD | {"request": REQUEST.to_json() | {"tools": [[]]}}, BEGIN),
        text(HEAD, BEGIN | {"at": float("nan")}, BEGIN),
        text(HEAD, BEGIN | {"at": -1}, BEGIN),
        text(HEAD, BEGIN, BEGIN | {"at": int("9" * 400)}, BEGIN),
        text(HEAD, BEGIN | {"payload": {"kind": "token"}}, BEGIN),
        text(HEAD, BEGIN | {"payload": {"kind": "update", "messages": [5]}}, BEGIN),
        text(HEAD, BEGIN | {"payload": {"kind": "token", "message": "m", "text": 5}}, BEGIN),
        text(HEAD, *({**BEGIN, **CHUNK, "seq": n, "calls": [f"c{n}"]} for n in range(300))),
        text(HEAD, BEGIN, BEGIN | {"seq": 1} | {"payload": {"kind": "ended", "state": []}}, {}),
        text(HEAD, BEGIN, row([{}] * 100_000), BEGIN),
        text(HEAD, BEGIN, row("x" * MAX_LINE)),
        text(HEAD, BEGIN, row(nested(65)), BEGIN),
        text(HEAD, BEGIN) + b"\n" + b"[" * 100_000 + b"\n",
    ],
    ids=range(17),
)
def test_a_file_of_unknown_origin_is_a_run_or_one_sentence(data: bytes) -> None:
    with pytest.raises(BrokenRecording, match=r"^The [^\n]*\.$|^A [^\n]*\.$|^Line [^\n]*\.$"):
        checked(data)


def test_a_file_has_so_many_events() -> None:
    data = text(HEAD, *({**BEGIN, "seq": number} for number in range(101)))
    check(io.BytesIO(data), io.BytesIO(), max_events=101)
    with pytest.raises(BrokenRecording, match="more than 100 events"):
        check(io.BytesIO(data), io.BytesIO(), max_events=100)


def test_what_no_browser_can_be_sent_is_taken_out() -> None:
    for odd, told in ((b"9" * 400, "9" * 400), (b"NaN", "nan"), (b"-Infinity", "-inf"), (b"1e999", "inf")):
        data = text(HEAD, BEGIN, row(1)).replace(b'"row": 1', b'"row": %s' % odd)
        assert checked(data).events[1].payload == Custom({"row": told})
    half = text(HEAD, BEGIN, row(1)).replace(b'"row": 1', b'"row": "\\ud800"')
    assert checked(half).events[1].payload == Custom({"row": "?"})


@given(st.binary() | st.text().map(lambda lines: text(HEAD) + b"\n" + lines.encode()))
def test_any_bytes_are_a_run_or_a_sentence(data: bytes) -> None:
    try:
        recording = checked(data)
    except BrokenRecording:
        return
    assert isinstance(recording.events[-1].payload, Ended)


def test_a_file_that_ends_in_mid_run_gets_an_end() -> None:
    recording = checked(text(HEAD, BEGIN, row(1)) + b'\n{"seq": 2, "at')
    assert [event.seq for event in recording.events] == [0, 1, 2]
    assert "interrupted" in fold(recording.events, RUN_MODES).message


@pytest.mark.parametrize("path", sorted((ROOT / "recordings").glob("*.jsonl")), ids=lambda path: path.stem)
def test_what_the_app_has_written_is_taken_as_it_is(path: Path) -> None:
    taken = take(path.read_bytes(), Offload())
    assert isinstance(taken, bytes)
    recording, again = read(path), opened(taken)
    assert again.header == recording.header
    assert tuple(again.events) == recording.events
    assert taken.decode() == dump(recording.header, recording.events)


def test_a_refusal_crosses_the_processes() -> None:
    assert take(b"not json", Offload()) == Refusal(sentence("file-line-no-json", line=1))
    assert take(b"x" * (MAX_BYTES + 1), Offload()) == Refusal(sentence("file-large", megabytes=20))


def test_events_are_made_when_they_are_looked_at() -> None:
    lines = EventLines(b"head\n" + b"\n".join(text({**BEGIN, "seq": n}) for n in range(5)) + b"\n", 5)
    assert [event.seq for event in lines] == [0, 1, 2, 3, 4]
    assert (lines[-1].seq, lines[1:][0].seq, len(lines[2:4]), len(lines[9:])) == (4, 1, 2, 0)
    assert [event.seq for event in lines[1:][1:3]] == [2, 3]
    with pytest.raises(IndexError):
        lines[5]


def test_of_what_visitors_look_at_the_longest_unseen_goes_first() -> None:
    shelf = Shelf(100)
    first, second = shelf.put(b"a" * 40), shelf.put(b"b" * 40)
    assert shelf.see(first) == b"a" * 40
    third = shelf.put(b"c" * 40)
    assert (shelf.see(first), shelf.see(second), shelf.see(third)) == (b"a" * 40, None, b"c" * 40)
    assert shelf.see(second) is None, "what is gone does not come back"
    del first  # its visitor has left
    fourth = shelf.put(b"d" * 60)
    assert (shelf.see(third), shelf.see(fourth)) == (b"c" * 40, b"d" * 60)


def test_what_is_larger_than_all_room_is_not_held() -> None:
    assert Shelf(10).put(b"x" * 11).text is None
