"""Korean particles after words of every kind."""

from __future__ import annotations

import pytest

from texts.particles import particle


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("부엌", "을"),
        ("도서관", "을"),
        ("차고", "를"),
        ("등대", "를"),
        ("한", "을"),  # decomposed
        ("“사무실”", "을"),
        ("**서재**", "를"),
        ("`get_items`)", "를"),
        ("OpenAI", "를"),
        ("LangChain", "을"),
        ("LangGraph", "를"),
        ("Toolstream", "을"),
        ("Streamlit", "을"),
        ("token", "을"),
        ("model", "을"),
        ("server", "를"),
        ("chat", "을"),
        ("web", "을"),
        ("task", "를"),
        ("test", "를"),
        ("time", "을"),
        ("file", "을"),
        ("demo", "를"),
        ("demo-fast", "를"),
        ("gpt-4o-mini", "를"),
        ("ID", "를"),
        ("URL", "을"),
        ("API", "를"),
        ("JSON", "을"),
        ("GPT", "를"),
        ("x", "를"),
        ("10", "을"),
        ("1,000", "을"),
        ("3", "을"),
        ("4", "를"),
        ("7.5", "를"),
        ("Python 3.11", "을"),
    ],
)
def test_the_object_follows_the_sound_of_the_word(word: str, form: str) -> None:
    assert particle(word, "을/를") == form


@pytest.mark.parametrize(
    ("word", "forms", "form"),
    [
        ("거실", "으로/로", "로"),
        ("주방", "으로/로", "으로"),
        ("차고", "으로/로", "로"),
        ("URL", "으로/로", "로"),
        ("1", "으로/로", "로"),
        ("3", "으로/로", "으로"),
        ("model", "으로/로", "로"),
        ("거실", "이/가", "이"),
        ("거실", "과/와", "과"),
        ("차고", "과/와", "와"),
        ("차고", "은/는", "는"),
        ("demo", "이에요/예요", "예요"),
        ("토큰", "이에요/예요", "이에요"),
        ("토큰", "이라는/라는", "이라는"),
    ],
)
def test_every_pair_has_its_rule(word: str, forms: str, form: str) -> None:
    assert particle(word, forms) == form


@pytest.mark.parametrize("word", ["", "…", "東京", "🙂", "Дом"])
def test_after_what_has_no_known_sound_stand_both(word: str) -> None:
    assert [particle(word, forms) for forms in ("을/를", "으로/로", "이라는/라는")] == ["을(를)", "(으)로", "(이)라는"]
