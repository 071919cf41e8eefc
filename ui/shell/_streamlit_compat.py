"""The one module that looks into Streamlit's own parts; a contract test says when they have changed."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

log = logging.getLogger(__name__)


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
