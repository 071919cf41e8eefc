"""Stream lab: one run in all eight stream modes, event by event."""

import streamlit as st

from ui.chat import chat
from ui.lab.lab import lab
from ui.shell.page import page

choices = page("stream_lab")

st.title("Stream lab", anchor=False)
st.markdown(
    "What is **really** going on there? One question, one run, every stream mode of LangGraph: who sent what, when, "
    "and how we know."
)
chat(choices, lab)
