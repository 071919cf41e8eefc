"""The reader alone: whatever comes, it never raises, never loses a text, and does not care how bytes are cut."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.llm.chunks import Call, CallPiece, Chunk, End, Reasoning, Refusal, Text
from agent.llm.thinking import Thinking, without_thinking
from agent.llm.wire import Reader, parsed
from agent.settings import Limits
from tests.scripted_server import Reply, delta, sse
from tests.unit.examples import examples
from tests.unit.llm.cases import CALLS, CHUNKS, ENDS, THOUGHT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def fields(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have some of these fields, whatever is in them."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))


TEXTS = st.lists(
    st.sampled_from(
        ['"', "\\", "u", "d83d", "de00", "{", "}", "[", "]", ",", ":", "1", "-", "0", ".", "e", "9" * 30, "true",
         "null", "NaN", "Infinity", "\n", " ", '"a"', "\u20ac", "\ud800", "\ufeff", "x", "\x00"]
    ),
    max_size=9,
).map("".join)  # fmt: skip
"""What is JSON, or nearly."""


@settings(max_examples=examples(500))
@given(TEXTS | JSON.map(lambda value: json.dumps(value, ensure_ascii=False)) | JSON.map(json.dumps))
def test_the_quick_parser_reads_what_the_standard_library_reads(text: str) -> None:
    try:
        known = json.JSONDecoder(strict=False).decode(text)
    except (ValueError, RecursionError):
        with pytest.raises(ValueError):  # noqa: PT011
            parsed(text)
    else:
        assert repr(parsed(text)) == repr(known)


def test_what_is_nested_deeper_than_the_quick_parser_goes_is_read_too() -> None:
    assert parsed("[" * 300 + "]" * 300) == json.loads("[" * 300 + "]" * 300)


FUNCTION = fields("name", "arguments") | st.fixed_dictionaries(
    {"name": st.text(max_size=6), "arguments": st.text(max_size=9)}
)
CALL = st.fixed_dictionaries(
    {}, optional={"index": JSON, "id": JSON, "type": JSON, "function": FUNCTION | JSON, "x": JSON}
)
BLOCK = fields("type", "text", "thinking", "reasoning", "refusal") | JSON
DELTA = st.fixed_dictionaries(
    {},
    optional={
        "role": JSON,
        "content": st.lists(BLOCK, max_size=3) | JSON,
        "reasoning": BLOCK | JSON,
        "reasoning_content": JSON,
        "reasoning_details": st.lists(fields("type", "index", "text", "data") | JSON, max_size=3) | JSON,
        "refusal": JSON,
        "tool_calls": st.lists(CALL | JSON, max_size=3) | CALL | JSON,
        "function_call": FUNCTION | JSON,
        "extra_content": JSON,
    },
)
CHOICE = st.fixed_dictionaries(
    {},
    optional={
        "index": JSON,
        "delta": DELTA | JSON,
        "message": DELTA | JSON,
        "text": JSON,
        "finish_reason": JSON,
        "usage": JSON,
    },
)
CHUNK = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(CHOICE | JSON, max_size=3) | CHOICE | JSON,
        "usage": fields("prompt_tokens", "completion_tokens", "prompt_tokens_details") | JSON,
        "model": JSON,
        "x_groq": fields("usage") | JSON,
        "base_resp": fields("status_code") | JSON,
    },
)


def read(data: bytes, size: int = 0) -> tuple[list[Chunk], Reader]:
    """All chunks of an answer that arrives in pieces of so many bytes; 0 is all at once."""
    reader = Reader(Limits(), ["get_items"])
    pieces = [data[at : at + size] for at in range(0, len(data), size)] if size else [data]
    found = [chunk for piece in pieces for chunk in reader.feed(piece)]
    return [*found, *reader.close()], reader


def told(chunks: list[Chunk]) -> tuple[str, str, str, list[str], list[Chunk]]:
    """What is the same however an answer was cut."""
    kinds = (Text, Reasoning, Refusal)
    texts = ["".join(chunk.text for chunk in chunks if isinstance(chunk, kind)) for kind in kinds]
    pieces = [chunk for chunk in chunks if isinstance(chunk, CallPiece)]
    arguments = [
        "".join(piece.arguments for piece in pieces if piece.index == index)
        for index in sorted({piece.index for piece in pieces})
    ]
    return texts[0], texts[1], texts[2], arguments, [chunk for chunk in chunks if isinstance(chunk, End)]


@settings(max_examples=examples(150))
@given(st.lists(CHUNK, max_size=4), st.booleans())
def test_whatever_comes_where_a_chunk_may_be_the_text_is_kept(odd: list[dict[str, Any]], done: bool) -> None:
    events: list[Any] = [delta(content="kept "), *odd, delta(content="and kept"), delta("stop")]
    chunks, reader = read(sse(*events, done=done))
    check(chunks, reader)
    text = told(chunks)[0]
    assert text.startswith("kept ")
    assert "and kept" in text + told(chunks)[1] or reader.failure


def check(chunks: list[Chunk], reader: Reader) -> None:
    """Every first piece of a call has its id, no later one has; the calls of the end are those of the pieces."""
    pieces = [chunk for chunk in chunks if isinstance(chunk, CallPiece)]
    first = [piece for piece in pieces if piece.id]
    assert [piece.index for piece in first] == list(range(len(first)))
    assert len({piece.id for piece in first}) == len(first)
    assert all(piece.name for piece in first)
    assert not any(piece.name for piece in pieces if not piece.id)
    ends = [chunk for chunk in chunks if isinstance(chunk, End)]
    assert len(ends) <= 1
    assert ends or reader.failure
    for end in ends:
        assert chunks[-1] is end
        assert [(call.id, call.name) for call in end.calls] == [(piece.id, piece.name) for piece in first]
        assert all(call.broken or isinstance(json.loads(call.arguments), dict) for call in end.calls)
        for at, call in enumerate(end.calls):
            passed = "".join(piece.arguments for piece in pieces if piece.index == at)
            assert call.repaired or call.broken or passed in (call.arguments, "")
    if reader.failure:
        assert str(reader.failure).endswith(".")


@settings(max_examples=examples(100))
@given(
    st.lists(JSON | CHUNK, max_size=4),
    st.sampled_from(["", "\n", "{", "<html>", "data: ", ": x\n\n", "event: error\n"]),
    st.integers(1, 9),
)
def test_any_bytes_are_read_alike_however_they_are_cut(values: list[Any], before: str, size: int) -> None:
    data = before.encode() + sse(*values)
    whole, reader = read(data)
    check(whole, reader)
    cut, again = read(data, size)
    assert [without_ids(part) for part in told(cut)] == [without_ids(part) for part in told(whole)]
    assert str(again.failure) == str(reader.failure)


def without_ids(part: object) -> object:
    """An id of ours is another one each time."""
    if isinstance(part, list):
        return [without_ids(item) for item in part]
    if isinstance(part, End):
        return (part.reason, part.usage, part.model, [(call.name, call.arguments, call.broken) for call in part.calls])
    return part


@settings(max_examples=examples(200))
@given(st.binary(max_size=200), st.integers(1, 9))
def test_no_bytes_are_too_odd(data: bytes, size: int) -> None:
    check(*read(data, size))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_every_case_is_read_alike_however_it_is_cut(size: int) -> None:
    for name, case in (CHUNKS | THOUGHT | CALLS | ENDS).items():
        answer = case.answer
        assert isinstance(answer, Reply)
        if isinstance(answer.body, bytes) and len(answer.body) < 10_000 and not answer.headers:
            whole, cut = read(answer.body), read(answer.body, size)
            assert [without_ids(part) for part in told(cut[0])] == [without_ids(part) for part in told(whole[0])], name
            assert str(cut[1].failure) == str(whole[1].failure), name


ARGUMENTS = st.dictionaries(st.text(max_size=4), JSON, max_size=4)


@settings(max_examples=examples(80))
@given(ARGUMENTS, st.data())
def test_arguments_are_whole_or_broken_and_never_a_half(arguments: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(arguments)
    end = data.draw(st.integers(0, len(text)))
    cuts = sorted(data.draw(st.lists(st.integers(0, end), max_size=4)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, end], strict=True)]
    first, *later = ({"index": 0, "function": {"arguments": piece}} for piece in pieces)
    first["id"], first["function"] = "c1", {**first["function"], "name": "get_items"}  # type: ignore[dict-item]
    chunks, _ = read(sse(*(delta(tool_calls=[piece]) for piece in (first, *later)), delta("tool_calls")))
    assert isinstance(last := chunks[-1], End)
    (call,) = last.calls
    if end == len(text):
        assert json.loads(call.arguments) == arguments
    elif end == 0:
        assert (call.arguments, call.broken) == ("{}", False)
    else:
        assert (call.arguments, call.broken) == (text[:end], True)


def test_the_last_count_of_tokens_is_the_one_that_counts() -> None:
    used = [{"prompt_tokens": 3, "completion_tokens": at, "total_tokens": 3 + at} for at in (1, 2, 3)]
    chunks, _ = read(sse(*(delta(content="x") | {"usage": usage} for usage in used), delta("stop")))
    assert isinstance(end := chunks[-1], End)
    assert end.usage
    assert (end.usage.input_tokens, end.usage.output_tokens, end.usage.total_tokens) == (3, 3, 6)


def test_a_whole_call_that_is_sent_again_is_one() -> None:
    whole = {"index": 0, "id": "a", "function": {"name": "get_items", "arguments": '{"place": "office"}'}}
    chunks, _ = read(sse(delta(tool_calls=[whole]), delta(tool_calls=[whole]), delta("tool_calls")))
    assert isinstance(end := chunks[-1], End)
    assert end.calls == (Call("a", "get_items", '{"place": "office"}'),)


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.sampled_from(
            [
                "<think>",
                "</think>",
                "[THINK]",
                "[/TH",
                "INK]",
                "<thi",
                "nk>",
                "a",
                " ",
                "\n",
                "```",
                "`",
                "<",
                "b\n",
                "</",
                "thinking>",
            ]
        ),
        max_size=12,
    )
)
def test_tags_are_found_however_a_text_is_cut(pieces: list[str]) -> None:
    def parted(texts: list[str]) -> list[tuple[str, str]]:
        thinking = Thinking()
        found = [piece for text in texts for piece in thinking.feed(text)]
        joined: list[tuple[str, str]] = []
        for piece in [*found, *thinking.close()]:
            kind = type(piece).__name__
            if joined and joined[-1][0] == kind:
                joined[-1] = (kind, joined[-1][1] + piece.text)
            else:
                joined.append((kind, piece.text))
        return joined

    assert parted(pieces) == parted(["".join(pieces)]) == parted(list("".join(pieces)))


@pytest.mark.parametrize(
    "text",
    [
        "<" * 200_000,
        "\n<" * 100_000,
        "\n<think" * 30_000,
        " " * 200_000 + "<",
        "<think>" + "<" * 200_000,
        "<think></think>" * 15_000,
        "\n[TH" * 50_000,
    ],
    ids=["angles", "lines", "tags", "spaces", "thought", "pairs", "brackets"],
)
def test_tags_are_looked_for_in_steps_that_grow_with_the_text(text: str) -> None:
    started = time.process_time()
    without_thinking(text)
    thinking = Thinking()
    for at in range(0, len(text), 50):
        list(thinking.feed(text[at : at + 50]))
    assert time.process_time() - started < 3


def test_a_line_that_begins_over_and_over_is_read_once() -> None:
    started = time.process_time()
    read(b"data: " * 600_000 + b"\n\n")
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "piece",
    [
        {"index": 0, "id": "a", "function": {"name": "get_items", "arguments": "}"}},
        {"index": 0, "id": "a", "function": {"name": "get_items", "arguments": "\\"}},
        {"function": {"arguments": {"a": 1}}},
        {"index": 0, "function": {"name": "get_items"}},
    ],
)
def test_calls_are_read_in_steps_that_grow_with_their_pieces(piece: dict[str, Any]) -> None:
    first = {"index": 0, "id": "a", "function": {"name": "get_items", "arguments": '{"a": "' + "x" * 100_000}}
    started = time.process_time()
    read(sse(delta(tool_calls=[first]), *([delta(tool_calls=[piece])] * 10_000), delta("tool_calls")))
    assert time.process_time() - started < 5
