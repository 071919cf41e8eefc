"""What is relied on of the decoders inside of httpx-sse; when this fails, `agent/llm/_sse_compat.py` has to follow."""

import pytest
from httpx_sse._decoders import SSEDecoder, SSELineDecoder
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.llm._sse_compat import EventDecoder
from tests.unit.examples import examples

MOST = 1_000


def decoded(*pieces: bytes, most: int = MOST) -> list[str]:
    decoder = EventDecoder(most)
    events = [text for piece in pieces for _, text in decoder.feed(piece)]
    body, last = decoder.close()
    return [*events, *(text for _, text in last), *([f"body: {body}"] if body else [])]


def test_the_private_decoders_are_what_they_were() -> None:
    lines = SSELineDecoder()
    assert lines.decode("a\u2028b\nc") == ["a\u2028b"]
    assert lines.buffer == ["c"]
    assert lines.flush() == ["c"]
    events = SSEDecoder()
    assert [events.decode(line) for line in ("event: x", ": a comment", "data: 1", "data: 2")] == [None] * 4
    event = events.decode("")
    assert event
    assert (event.event, event.data) == ("x", "1\n2")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_are_the_same_however_they_are_cut(end: str) -> None:
    stream = (
        f": hello{end}{end}data: eins{end}data:  zwei{end}{end}event: x{end}id: 4{end}data: dréi \u2028 \x85{end}{end}"
    )
    whole = decoded(stream.encode())
    assert whole == ["eins\n zwei", "dréi \u2028 \x85"]
    for size in (1, 2, 3, 7):
        data = stream.encode()
        assert decoded(*(data[at : at + size] for at in range(0, len(data), size))) == whole


LINES = st.sampled_from(
    ["data: a", "data: {}", "data:b", "data:  c", "data: ", "data:", "data", "", "", "", "event: x", "event:", "id: 1",
     "retry: 2", "retry: x", ": note", "other: y", "Data: no"]
)  # fmt: skip


@settings(max_examples=examples(300))
@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 9))
def test_whatever_is_quicker_for_most_events_says_of_all_what_the_library_says(
    lines: list[str], end: str, size: int
) -> None:
    library, ours = SSEDecoder(), EventDecoder(MOST)
    lines = ["data: first", "", *lines, "", ""]
    said = [event for line in lines if (event := library.decode(line)) and event.data]
    data = "".join(line + end for line in lines).encode()
    found = [event for at in range(0, len(data), size) for event in ours.feed(data[at : at + size])]
    assert [*found, *ours.close()[1]] == [(event.event, event.data) for event in said]


def test_a_mark_of_the_byte_order_comes_first_and_an_end_may_be_missing() -> None:
    assert decoded(b"\xef\xbb\xbfdata: one\n\ndata: two") == ["one", "two"]
    assert decoded(b"\n\n\ndata: one\n") == ["one"]


def test_what_are_no_events_is_a_body() -> None:
    assert decoded(b' {"a":', b" 1}") == ['body: {"a": 1}']
    assert decoded(b"<html>data: no\n\n</html>") == ["body: <html>data: no\n\n</html>"]
    assert decoded() == []


def test_broken_text_becomes_signs_for_it() -> None:
    assert decoded(b"data: a\xff\xc3", b"\xa9b\n\n") == ["a\ufffdéb"]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"data: " + b"x" * 600, b"x" * 600],
        [b"data: " + b"x" * 600 + b"\n", b"data: " + b"x" * 600 + b"\n"],
        [b"{" + b"x" * 600, b"x" * 600],
        [b": " + b"x" * 2_000],
    ],
    ids=["line", "event", "body", "comment"],
)
def test_nothing_is_kept_beyond_the_bound(pieces: list[bytes]) -> None:
    decoder = EventDecoder(MOST)
    for piece in pieces:
        assert [*decoder.feed(piece)] == []
    assert decoder.overflow
    assert [*decoder.feed(b"\n\ndata: x\n\n")] == []


def test_many_short_events_are_no_long_one() -> None:
    decoder = EventDecoder(MOST)
    assert len([*decoder.feed(b"data: 0123456789\n\n" * 1_000)]) == 1_000
    assert not decoder.overflow
