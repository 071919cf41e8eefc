"""A tour of the demos in three steps: a card at the top of each page, which can be left at any time."""

from __future__ import annotations

import streamlit as st

from ui.shell.catalog import PAGES
from ui.shell.choices import address

STEPS = {
    "custom_data": "Press the first question below. Each thing shows up the moment the tool finds it, "
    "long before the answer is ready.",
    "llm_tokens": "Press the first question below. You read along inside the box while the tool is still writing; "
    "then the assistant sums it up.",
    "without_langchain": "Ask here as well. It looks the same and is made of fewer parts: whatever an assistant is "
    "built with, its tools can show their work.",
}
"""What to look at, by page, in order."""


def begin() -> None:
    """Start the tour: open its first page. Not for callbacks."""
    st.session_state["on_tour"] = True
    _go(next(iter(STEPS)))


def card(page: str) -> None:
    """Say what to look at on this page, if the visitor is on the tour and the page is part of it."""
    if page not in STEPS or not st.session_state.get("on_tour"):
        return
    pages = list(STEPS)
    place = pages.index(page)
    is_last = place == len(pages) - 1
    with st.container(border=True, key="tour"):
        st.markdown(
            f":primary[**:material/tour: Tour · step {place + 1} of {len(pages)}**]\n\n{STEPS[page]}",
        )
        with st.container(horizontal=True):
            if is_last:
                st.button("Finish", key="tour_finish", type="primary", icon=":material/check:", on_click=_leave)
            elif st.button("Next", key="tour_next", type="primary", icon=":material/arrow_forward:"):
                _go(pages[place + 1])
            if not is_last:
                st.button("Leave the tour", key="tour_leave", type="tertiary", on_click=_leave)


def _go(page: str) -> None:
    st.switch_page(PAGES[page].file, query_params=address(PAGES[page]))  # with all that it would write: one step back


def _leave() -> None:
    st.session_state["on_tour"] = False
