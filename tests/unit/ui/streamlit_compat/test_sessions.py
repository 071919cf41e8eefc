"""If this fails, a tab hears nothing of what is asked in another one.

Find out anew how a session is told to run its script.
"""

from __future__ import annotations

from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession


def test_a_session_is_told_to_run_its_script_as_when_a_source_file_is_saved() -> None:
    saved = AppSession._on_source_file_changed.__code__.co_names
    assert {"request_rerun", "_client_state"} <= set(saved)
    assert callable(Runtime.is_active_session)
