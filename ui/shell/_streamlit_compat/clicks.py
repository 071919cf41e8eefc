"""A session's scripts run one after the other, each with all callbacks of its click."""

from __future__ import annotations

from streamlit import config
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx


def run_one_script_a_session() -> None:
    """Make a session's scripts run one after the other, each with all callbacks of its click. Call once per process.

    With `fastReruns`, which some hosts insist on, a click starts a second script while the first still runs. Both then
    change the session's state, each under its own lock: it is read half written, values are lost, and the page dies.
    Without it, a click waits until the script checks for one.

    Streamlit also checks for the next click before it has read this one's input, and whenever a callback touches the
    session's state: a question was lost when another click followed at once. So there is no check until the script has
    begun.
    """
    config.set_option("runner.fastReruns", False)
    look = ScriptRunner._maybe_handle_execution_control_request

    def look_once_begun(self: ScriptRunner) -> None:
        context = get_script_run_ctx(suppress_warning=True)
        if context is None or context.has_script_started:
            look(self)

    ScriptRunner._maybe_handle_execution_control_request = look_once_begun  # type: ignore[method-assign]
