"""Pitfalls: what goes wrong when tools stream, each wrong way beside the right one, both at work."""

from ui.shell.first_paint import begin

begin("pitfalls")  # before the rest is imported

import streamlit as st

from ui.pitfalls import pitfalls
from ui.shell.language import say
from ui.shell.page import open_page

open_page("pitfalls")

st.title(say("page-pitfalls"), anchor=False)
st.markdown(say("page-pitfalls.intro"))
pitfalls()
