"""Refund: a customer's request, answered by three tools."""

from ui.shell.first_paint import begin

begin("refund")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.shell.language import say
from ui.shell.page import page

choices = page("refund")

st.title(say("page-refund"), anchor=False)
st.markdown(say("page-refund.intro"))
show_code(choices)
chat(choices, scrolling=True)
