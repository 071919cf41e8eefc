"""If this fails, two clicks that come fast may cost one of them, or the page.

Find out anew when Streamlit looks for the next one.
"""

from __future__ import annotations

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext


def test_a_script_looks_for_clicks_in_one_place_and_says_whether_it_has_begun() -> None:
    assert callable(ScriptRunner._maybe_handle_execution_control_request)
    assert isinstance(ScriptRunContext.has_script_started, property)
    assert "runner.fastReruns" in AppSession.request_rerun.__code__.co_consts, "it is asked for at every click"
