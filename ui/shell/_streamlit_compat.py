"""The one module that looks into Streamlit's own parts; a contract test says when they have changed."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from streamlit import config
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx

log = logging.getLogger(__name__)


def run_one_script_a_session() -> None:
    """Let a session's scripts come one after the other, each click's callbacks in full. Once a process.

    With `fastReruns`, which some hosts insist on, a click starts a second script while the first still works. Both
    then change one session's state, each under a lock of its own: it is read half written, values are lost, and the
    page dies. Without, a click waits until the script looks for one.

    Streamlit also looks for the next click before it has read this one's input, and at every access of a callback to
    the session's state: a question was lost when a click came right after it. So nobody looks until the script begins.
    """
    config.set_option("runner.fastReruns", False)
    look = ScriptRunner._maybe_handle_execution_control_request

    def look_once_begun(self: ScriptRunner) -> None:
        context = get_script_run_ctx(suppress_warning=True)
        if context is None or context.has_script_started:
            look(self)

    ScriptRunner._maybe_handle_execution_control_request = look_once_begun  # type: ignore[method-assign]


def messages_on_the_way() -> int:
    """How many messages this script's browser has yet to take; 0 where there is no browser."""
    context = get_script_run_ctx()
    if context is None or not exists():
        return 0
    try:
        session = get_instance()._session_mgr.get_active_session_info(context.session_id)
        client: Any = session.client if session else None
        return int(client._send_queue.qsize()) if client else 0
    except AttributeError as error:
        _say_once(str(error))
        return 0


@cache
def _say_once(error: str) -> None:
    log.warning("A slow browser may lose its page: this Streamlit does not tell how far behind it is (%s).", error)
