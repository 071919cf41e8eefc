"""The code behind the lanes: for each chosen mode, the shortest program that prints it."""

from __future__ import annotations

import streamlit as st

from agent.snippets.programs import program, stays_empty
from ui.chat.code import show_code
from ui.lab.log import Log, quiet
from ui.shell.catalog import suggestions
from ui.shell.choices import Choices
from ui.shell.language import language, say, say_or


class CodeView:
    """Programs for the graph, tools and model chosen in the sidebar."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._drawn = False

    def draw(self, log: Log) -> None:
        """Draw the programs, once: they do not change while a run works."""
        if self._drawn:
            return
        self._drawn = True
        choices = self._choices
        question = log.run.request.question if log.run else suggestions(choices.page)[0]
        st.markdown(quiet(say("lab-code-own" if choices.is_own else "lab-code-ours")))
        if note := say_or(f"graph-{choices.graph}.note", ""):
            st.markdown(quiet(note))
        for mode in choices.modes:
            empty = stays_empty(choices.graph, mode, language())
            st.markdown(f"**{mode}**" + (f" :gray[{say('lab-code-empty', why=empty)}]" if empty else ""))
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
