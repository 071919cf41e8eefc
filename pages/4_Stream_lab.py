"""Stream lab: one run in all eight stream modes, event by event."""

from ui.shell.first_paint import begin

begin("stream_lab", is_wide=True)  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.lab.lab import lab
from ui.shell.language import say
from ui.shell.page import page

choices = page("stream_lab")

st.title(say("page-stream_lab"), anchor=False)
st.markdown(say("page-stream_lab.intro"))
chat(choices, lab)
