"""A finished run as one picture."""

from __future__ import annotations

import io
from functools import partial
from xml.etree import ElementTree

import pytest
from PIL import Image

from agent.export.card import HEIGHT, WIDTH, Card, to_png, to_svg
from texts import Language, Value
from texts import say as say_in


def drawn(card: Card, language: Language = "en") -> ElementTree.Element:
    def say(key: str, **values: Value) -> str:
        return say_in(language, key, **values)

    return ElementTree.fromstring(to_svg(card, say))


def texts(picture: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in picture.iter("{http://www.w3.org/2000/svg}text")]


def test_it_says_the_question_both_times_and_the_tools() -> None:
    found = texts(drawn(Card("Can it be refunded?", 0.82, 6.8, ("Look up the order", "Check the policy"))))
    assert found[0] == "Can it be refunded?"
    assert found[1:] == [
        *("With streaming · first words", "0.8 s", "Without streaming · first words", "6.8 s"),
        *("Look up the order · Check the policy", "Toolstream"),
    ]
    assert "6.8초" in texts(drawn(Card("x", 0.8, 6.8), "ko"))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"/><image href="//evil.example"/>', "x" * 9_000, ""])
def test_whatever_was_asked_it_is_a_picture_that_loads_nothing(text: str) -> None:
    picture = drawn(Card(text, 0.0, 0.0, (text,)))
    assert {element.tag.rpartition("}")[2] for element in picture.iter()} == {"svg", "style", "rect", "text"}
    assert all(len(line) <= 100 for line in texts(picture))


@pytest.mark.parametrize(
    "text",
    [
        "Can it be refunded?",
        "1042번 주문을 환불할 수 있나요?",
        "هل يمكن رد ثمن الطلب؟",
        "🚀👩‍👩‍👧",
        "ሰላም",
        "",
        "W" * 9_000,
    ],
)
def test_a_chat_gets_it_as_png_with_the_letters_that_there_are(text: str) -> None:
    with Image.open(io.BytesIO(to_png(Card(text, 0.5, 7.0, (text,)), partial(say_in, "en")))) as picture:
        picture.load()
    assert picture.format == "PNG"
    assert picture.size == (WIDTH, HEIGHT)
    edges = [picture.getpixel(place) for place in ((0, 0), (WIDTH - 1, HEIGHT - 1), (WIDTH - 60, 372), (100, 372))]
    assert len(set(edges)) == 2, "paper around, and a bar of two colors"


def test_a_picture_says_the_question_without_its_emoji() -> None:
    plain, cheered = (
        to_png(Card(text, 0.5, 7.0), partial(say_in, "en")) for text in ("Where is it?", "Where is it? 🎉")
    )
    assert plain == cheered != to_png(Card("", 0.5, 7.0), partial(say_in, "en"))
