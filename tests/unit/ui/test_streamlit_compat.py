"""What ui/shell/_streamlit_compat.py knows of Streamlit's own parts. If one of these fails, `messages_on_the_way` is
always 0, and a page may stand still for ever in a slow browser: find out anew where a session's queue is. Or two clicks
that come fast may cost one of them, or the page: find out anew when Streamlit looks for the next one."""

import asyncio
from unittest.mock import AsyncMock

from starlette.websockets import WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.session_manager import SessionManager
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from ui.shell._streamlit_compat import messages_on_the_way


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


def test_a_script_looks_for_clicks_in_one_place_and_says_whether_it_has_begun() -> None:
    assert callable(ScriptRunner._maybe_handle_execution_control_request)
    assert isinstance(ScriptRunContext.has_script_started, property)
    assert "runner.fastReruns" in AppSession.request_rerun.__code__.co_consts, "it is asked for at every click"
