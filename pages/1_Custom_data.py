"""Custom data: a tool sends anything it likes while it works."""

from ui.shell.first_paint import begin

begin("custom_data")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.shell.language import say
from ui.shell.page import page
from ui.today import show_today

choices = page("custom_data")

st.title(say("page-custom_data"), anchor=False)
st.markdown(say("page-custom_data.intro"))
show_code(choices)
show_today(choices)
chat(choices, scrolling=True)
