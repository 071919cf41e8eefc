"""Custom data: a tool sends anything it likes while it works."""

import streamlit as st

from ui.chat import chat, show_code
from ui.shell.page import page

choices = page("custom_data")

st.title("Custom data", anchor=False)
st.markdown(
    "A tool can send **anything** while it works: what it has found so far, how far it is, a row of a table. "
    "Ask what is in a place, and watch the tool report each find before it is done."
)
show_code(choices)
chat(choices, scrolling=True)
