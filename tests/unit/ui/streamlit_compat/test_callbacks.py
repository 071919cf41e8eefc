"""If these fail, a question may end its script with an error, or keep a click waiting.

Find out anew where Streamlit notes which widgets are drawn, and whether a click waits. That callbacks draw before their
script is tested with a server, in tests/server/test_first_words.py.
"""

from __future__ import annotations

from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType
from streamlit.testing.v1 import AppTest


def test_what_a_callback_has_drawn_the_script_may_draw_again() -> None:
    def page() -> None:
        import streamlit as st

        from ui.shell._streamlit_compat.callbacks import drawn_as_by_the_page

        def ask() -> None:
            with drawn_as_by_the_page():
                st.button("Again", key="again")

        st.button("Ask", key="ask", on_click=ask)
        st.button("Again", key="again")

    app = AppTest.from_function(page).run()
    assert not app.button(key="ask").click().run().exception


def test_a_script_that_is_asked_to_start_again_knows_until_it_does() -> None:
    requests = ScriptRequests()
    states = [requests._state]
    requests.request_rerun(RerunData())
    states.append(requests._state)
    requests.on_scriptrunner_ready()
    states.append(requests._state)
    assert states == [ScriptRequestType.CONTINUE, ScriptRequestType.RERUN, ScriptRequestType.CONTINUE]
