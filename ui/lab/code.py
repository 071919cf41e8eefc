"""The code of the lanes: for each chosen mode the shortest program that prints it."""

from __future__ import annotations

import streamlit as st

from agent.graphs.registry import spec_of
from agent.snippets.programs import program, stays_empty
from ui.chat import show_code
from ui.lab.log import Log, quiet
from ui.shell.choices import Choices

_OURS = (
    "Each program runs as it stands from the folder of this project; OPENAI_BASE_URL and OPENAI_API_KEY say which "
    "server answers."
)
_OWN = "Each program watches your graph: put the module that it is in where it says `your_module`."


class CodeView:
    """Programs for the graph, tools and model that are chosen in the sidebar."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._drawn = False

    def draw(self, log: Log) -> None:
        """Draw the programs, once: they do not change while a run works."""
        if self._drawn:
            return
        self._drawn = True
        choices = self._choices
        question = log.run.request.question if log.run else choices.page.suggestions[0]
        st.markdown(quiet(_OWN if choices.is_own else _OURS))
        if (spec := spec_of(choices.graph)) and spec.note:
            st.markdown(quiet(spec.note))
        for mode in choices.modes:
            empty = stays_empty(choices.graph, mode)
            st.markdown(f"**{mode}**" + (f" :gray[prints nothing with this graph: {empty}.]" if empty else ""))
            source = program(
                choices.graph,
                mode,
                question=question,
                tools=choices.tools,
                tool_choice=choices.tool_choice,
                model=choices.model,
            )
            st.code(source, language="python")
        show_code(choices)
