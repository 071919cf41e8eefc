"""A bare Streamlit app, whose first paint the app's is compared with: a title, a line and a box for questions."""

import streamlit as st

st.title("A bare app")
st.markdown("A line below its title.")
st.chat_input("Ask a question…")
