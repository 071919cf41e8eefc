"""If one of these fails, who is back after a lost line, or cannot keep up, hears nothing.

Find out anew how messages are sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionClientDisconnectedError
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.serving import wait_until
from ui.shell._streamlit_compat.delivery import TRY_AGAIN_LATER, hang_up_on_who_is_given_up, send_to_who_is_there


def test_a_message_goes_to_the_connection_that_its_session_has_now() -> None:
    send_to_who_is_there()
    hang_up_on_who_is_given_up()
    lost, here, sent = object(), object(), list[tuple[object, ForwardMsg]]()

    def info(client: object) -> Any:
        client = SimpleNamespace(write_forward_msg=lambda message, to=client: sent.append((to, message)))
        return SimpleNamespace(session=SimpleNamespace(id="one"), client=client, script_run_count=0)

    active = {"one": info(here)}
    runtime = cast("Any", SimpleNamespace(_session_mgr=SimpleNamespace(get_active_session_info=active.get)))
    message = ForwardMsg()
    Runtime._send_message(runtime, info(lost), message)  # as it was looked up before the visitor was back
    active.clear()
    Runtime._send_message(runtime, info(lost), message)
    assert sent == [(here, message), (lost, message)]
    assert "_send_message" in Runtime._loop_coroutine.__code__.co_names


def test_a_browser_that_is_given_up_is_told_to_come_back() -> None:
    hang_up_on_who_is_given_up()
    given_up = threading.Event()

    async def flood(socket: WebSocket) -> None:
        await socket.accept()
        client = StarletteSessionClient(socket)
        message = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
        while not client._closed.is_set():
            with contextlib.suppress(SessionClientDisconnectedError):
                client.write_forward_msg(message)
        given_up.set()
        with contextlib.suppress(WebSocketDisconnect):
            await socket.receive_bytes()
        await client.aclose()

    with served(Starlette(routes=[WebSocketRoute("/", flood)])) as address, connect(address) as browser:
        assert given_up.wait(10)
        with pytest.raises(ConnectionClosed) as closed:
            deque(browser, maxlen=0)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == TRY_AGAIN_LATER


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The app on a real server; gives the address of its WebSocket."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        wait_until(lambda: server.started, 10, "the server listens")
        yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(10)
