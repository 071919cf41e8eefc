"""A finished run as one picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from agent.export.card import Card, to_svg
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
    assert {"0.8 s", "6.8 s", "Look up the order · Check the policy"} <= set(found)
    assert "6.8초" in texts(drawn(Card("x", 0.8, 6.8), "ko"))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"/><image href="//evil.example"/>', "x" * 9_000, ""])
def test_whatever_was_asked_it_is_a_picture_that_loads_nothing(text: str) -> None:
    picture = drawn(Card(text, 0.0, 0.0, (text,)))
    assert {element.tag.rpartition("}")[2] for element in picture.iter()} == {"svg", "style", "rect", "text"}
    assert all(len(line) <= 100 for line in texts(picture))
