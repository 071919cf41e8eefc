"""What things are called in words: values, tools, a call's arguments; the same on every page and in every file.

All of it is plain text on one line, of bounded length, and may contain what models and tools wrote.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from agent.streaming.events import JSON
from texts import Spoken, is_known, sentence

MAX_SUBJECT = 60
"""Characters of a call's arguments that are shown."""
_DEEPEST, _MOST = 4, 50
"""Levels of a value, and items per level, that are put in words."""


class Asked(Protocol):
    """A tool call, as far as its name is concerned."""

    id: str
    name: str

    @property
    def args(self) -> JSON:
        """Its arguments; None while unknown."""


def words(value: JSON, limit: int = 300) -> str:
    """A value as people write it: "yes" for true, a list with commas, nothing for null; never as code."""
    return cut(", ".join(_parts(value, limit, 0)), limit)


def spoken(name: str) -> str:
    """A function's name as words: "look_around" is "Look around"."""
    line = one_line(name.replace("_", " "), 80)
    return line[:1].upper() + line[1:]


def argument_title(tool: str, name: str, otherwise: Spoken) -> Spoken:
    """What an argument of a tool is called, or `otherwise` where the text files do not say."""
    key = f"tool-{tool}.{name}"
    return sentence(key) if is_known(key) else otherwise


def spoken_value(value: JSON) -> Spoken:
    """A value as people write it, in the reader's language where it has words of its own."""
    return sentence("card-yes" if value else "card-no") if isinstance(value, bool) else words(value)


def subject(args: JSON, limit: int = MAX_SUBJECT) -> str:
    """What a call is about: the values of its arguments, but for long texts beside others; empty without any.

    Arguments that broke off half way say nothing yet.
    """
    if isinstance(args, str) and args.lstrip().startswith(("{", "[")):
        return ""
    if isinstance(args, dict):
        args = {name: value for name, value in args.items() if not _is_long_text(value)} or args
    values = (_argument(*each, limit) for each in args.items()) if isinstance(args, dict) else [words(args, limit)]
    return cut(" · ".join(filter(None, islice(values, _MOST))), limit)


def _is_long_text(value: JSON) -> bool:
    return isinstance(value, str) and "\n" in value.strip()


def _argument(name: str, value: JSON, limit: int) -> str:
    """A value; a yes or no with its name."""
    said = words(value, limit)
    return f"{one_line(name.replace('_', ' '), 40)}: {said}" if isinstance(value, bool) else said


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


def _parts(value: JSON, limit: int, depth: int) -> Iterator[str]:
    if isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, str):
        if text := one_line(value, limit):
            yield text
    elif isinstance(value, (int, float)):
        yield _number(value)
    elif value is not None and depth >= _DEEPEST:
        yield "…"
    elif isinstance(value, dict):
        for key, inner in islice(value.items(), _MOST):
            if text := ", ".join(_parts(inner, limit, depth + 1)):
                yield f"{one_line(key, limit)}: {text}"
    elif isinstance(value, list):
        for item in islice(value, _MOST):
            yield from _parts(item, limit, depth + 1)


def _number(value: int | float) -> str:
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return str(value) if isinstance(value, float) else f"about 10^{value.bit_length() * 0.30103:.0f}"


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
