"""A tour of the demos in three steps: a card at the top of each page, which can be left at any time."""

from __future__ import annotations

import streamlit as st

from ui.shell.catalog import PAGES
from ui.shell.choices import address
from ui.shell.language import say

STEPS = ("custom_data", "llm_tokens", "without_langchain")
"""The pages, in order."""


def begin() -> None:
    """Start the tour: open its first page. Not for callbacks."""
    st.session_state["on_tour"] = True
    _go(STEPS[0])


def card(page: str) -> None:
    """Say what to look at on this page, if the visitor is on the tour and the page is part of it."""
    if page not in STEPS or not st.session_state.get("on_tour"):
        return
    pages = STEPS
    place = pages.index(page)
    is_last = place == len(pages) - 1
    with st.container(border=True, key="tour"):
        step = say("tour-step", step=place + 1, steps=len(pages), title=say(f"tour-{page}"))
        st.markdown(f":primary[**:material/tour: {step}**]\n\n{say(f'tour-{page}.look')}")
        with st.container(horizontal=True):
            if is_last:
                st.button(
                    say("tour-finish"), key="tour_finish", type="primary", icon=":material/check:", on_click=_leave
                )
            elif st.button(say("tour-next"), key="tour_next", type="primary", icon=":material/arrow_forward:"):
                _go(pages[place + 1])
            if not is_last:
                st.button(say("tour-leave"), key="tour_leave", type="tertiary", on_click=_leave)


def _go(page: str) -> None:
    st.switch_page(PAGES[page].file, query_params=address(PAGES[page]))  # with all that it would write: one step back


def _leave() -> None:
    st.session_state["on_tour"] = False
