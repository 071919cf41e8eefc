"""The first obvious way: `st.write_stream` over the graph's tokens."""

import streamlit as st

from bench.obvious import history, tokens

messages = history()
if question := st.chat_input("Ask", key="question"):
    with st.chat_message("user"):
        st.markdown(question)
    with st.chat_message("assistant"):
        answer = st.write_stream(tokens(question))
        st.caption("Done")
    messages += [{"role": "user", "content": question}, {"role": "assistant", "content": str(answer)}]
