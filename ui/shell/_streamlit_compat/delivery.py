"""Messages go to whoever is connected now, and a browser that cannot keep up is told to come back."""

from __future__ import annotations

import asyncio
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import ActiveSessionInfo, SessionClientDisconnectedError
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

TRY_AGAIN_LATER = 1013
"""The status of a WebSocket whose server has too much to do (IANA's registry of close codes)."""


def send_to_who_is_there() -> None:
    """Send each message to the connection that its session has now. Call once per process.

    Streamlit looks up all connections once, then sends what every session has to say, which takes a while on a busy
    server. A browser that reconnected meanwhile missed what the new script drew: it went to the lost connection.
    """
    send = Runtime._send_message

    def send_there(self: Runtime, session_info: ActiveSessionInfo, msg: ForwardMsg) -> None:
        send(self, self._session_mgr.get_active_session_info(session_info.session.id) or session_info, msg)

    Runtime._send_message = send_there  # type: ignore[method-assign]


def hang_up_on_who_is_given_up() -> None:
    """Close the connection to a browser that Streamlit has given up, so that it comes back. Call once per process.

    Once a browser is 500 messages behind, Streamlit forgets the connection but leaves it open: the page stands still
    forever. When the connection is closed, the browser opens a new one, and the page is drawn as it is by then.
    """
    write = StarletteSessionClient.write_forward_msg

    def write_or_hang_up(self: Any, msg: ForwardMsg) -> None:
        given_up = self._closed.is_set()
        try:
            write(self, msg)
        except SessionClientDisconnectedError:
            if not given_up and self._websocket is not None:
                self._sender_task.cancel()
                self._hanging_up = asyncio.ensure_future(self._websocket.close(TRY_AGAIN_LATER))
            raise

    StarletteSessionClient.write_forward_msg = write_or_hang_up  # type: ignore[method-assign]
