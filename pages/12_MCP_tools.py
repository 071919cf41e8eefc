"""MCP tools: what servers of others report while they work, and what they ask."""

from ui.shell.first_paint import begin

begin("mcp_tools")  # before the rest is imported

import streamlit as st

from ui.chat.chat import chat
from ui.chat.code import show_code
from ui.mcp_servers import servers
from ui.shell.language import say
from ui.shell.page import page

choices = page("mcp_tools")

st.title(say("page-mcp_tools"), anchor=False)
st.markdown(say("page-mcp_tools.intro"))
servers()
show_code(choices)
chat(choices, scrolling=True)
