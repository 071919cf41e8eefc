"""The page of the host's own agents: which one, its state, and what it needs besides a question."""

from __future__ import annotations

import time

import streamlit as st

from agent.graphs.registry import OWN
from ui.chat.chat import chat
from ui.markdown import safe_label, safe_markdown
from ui.shell import session
from ui.shell.browser import wait_for_browser
from ui.shell.choices import Choices
from ui.shell.language import say, tell
from ui.shell.sidebar import sidebar


def your_agent(choices: Choices) -> None:
    """Show the chosen agent and its conversation, or why it cannot be shown."""
    states = session.own_graphs()
    state = next((state for state in states if f"{OWN}{state.name}" == choices.graph), None)
    st.title(safe_label(state.name) if state and state.name else say("page-your_agent"), anchor=False)
    if state is None:
        st.markdown(say("own-how-to"))
        sidebar(choices)
        return
    if state.source:
        about = f" · {safe_label(state.description, 300)}" if state.description else ""
        key = "own-server" if state.is_on_server else "own-source"
        st.caption(f"{say(key, source=safe_label(state.source, 200))}{about}")
    if state.state == "failed":
        st.error(safe_markdown(tell(state.message)), icon=":material/extension_off:")
        if not state.is_on_server:
            st.caption(say("own-mend"))
        sidebar(choices)
    elif state.state == "loading":
        _wait(choices, state.name)
    else:
        chat(choices, scrolling=True)


def _wait(choices: Choices, name: str) -> None:
    """Say that it is being loaded, until it is or fails."""
    place = st.empty()
    sidebar(choices)
    while True:
        state = next((state for state in session.own_graphs() if state.name == name), None)
        if state is None or state.state != "loading":
            st.rerun()
        place.markdown(f":material/hourglass_top: {say('own-loading', seconds=f'{state.seconds:.0f}')}")
        wait_for_browser()
        time.sleep(0.25)
