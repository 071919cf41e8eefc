"""The host's MCP servers and their states, or what is missing to have any."""

from __future__ import annotations

import streamlit as st

from agent.mcp.calls import is_installed
from ui.markdown import safe_label, safe_markdown
from ui.shell import session
from ui.shell.language import say, tell

LOOK_SECONDS = 2.0
"""How often to check their states until all are ready."""


def servers() -> None:
    """Draw them, and redraw the page when one of them has answered."""
    if not is_installed():
        st.info(say("mcp-not-installed"), icon=":material/extension_off:")
    states = session.mcp_servers()
    for state in states:
        name, tools = safe_label(state.name), len(state.tools)
        match state.state:
            case "failed":
                st.caption(f":material/extension_off: {safe_markdown(tell(state.message))}")
            case "starting":
                st.caption(f":material/hourglass_top: {say('mcp-server-starting', server=name)}")
            case "ready":
                st.caption(f":material/extension: {say('mcp-server-ready', server=name, count=tools)}")
    if any(state.state != "ready" for state in states):
        st.fragment(_look_for_news, run_every=LOOK_SECONDS)([state.state for state in states])


def _look_for_news(shown: list[str]) -> None:
    if [state.state for state in session.mcp_servers()] != shown:
        st.rerun()
