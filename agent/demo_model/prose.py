"""Answers in words: places, greetings, what this is, long texts, and what tools have said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import count

from agent.demo_model.request import Told
from agent.tools.places import MOST_READ, Place, find, known_places, language_of, topics
from agent.tools.scenario import SCENARIOS
from texts import Language, say, say_or

_MOST_NUMBERS = 100_000
_MOST_TOKENS = 50_000
_COUNT = re.compile(r"\bcount(?:ing)? (?:up )?(?:from 1 )?to (\d[\d,]*)", re.IGNORECASE)
_REPEAT = re.compile(r"\brepeat (?:exactly|after me) ?:\s?", re.IGNORECASE)
_LENGTH = re.compile(
    r"\bin (?:about |around |exactly |roughly )?(\d[\d,]*) (?:words|tokens)\b|(?<![\d,])(\d[\d,]*) ?(?:단어|토큰)로",
    re.IGNORECASE,
)
_ABOUT_ME = re.compile(
    r"\b(?:who|what) are you\b|\bare you (?:an? )?(?:real|ai|human|bot|robot|gpt|model|llm|chatgpt)\b|\bwhat model\b"
    r"|너는 누구|누구(?:야|세요|니)|인공지능",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|greetings|안녕\w*|bonjour|hola)\b", re.IGNORECASE
)
_ITEM_COUNT = re.compile(
    r"\b(\d+|two|three|four|five|six|seven|eight|ten) (?:\w+ )?(?:items|things|objects)\b|\bat least (\d+)\b",
    re.IGNORECASE,
)
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}

_FAILED = re.compile(
    r"\W*(?:error|failed|failure|exception|traceback|cancell?ed|timed? ?out)\b|\{\s*\"error\"", re.IGNORECASE
)
_BOLD = re.compile(r"\*\*([^*\n]{1,60})\*\*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+([^\n:]{1,60})", re.MULTILINE)
_WRITE = re.compile(
    r"(?:Write a (?:short )?(?:reply to (?P<to>[^,:\n]{1,60}?)|brief on (?P<on>[^,:\n]{1,60}?))(?:,| for )[^:\n]{1,80}"
    r"Say this|"
    r"(?:(?P<ko_to>[^,:\n]{1,60}?) 고객님께|경영진이 읽을 (?P<ko_on>[^,:\n]{1,60}?) 시장) [^:\n]{1,80}담을 내용"
    r"):\n(?P<facts>- .+)",
    re.DOTALL,
)
_REJECTED = re.compile(
    r"User rejected the tool call for `(?P<tool>[^`\n]{1,80})`(?: with reason: (?P<why>.*))?", re.DOTALL
)
_DONE = tuple(told.done for told in SCENARIOS.values())
_NOT_DONE = tuple(told.not_done for told in SCENARIOS.values())
_SHORT = 200
_MOST_NAMES = 6

_TOKEN = re.compile(r" ?[^\W\d_]+(?:['’][^\W\d_]+)?| ?\d+|\n+|[ \t]+|\*\*|```|.", re.DOTALL)


def tokenize(text: str) -> list[str]:
    """Split a text into tokens: words with the space before them, marks, line ends. Joined, they are the text again."""
    return _TOKEN.findall(text)


def is_command(text: str) -> bool:
    """Tell whether `text` asks for words of a certain kind: counting, repeating, or a length."""
    return bool(_COUNT.search(text) or _REPEAT.search(text) or _LENGTH.search(text))


def is_small_talk(text: str) -> bool:
    """Tell whether `text` asks for nothing that anybody could look up."""
    return is_command(text) or bool(_ABOUT_ME.search(text) or _GREETING.match(text))


def has_failed(content: str) -> bool:
    """Tell whether a tool's result says that it did not work."""
    return _FAILED.match(content) is not None


def answer(text: str) -> str:
    """Answer a question in words."""
    if repeat := _REPEAT.search(text):
        return text[repeat.end() :]
    if order := _WRITE.match(text):
        facts = [line.strip("- ") for line in order["facts"].splitlines()][:_MOST_NAMES]
        told, said = SCENARIOS[language_of(order["facts"])], "\n\n".join(facts)
        if customer := order["to"] or order["ko_to"]:
            return told.letter.format(customer=customer, said=said)
        return told.summary.format(market=order["on"] or order["ko_on"], said=said)
    asked = " ".join(text[:MOST_READ].split())
    if counting := _COUNT.search(asked):
        return " ".join(map(str, range(1, min(_number(counting[1]), _MOST_NUMBERS) + 1)))
    if length := _LENGTH.search(asked):
        return essay(find(asked), min(_number(length[1] or length[2]), _MOST_TOKENS))
    language = language_of(asked)
    if _ABOUT_ME.search(asked):
        return say(language, "demo-about-me", places=len(known_places()))
    about = topics(text)
    places = [(topic, place) for topic in about.names if (place := find(topic))]
    if not places and (place := find(asked)):
        places = [(place.name, place)]
    if places:
        return "\n\n".join(_describe(topic, place, _item_count(asked)) for topic, place in places)
    if _GREETING.match(asked) or not asked:
        return say(language, "demo-greeting")
    known = ", ".join(place.name for place in known_places(language))
    said = asked if len(asked) <= 300 else asked[:300].rstrip() + "…"
    unknown = say(language, "demo-unknown", topic=about.names[0]) if about.located else say(language, "demo-no-answer")
    return say(language, "demo-knows", said=said, unknown=unknown, known=known)


def as_object(text: str) -> dict[str, object]:
    """Answer a question as a JSON object."""
    place = find(text[:MOST_READ])
    if place is None or is_command(text):
        return {"answer": answer(text)}
    return {"place": place.name, "items": [asdict(item) for item in place.items[: _item_count(text)]]}


def essay(place: Place | None, length: int) -> str:
    """Write exactly `length` tokens about `place` and where it leads: headings, lists, tables, code.

    In Korean, it is what the book says.
    """
    language = language_of(place.name) if place else "en"
    places = known_places(language)
    start = places.index(place) if place else 0
    places = places[start:] + places[:start]
    tokens: list[str] = []
    for block in _blocks(places) if language == "en" else ():
        pieces = tokenize(block + "\n\n")
        if len(tokens) + len(pieces) >= length:
            break
        tokens += pieces
    # The rest is plain text, which can end anywhere without leaving a table or a code block open.
    paragraphs = (
        (_paragraph(places, turn) for turn in range(4000, 4008))
        if language == "en"
        else (item.description for place in places for item in place.items)
    )
    rest = tokenize(" ".join(paragraphs))
    while len(tokens) < length:
        tokens += rest[: length - len(tokens)]
    return "".join([*tokens[:-1], "."])


def summary(told: Sequence[Told], asked: str) -> str:
    """Say in markdown which tool said what, and which failed. Long results are cut down to what they name.

    A tool is named where several kinds have answered, and as the page calls it: it need not look like a function.
    """
    language = language_of(f"{asked} {told[0].arguments} {told[0].content}")
    several = len({each.name for each in told}) > 1
    lines = [_tell(each, language, named=several) for each in told]
    failed = sum(has_failed(each.content) for each in told)
    body = lines[0] if len(lines) == 1 else "\n- ".join([f"{say(language, 'demo-found')}\n", *lines])
    if failed == len(told):
        return f"{body}\n\n{say(language, 'demo-nothing-to-report')}"
    endings = []
    if failed:
        endings.append(say(language, "demo-some-failed", failed=failed, all=len(told)))
    if any(_decided(each.content, language).startswith(_NOT_DONE) for each in told):
        endings.append(say(language, "demo-offer"))
    return "\n\n".join([body, *endings])


def letter(told: Sequence[Told]) -> tuple[str, str]:
    """Write an e-mail about what the tools have found out: its subject and its text."""
    facts = dict(fact.split(": ", 1) for each in told for fact in each.content.rstrip(".").split(". ") if ": " in fact)
    story = SCENARIOS[language_of(told[0].content)]
    item = facts.get(story.item, story.any_item).partition(",")[0]
    said = "\n\n".join(story.letter_facts).format(item=item)
    customer = facts.get(story.customer, story.any_customer)
    return story.letter_subject.format(item=item), story.letter.format(customer=customer, said=said)


def _number(digits: str) -> int:
    # Python refuses to read integers of thousands of digits.
    return int(digits.replace(",", "")[:9])


def _item_count(text: str) -> int:
    match = _ITEM_COUNT.search(text)
    asked = (match[1] or match[2]).lower() if match else "3"
    return max(1, _WORDS.get(asked) or _number(asked))


def _describe(topic: str, place: Place, wanted: int) -> str:
    language = language_of(topic)
    items = place.items[:wanted]
    named = f"the {topic}" if topic.islower() and topic.isascii() else topic
    opening = say(language, "demo-describes", count=len(items), named=named)
    lines = [f"{at}. **{item.name}**: {item.description}" for at, item in enumerate(items, 1)]
    *others, last = [item.name.lower() for item in items]
    without = say(language, "demo-or", others=", ".join(others), last=last) if others else last
    closing = say(language, "demo-take-away", without=without)
    if wanted > len(items):
        closing += f" {say(language, 'demo-wanted', wanted=str(wanted), known=len(items))}"
    return "\n\n".join([opening, *lines, closing])


def _tell(told: Told, language: Language, *, named: bool) -> str:
    content = _decided(told.content, language)
    if told.arguments is None:
        return say(language, "demo-tool-says", tool=told.name, said=_shorten(content))
    about = _about(told.arguments)
    kind = _title(told.name, language) if named else ""
    key = _TOOLS[named, bool(about)]
    tool = say(language, key, about=about, tool=kind)
    if content.startswith(_DONE + _NOT_DONE):  # it says itself what it did, perhaps otherwise than it was asked
        said = content.partition(": ")[2]
        return said[:1].upper() + said[1:]
    if has_failed(content):
        return say(language, "demo-tool-failed", tool=tool, why=_shorten(content.removeprefix("Error: ")))
    if not content:
        return say(language, "demo-tool-nothing", tool=tool)
    if len(content) <= _SHORT and "\n" not in content:
        return say(language, "demo-tool-found", tool=tool, found=content)
    if content.count("\n\n") > 1 and not _BOLD.search(content):
        return say(language, "demo-tool-wrote", tool=tool, words=str(len(content.split())))
    names = list(dict.fromkeys(name.strip(" :") for name in (_BOLD.findall(content) or _BULLET.findall(content))))
    if not names:
        return say(language, "demo-tool-found", tool=tool, found=_shorten(content))
    *others, last = [f"**{name}**" for name in names[:_MOST_NAMES]]
    listed = say(language, "demo-and", others=", ".join(others), last=last) if others else last
    if len(names) > _MOST_NAMES:
        return say(language, "demo-tool-names.more", tool=tool, names=listed, more=len(names) - _MOST_NAMES)
    return say(language, "demo-tool-names", tool=tool, names=listed)


def _title(tool: str, language: Language) -> str:
    """What a tool is called: its title, or its name as words if it has none."""
    spoken = tool.replace("_", " ")
    return say_or(language, f"tool-{tool}", say_or(language, f"tool-{tool}-llm", spoken))


def _decided(content: str, language: Language) -> str:
    """What a tool has done, without a reviewer's note in front of it; a call that was rejected is one not done."""
    if content.startswith("Note: a human reviewer"):
        content = content.rpartition("Tool response:\n")[2]
    if rejected := _REJECTED.match(content):
        told = SCENARIOS[language]
        why = told.because.format(reason=rejected["why"]) if rejected["why"] else ""
        return told.not_done + told.rejected.format(tool=_title(rejected["tool"], language), because=why)
    return content


def _about(arguments: str) -> str:
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):
        return ""
    texts = values.values() if isinstance(values, dict) else ()
    return _shorten(", ".join(str(text) for text in texts if isinstance(text, (str, int, float))).replace("*", ""), 60)


def _shorten(text: str, most: int = _SHORT) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(",.;:") + " …"


def _blocks(places: Sequence[Place]) -> Iterator[str]:
    for chapter in count():
        subject = places[chapter % len(places)]
        yield f"{'#' if chapter == 0 else '##'} {'' if chapter == 0 else f'{chapter}. '}The {subject.name}"
        yield _paragraph(places, chapter)
        yield "\n".join(f"- **{item.name}**: {item.description}" for item in subject.items[chapter % 2 :: 2])
        yield _paragraph(places, chapter + 1000)
        yield _feature(subject, chapter)
        yield _paragraph(places, chapter + 2000)


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


def _paragraph(places: Sequence[Place], turn: int) -> str:
    """Write about two items; each turn picks another pair."""
    here, there = places[turn % len(places)], places[(turn * 7 + turn // 3 + 5) % len(places)]
    one = here.items[(turn + turn // len(places)) % len(here.items)]
    other = there.items[(turn * 3 + turn // 11) % len(there.items)]
    compared = f"Compare it with the {other.name.lower()} in the {there.name}. {other.description}"
    return f"Take the {one.name.lower()}. {one.description} {compared}"


_TOOLS = {
    (False, False): "demo-tool",
    (False, True): "demo-tool.about",
    (True, False): "demo-tool.named",
    (True, True): "demo-tool.named-about",
}
"""How the tool is called in an answer, by whether it is named, and whether it was asked about something."""
