"""What ui/shell/_streamlit_compat.py knows of Streamlit's own parts. If one of these fails, `messages_on_the_way` is
always 0, and a page may stand still for ever in a slow browser, or `messages_not_sent` is, and a page may break on a
busy server: find out anew where a session's queues are. Or two clicks
that come fast may cost one of them, or the page: find out anew when Streamlit looks for the next one. Or sessions and
typed keys stay in memory for ever: find out anew where sessions are whose visitor has left, and how they are ended.
Or one forged value ends every script of its session with an error: find out anew where values are read. Or what some
visitors upload, or have made for a download, takes all memory: find out anew where files are kept. Or who is back
after a lost line, or cannot keep up, hears nothing: find out anew how messages are sent. Or a tab hears nothing of what
is asked in another one: find out anew how a session is told to run its script."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.session_manager import SessionClientDisconnectedError, SessionInfo, SessionManager
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import WStates
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.serving import wait_until
from ui.shell._streamlit_compat import (
    BUSY_SECONDS,
    DOWNLOADS_MEGABYTES,
    LOOK_SECONDS,
    TRY_AGAIN_LATER,
    UPLOADS_MEGABYTES,
    SessionEnds,
    _end_connections,
    bound_uploads,
    drop_forged_values,
    hang_up_on_who_is_given_up,
    index_html,
    keep_downloads,
    messages_not_sent,
    messages_on_the_way,
    send_to_who_is_there,
)


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


def test_a_script_looks_for_clicks_in_one_place_and_says_whether_it_has_begun() -> None:
    assert callable(ScriptRunner._maybe_handle_execution_control_request)
    assert isinstance(ScriptRunContext.has_script_started, property)
    assert "runner.fastReruns" in AppSession.request_rerun.__code__.co_consts, "it is asked for at every click"


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


def _button_group(value: WidgetState) -> WStates:
    """The states of a page with one list of words, which has been sent this."""
    drop_forged_values()
    states = WStates()
    states.set_widget_metadata(WidgetMetadata("pills", list, list, "string_array_value"))
    states.set_widget_from_proto(value)
    return states


def test_a_value_that_its_widget_never_sends_is_as_one_that_was_not_sent() -> None:
    genuine = WidgetState(id="pills")
    genuine.string_array_value.data.extend(["a", "b"])
    assert dict(_button_group(genuine).states) != {}
    assert _button_group(genuine)["pills"] == ["a", "b"]
    for forged in (WidgetState(id="pills", bool_value=True), WidgetState(id="pills", double_value=float("nan"))):
        assert dict(_button_group(forged).states) == {}


def test_what_is_known_of_a_file_is_made_where_it_is_replaced() -> None:
    for made in (MediaFileManager.add, MediaFileManager.execute_deferred):
        assert "MediaFileMetadata" in made.__code__.co_names
    assert "is_marked_for_delete" in MediaFileManager.remove_orphaned_files.__code__.co_names


def test_of_files_for_downloads_the_oldest_go_first() -> None:
    keep_downloads()
    storage = MemoryMediaFileStorage("/media")
    count, size = DOWNLOADS_MEGABYTES // 10 + 1, 10_000_000
    ids = [storage.load_and_get_id(b"%d" % n * size, "text/html", MediaFileKind.DOWNLOADABLE) for n in range(count)]
    assert list(storage._files_by_id) == ids[1:]
    assert "load_and_get_id" in MediaFileManager.execute_deferred.__code__.co_names
    storage.delete_file(ids[0])  # no error, as when the manager deletes what is gone


def test_an_uploaded_file_without_a_place_is_not_kept_and_one_that_is_read_gives_its_place() -> None:
    bound_uploads()
    files = MemoryUploadedFileManager("/upload")
    largest = b"x" * (UPLOADS_MEGABYTES * 1_000_000 // 2)
    for number in range(3):
        files.add_file(f"session {number}", UploadedFileRec(f"file {number}", "run.jsonl", "", largest))
    assert [len(files.get_files(f"session {n}", [f"file {n}"])) for n in range(3)] == [1, 1, 0]
    files.remove_file("session 0", "file 0")
    files.add_file("session 2", UploadedFileRec("file 2", "run.jsonl", "", largest))
    assert len(files.get_files("session 2", ["file 2"])) == 1
    assert "remove_session_files" in AppSession.shutdown.__code__.co_names, "who leaves gives his place"


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


def test_what_is_served_for_a_page_has_a_head() -> None:
    assert index_html().count("<head>") == 1


def test_a_session_is_told_to_run_its_script_as_when_a_source_file_is_saved() -> None:
    saved = AppSession._on_source_file_changed.__code__.co_names
    assert {"request_rerun", "_client_state"} <= set(saved)
    assert callable(Runtime.is_active_session)


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
