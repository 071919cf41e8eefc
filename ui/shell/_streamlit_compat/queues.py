"""How many messages a script's browser has yet to receive."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

log = logging.getLogger(__name__)


def messages_on_the_way() -> int:
    """How many messages this script's browser has yet to receive, sent or not; 0 without a browser."""
    return _counted(
        lambda info: info.client._send_queue.qsize() + len(info.session._browser_queue) if info.client else 0
    )


def messages_not_sent() -> int:
    """How many messages of this script have not been given to the connection; 0 without a browser."""
    return _counted(lambda info: len(info.session._browser_queue))


def _counted(count: Callable[[Any], int]) -> int:
    context = get_script_run_ctx()
    if context is None or not exists():
        return 0
    try:
        info = get_instance()._session_mgr.get_active_session_info(context.session_id)
        return count(info) if info else 0
    except AttributeError as error:
        _say_once(str(error))
        return 0


@cache
def _say_once(error: str) -> None:
    log.warning("A slow browser may lose its page: this Streamlit does not tell how far behind it is (%s).", error)
