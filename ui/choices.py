"""The sidebar's choices between reruns: kept across pages, and in the URL where they differ from the start.

Streamlit can bind a widget to the URL by itself, but it writes labels there, not values, and it carries one page's
modes over to the next, where every page is to start with its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

Value = str | list[str]

SHARED = ("view", "tool_choice", "model")
"""Choices that hold on all pages; the others belong to the page they are made on."""
NONE = "-"
"""Stands in the URL for an empty list."""


def recall(page: str, starts: Mapping[str, Value]) -> None:
    """Put the choices where a newly opened page finds them: first the URL, then before, then `starts`."""
    if st.session_state.get("page_before") == page:
        return
    st.session_state["page_before"] = page
    left_over = st.session_state.get("url_written", {})
    for name, start in starts.items():
        given = _from_url(name, start) if st.query_params.get(name) != left_over.get(name) else None
        st.session_state[name] = _store(page, name).get(name, start) if given is None else given


def remember(page: str, starts: Mapping[str, Value], run_id: str | None = None) -> None:
    """Keep what is chosen now, and write to the URL what differs from `starts`, and the run.

    All at once and only if it changes something: the browser's Back button stops at every writing.
    """
    for name in starts:
        if name in st.session_state:
            _store(page, name)[name] = st.session_state[name]
    before = st.query_params.to_dict()
    others = {name: text for name, text in before.items() if name not in starts}
    written = others | address(page, starts, run_id)
    if written != before:
        st.query_params.from_dict(written)
    st.session_state["url_written"] = written


def address(page: str, starts: Mapping[str, Value], run_id: str | None) -> dict[str, str]:
    """What is in the URL of a page: what was chosen there and differs from `starts`, and its run."""
    chosen = {name: _store(page, name).get(name, start) for name, start in starts.items()}
    texts = {name: _to_url(value) for name, value in chosen.items() if value != starts[name]}
    return texts | ({"run": run_id} if run_id else {})


def restrict(name: str, allowed: list[str]) -> None:
    """Drop from a choice what its widget does not offer, before the widget is drawn."""
    value = st.session_state.get(name)
    if isinstance(value, list):
        st.session_state[name] = [item for item in value if item in allowed]
    elif value not in allowed:
        st.session_state[name] = allowed[0]


def _from_url(name: str, start: Value) -> Value | None:
    text = st.query_params.get(name)
    if text is None or not isinstance(start, list):
        return text
    return [] if text == NONE else text.split(",")


def _to_url(value: Value) -> str:
    return ",".join(value) or NONE if isinstance(value, list) else value


def _store(page: str, name: str) -> dict[str, Value]:
    """Where a choice is kept: with the page, or with all pages."""
    stores: dict[str, dict[str, Value]] = st.session_state.setdefault("kept_choices", {})
    return stores.setdefault("" if name in SHARED else page, {})
