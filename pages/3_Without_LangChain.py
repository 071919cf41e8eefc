"""Without LangChain: the plain OpenAI client, and tokens that the tool passes on by itself."""

import streamlit as st

from ui.chat import chat, show_code
from ui.shell.page import page

choices = page("without_langchain")

st.title("Without LangChain", anchor=False)
st.markdown(
    "The same assistant, built with the plain **OpenAI client**: nobody collects the words for us, so the tool "
    "passes each one on as it comes. On the page it looks the same, and that is the point."
)
show_code(choices)
chat(choices, scrolling=True)
