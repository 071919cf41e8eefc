"""Ask me first: an assistant that asks a person before it acts, and may be corrected."""

from ui.shell.first_paint import begin

begin("ask_me_first")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.shell.language import say
from ui.shell.page import page

choices = page("ask_me_first")

st.title(say("page-ask_me_first"), anchor=False)
st.markdown(say("page-ask_me_first.intro"))
show_code(choices)
chat(choices, scrolling=True)
