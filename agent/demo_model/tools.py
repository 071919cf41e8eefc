"""Which tools a question calls for, and with which arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.demo_model.conform import list_of, types_of
from agent.demo_model.given import Given
from agent.demo_model.merge import flatten
from agent.demo_model.plain import is_place, words_of
from agent.demo_model.prose import is_command
from agent.demo_model.reading import Reading, read, without_quotes
from agent.demo_model.request import Tool
from agent.demo_model.schema import arguments_for
from agent.tools import places

_ENOUGH = 3
_NAME, _OPTION, _PARAMETER, _DESCRIPTION, _PLACE = 3, 3, 2, 1, 4
_COMMON = frozenset(
    "a an and any are as ask asked about at be by can could do does find for from get give has have "
    "how i if in into is it its list may me might my of on one or our please return returns run show "
    "some tell that the their them there these they thing this to tool up use used using want was we "
    "what when where which who will with would you your s re".split()
)
_BETWEEN = re.compile(r",|;|\b(?:and then|and|then)\b", re.IGNORECASE)
_LOOKING = re.compile(
    r"\b(?:what|what's|whats|which|list|items?|things?|find|show|look|describe|contents?|anything|see)\b|무엇|뭐|뭘|물건|있",
    re.IGNORECASE,
)
_HOLDS_THINGS = frozenset("place places location locations room rooms where area building spot venue site".split())
_QUERY_WORDS = frozenset(
    "query question prompt text message content request search instruction input expression".split()
)


@dataclass(frozen=True)
class PlannedCall:
    """A call to make: the tool's name and its arguments, which conform to its schema."""

    name: str
    arguments: Any


def fitting_calls(tools: Sequence[Tool], question: str) -> list[PlannedCall]:
    """Return the calls that the question asks for, none if it fits no tool."""
    named = _named(tools, question) or _clauses(tools, question)
    if named:
        return [call for tool, part in named for call in calls_to(tool, part)]
    if is_command(without_quotes(question)):
        return []
    best, score = _best(tools, question)
    return calls_to(best, question) if score >= _ENOUGH else []


def forced_calls(tools: Sequence[Tool], question: str) -> list[PlannedCall]:
    """Return at least one call, to the tool that fits best."""
    return fitting_calls(tools, question) or calls_to(_best(tools, question)[0], question)


def calls_to(tool: Tool, question: str) -> list[PlannedCall]:
    """Return a call to `tool` for each thing that the question names."""
    name, schema = _subject(tool)
    reading = read(question)
    things: list[str] = []
    options = schema.get("enum")
    if isinstance(options, list):
        things = [str(option) for option in Given(reading).named(options)]
    elif "string" in types_of(schema) and not (_QUERY_WORDS & set(words_of(name)) and len(reading.quoted) < 2):
        options = [option for other in _properties(tool).values() for option in list_of(other, "enum")]
        things = [topic for topic in reading.topics if topic not in options]
    if len(things) < 2:
        return [PlannedCall(tool.name, arguments_for(tool.parameters, question))]
    return [PlannedCall(tool.name, arguments_for(tool.parameters, question, [thing])) for thing in things]


def _named(tools: Sequence[Tool], question: str) -> list[tuple[Tool, str]]:
    """Return the tools that the question names outright, each with its part of the question."""
    found: list[tuple[int, Tool]] = []
    for tool in tools:
        spoken = re.escape(tool.name)
        # A one-word name such as "search" is an ordinary word, too.
        if len(words_of(tool.name)) > 1 and (match := re.search(rf"(?<!\w){spoken}(?!\w)", question)):
            found.append((match.start(), tool))
    found.sort(key=lambda pair: pair[0])
    ends = [*(start for start, _ in found[1:]), len(question)]
    parts = []
    for (start, tool), end in zip(found, ends, strict=False):
        part = question[start + len(tool.name) : end].strip(" ,.;").removesuffix(" and")
        says_something = read(part).topics or read(part).numbers
        parts.append((tool, part if says_something and len(found) > 1 else question.replace(tool.name, " ")))
    return parts


def _clauses(tools: Sequence[Tool], question: str) -> list[tuple[Tool, str]]:
    """Return the different tools that parts of the question describe, each with its part; none if it is but one."""
    parts: list[tuple[Tool, str]] = []
    for clause in _BETWEEN.split(without_quotes(question)):
        tool, score = _best(tools, clause)
        if score >= _ENOUGH and _stems(clause) & (_stems(tool.name) | _stems(tool.description)):
            topics = read(clause).topics or (read(parts[-1][1]).topics if parts else [])
            parts.append((tool, clause if read(clause).topics else f"{clause} in the {' and the '.join(topics)}"))
        elif parts:
            parts[-1] = (parts[-1][0], f"{parts[-1][1]} and {clause}")
    return parts if len({tool.name for tool, _ in parts}) > 1 else []


def _best(tools: Sequence[Tool], question: str) -> tuple[Tool, int]:
    scores = [_score(tool, question) for tool in tools]
    at = scores.index(max(scores))
    return tools[at], scores[at]


def _score(tool: Tool, question: str) -> int:
    reading = read(question)
    asked = _stems(question)
    properties = _properties(tool)
    score = _NAME * len(asked & _stems(tool.name)) + _DESCRIPTION * min(3, len(asked & _stems(tool.description)))
    for name, schema in properties.items():
        score += _PARAMETER * len(asked & _stems(name))
        described = _stems(str(schema.get("description", "")))
        score += _DESCRIPTION * min(2, len(asked & described))
        if isinstance(schema.get("enum"), list) and Given(reading).named(schema["enum"]):
            score += _OPTION
    if any(_HOLDS_THINGS & set(words_of(name)) for name in properties):
        score += _PLACE * _asks_about_a_place(reading)
    if any({"expression", "formula", "equation"} & set(words_of(name)) for name in properties):
        score += _PLACE * bool(re.search(r"\d\s*[-+*/^]\s*\d", question))
    return score


def _asks_about_a_place(reading: Reading) -> bool:
    return bool(places.find(reading.text)) or (reading.located and bool(_LOOKING.search(reading.text)))


def _subject(tool: Tool) -> tuple[str, dict[str, Any]]:
    """Return the parameter that says what a call is about: a place, the first required text, or a choice."""
    properties = _properties(tool)
    required = list_of(tool.parameters, "required")
    needed = [name for name in properties if name in required]
    texts = [name for name in [*needed, *properties] if "string" in types_of(properties[name])]
    free = [name for name in texts if "enum" not in properties[name]]
    for name in (*filter(is_place, properties), *(name for name in free if name in needed), *texts):
        return name, properties[name]
    return "", {}


def _properties(tool: Tool) -> dict[str, dict[str, Any]]:
    properties = flatten(tool.parameters, tool.parameters).get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {str(name): flatten(schema, tool.parameters) for name, schema in properties.items()}


def _stems(text: str) -> set[str]:
    words = {word for word in words_of(text) if word not in _COMMON and len(word) > 1}
    return {word[:-1] if word.endswith("s") and not word.endswith("ss") else word for word in words}
