"""Home: what Toolstream is, and one example to watch."""

import streamlit as st

from ui.chat import chat, show_code
from ui.home import opening
from ui.shell.catalog import PAGES, page_summary, page_title
from ui.shell.page import page

choices = page("home")

st.title("Watch an AI's tools while they work", anchor=False)
st.markdown(
    "An AI assistant often hands work to a **tool**, and you wait without a sign of life. "
    "Here you see the tool at work, word by word."
)
example = st.container()

st.header("Three ways to do it", anchor=False)
demos = [info for info in PAGES.values() if info.is_demo]
for column, info in zip(st.columns(len(demos)), demos, strict=True):
    with column.container(border=True, height="stretch"):
        st.page_link(info.file, label=f"**{page_title(info)}**", icon=info.icon)
        st.caption(page_summary(info))
show_code(choices)

with example:  # last, because it lasts as long as a run
    chat(choices, opening=opening)
