"""Text to be read as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.markdown import plain
from agent.projections.shapes.text import as_line
from agent.projections.shapes.types import Code
from agent.streaming.events import JSON
from texts import Sentence, sentence

MOST_CODE = 20_000
"""Characters of code that are shown."""


def read_code(chunk: Mapping[str, JSON]) -> Code | None:
    """`{"code": ...}`, with a `language` and a `title` if it likes."""
    text = chunk["code"]
    return as_code(text, as_line(chunk.get("language")), as_line(chunk.get("title"))) if isinstance(text, str) else None


def as_code(text: str, language: str = "", title: str = "", why: Sentence | None = None) -> Code:
    """A text as code; of a long one, the beginning."""
    text = plain(text)
    if len(text) > MOST_CODE:
        why = sentence("shape-cut", shown=f"{MOST_CODE:,}", all=f"{len(text):,}")
        text = text[:MOST_CODE]
    return Code(text, language if _LANGUAGE.fullmatch(language) else "", title, why)


_LANGUAGE = re.compile(r"[A-Za-z0-9+#_-]{1,20}")
