"""What the first visitor after a start sees while everything else is imported, which takes seconds.

`streamlit run app.py` imports nothing before somebody comes. What a page begins with needs only what is imported here:
its title and what it is about are painted first.
"""

from __future__ import annotations

import importlib
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st

from agent.errors import SettingsError
from texts import LANGUAGES, Language, is_known
from ui.shell.browser import wait_until_sent
from ui.shell.language import language, of_browser, read_in, say

ICON = Path(__file__).with_name("icon.svg")
SWITCH_SECONDS = 0.0005
"""How soon a thread that works lets go of the interpreter, which readers share with the loop of the runs.

And the first visitor's browser, which loads the page's files, with what is being imported for it.
"""
_STYLE = Path(__file__).with_name("page.css")
_ONLY_THE_PAGE = """[data-testid=stSidebar], [data-testid=stHeader] { display: none; }
.stApp [data-testid=stMainBlockContainer] { padding-top: 1rem; }
.stApp h1 { padding-top: 0; }"""
_PAGES = (
    "ui.chat.chat",
    "ui.home",
    "ui.lab.lab",
    "ui.runs.runs",
    "ui.pitfalls",
    "ui.your_agent",
    "ui.mcp_servers",
    "ui.today",
)
"""The modules that the pages import."""
_SHOW_A_RUN = {"open", "share"}
"""Parameters of the URL with which a page shows a run, and another title."""

_loading, _loaded = threading.Lock(), threading.Event()


def begin(page: str, *, is_wide: bool = False) -> None:
    """Draw the beginning of a page, import the rest, and run its script once more; later, do nothing.

    To be called before a page's script imports what is large.
    """
    if _loaded.is_set():
        return
    read_in(_language())
    layout: Literal["wide", "centered"] = "wide" if is_wide else "centered"
    st.set_page_config(page_title=f"{say(f'page-{page}')} · Toolstream", page_icon=str(ICON), layout=layout)
    with st.container(key="head"):  # everything stands where the whole page has it: nothing moves when that comes
        st.html(style(), unsafe_allow_javascript=True)
    st.sidebar.markdown("### :material/waves: Toolstream")
    st.container()
    if not _SHOW_A_RUN & st.query_params.to_dict().keys():
        title, intro = ("home-title", "home-intro") if page == "home" else (f"page-{page}", f"page-{page}.intro")
        st.title(say(title), anchor=False)
        if is_known(intro):
            st.markdown(say(intro))
    wait_until_sent()
    load()
    st.rerun()


def load() -> None:
    """Import what pages import, and start what answers them; what is wrong with the settings, the pages say."""
    with _loading:
        if _loaded.is_set():
            return
        sys.setswitchinterval(SWITCH_SECONDS)
        for module in _PAGES:
            importlib.import_module(module)
        pin = importlib.import_module("ui.shell.pin")
        with suppress(SettingsError):
            pin.application()
        _loaded.set()


def _language() -> Language:
    """The one that the URL asks for, or else the browser."""
    asked = st.query_params.get("lang")
    return next((known for known in LANGUAGES if known == asked), of_browser())


@cache
def _sheet(embedded: bool) -> str:
    hidden = _ONLY_THE_PAGE if embedded else ""
    return f"<style>{_STYLE.read_text(encoding='utf-8')}{hidden}</style>"


def style() -> str:
    """What Streamlit's theme has no options for, and the language of what is shown, by which its words are broken.

    Inside of another page, only this one is shown.
    """
    return f"<script>document.documentElement.lang = '{language()}';</script>{_sheet(bool(st.context.is_embedded))}"
