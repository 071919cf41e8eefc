"""An answer in words from what tools have said."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from agent.demo_model.conversation import ToolResult

_FAILED = re.compile(
    r"\s*(?:\W*(?:error|failed|failure|exception|traceback|cancell?ed|timed? ?out)\b|\{\s*\"error\")",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*([^*\n]{1,60})\*\*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+([^\n:]{1,60})", re.MULTILINE)
_SHORT = 160
_MOST_NAMES = 6


def weave(results: Sequence[ToolResult]) -> str:
    """Say in markdown which tool said what, and which failed. Long results are cut down to what they name.

    A tool is named where several kinds have answered, and in spaces: a reader need not know that it is a function.
    """
    kinds = {result.name for result in results}
    told = [_tell(result, named=len(kinds) > 1) for result in results]
    failed = sum(_has_failed(result) for result in results)
    if len(told) == 1:
        body = told[0]
    else:
        body = "Here is what the tools found:\n\n" + "\n".join(f"- {line}" for line in told)
    if failed == len(results):
        return f"{body}\n\nSo I have nothing to report. You could ask again, or ask about something else."
    closing = "*Put together without AI, by the demo model.*"
    if failed:
        closing = f"{failed} of {len(results)} calls failed, so this answer is incomplete. {closing}"
    return f"{body}\n\n{closing}"


def _tell(result: ToolResult, *, named: bool) -> str:
    about = _about(result.arguments)
    kind = f" *{result.name.replace('_', ' ')}*" if named else ""
    tool = f"For **{about}**, the tool{kind}" if about else f"The tool{kind}"
    content = result.content.strip()
    if _has_failed(result):
        return f"{tool} did not work: {_shorten(' '.join(content.split()))}"
    if not content:
        return f"{tool} came back with nothing."
    names = list(dict.fromkeys(name.strip(" :") for name in (_BOLD.findall(content) or _BULLET.findall(content))))
    if len(content) <= _SHORT and "\n" not in content:
        return f"{tool} found: {content}"
    if names:
        more = f", and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        return f"{tool} found {_join([f'**{name}**' for name in names[:_MOST_NAMES]])}{more}."
    return f"{tool} found: {_shorten(' '.join(content.split()))}"


def _has_failed(result: ToolResult) -> bool:
    return _FAILED.match(result.content) is not None


def _about(arguments: str) -> str:
    try:
        values = json.loads(arguments)
    except ValueError:
        return ""
    texts = (
        [str(value) for value in values.values() if isinstance(value, (str, int, float))]
        if isinstance(values, dict)
        else []
    )
    return _shorten(" ".join(", ".join(texts).replace("*", "").split()), 60)


def _shorten(text: str, most: int = _SHORT) -> str:
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(",.;:") + " …"


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
