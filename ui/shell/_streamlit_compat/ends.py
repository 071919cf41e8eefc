"""Sessions end when their time is over, and release their connections and all they held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.state import SessionState
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

LOOK_SECONDS = 2.0
"""How often sessions are checked for the end of their time."""
BUSY_SECONDS = 30.0
"""How long garbage waits for a quiet moment."""
ABNORMAL = 1006
"""The status of a WebSocket that was lost (RFC 6455, 7.4.1)."""


def end_sessions(works: Callable[[], bool], collect: Callable[[bool], None]) -> None:
    """Make each session end when its time is over, and release what it held. Call once per process.

    Streamlit forgets an abandoned session only when another one is abandoned, and never shuts it down: it waits for the
    garbage collector, like a finished script with everything sent to its widgets.

    When sessions have ended, `collect` is called with True as soon as no other session runs a script and nothing else
    `works`, so that nobody has to wait for it. Until then it is called with False every BUSY_SECONDS.
    """
    _end_connections()
    runtime = get_instance() if exists() else None
    if type(runtime) is Runtime:  # AppTest has one of its own, without sessions
        loop = runtime._get_async_objs().eventloop
        loop.call_soon_threadsafe(SessionEnds(runtime._session_mgr, loop, works, collect).look)


class SessionEnds:
    """Sessions that are over but not yet shut down. Everything happens on the server's loop."""

    def __init__(
        self,
        sessions: Any,
        loop: asyncio.AbstractEventLoop,
        works: Callable[[], bool],
        collect: Callable[[bool], None],
    ) -> None:
        self._sessions = sessions
        self._left = sessions._session_storage._cache
        self._left._on_remove = self._removed
        self._loop, self._works, self._collect = loop, works, collect
        self._over: list[AppSession] = []
        self._garbage_since: float | None = None

    def look(self) -> None:
        """End sessions that are over, and check again soon."""
        self._loop.call_later(LOOK_SECONDS, self.look)  # first: whatever fails below, it is tried again
        self._left.expire()
        self._over = [session for session in self._over if not self._end(session)]
        if self._garbage_since is None:
            return
        if self._is_quiet():
            self._garbage_since = None
            self._collect(True)
        elif self._loop.time() - self._garbage_since > BUSY_SECONDS:
            self._garbage_since = self._loop.time()  # what is at work now may leave more
            self._collect(False)

    def _removed(self, session_id: str, info: SessionInfo) -> None:
        """A session has left the storage: it expired, there are too many, or its visitor is back."""
        if not self._sessions.is_active_session(session_id):
            self._over.append(info.session)

    def _end(self, session: AppSession) -> bool:
        """Shut it down; False while one of its scripts, already told to stop, still runs."""
        session.shutdown()
        if session._scriptrunner is not None:
            return False
        # Another one: its `clear` stops at the first value whose widget is gone, as that of a typed key is.
        session._session_state = SessionState()
        if self._garbage_since is None:
            self._garbage_since = self._loop.time()
        return True

    def _is_quiet(self) -> bool:
        sessions = (info.session for info in self._sessions.list_active_sessions())
        return not self._works() and all(s._state != AppSessionState.APP_IS_RUNNING for s in sessions)


def _end_connections() -> None:
    """Make a closed connection release what came over it: the server's loop holds on to the last one until the next.

    A connection lost while something was being sent counts as ended for whoever listens, too: Starlette calls that an
    error, and Streamlit logs it as one.
    """
    close, receive = StarletteSessionClient.aclose, WebSocket.receive_bytes

    async def close_and_let_go(self: Any) -> None:
        await close(self)
        self._websocket = None

    async def receive_until_it_ends(self: WebSocket) -> bytes:
        if self.application_state == WebSocketState.DISCONNECTED:
            raise WebSocketDisconnect(ABNORMAL)
        return await receive(self)

    StarletteSessionClient.aclose = close_and_let_go  # type: ignore[method-assign]
    WebSocket.receive_bytes = receive_until_it_ends  # type: ignore[method-assign, assignment]
