"""Home: what Toolstream is, and one example to watch."""

from ui.shell.first_paint import begin

begin("home")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.home import doors, opening
from ui.shell.language import say
from ui.shell.page import page

choices = page("home")

st.title(say("home-title"), anchor=False)
example = st.container()
doors()
show_code(choices)

with example:  # last, because it lasts as long as a run
    chat(choices, opening=opening)
