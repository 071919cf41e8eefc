"""Market brief: four tools that search, compare, draw and write."""

from ui.shell.first_paint import begin

begin("market_brief")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.shell.language import say
from ui.shell.page import page

choices = page("market_brief")

st.title(say("page-market_brief"), anchor=False)
st.markdown(say("page-market_brief.intro"))
show_code(choices)
chat(choices, scrolling=True)
