"""The one parser of places: which of them a text is about."""

from __future__ import annotations

import time

import pytest

from agent.tools.places import known_places, mentions, place_of, topics


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("what items are in the office?", ["office"]),
        ("the office, the bedroom and the kitchen", ["office", "bedroom", "kitchen"]),
        ("the attic, kitchen", ["attic", "kitchen"]),
        ("what is in the cave and the submarine?", ["cave", "submarine"]),
        ("What is in the office and what is in the bedroom?", ["office", "bedroom"]),
        ("what is in 'the old barn'?", ["the old barn"]),
        ("what's in Bob's shed?", ["Bob's shed"]),
        ("the office and the Office", ["office"]),
        ("the haunted library", ["library"]),
        ("What is in the haunted library?", ["haunted library"]),
        ("사무실과 침실에 무엇이 있나요?", ["사무실", "침실"]),
        ("동굴과 잠수함에는 뭐가 있어?", ["동굴", "잠수함"]),
        ("동굴 안에 뭐가 있어?", ["동굴"]),
        ("what is in the next room?", ["next room"]),
        ("hello there", []),
    ],
)
def test_a_text_is_about_what_it_names(text: str, names: list[str]) -> None:
    assert list(topics(text).names) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What is the weather in San Francisco, CA?", ["San Francisco, CA"]),
        ("What is the weather in Paris, France?", ["Paris, France"]),
        ("What's the weather like today in Glasgow, Scotland?", ["Glasgow, Scotland"]),
        ("What's the weather in Boston, MA, USA?", ["Boston, MA, USA"]),
        ("weather in Paris, France and London, UK", ["Paris, France", "London, UK"]),
        ("weather in New York, NY and San Francisco, CA", ["New York, NY", "San Francisco, CA"]),
        ("Weather in Portland, Oregon or Austin, Texas?", ["Portland, Oregon", "Austin, Texas"]),
        ("What's the weather like in San Francisco, Tokyo, and Paris?", ["San Francisco", "Tokyo", "Paris"]),
        ("What's the weather in NYC, LA and SF?", ["NYC", "LA", "SF"]),
        ("In Paris, what is the weather in London?", ["Paris", "London"]),
        ("What is in the Office, the Attic?", ["Office", "Attic"]),
        ("the weather in San Francisco and Glasgow over the next 4 days", ["San Francisco", "Glasgow"]),
    ],
)
def test_a_place_and_its_region_are_one_but_a_list_is_several(text: str, names: list[str]) -> None:
    assert list(topics(text).names) == names


@pytest.mark.parametrize(
    ("text", "located"),
    [("what is in Rome?", True), ("the office", True), ("the meaning of life", False), ("hello", False)],
)
def test_somewhere_to_be_is_told_from_other_topics(text: str, located: bool) -> None:
    assert topics(text).located == located


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("what items are in the bedroom?", "bedroom"),
        ("the office and the kitchen", "office"),
        ("What is in Paris, France?", "Paris, France"),
        ("  garage!", "garage"),
        ("", ""),
    ],
)
def test_the_place_of_a_question_is_its_first(question: str, place: str) -> None:
    assert place_of(question) == place


def test_every_place_is_found_by_all_its_names() -> None:
    for place in known_places():
        for name in (place.name, *place.aliases):
            assert [mention.place for mention in mentions(f"in the {name.upper()}?")] == [place]


@pytest.mark.parametrize("text", ["\u017ftudy", "la\u0131b", "\u212aitchen"])
def test_letters_that_only_look_alike_name_no_place(text: str) -> None:
    assert mentions(text) == []


@pytest.mark.parametrize(
    "part", ["가와", "가와 ", "'a ", " ", "in ", ".", "a, ", "a and ", "the a", "A, B ", "over the next "]
)
def test_a_hostile_text_is_read_at_once(part: str) -> None:
    start = time.thread_time()
    topics(part * 100_000 + "!")

    assert time.thread_time() - start < 0.5
