from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.projections.items import ToolCall
from agent.projections.label import call_label, call_titles, short, spoken, subject, words
from agent.projections.tool_titles import tool_title
from agent.streaming.events import JSON
from tests.unit.projections.arbitrary import VALUES
from texts import LANGUAGES, Language


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (False, "no"),
        (None, ""),
        (["office"], "office"),
        (["office", ["bedroom", None]], "office, bedroom"),
        ({"place": "office", "deep": {"x": 1}}, "place: office, deep: x: 1"),
        (3.0, "3"),
        (21.5, "21.5"),
        (12, "12"),
        ("two\n lines", "two lines"),
        ("", ""),
        ([], ""),
        ({}, ""),
        ("half \ud800", "half ?"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_values_are_said_in_words(value: JSON, said: str) -> None:
    assert words(value) == said


def test_no_value_is_too_large_or_too_deep() -> None:
    deep: JSON = "end"
    for _ in range(5_000):
        deep = [deep]
    assert words(deep) == "…"
    assert words(["x" * 1_000_000] * 100_000, 20) == "x" * 19 + "…"
    assert words(10**5_000) == "about 10^5000"
    assert words(-(10**20)).startswith("about ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"place": "office"}, "office"),
        ({"place": "office", "tidy_up": True, "floor": None, "n": 3}, "office · tidy up: yes · 3"),
        ({"places": ["office", "bedroom"]}, "office, bedroom"),
        ('{"place": "off', ""),
        (None, ""),
        ({}, ""),
        ({"x": "y" * 100}, "y" * 59 + "…"),
    ],
)
def test_a_call_is_about_the_values_of_its_arguments(args: JSON, said: str) -> None:
    assert subject(args) == said


@pytest.mark.parametrize(
    ("args", "english", "korean"),
    [
        ({"amount": 1_250_000}, "1,250,000", "1,250,000"),
        ({"amount": 1_250_000.5, "order": 1042}, "1,250,000.5 · 1042", "1,250,000.5 · 1042"),
        ({"owner": "octocat", "issue_number": 104_233}, "octocat · 104233", "octocat · 104233"),
        ({"pullNumber": 12_345, "perPage": 30}, "12345 · 30", "12345 · 30"),
        ({"year": 20_240, "rows": -48_000}, "20240 · -48,000", "20240 · -48,000"),
        ({"dry_run": False}, "dry run: no", "dry run: 아니요"),
        ({"filter": {"is_open": True, "least": 12_000}}, "is open: yes, least: 12,000", "is open: 예, least: 12,000"),
        ([True, 99_999], "yes, 99,999", "예, 99,999"),
    ],
)
def test_a_call_is_said_in_its_readers_language(args: JSON, english: str, korean: str) -> None:
    assert [subject(args, language="en"), subject(args, language="ko")] == [english, korean]


@given(VALUES, st.sampled_from(LANGUAGES))
def test_whatever_a_call_was_asked_it_is_said_on_one_short_line(args: JSON, language: Language) -> None:
    said = subject(args, language=language)
    assert len(said) <= 60
    assert said == " ".join(said.split())


def test_a_call_without_a_name_or_arguments_has_a_label() -> None:
    assert [call_label("get", {"x": 1}), call_label("get", None), call_label("", None)] == ["get · 1", "get", "tool"]


def test_calls_of_the_same_tool_are_told_apart_by_what_they_were_asked() -> None:
    calls = [ToolCall("1", "look", {"place": "office"})]
    assert call_titles(calls) == {"1": "look"}
    calls += [ToolCall("2", "look", {"place": "garage"}), ToolCall("3", "look", {"place": "garage"}), ToolCall("4")]
    assert call_titles(calls) == {"1": "look · office", "2": "look · garage", "3": "look · garage (2)", "4": "tool"}


def test_tools_are_called_by_their_titles_and_unknown_ones_in_words() -> None:
    assert tool_title("get_items", ("get_items.llm",)) == "Describe items"
    assert tool_title("get_items") == "Look up items"
    assert tool_title("read_the_mail") == "Read the mail"
    assert tool_title("") == "A tool"
    assert spoken("HumanInTheLoopMiddleware.after_model") == "HumanInTheLoopMiddleware.after model"


def test_short_is_json_on_one_line_of_bounded_length() -> None:
    assert short({"a": "b\nc"}) == '{"a": "b\\nc"}'
    assert len(short({"a": "x" * 100_000})) == 100
    assert len(short([{"n": n} for n in range(100_000)])) == 100
