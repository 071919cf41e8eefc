"""What a callback draws is on the page before the browser hears of the script that follows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext


def let_callbacks_draw() -> None:
    """Tell a browser of a script only once its callbacks have run. Call once per process.

    A browser that hears of a script goes through the whole page, and then through everything that is drawn anew: 50 ms
    and more of its time. What a callback draws in a place that the page has, it paints in a few. A callback may also
    change the URL.
    """
    tell, begin = AppSession._on_scriptrunner_event, ScriptRunContext.on_script_start
    untold = threading.local()  # not of the context, which the tasks that a callback starts would keep

    def tell_what_was_held_back() -> None:
        if held_back := untold.__dict__.pop("told", None):
            held_back()

    def tell_in_time(self: AppSession, sender: ScriptRunner | None, event: ScriptRunnerEvent, **details: Any) -> None:
        if event == ScriptRunnerEvent.SCRIPT_STARTED and get_script_run_ctx(suppress_warning=True):
            untold.told = partial(tell, self, sender, event, **details)
            return
        message: ForwardMsg | None = details.get("forward_msg")
        if message is None or message.WhichOneof("type") not in ("delta", "page_info_changed"):
            tell_what_was_held_back()
        tell(self, sender, event, **details)

    def begin_and_tell(self: ScriptRunContext) -> None:
        begin(self)
        tell_what_was_held_back()

    AppSession._on_scriptrunner_event = tell_in_time  # type: ignore[method-assign,assignment]
    ScriptRunContext.on_script_start = begin_and_tell  # type: ignore[method-assign]


@contextmanager
def drawn_as_by_the_page() -> Iterator[None]:
    """Draw in a callback what the script will draw again: with the ids that its widgets have there, and not for good.

    A widget's id depends on whose script draws it, and a script can draw each only once.
    """
    context = get_script_run_ctx()
    assert context is not None, "a callback has a script"
    with context.run_with_active_hash(context.page_script_hash):
        yield
    context.shared.reset()


def a_click_waits() -> bool:
    """Whether this script, or its callback, was told to stop or to start again and has not noticed yet."""
    context = get_script_run_ctx()
    requests = context.script_requests if context else None
    return requests is not None and requests._state != ScriptRequestType.CONTINUE
