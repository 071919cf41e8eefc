"""The book of places, read from `places.md`, and the parser that finds the places in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from texts import LANGUAGES, Language

_HEADING = re.compile(r"^## (?P<name>[^(]+) \((?P<aliases>[^)]*)\)$")
_ITEM = re.compile(r"^- \*\*(?P<name>[^*]+)\*\*: (?P<description>.+)$")

MOST_READ = 4000
"""Characters of a text that are read: any request fits into them."""

# A quotation mark next to a letter on its outer side is an apostrophe: Bob's, o'clock.
_QUOTED = re.compile(
    r"(?<!\w)'(?P<single>[^'\n]+(?:'\w[^'\n]*)*)'(?!\w)"
    r'|"(?P<double>[^"\n]+)"|`(?P<tick>[^`\n]+)`|“(?P<curly>[^”\n]+)”|‘(?P<curly1>[^’\n]+)’|「(?P<corner>[^」\n]+)」'
)
_SENTENCE = re.compile(r"[.?!;:](?=\s|$)|\n")
_AND = re.compile(r"(?: ?,)? (?:and|or|as well as|plus|versus|vs\.?) | ?, ?(?:and|or|then|also) | ?& ?", re.IGNORECASE)
_ARTICLE = r"(?:the|a|an|my|your|our|his|her|their|this|that)"
_WHERE = re.compile(rf"\b(?:in|inside|at|within) (?:{_ARTICLE} )?(?P<topic>\S.*)", re.IGNORECASE)
_ABOUT = re.compile(rf"\b(?:about|for|of|from|on|near) (?:{_ARTICLE} )?(?P<topic>\S.*)", re.IGNORECASE)
_NAMED = re.compile(rf"\b{_ARTICLE} (?P<topic>\S.*)", re.IGNORECASE)
_BARE = re.compile(rf"(?:{_ARTICLE} )?(?P<topic>\S+(?: \S+){{0,2}})$", re.IGNORECASE)
_TRAILING = re.compile(
    r" (?:in|inside|at|within|about|for|from|on|near|to|with|without|that|which|who|using|via|by|if|when|please|"
    r"today|tomorrow|tonight|now|right now|again|too|usually|is|are|was|do|does|can|could|should|would)\b.*$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r" (?:over|during|for|in) (?:the )?(?:next|last|past|coming)(?: \d+| few)? (?:minute|hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
_KOREAN_WHERE = re.compile(r"(.+?)안?(?:에는|에서는|에서|에)[?!.]?$")
_KOREAN_AND = re.compile(r"(.+?)(?:와|과|하고|이랑|랑|,)$")
_NO_TOPIC = frozenset(
    "it them they there here this that these those each all me you us him her everything something anything "
    "nothing general particular detail details total order short brief words tokens item items tool tools "
    "thanks thank hurry way things thing place places one following same world time fact "
    "addition case then".split()
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a place, with a sentence or two about it."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place, what else people call it, and what is in it."""

    name: str
    aliases: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A known place found in a text: `name` as it is written there."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Topics:
    """What a text is about, in its own words, each once."""

    names: tuple[str, ...]
    located: bool
    """Whether one of them is a location: a known place, or introduced by "in" or "at"."""


_HANGUL = re.compile("[가-힣]")


def language_of(text: str) -> Language:
    """Return the language that a text about places is in."""
    return "ko" if _HANGUL.search(text) else "en"


@lru_cache(maxsize=2)
def known_places(language: Language = "en") -> tuple[Place, ...]:
    """Return every known place, in the order of the book in that language: the same in both."""
    places: list[Place] = []
    book = Path(__file__).with_name("places.md" if language == "en" else f"places.{language}.md")
    for line in book.read_text(encoding="utf-8").splitlines():
        if heading := _HEADING.match(line):
            aliases = tuple(alias.strip() for alias in heading["aliases"].split(","))
            places.append(Place(heading["name"], aliases, ()))
        elif item := _ITEM.match(line):
            last = places[-1]
            places[-1] = Place(last.name, last.aliases, (*last.items, Item(item["name"], item["description"])))
    return tuple(places)


def mentions(text: str) -> list[Mention]:
    """Return the known places named in `text`, in order, each place once."""
    found: dict[str, Mention] = {}
    for match in _names().finditer(text):
        place = _by_name()[match[0].lower()]
        found.setdefault(place.name, Mention(place, match[0]))
    return list(found.values())


def find(text: str) -> Place | None:
    """Return the first known place named in `text`."""
    return next((mention.place for mention in mentions(text)), None)


@lru_cache(maxsize=256)
def topics(text: str) -> Topics:
    """Find what a text is about: what it quotes, or else the places and things it names.

    "Paris, France" and "San Francisco, CA" are one place each; "the office, the attic and Rome" are three.
    """
    text = text[:MOST_READ]
    located = True
    names = quoted(text) or _korean_topics(text)
    if not names:
        found = [part for sentence in _SENTENCE.split(text) for part in _enumerated(" ".join(sentence.split()))]
        names = [part.name for part in found]
        located = any(part.located for part in found)
    unique = {name.casefold(): name for name in reversed(names)}
    return Topics(tuple(reversed(unique.values())), located and bool(unique))


def place_of(question: str) -> str:
    """Return the first place that a question is about: "what items are in the bedroom?" is about "bedroom"."""
    return next(iter(topics(question).names), question.strip(" ?.!\"'"))


def quoted(text: str) -> list[str]:
    """Return what is in quotation marks."""
    return [part for match in _QUOTED.finditer(text) for part in match.groups("") if part.strip()]


def without_quotes(text: str) -> str:
    """Return a text with its quotations blanked out."""
    return _QUOTED.sub(" ", text)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of an enumeration: what it names, and whether it says nothing else."""

    name: str
    located: bool
    bare: bool

    def could_be_in(self, region: _Part) -> bool:
        """Tell whether this, a comma and `region` can be one name, as "Paris, France" is."""
        names_only = self.name[:1].isupper() and region.name[:1].isupper() and region.bare
        return names_only and not self.name.isupper() and not mentions(region.name)


def _enumerated(sentence: str) -> list[_Part]:
    groups: list[list[_Part]] = []
    for group in _AND.split(_WHEN.sub("", sentence)):
        groups.append([])
        for text in group.split(","):
            if part := _part(text.strip(), listing=any(groups)):
                groups[-1].append(part)
    # "Rome, Paris and Oslo" are three places, but in "Rome, Italy and Oslo, Norway" each has its country.
    in_pairs = all(len(group) == 2 and group[0].could_be_in(group[1]) for group in groups)
    found: list[_Part] = []
    for group in groups:
        for at, part in enumerate(group):
            is_code = re.fullmatch(r"[A-Z]{2,3}", part.name)
            if at and (in_pairs or is_code) and found[-1].could_be_in(part):
                found[-1] = _Part(f"{found[-1].name}, {part.name}", found[-1].located, found[-1].bare)
            else:
                found.append(part)
    return found


def _part(text: str, *, listing: bool) -> _Part | None:
    known = [mention.name for mention in mentions(text)]
    where = _WHERE.search(text)
    for match in (where, _ABOUT.search(text), _NAMED.search(text), _BARE.match(text) if listing else None):
        phrase = " ".join(_TRAILING.sub("", match["topic"]).split()[:6]).strip(" '\"()[]{}*_,.?!;:") if match else ""
        if known:
            # "the haunted library" is more than "library", but "bedroom I sleep in" is not more than "bedroom".
            whole = phrase.lower().endswith(known[-1].lower()) and len(known) == 1
            return _Part(phrase if whole and where else known[-1], located=True, bare=False)
        if phrase.split(" ")[0].lower() not in _NO_TOPIC and re.search(r"[^\W\d_]", phrase):
            return _Part(phrase, located=match is where, bare=text.startswith(phrase))
    return None


def _korean_topics(text: str) -> list[str]:
    if not _HANGUL.search(text):
        return []
    known = [mention.name for mention in mentions(text)]
    words = re.sub(" 안(?=에)", "", text).split()
    for at, word in enumerate(words):
        if place := _KOREAN_WHERE.match(word):
            listed = [place[1]]
            while at and (other := _KOREAN_AND.match(words[at - 1])):
                listed.insert(0, other[1])
                at -= 1
            return listed if len(listed) > len(known) else known
    return known


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Place]:
    places = [place for language in LANGUAGES for place in known_places(language)]
    return {name: place for place in places for name in (place.name, *place.aliases)}


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    # Longest first, or "hotel" would hide "hotel lobby". Korean names carry their particle (사무실에), so
    # only names in Latin letters must end at a word's end.
    names = sorted(_by_name(), key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    other = "|".join(re.escape(name) for name in names if not name.isascii())
    return re.compile(rf"(?<![A-Za-z])(?:{latin})(?![A-Za-z])|(?:{other})", re.IGNORECASE | re.ASCII)
