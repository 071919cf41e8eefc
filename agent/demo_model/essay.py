"""Long markdown of an exact length, made from what is known about the places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from agent.demo_model.tokens import tokenize
from agent.tools.places import Place, known_places

_OPENINGS = (
    "Begin with the {item}.",
    "Then there is the {item}.",
    "Visitors notice the {item} first.",
    "Ask anyone about the {item}.",
    "The {item} comes next.",
    "Nobody forgets the {item}.",
    "A word on the {item}.",
)
_LINKS = (
    "Compare it with the {item} in the {place}:",
    "By contrast, the {place} has its {item}.",
    "It has a cousin in the {place}, the {item}.",
    "The {place} answers with its {item}.",
    "From here it is a short way, in thought, to the {place} and its {item}.",
)


def essay(place: Place | None, length: int) -> str:
    """Write exactly `length` tokens about `place` and where it leads: headings, lists, tables, code."""
    tokens: list[str] = []
    for block in _blocks(place):
        pieces = tokenize(block + "\n\n")
        if len(tokens) + len(pieces) >= length:
            break
        tokens += pieces
    # The rest is plain text, which can end anywhere without leaving a table or a code block open.
    rest = tokenize(" ".join(_paragraph(place, turn) for turn in range(4000, 4008)))
    while len(tokens) < length:
        tokens += rest[: length - len(tokens)]
    if tokens:
        tokens[-1] = "."
    return "".join(tokens)


def _blocks(place: Place | None) -> Iterator[str]:
    for chapter in count():
        subject = _place(place, chapter)
        yield f"{'#' if chapter == 0 else '##'} {'' if chapter == 0 else f'{chapter}. '}The {subject.name}"
        yield _paragraph(place, chapter)
        yield "\n".join(f"- **{item.name}**: {item.description}" for item in subject.items[chapter % 2 :: 2])
        yield _paragraph(place, chapter + 1000)
        yield _feature(subject, chapter)
        yield _paragraph(place, chapter + 2000)


def _feature(place: Place, chapter: int) -> str:
    if chapter % 4 == 0:
        rows = "\n".join(f"| {at} | {item.name} | {len(item.description)} |" for at, item in enumerate(place.items, 1))
        return f"| No. | Item in the {place.name} | Letters written about it |\n| --- | --- | --- |\n{rows}"
    if chapter % 4 == 1:
        names = "\n".join(f'    "{item.name.lower()}",' for item in place.items)
        return f"```python\n{place.name.replace(' ', '_')}_{chapter} = [\n{names}\n]\n```"
    item = place.items[chapter % len(place.items)]
    if chapter % 4 == 2:
        return f"> {item.description}\n>\n> (a note left beside the {item.name.lower()})"
    return "\n".join(f"{at}. Look at the *{item.name.lower()}*." for at, item in enumerate(place.items, 1))


def _paragraph(place: Place | None, turn: int) -> str:
    """Write about two items; each turn picks another pair, opening and link."""
    here, there = _place(place, turn), _place(place, turn * 7 + turn // 3 + 5)
    one = here.items[(turn + turn // len(known_places())) % len(here.items)]
    other = there.items[(turn * 3 + turn // 11) % len(there.items)]
    opening = _OPENINGS[turn % len(_OPENINGS)].format(item=one.name.lower())
    link = _LINKS[(turn + turn // 5) % len(_LINKS)].format(item=other.name.lower(), place=there.name)
    return f"{opening} {one.description} {link} {other.description}"


def _place(first: Place | None, turn: int) -> Place:
    places = known_places()
    start = places.index(first) if first else 0
    return places[(start + turn) % len(places)]
