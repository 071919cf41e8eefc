"""The demo model's brain: a pure function from a request to a reply. No AI, no clock, no chance, no I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from jsonschema.exceptions import best_match

from agent.demo_model import prose
from agent.demo_model.arguments import WHOLE, fill, is_place, named, resolved, singular, types_of, validator, words_of
from agent.demo_model.errors import ApiError
from agent.demo_model.request import Function, Request, Told
from agent.tools.places import MOST_READ, find, quoted, topics, without_quotes

_ENOUGH, _OUTRIGHT = 3, 20
_NAME, _OPTION, _PARAMETER, _DESCRIPTION, _PLACE, _SUM, _QUESTION = 3, 3, 2, 1, 4, 4, 3
_COMMON = frozenset(
    "a an and any are as ask asked about at be by can could do does find for from get give has have "
    "how i if in into is it its list may me might my of on one or our please return returns run show "
    "some tell that the their them there these they thing this to tool up use used using want was we "
    "what when where which who will with would you your s re".split()
)
_BETWEEN = re.compile(r",(?!\d)|;|\b(?:and then|and|then)\b|(?<=하)고(?=\s)", re.IGNORECASE)
_LOOKING = re.compile(
    r"\b(?:what|what's|whats|which|list|items?|things?|find|show|look|describe|contents?|anything|see)\b|무엇|뭐|뭘|물건|있",
    re.IGNORECASE,
)
_HOLDS_THINGS = frozenset("place location room where area building spot venue site".split())
_SIGN = re.compile(r"\d\)?\s*([-+*/x^])\s*(?=\(?\d)")
_SIGNS = {"+": "add plus", "-": "subtract minus", "*": "multiply", "x": "multiply", "/": "divide", "^": "power"}
_FOR_SUMS = frozenset("expression formula equation math arithmetic mathematical calculator".split())
_STEP = re.compile(
    r"[,;.]?\s(?:and |but )?(?:then|(?<=[가-힣] )다음에?(?! [주달해])|"
    r"(?P<rescue>if (?:it|that|this) fails|(?:그래도 )?실패하면))\b,?\s",
    re.IGNORECASE,
)
_KOREAN = {
    "주문": "order", "조회": "look up", "정책": "policy", "확인": "check", "답장": "reply", "초안": "draft",
    "환불하": "refund", "환불해": "refund", "메일": "email", "보내": "send", "뉴스": "news", "검색": "search",
    "찾아": "search", "제조사": "maker", "비교": "compare", "수요": "demand", "차트": "chart", "브리핑": "brief",
    "로그를": "log", "로그와": "log", "재시작": "restart", "되돌": "roll back", "창고": "warehouse", "재고": "stock",
    "배송을 예약": "book delivery", "보관소": "archive", "세어": "take inventory", "가격": "list price",
    "온도": "measure temperature", "방문": "visit", "계획": "plan", "금고": "safe", "열어": "open",
}  # fmt: skip
"""What Korean words of a question ask for, in the words of tools' names."""
_DIGIT = re.compile(r"\d")
_HANDOFF = re.compile(r"(?:transfer|hand_?off|delegate|assign)(?:_back)?_to_")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: words in tokens, or tool calls, why it ends, and how many tokens the request had."""

    tokens: tuple[str, ...]
    calls: tuple[Function, ...]
    finish: Literal["stop", "length", "tool_calls"]
    prompt_tokens: int

    @property
    def size(self) -> int:
        """How many tokens it has."""
        return len(self.tokens) + sum(len(prose.tokenize(call.arguments)) for call in self.calls)


def reply(request: Request) -> Reply:
    """Answer a request. Raises ApiError if it has a schema which this model cannot write JSON for."""
    texts = [*(message.text for message in request.messages), *(tool.model_dump_json() for tool in request.tools or ())]
    asked = sum(4 + len(prose.tokenize(text)) for text in texts)
    if calls := _calls(request):
        return Reply((), tuple(calls), "stop" if request.is_named else "tool_calls", asked)
    words = _words(request)
    for stop in filter(None, request.stop):
        words = words.partition(stop)[0]
    tokens = prose.tokenize(words)
    kept = tokens[: request.max_completion_tokens or request.max_tokens]
    return Reply(tuple(kept), (), "length" if len(kept) < len(tokens) else "stop", asked)


def _words(request: Request) -> str:
    asked, told = request.question, request.told
    told = [each for each in told if not (_HANDOFF.match(each.name) and "transferred" in each.content)]
    form = request.response_format
    if form and form.json_schema:
        value = fill(form.json_schema.body, asked)
        if problem := best_match(validator(form.json_schema.body).iter_errors(value)):
            message = f"This demo model can write no JSON for this schema: {problem.message[:200]}."
            raise ApiError(message, param="response_format", code="unsupported_schema")
        return json.dumps(value, ensure_ascii=False)
    if form and form.type == "json_object":
        return json.dumps(
            {"answer": prose.summary(told, asked)} if told else prose.as_object(asked), ensure_ascii=False
        )
    return prose.summary(told, asked) if told else prose.answer(asked)


def _calls(request: Request) -> list[Function]:
    """Return the calls to make in this turn: those that the question asks for and no tool has answered yet."""
    tools, asked = request.offered, request.question[:MOST_READ]
    forced = request.is_named or request.tool_choice == "required"
    parallel = request.parallel_tool_calls is not False
    if not tools or not (asked or forced):
        return []
    told = [each for each in request.told if each.arguments is not None]
    answered = [each.name for each in told]
    calls: list[Function] = []
    before: set[str] = set()
    for step, is_rescue in _steps(asked):
        if is_rescue and not any(each.name in before and prose.has_failed(each.content) for each in told):
            continue
        calls = _fitting(tools, step, asked, forced=forced)
        before = {call.name for call in calls}
        # By name, not by arguments, which a person may have changed before the tool ran.
        for name in answered:
            for call in [call for call in calls if call.name == name][: None if parallel else 1]:
                calls.remove(call)
        if calls:
            break  # what is to be done then waits for its results
    if not calls and not answered and "?" in asked and all(_HANDOFF.match(tool.name) for tool in tools):
        calls = _calls_to(min(tools, key=lambda tool: bool(_stems(tool.name) & _FOR_SUMS)), asked, asked)
    if forced and not calls:
        others = [tool for tool in tools if tool.name not in answered]
        calls = _fitting(others or tools, asked, asked, forced=True)
    calls = [_with_letter(call, told) for call in calls]
    return calls if parallel else calls[:1]


def _with_letter(call: Function, told: Sequence[Told]) -> Function:
    """Write the e-mail that a call sends, once there is something to write about."""
    values = json.loads(call.arguments)
    if not told or not {"subject", "body"} <= values.keys():
        return call
    subject, body = prose.letter(told)
    return Function(name=call.name, arguments=json.dumps({**values, "subject": subject, "body": body}))


def _steps(question: str) -> list[tuple[str, bool]]:
    """Return what a question asks for, in order, each with whether it is meant only if the one before fails."""
    if quoted(question):
        return [(question, False)]
    steps: list[tuple[str, bool]] = []
    begin, is_rescue = 0, False
    for match in _STEP.finditer(question):
        steps.append((question[begin : match.start()], is_rescue))
        begin, is_rescue = match.end(), match["rescue"] is not None
    return [*steps, (question[begin:], is_rescue)]


def _fitting(tools: Sequence[Function], question: str, whole: str, *, forced: bool) -> list[Function]:
    """Return the calls that a part of a question asks for; if `forced`, at least one, to the tool that fits best."""
    if parts := _clauses(tools, question):
        return [call for tool, part in parts for call in _calls_to(tool, part, whole)]
    best = max(tools, key=lambda tool: _score(tool, question))
    fits = _score(best, question) >= _ENOUGH and not prose.is_command(without_quotes(question))
    return _calls_to(best, question, whole) if fits or forced else []


def _calls_to(tool: Function, question: str, whole: str) -> list[Function]:
    """Return a call for each thing that a part of a question names, or else all of it."""
    if not _is_said(tool, question) and _is_said(tool, whole):
        question = f"{question}; {whole}"
    question = question.replace(tool.name, " ") if "_" in tool.name else question
    name, schema = _subject(tool)
    takes_all = (WHOLE | {"expression"}) & set(words_of(name)) and len(quoted(question)) < 2
    things: list[str] = []
    if "enum" in schema:
        things = list(map(str, named(schema["enum"], question)))
    elif "string" in types_of(schema) and not takes_all:
        options = [option for other in _properties(tool).values() for option in other.get("enum", ())]
        things = [topic for topic in topics(question).names if topic not in options]
    values = [fill(tool.parameters, question, thing) for thing in (things if len(things) > 1 else [None])]
    return [Function(name=tool.name, arguments=json.dumps(value, ensure_ascii=False)) for value in values]


def _is_said(tool: Function, question: str) -> bool:
    """Tell whether a part of a question contains what a tool requires: a choice, a number."""
    needed = [schema for name, schema in _properties(tool).items() if name in tool.parameters.get("required", ())]
    choices = all(named(schema["enum"], question) for schema in needed if "enum" in schema)
    return choices and (bool(_DIGIT.search(question)) or all("integer" not in types_of(schema) for schema in needed))


def _clauses(tools: Sequence[Function], question: str) -> list[tuple[Function, str]]:
    """Return the different tools that parts of a question describe, each with its part; none if there is only one."""
    parts: list[tuple[Function, str]] = []
    for clause in _BETWEEN.split(without_quotes(question)):
        tool = max(tools, key=lambda tool: _score(tool, clause))
        if _score(tool, clause) >= _ENOUGH and _asked_stems(clause) & _stems(f"{tool.name} {tool.description}"):
            about = [name for name in topics(question).names if name in clause]
            about = about or (list(topics(parts[-1][1]).names) if parts else [])
            parts.append((tool, clause if topics(clause).names else f"in the {' and the '.join(about)}: {clause}"))
        elif parts:
            parts[-1] = (parts[-1][0], f"{parts[-1][1]} and {clause}")
    return parts if len({tool.name for tool, _ in parts}) > 1 else []


def _score(tool: Function, question: str) -> int:
    """Say how well a question fits a tool: its words, its parameters, and what they are for."""
    asked = _asked_stems(question)
    properties = _properties(tool)
    score = _OUTRIGHT * ("_" in tool.name and tool.name in question)
    score += _NAME * len(asked & _stems(tool.name)) + _DESCRIPTION * min(3, len(asked & _stems(tool.description)))
    for name, schema in properties.items():
        score += _PARAMETER * len(asked & _stems(name))
        score += _DESCRIPTION * min(2, len(asked & _stems(schema.get("description"))))
        score += _OPTION * bool(named(schema.get("enum", ()), question))
    kinds = {singular(word) for name in properties for word in words_of(name)}
    if kinds & _HOLDS_THINGS:
        score += _PLACE * bool(find(question) or (topics(question).located and _LOOKING.search(question)))
    if (kinds | _stems(f"{tool.name} {tool.description}")) & _FOR_SUMS:
        score += _SUM * bool(_SIGN.search(question))
    if any(WHOLE & set(words_of(name)) for name in tool.parameters.get("required", ())):
        score += _QUESTION * ("?" in question and not prose.is_small_talk(question))
    return score


def _subject(tool: Function) -> tuple[str, dict[str, Any]]:
    """Return the parameter that says what a call is about: a place, the first required text, or a choice."""
    properties, needed = _properties(tool), tool.parameters.get("required", ())
    texts = [name for name, schema in properties.items() if is_place(name) or "string" in types_of(schema)]
    texts.sort(key=lambda name: (not is_place(name), name not in needed, "enum" in properties[name]))
    return (texts[0], properties[texts[0]]) if texts else ("", {"type": []})


def _properties(tool: Function) -> dict[str, dict[str, Any]]:
    return {name: resolved(schema, tool.parameters) for name, schema in tool.parameters.get("properties", {}).items()}


@lru_cache(maxsize=1024)
def _stems(text: str | None) -> frozenset[str]:
    return frozenset(singular(word) for word in words_of(text or "") if word not in _COMMON and len(word) > 1)


def _asked_stems(question: str) -> frozenset[str]:
    signs = (_SIGNS[sign].split() for sign in _SIGN.findall(question))
    return _stems(question).union(*signs, *(_stems(asked) for word, asked in _KOREAN.items() if word in question))
