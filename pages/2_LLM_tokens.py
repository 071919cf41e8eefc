"""LLM tokens: the words of a model that is asked inside a tool."""

import streamlit as st

from ui.chat import chat, show_code
from ui.shell.page import page

choices = page("llm_tokens")

st.title("LLM tokens", anchor=False)
st.markdown(
    "This tool asks a **language model** of its own. You see its words appear inside the tool, one by one, "
    "and then the assistant's own answer, written from what the tool returned."
)
show_code(choices)
chat(choices, scrolling=True)
