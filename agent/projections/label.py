"""What things are called in words: values, tools, a call's arguments; the same on every page and in every file.

All of it is plain text on one line, of bounded length, and may contain what models and tools wrote.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from agent.streaming.events import JSON
from texts import Language, Spoken, is_known, number, say, sentence, tell

MAX_SUBJECT = 60
"""Characters of a call's arguments that are shown."""
_DEEPEST, _MOST = 4, 50
"""Levels of a value, and items per level, that are put in words."""
_GROUPED = 10_000
"""The least number that is written in groups: below it are years, and most numbers of orders."""
_IDENTIFIERS = frozenset("code id key no number order phone pid pin port time timestamp ts year zip".split())
"""Last words of names whose numbers count nothing, such as `issue_number`."""
_IN_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")


class Asked(Protocol):
    """A tool call, as far as its name is concerned."""

    id: str
    name: str

    @property
    def args(self) -> JSON:
        """Its arguments; None while unknown."""


def words(value: JSON, limit: int = 300, language: Language | None = None, name: str = "") -> str:
    """A value as people write it: "yes" for true, a list with commas, nothing for null; never as code.

    With a `language`, numbers and names are those of its reader, else as they were sent; `name` is the value's own.
    """
    return cut(", ".join(_parts(value, limit, 0, language, name)), limit)


def spoken(name: str) -> str:
    """A function's name as words: "look_around" is "Look around"."""
    line = one_line(name.replace("_", " "), 80)
    return line[:1].upper() + line[1:]


def argument_title(tool: str, name: str, otherwise: Spoken) -> Spoken:
    """What an argument of a tool is called, or `otherwise` where the text files do not say."""
    key = f"tool-{tool}.{name}"
    return sentence(key) if is_known(key) else otherwise


def subject(args: JSON, limit: int = MAX_SUBJECT, language: Language | None = None, tool: str = "") -> str:
    """What a call of a `tool` is about: the values of its arguments, but for long texts beside others; or nothing.

    Arguments that broke off half way say nothing yet. With a `language`, it is in the words of its reader.
    """
    if isinstance(args, str) and args.lstrip().startswith(("{", "[")):
        return ""
    if isinstance(args, dict):
        args = {name: value for name, value in args.items() if not _is_long_text(value)} or args
        values = [_argument(tool, name, value, limit, language) for name, value in islice(args.items(), _MOST)]
    else:
        values = [words(args, limit, language)]
    return cut(" · ".join(filter(None, values)), limit)


def _is_long_text(value: JSON) -> bool:
    return isinstance(value, str) and "\n" in value.strip()


def _argument(tool: str, name: str, value: JSON, limit: int, language: Language | None) -> str:
    """A value; a yes or no with its name."""
    said = words(value, limit, language, name)
    if not isinstance(value, bool):
        return said
    titled = argument_title(tool, name, _named(name, limit))
    return f"{tell(language, titled) if language else _named(name, limit)}: {said}"


def call_label(name: str, args: JSON) -> str:
    """A tool call on one line: the tool under the given name, and what the call is about."""
    name, about = one_line(name, 80) or "tool", subject(args)
    return f"{name} · {about}" if about else name


def call_titles(calls: Iterable[Asked]) -> dict[str, str]:
    """A name for each call by id, no two alike: the tool's, with its arguments where needed to tell them apart."""
    calls = list(calls)
    named = Counter(call.name for call in calls)
    titles: dict[str, str] = {}
    taken: Counter[str] = Counter()
    for call in calls:
        title = call_label(call.name, call.args if named[call.name] > 1 else None)
        taken[title] += 1
        titles[call.id] = title if taken[title] == 1 else f"{title} ({taken[title]})"
    return titles


def short(value: object, limit: int = 100) -> str:
    """A value as JSON on one line, cut if too long to take in at a glance."""
    text = ""
    for piece in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += piece[: limit + 1]
        if len(text) > limit:
            break
    return cut(_whole(text), limit)


def one_line(text: str, limit: int = 300) -> str:
    """The text on one line, without lone surrogates, cut if longer."""
    return cut(" ".join(_whole(text[: 4 * limit]).split()), limit)


def cut(text: str, limit: int) -> str:
    """The text, with an ellipsis in place of anything beyond `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _parts(value: JSON, limit: int, depth: int, language: Language | None, name: str) -> Iterator[str]:
    if isinstance(value, bool):
        yield say(language or "en", "value-yes" if value else "value-no")
    elif isinstance(value, str):
        if text := one_line(value, limit):
            yield text
    elif isinstance(value, (int, float)):
        yield _number(value, None if _is_identifier(name) else language)
    elif value is not None and depth >= _DEEPEST:
        yield "…"
    elif isinstance(value, dict):
        for key, inner in islice(value.items(), _MOST):
            if text := ", ".join(_parts(inner, limit, depth + 1, language, key)):
                yield f"{_named(key, limit) if language else one_line(key, limit)}: {text}"
    elif isinstance(value, list):
        for item in islice(value, _MOST):
            yield from _parts(item, limit, depth + 1, language, name)


def _number(value: int | float, language: Language | None) -> str:
    if isinstance(value, int) and abs(value) >= 1e15:
        return f"about 10^{value.bit_length() * 0.30103:.0f}"
    if abs(value) < 1e15 and value == int(value):
        value = int(value)
    return number(language, value) if language and _GROUPED <= abs(value) < 1e15 else str(value)


def _is_identifier(name: str) -> bool:
    return _IN_NAME.split(name)[-1].lower() in _IDENTIFIERS


def _named(name: str, limit: int) -> str:
    """A name as words."""
    return one_line(name.replace("_", " "), min(limit, 40))


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
