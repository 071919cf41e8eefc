"""The document that Streamlit serves for every page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit


@cache
def index_html() -> str:
    """The document that Streamlit serves for every page."""
    return Path(streamlit.__file__).with_name("static").joinpath("index.html").read_text(encoding="utf-8")
