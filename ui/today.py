"""What has changed since the how-to that a page follows: what you would write differently today, with a sample that
runs.
"""

from __future__ import annotations

import streamlit as st

from agent.snippets.ways import TODAY, sample, sample_file
from ui.shell.choices import Choices
from ui.shell.language import say

CHANGES = {
    "custom_data": ("agent", "version", "runtime", "tools", "v3"),
    "llm_tokens": ("agent", "version", "filter", "config", "model", "v3"),
    "without_langchain": ("version", "calls", "choices", "responses", "v3"),
}
"""What has changed since each page's how-to; the sentences are in the text files, as `today-` and the name."""


def show_today(choices: Choices) -> None:
    """Draw it, folded."""
    page = choices.page.name
    box = st.expander(say("today"), icon=":material/update:", key="today", on_change="rerun")
    if not box.open:
        return  # as the code that runs here: it is slow to draw
    with box:
        st.markdown(say("today.intro"))
        st.markdown("\n".join(f"- {say(f'today-{change}')}" for change in CHANGES[page]))
        st.markdown(f":small[{say('today.sample', file=sample_file(TODAY[page]))}]")
        st.code(sample(TODAY[page]), language="python", wrap_lines=True)
