"""The second obvious way: the text so far into a placeholder, at every token."""

import asyncio

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.obvious import history, tokens


async def write(question: str, place: DeltaGenerator) -> str:
    text = ""
    async for token in tokens(question):
        text += token
        place.markdown(text)
    return text


messages = history()
if question := st.chat_input("Ask", key="question"):
    with st.chat_message("user"):
        st.markdown(question)
    with st.chat_message("assistant"):
        answer = asyncio.run(write(question, st.empty()))
        st.caption("Done")
    messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
