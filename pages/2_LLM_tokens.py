"""LLM tokens: the words of a model that is asked inside a tool."""

from ui.shell.first_paint import begin

begin("llm_tokens")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.shell.language import say
from ui.shell.page import page
from ui.today import show_today

choices = page("llm_tokens")

st.title(say("page-llm_tokens"), anchor=False)
st.markdown(say("page-llm_tokens.intro"))
show_code(choices)
show_today(choices)
chat(choices, scrolling=True)
