"""The session of a script, and how to redraw one."""

from __future__ import annotations

from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx


def this_session() -> str:
    """The id of the session whose script this is; empty without a server, as in AppTest."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context and exists() and type(get_instance()) is Runtime else ""


def is_connected(session_id: str) -> bool:
    """Whether a session has a browser at its other end."""
    return exists() and get_instance().is_active_session(session_id)


def draw_anew(session_id: str) -> None:
    """Make an idle session run its script again, with the current values of its widgets. From any thread."""
    runtime = get_instance()
    if info := runtime._session_mgr.get_active_session_info(session_id):
        loop = runtime._get_async_objs().eventloop
        loop.call_soon_threadsafe(info.session.request_rerun, info.session._client_state)
