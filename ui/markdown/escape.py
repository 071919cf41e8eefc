"""Text with everything escaped that Markdown or Streamlit would take for more than text."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*_\[\]<>|$&~#:]|(?<=\])\(|(?<=www)\.", re.IGNORECASE)
_AT_START = re.compile(r"[-+=]|\d{1,9}(?=[.)])")
NAMED = re.compile(r":(?=material[/_]|streamlit:)")
"""Becomes an icon or a logo even if its colons are escaped, so a word joiner breaks it up."""
_SHORT_CODE = re.compile(r":[\w+-]+:", re.ASCII)
_ESCAPED_SHORT_CODE = re.compile(r"\\:(?=(?:[\w+-]|\\_)+\\:)", re.ASCII)


def escaped(text: str, *, at_start: bool = True) -> str:
    """The text with what is special in it escaped; `at_start` of a line, also what would begin an item or a rule."""
    safe = _SPECIAL.sub(r"\\\g<0>", NAMED.sub(":\u2060", text))
    if at_start and (found := _AT_START.match(safe)):
        end = found.end() if found[0].isdigit() else 0
        return f"{safe[:end]}\\{safe[end:]}"
    return safe


def without_emoji(markdown: str) -> str:
    """The Markdown with names of emoji broken up: they become pictures if code beside them has one between colons."""
    return _ESCAPED_SHORT_CODE.sub("\\:\u2060", markdown) if _SHORT_CODE.search(markdown) else markdown
