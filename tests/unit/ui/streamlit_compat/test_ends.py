"""If one of these fails, sessions and typed keys stay in memory for ever.

Find out anew where sessions are whose visitor has left, and how they are ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.state import SessionState
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from ui.shell._streamlit_compat.ends import BUSY_SECONDS, LOOK_SECONDS, SessionEnds, _end_connections


class _Loop:
    """A loop whose time goes by when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.later: list[Callable[[], None]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, then: Callable[[], None]) -> None:
        self.later.append(then)


class _Session:
    """As much of an AppSession as its end needs; the contract below says that a real one has it."""

    def __init__(self, session_id: str) -> None:
        self.id = session_id
        self._scriptrunner: object | None = None
        self._session_state = SessionState()
        self._session_state["visitor_key"] = "sk-secret"
        self._state = AppSessionState.APP_NOT_RUNNING
        self.ended = 0

    def shutdown(self) -> None:
        self.ended += 1


class _House:
    """Sessions that come and go, and what was collected when."""

    def __init__(self) -> None:
        self.storage = MemorySessionStorage(maxsize=2, ttl_seconds=0)
        self.loop, self.active, self.works = _Loop(), dict[str, _Session](), False
        self.collected: list[bool] = []
        sessions = SimpleNamespace(
            _session_storage=self.storage,
            is_active_session=self.active.__contains__,
            list_active_sessions=lambda: [SimpleNamespace(session=session) for session in self.active.values()],
        )
        self.ends = SessionEnds(sessions, cast("Any", self.loop), lambda: self.works, self.collected.append)

    def leave(self, session: _Session) -> None:
        self.storage.save(SessionInfo(client=None, session=cast("Any", session)))

    def look(self) -> None:
        self.loop.now += LOOK_SECONDS
        self.ends.look()


def test_a_session_whose_time_is_over_is_shut_down_and_empty_and_then_all_is_collected() -> None:
    house, session = _House(), _Session("one")
    house.leave(session)
    house.look()
    assert (session.ended, len(session._session_state.filtered_state), house.collected) == (1, 0, [True])
    house.look()
    assert house.collected == [True], "nothing more has ended"
    assert len(house.loop.later) == 2, "it is looked for the next one"


def test_while_a_script_of_it_is_at_work_a_session_keeps_its_state() -> None:
    house, session = _House(), _Session("one")
    session._scriptrunner = object()
    house.leave(session)
    house.look()
    assert (session.ended, len(session._session_state.filtered_state), house.collected) == (1, 1, [])
    session._scriptrunner = None
    house.look()
    assert (len(session._session_state.filtered_state), house.collected) == (0, [True])


def test_who_is_back_is_not_ended() -> None:
    house, session = _House(), _Session("one")
    house.leave(session)
    house.active["one"] = session
    house.look()
    assert (session.ended, house.collected) == (0, [])


def test_nobody_waits_for_garbage_and_garbage_does_not_wait_for_ever() -> None:
    house, reader = _House(), _Session("reader")
    reader._state = AppSessionState.APP_IS_RUNNING
    house.active["reader"] = reader
    house.leave(_Session("one"))
    house.look()
    assert house.collected == []
    house.loop.now += BUSY_SECONDS
    house.look()
    assert house.collected == [False]
    reader._state, house.works = AppSessionState.APP_NOT_RUNNING, True
    house.look()
    assert house.collected == [False], "a run is at work"
    house.works = False
    house.look()
    assert house.collected == [False, True]


def test_a_session_is_ended_by_what_the_real_ones_have() -> None:
    assert {"_scriptrunner", "_session_state", "_state"} <= set(AppSession.__init__.__code__.co_names)
    assert "_scriptrunner" in AppSession._handle_scriptrunner_event_on_event_loop.__code__.co_names, (
        "it goes in the end"
    )
    assert "_session_storage" in WebsocketSessionManager.__init__.__code__.co_names
    assert callable(WebsocketSessionManager.is_active_session)
    assert "_get_async_objs" in Runtime.stop.__code__.co_names
    assert "_websocket" in StarletteSessionClient._sender.__code__.co_names


def test_a_connection_that_was_lost_while_something_was_sent_has_ended() -> None:
    async def lost(message: object) -> None:
        raise OSError

    async def connected() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def listen() -> None:
        socket = WebSocket({"type": "websocket", "headers": []}, connected, lost)
        socket.client_state = socket.application_state = WebSocketState.CONNECTED
        with pytest.raises(WebSocketDisconnect):
            await socket.send_bytes(b"")
        await socket.receive_bytes()

    _end_connections()
    with pytest.raises(WebSocketDisconnect):
        asyncio.run(listen())
