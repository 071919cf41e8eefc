"""Pitfalls: what goes wrong when tools stream, each wrong way beside the right one, both at work."""

import streamlit as st

from ui.pitfalls import pitfalls
from ui.shell.page import open_page

open_page("pitfalls")

st.title("Pitfalls", anchor=False)
st.markdown(
    "Ten things that go wrong when tools are to be watched at work. Press a button: the **wrong way** and the "
    "**right way** both run at the same moment, and every line is one piece that has arrived."
)
pitfalls()
