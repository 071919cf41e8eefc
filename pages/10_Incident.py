"""Incident: a long search, a tool that fails, and a recovery."""

from ui.shell.first_paint import begin

begin("incident")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.shell.language import say
from ui.shell.page import page

choices = page("incident")

st.title(say("page-incident"), anchor=False)
st.markdown(say("page-incident.intro"))
show_code(choices)
chat(choices, scrolling=True)
