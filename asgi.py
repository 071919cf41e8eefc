"""The app for servers of your own: the pages, and every run live at /runs/<id>/ag-ui.

`uvicorn asgi:app` or `streamlit run asgi.py`; `streamlit run app.py` serves the pages alone.
"""

import streamlit as st

from ui.serving import PAGES, lifespan, routes

app = st.App(PAGES, routes=routes(), lifespan=lifespan)
