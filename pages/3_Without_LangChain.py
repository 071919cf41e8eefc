"""Without LangChain: the plain OpenAI client, and tokens that the tool passes on by itself."""

from ui.shell.first_paint import begin

begin("without_langchain")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.shell.language import say
from ui.shell.page import page
from ui.today import show_today

choices = page("without_langchain")

st.title(say("page-without_langchain"), anchor=False)
st.markdown(say("page-without_langchain.intro"))
show_code(choices)
show_today(choices)
chat(choices, scrolling=True)
