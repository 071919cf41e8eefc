"""What a question says: quoted text, numbers, and the topics it asks about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.tools.places import mentions

# A quotation mark next to a letter on its outer side is an apostrophe: Bob's, o'clock.
_QUOTED = re.compile(
    r"(?<!\w)'(?P<single>[^'\n]+(?:'\w[^'\n]*)*)'(?!\w)"
    r'|"(?P<double>[^"\n]+)"|`(?P<tick>[^`\n]+)`|“(?P<curly>[^”\n]+)”|‘(?P<curly1>[^’\n]+)’|「(?P<corner>[^」\n]+)」'
)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|\.\d)")
_SENTENCE = re.compile(r"[.?!;:\n]+(?=\s|$)")
_AND = re.compile(
    r"\s*,\s*(?:and|or|then|also)?\s+|\s+(?:and|or|as well as|plus|versus|vs\.?)\s+|\s*[,&]\s*", re.IGNORECASE
)
_ARTICLE = r"(?:the|a|an|my|your|our|his|her|their|this|that)"
_WHERE = re.compile(rf"\b(?:in|inside|at|within)\s+(?:(?:{_ARTICLE})\s+)?(?P<topic>\S.*)", re.IGNORECASE)
_ABOUT = re.compile(rf"\b(?:about|for|of|from|on|near)\s+(?:(?:{_ARTICLE})\s+)?(?P<topic>\S.*)", re.IGNORECASE)
_NAMED = re.compile(rf"\b{_ARTICLE}\s+(?P<topic>\S.*)", re.IGNORECASE)
_BARE = re.compile(rf"(?:{_ARTICLE}\s+)?(?P<topic>\S+(?:\s+\S+){{0,2}})$", re.IGNORECASE)
_TRAILING = re.compile(
    r"\s+(?:in|inside|at|within|about|for|from|on|near|to|with|without|that|which|who|using|via|by|if|when|please|"
    r"today|tomorrow|tonight|now|right now|again|too|usually|is|are|was|do|does|can|could|should|would)\b.*$",
    re.IGNORECASE,
)
_KOREAN_WHERE = re.compile(
    r"((?:[가-힣\w]+(?:와|과|하고|이랑|랑|,)\s*)*[가-힣\w]+?)\s?(?:안)?(?:에는|에서는|에서|에)(?=\s|$|\?)"
)
_KOREAN_AND = re.compile(r"(?:와|과|하고|이랑|랑|,)\s*")
_PRONOUNS = frozenset(
    "it them they there here this that these those each all me you us him her everything something anything "
    "nothing general particular detail details total order short brief words tokens item items "
    "thanks thank hurry way things thing place places one following same world time fact "
    "addition case then".split()
)


@dataclass(frozen=True)
class Reading:
    """A question, and what is in it, in the order it is said."""

    text: str
    quoted: tuple[str, ...] = ()
    numbers: tuple[int | float, ...] = ()
    topics: tuple[str, ...] = ()
    """What is asked about: quoted text, or known places and phrases such as "in the cave"."""
    located: bool = False
    """Whether a topic is somewhere to be: a known place, or said with "in" or "at"."""


def read(text: str) -> Reading:
    """Read a question."""
    quoted = tuple(_quoted(text))
    topics, located = (list(quoted), True) if quoted else _topics(text)
    unique = {topic.casefold(): topic for topic in reversed(topics)}
    return Reading(
        text=text.strip(),
        quoted=quoted,
        numbers=tuple(_numbers(without_quotes(text))),
        topics=tuple(reversed(unique.values())),
        located=located and bool(topics),
    )


def without_quotes(text: str) -> str:
    """Return `text` with its quoted parts blanked."""
    return _QUOTED.sub(" ", text)


def _quoted(text: str) -> list[str]:
    parts = (next(part for part in match.groups() if part is not None) for match in _QUOTED.finditer(text))
    return [part.strip() for part in parts if part.strip()]


def _numbers(text: str) -> list[int | float]:
    found: list[int | float] = []
    for match in _NUMBER.finditer(text):
        digits = match[0].replace(",", "")
        if len(digits) < 19:
            found.append(float(digits) if "." in digits else int(digits))
    return found


def _topics(text: str) -> tuple[list[str], bool]:
    if korean := _korean_topics(text):
        return korean, True
    topics: list[str] = []
    located = False
    for sentence in _SENTENCE.split(text):
        listing = False
        for part in _AND.split(sentence):
            topic, where = _topic(part, listing=listing)
            if topic:
                topics.append(topic)
                located = located or where
                listing = True
    return topics, located


def _topic(part: str, *, listing: bool) -> tuple[str, bool]:
    """Return what one part of an enumeration is about, and whether it is said as a place."""
    known = [mention.name for mention in mentions(part)]
    where = _WHERE.search(part)
    match = where or _ABOUT.search(part) or _NAMED.search(part) or (_BARE.match(part.strip()) if listing else None)
    phrase = " ".join(_TRAILING.sub("", match["topic"]).split()[:6]).strip(" '\"()[]{}*_,.") if match else ""
    if known:
        # "the haunted library" is more than "library", but "bedroom I sleep in" is not more than "bedroom".
        whole = phrase.lower().endswith(known[-1].lower()) and len(known) == 1
        return (phrase if whole and where else known[-1]), True
    if phrase.split(" ")[0].lower() in _PRONOUNS or not re.search(r"\w", phrase):
        return "", False
    return phrase, bool(where)


def _korean_topics(text: str) -> list[str]:
    if not re.search(r"[가-힣]", text):
        return []
    known = [mention.name for mention in mentions(text)]
    if match := _KOREAN_WHERE.search(text):
        listed = [topic for topic in _KOREAN_AND.split(match[1]) if topic]
        if len(listed) > len(known):
            return listed
    return known
