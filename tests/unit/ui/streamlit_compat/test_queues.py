"""If one of these fails, the count is always 0: a page may stand still in a slow browser, or break on a busy server.

Find out anew where a session's queues are.
"""

from __future__ import annotations

import asyncio
from unittest.mock import AsyncMock

from starlette.websockets import WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.session_manager import SessionManager
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from ui.shell._streamlit_compat.queues import messages_not_sent, messages_on_the_way


def test_a_client_keeps_what_its_browser_has_not_taken_in_a_queue() -> None:
    async def one_message() -> list[int]:
        client = StarletteSessionClient(AsyncMock(spec=WebSocket, headers={}, cookies={}))
        sizes = [client._send_queue.qsize()]
        client.write_forward_msg(ForwardMsg())
        sizes.append(client._send_queue.qsize())
        await client.aclose()
        return sizes

    assert asyncio.run(one_message()) == [0, 1]


def test_the_runtime_keeps_its_sessions_where_they_are_looked_for() -> None:
    assert "_session_mgr" in Runtime.__init__.__code__.co_names
    assert callable(SessionManager.get_active_session_info)


def test_without_a_browser_nothing_is_on_the_way() -> None:
    assert messages_on_the_way() == 0
    assert messages_not_sent() == 0


def test_a_message_that_is_not_sent_gives_its_place_in_the_queue_to_a_later_one() -> None:
    """Why places that are filled anew are sent empty first: what is in the new one came before the place itself."""
    assert "_browser_queue" in AppSession.__init__.__code__.co_names
    queue = ForwardMsgQueue()
    for path, block in (((0, 0), False), ((0,), False), ((0,), True), ((0, 0), True)):
        message = ForwardMsg()
        message.metadata.delta_path.extend(path)
        (message.delta.add_block if block else message.delta.new_element.empty).SetInParent()
        queue.enqueue(message)
    assert [tuple(message.metadata.delta_path) for message in queue.flush()] == [(0, 0), (0,)]
    assert len(queue) == 0
