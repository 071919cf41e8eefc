"""Answers in words: places, greetings, what this is, and long texts of a given length."""

from __future__ import annotations

import re

from agent.demo_model.essay import essay
from agent.demo_model.reading import read
from agent.tools.places import Item, Place, find, known_places

_MOST_NUMBERS = 100_000
_MOST_TOKENS = 50_000
_COUNT = re.compile(r"\bcount(?:ing)?\s+(?:up\s+)?(?:from\s+1\s+)?to\s+(\d[\d,]*)", re.IGNORECASE)
_REPEAT = re.compile(r"\brepeat\s+(?:exactly|after me)\s*:\s?", re.IGNORECASE)
_LENGTH = re.compile(r"\bin\s+(?:about|around|exactly|roughly)?\s*(\d[\d,]*)\s+(?:words|tokens)\b", re.IGNORECASE)
_ABOUT_ME = re.compile(
    r"\b(?:who|what)\s+are\s+you\b|\bare\s+you\s+(?:an?\s+)?(?:real|ai|human|bot|robot|gpt|model|llm|chatgpt)\b|\bwhat\s+model\b"
    r"|너는 누구|누구(?:야|세요|니)|인공지능",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings|안녕\w*|bonjour|hola)\b", re.IGNORECASE
)
_ITEM_COUNT = re.compile(
    r"\b(?:at least|about|exactly|up to|list|name|give me|show me)?\s*"
    r"(\d+|two|three|four|five|six|seven|eight|ten)\s+(?:\w+\s+)?(?:items|things|objects)\b",
    re.IGNORECASE,
)
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}


def is_command(text: str) -> bool:
    """Tell whether `text` asks for words of a certain kind: counting, repeating, or a length."""
    return bool(_COUNT.search(text) or _REPEAT.search(text) or _LENGTH.search(text))


def answer(text: str, variant: int = 0) -> str:
    """Answer a question in words; another `variant` words the same answer differently."""
    if repeat := _REPEAT.search(text):
        return text[repeat.end() :]
    if count := _COUNT.search(text):
        return " ".join(map(str, range(1, min(_number(count[1]), _MOST_NUMBERS) + 1)))
    if length := _LENGTH.search(text):
        return essay(find(text), min(_number(length[1]), _MOST_TOKENS))
    if _ABOUT_ME.search(text):
        return (
            "I am the demo model: a small program with **no AI** in me. I answer by fixed rules, the same "
            "way every time, so that this app works without an API key. "
            f"I know {len(known_places())} places, from the office to the lighthouse, and I call the tools "
            "I am offered."
        )
    reading = read(text)
    if places := [(topic, place) for topic in reading.topics if (place := find(topic))] or _asked(text):
        wanted = _item_count(text)
        return "\n\n".join(_describe(topic, place, wanted, variant) for topic, place in places)
    if _GREETING.match(text) or not text.strip():
        return (
            "Hello! I am the demo model, a program without AI that knows a few places well. Try "
            '"What items are in the office?" or "What is in the bedroom and the kitchen?"'
        )
    return _unknown(text, reading.topics[0] if reading.located else None)


def as_object(text: str) -> dict[str, object]:
    """Answer a question as a JSON object."""
    place = find(text)
    if place is None or is_command(text):
        return {"answer": answer(text)}
    items = _choose(place, _item_count(text), 0)
    return {
        "place": place.name,
        "items": [{"name": item.name, "description": item.description} for item in items],
    }


def _asked(text: str) -> list[tuple[str, Place]]:
    place = find(text)
    return [(place.name, place)] if place else []


def _number(digits: str) -> int:
    # Python refuses to read integers of thousands of digits.
    return int(digits.replace(",", "")[:9])


def _item_count(text: str) -> int:
    match = _ITEM_COUNT.search(text)
    least = re.search(r"\bat least (\d+)\b", text)
    asked = match[1].lower() if match else (least[1] if least else "3")
    return max(1, _WORDS.get(asked) or _number(asked))


def _choose(place: Place, wanted: int, variant: int) -> list[Item]:
    start = variant % len(place.items)
    return [*place.items[start:], *place.items[:start]][:wanted]


def _describe(topic: str, place: Place, wanted: int, variant: int) -> str:
    items = _choose(place, wanted, variant)
    named = f"the {topic}" if topic.islower() and topic.isascii() else topic
    things = "is one thing" if len(items) == 1 else f"are {len(items)} things"
    opening = f"Certainly! Here {things} you might find in {named}, and a few words on what each of them is like:"
    lines = [f"{at}. **{item.name}**: {item.description}" for at, item in enumerate(items, 1)]
    names = ", ".join(item.name.lower() for item in items[:-1])
    last = items[-1].name.lower()
    closing = f"Take away the {names + ' or the ' if names else ''}{last}, and it would hardly be the same place."
    if wanted > len(items):
        closing += f" You asked for {wanted}; this demo model knows only {len(items)} there."
    return "\n\n".join([opening, *lines, closing])


def _unknown(text: str, topic: str | None) -> str:
    known = ", ".join(place.name for place in known_places())
    asked = " ".join(text.split())
    asked = asked if len(asked) <= 300 else asked[:300].rstrip() + "…"
    about = f'I know nothing about "{topic}"' if topic else "I have no answer to that"
    return (
        f"You asked: “{asked}”\n\n{about}: this is a demo model without AI, and it knows only what was "
        f"written into it. It can tell you what is in these places: {known}."
    )
