"""The code shown below a conversation."""

from __future__ import annotations

import streamlit as st

from agent.graphs.registry import graph_title
from agent.snippets.source import graph_source, stream_call, tool_file, tool_source
from agent.tools.catalog import TOOLS
from ui.shell.choices import Choices
from ui.shell.language import language, say


def show_code(choices: Choices) -> None:
    """The code that ran, and the call for the chosen modes."""
    if choices.is_own:
        return
    box = st.expander(say("chat-code"), icon=":material/code:", key="code", on_change="rerun")
    if not box.open:
        return  # code is slow to draw, and would be drawn before the first words of every answer
    with box:
        st.markdown(f":small[{say('chat-code.call')}]")  # in a caption, the names of files are too pale to read
        st.code(stream_call(choices.modes), language="python", wrap_lines=True)
        for tool_id in choices.tools:
            tool = say("chat-code.tool", name=TOOLS[tool_id].name, file=tool_file(tool_id, choices.graph))
            st.markdown(f":small[{tool}]")
            st.code(tool_source(tool_id, choices.graph), language="python", wrap_lines=True)
        st.markdown(f":small[{say('chat-code.graph', title=graph_title(choices.graph, language()))}]")
        st.code(graph_source(choices.graph), language="python", wrap_lines=True)
