"""A page's conversation: its turns so far, the one at work, and the question box."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import streamlit as st

from agent.engine.run import Run
from ui.chat.entry import ask_once, entry
from ui.chat.other_tabs import OtherTabs
from ui.chat.turns import Follow, turns
from ui.chat.way_out import shown_of, stop, to_stop
from ui.shell import session, tour
from ui.shell.catalog import PageInfo, suggestions
from ui.shell.choices import Choices
from ui.shell.language import say, tell
from ui.shell.sidebar import sidebar

_TO_NEWEST = """requestAnimationFrame(() => requestAnimationFrame(() =>
    [...document.querySelectorAll("[class*=st-key-question_]")].at(-1)?.closest("[data-testid=stChatMessage]")
        ?.scrollIntoView()))"""
"""On a page that ends with something else, a new question is below what was asked before, out of sight."""


def suggest(choices: Choices) -> None:
    """The page's questions, each a click away."""
    with st.container(horizontal=True):
        for index, question in enumerate(suggestions(choices.page)):
            st.button(
                question,
                key=f"suggestion_{index}",
                icon=":material/chat_bubble:",
                on_click=ask_once,
                args=(question, choices.page, session.last_run(choices.page.name)),
            )


def chat(
    choices: Choices,
    draw: Callable[[list[Run], Choices], Follow] = turns,
    opening: Callable[[Choices], None] = suggest,
    *,
    scrolling: bool = False,
) -> None:
    """Show the conversation of a page, then its sidebar, and follow its runs to their end.

    `draw` draws the runs, and `opening` what stands there before the first question. With `scrolling`, the page scrolls
    along with the answer: for pages that end with it.
    """
    page = choices.page
    runs = session.conversation(page.name)
    at_refusal, at_stop = st.bottom.empty(), st.bottom.empty()
    # Streamlit scrolls along where it has put the input at the bottom by itself; a first visit starts at the top.
    entry(choices, in_place=bool(runs and scrolling), asked=bool(runs))
    with st.container():  # there before it is filled: the turns below keep their places
        _notices(page, runs)
    if refusal := st.session_state.pop("refusal", None):
        at_refusal.warning(tell(refusal), icon=":material/block:")
    start = st.empty()  # Streamlit would keep what was in it until the first answer has ended
    shown = shown_of(page.name, runs)
    if at_work := to_stop(shown):
        at_stop.button(
            say("chat-stop"), key="stop", icon=":material/stop_circle:", on_click=stop, args=(page.name, at_work.id)
        )
    follow = draw(runs, choices)
    if len(runs) > 1 and draw is turns and not scrolling:
        # Each run in its turn: the script of another text is another one, and runs anew.
        st.html(f"<script>/* {json.dumps(runs[-1].id)} */ {_TO_NEWEST}</script>", unsafe_allow_javascript=True)
    sidebar(choices)
    if not runs:
        with start.container():
            opening(choices)
    follow()
    if all(run.ended for run in shown):
        at_stop.empty()
        tour.go_on()
    if runs:
        session.listen(OtherTabs(runs, [run for run in shown if run.state == "waiting"]).has_asked)


def _notices(page: PageInfo, runs: list[Run]) -> None:
    """What there is to say above a conversation."""
    if session.run_is_lost(page.name):
        st.info(say("chat-run-lost"), icon=":material/history:")
    if session.is_anothers(runs):
        st.caption(f":material/group: {say('chat-anothers')}")
        if not session.has_cookie() and any(run.state in ("queued", "running") for run in runs):
            minutes = math.ceil(session.settings().limits.run_seconds / 60)
            st.caption(f":material/info: {say('chat-anothers.no-cookie', count=minutes)}")
