from __future__ import annotations

from typing import Any

import pytest

from agent.projections.output import MAX_ROWS, Output
from agent.streaming.events import JSON


def output(*chunks: Any) -> Output:
    sorted_in = Output()
    for at, chunk in enumerate(chunks):
        sorted_in.add(chunk, float(at))
    return sorted_in


def test_text_grows_from_strings_and_pieces_of_messages() -> None:
    assert output("Hel", {"role": "assistant", "content": "lo"}).text.text == "Hello"


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        (["Looking up data for city: Rome", "Acquired data for city: Rome"], "Rome\n\nAcquired"),
        (["Fetching the last 5 fixtures", " for the team Rome", "...\n"], "fixtures for the team Rome...\n"),
        (["The quick brown", " fox jumps over"], "brown fox"),
        (["It is my Java", "Script in one", "script of two"], "in onescript of two"),
        (["Cer", "tainly", "!"], "Certainly!"),
    ],
)
def test_whole_lines_of_progress_do_not_run_into_each_other_and_tokens_do(chunks: list[JSON], text: str) -> None:
    assert text in output(*chunks).text.text


@pytest.mark.parametrize(
    "chunk",
    [
        {"role": "assistant", "reasoning": "Hm."},
        {"role": "assistant", "content": None, "reasoning": "Hm."},
        {"role": "assistant", "content": "", "reasoning_content": "Hm."},
        {"content": "", "role": "assistant", "reasoning": "Hm.", "tool_calls": None, "refusal": None},
    ],
)
def test_what_a_model_thinks_is_no_text(chunk: JSON) -> None:
    made = output(chunk)
    assert (made.reasoning.text.text, made.text.text, bool(made)) == ("Hm.", "", False)


def test_reasoning_ends_with_the_first_word_also_in_the_same_chunk() -> None:
    made = output({"role": "assistant", "reasoning": "H"}, {"role": "assistant", "content": "So", "reasoning": "m."})
    assert (made.reasoning.text.text, made.text.text) == ("Hm.", "So")
    assert (made.reasoning.began_at, made.reasoning.ended_at) == (0.0, 1.0)


def test_a_message_of_langchain_is_text_as_well() -> None:
    assert output({"type": "AIMessageChunk", "content": "Hi", "id": "run-1"}).text.text == "Hi"
    assert output({"role": "ai", "text": "Hi", "id": "run-1"}).text.text == "Hi"


def test_progress_stays_between_nothing_and_all_and_brings_its_status() -> None:
    assert (output({"progress": 0.4, "status": "half"}).progress, output({"progress": 7}).progress) == (0.4, 1.0)
    assert output({"progress": 0.4, "status": "half"}, {"progress": 0.5}).status == "half"
    assert output({"progress": 0.4, "status": ["a", None]}).status == "a"


def test_rows_points_and_other_chunks_are_collected_counted_and_bounded() -> None:
    assert output({"row": {"item": "Desk"}}).rows == [{"item": "Desk"}]
    points = output(*({"point": {"x": n, "y": n}} for n in range(MAX_ROWS + 5)))
    assert (len(points.points), points.points[-1]) == (MAX_ROWS, {"x": MAX_ROWS + 4, "y": MAX_ROWS + 4})
    others = output(*range(MAX_ROWS + 5))
    assert (len(others.others), others.counts) == (MAX_ROWS, {"others": MAX_ROWS + 5})


def test_a_status_replaces_the_last() -> None:
    assert output({"status": "one"}, {"status": "two"}).status == "two"


@pytest.mark.parametrize(
    "odd",
    [
        {"progress": "nan"},
        {"progress": True},
        {"row": "no"},
        {"row": {}},
        {"point": {"x": "1", "y": 2}},
        {"point": {"x": 1}},
        {"status": 5},
        {"status": "with", "more": 1},
        {"content": "without a role"},
        {"role": "user", "content": "not the assistant's"},
        {"role": "assistant", "content": [{"type": "text", "text": "blocks"}]},
        {"role": "assistant"},
        {"role": "assistant", "content": "", "tool_calls": [{"index": 0, "function": {"arguments": "{"}}]},
        {"role": ["assistant"], "content": "x"},
        {"type": "status", "node": "plan", "text": "Planning"},
        {"type": "thinking", "node": "plan", "text": "Hm"},
        {"event_type": "node_io", "node_name": "plan"},
        {"name": "state_update", "data": {"/x/y": 1}},
        {},
        [],
        None,
        7,
        True,
    ],
)
def test_any_other_chunk_is_kept_as_it_is_without_error(odd: JSON) -> None:
    assert output(odd).others == [odd]
