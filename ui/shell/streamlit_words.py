"""What Streamlit itself says to a reader, for screen readers above all: it has no languages, so a script of ours does.

The English texts are word for word what Streamlit says: by them the script knows what it may say otherwise.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from texts import Language, say

KEYS = (
    "streamlit-send",
    "streamlit-user",
    "streamlit-assistant",
    "streamlit-help",
    "streamlit-skip",
    "streamlit-sidebar",
    "streamlit-sidebar.collapse",
    "streamlit-sidebar.expand",
    "streamlit-password",
    "streamlit-password.hide",
    "streamlit-choose",
    "streamlit-choose.open",
    "streamlit-choose.clear",
    "streamlit-choose.remove",
    "streamlit-number",
    "streamlit-number.less",
    "streamlit-apply",
    "streamlit-apply.lines",
    "streamlit-submit",
    "streamlit-submit.lines",
    "streamlit-upload",
    "streamlit-upload.most",
    "streamlit-upload.input",
    "streamlit-upload-error",
    "streamlit-upload-error.kind",
    "streamlit-upload-error.large",
    "streamlit-table",
    "streamlit-table.csv",
    "streamlit-table.search",
    "streamlit-table.type",
    "streamlit-table.full",
    "streamlit-table.small",
    "streamlit-chart",
    "streamlit-chart.data",
    "streamlit-chart.drawn",
    "streamlit-chart.png",
    "streamlit-chart.spec",
    "streamlit-icon",
    "streamlit-copy",
    "streamlit-close",
    "streamlit-no-page",
    "streamlit-no-page.home",
    "streamlit-pages",
    "streamlit-pages.before",
    "streamlit-pages.after",
    "streamlit-pages.one",
)
_SCRIPT = Path(__file__).with_name("words.js")
_HOLE = "\ue000"


@cache
def script(language: Language) -> str:
    """A script by which Streamlit speaks this language."""
    pairs = [(_pattern(key), say(language, key, name="$1")) for key in KEYS] if language != "en" else []
    return f"<script>{_SCRIPT.read_text(encoding='utf-8').replace('WORDS', json.dumps(pairs), 1)}</script>"


def _pattern(key: str) -> str:
    return re.escape(say("en", key, name=_HOLE)).replace(_HOLE, "(.+)")
