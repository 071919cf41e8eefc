"""The one module that reaches into Streamlit's internals; a contract test tells when they change."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime, exists, get_instance, media_file_manager
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.media_file_manager import MediaFileMetadata
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx
from streamlit.runtime.session_manager import ActiveSessionInfo, SessionClientDisconnectedError, SessionInfo
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.session_state import Serialized, WStates
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often sessions are checked for the end of their time."""
DOWNLOAD_SECONDS = 60.0
"""How long a file made for a download waits to be fetched."""
DOWNLOADS_MEGABYTES = 40
"""Of all files that were made for downloads; the oldest go first."""
UPLOADS_MEGABYTES = 42
"""Of all files that were uploaded and not yet read: two of the largest."""
UNREAD_SECONDS = 10.0
"""How long an uploaded file waits for a script that looks at it."""
READ_SECONDS = 60.0
"""How long a script may take to read one."""
BUSY_SECONDS = 30.0
"""How long garbage waits for a quiet moment."""
ABNORMAL = 1006
"""The status of a WebSocket that was lost (RFC 6455, 7.4.1)."""
TRY_AGAIN_LATER = 1013
"""The status of a WebSocket whose server has too much to do (IANA's registry of close codes)."""


def run_one_script_a_session() -> None:
    """Make a session's scripts run one after the other, each with all of a click's callbacks. Once a process.

    With `fastReruns`, which some hosts insist on, a click starts a second script while the first still runs. Both then
    change the session's state, each under its own lock: it is read half written, values are lost, and the page dies.
    Without it, a click waits until the script checks for one.

    Streamlit also checks for the next click before it has read this one's input, and whenever a callback touches the
    session's state: a question was lost when a click followed at once. So nobody checks until the script begins.
    """
    config.set_option("runner.fastReruns", False)
    look = ScriptRunner._maybe_handle_execution_control_request

    def look_once_begun(self: ScriptRunner) -> None:
        context = get_script_run_ctx(suppress_warning=True)
        if context is None or context.has_script_started:
            look(self)

    ScriptRunner._maybe_handle_execution_control_request = look_once_begun  # type: ignore[method-assign]


def drop_forged_values() -> None:
    """Treat a widget value that no browser would send as never sent. Once a process.

    Streamlit hands a widget whatever arrives, a number for a list of words, and since it keeps the value, every later
    script of the session ends with the same error.
    """
    take, value_of = WStates.set_widget_from_proto, WStates.__getitem__

    def take_and_look(self: WStates, widget_state: WidgetState) -> None:
        take(self, widget_state)
        self.get(widget_state.id)  # now: nothing may be dropped while Streamlit goes through all values

    def value_if_genuine(self: WStates, widget_id: str) -> Any:
        state, metadata = self.states.get(widget_id), self.widget_metadata.get(widget_id)
        if not isinstance(state, Serialized) or metadata is None:
            return value_of(self, widget_id)
        try:
            if state.value.WhichOneof("value") == metadata.value_type and _is_finite(state.value):
                return value_of(self, widget_id)
        except Exception:
            log.debug("A widget's value could not be read.", exc_info=True)
        del self.states[widget_id]
        raise KeyError(widget_id)

    WStates.set_widget_from_proto = take_and_look  # type: ignore[method-assign]
    WStates.__getitem__ = value_if_genuine  # type: ignore[method-assign]


def _is_finite(state: WidgetState) -> bool:
    return math.isfinite(state.double_value) and all(map(math.isfinite, state.double_array_value.data))


def keep_downloads() -> None:
    """Keep a file made for a download until it has been fetched. Once a process.

    It belongs to no session, and Streamlit deletes it as soon as any two scripts of any visitors have ended: the
    browser, just told where it is, finds nothing. All such files together take no more than DOWNLOADS_MEGABYTES.
    """
    media_file_manager.MediaFileMetadata = _Download  # type: ignore[misc]
    load = MemoryMediaFileStorage.load_and_get_id

    def load_and_bound(self: MemoryMediaFileStorage, *args: Any, **kwargs: Any) -> str:
        file_id = load(self, *args, **kwargs)
        there = dict(self._files_by_id)
        size = sum(file.content_size for file in there.values())
        for other, file in there.items():
            if size > DOWNLOADS_MEGABYTES * 1_000_000 and other != file_id:
                self.delete_file(other)
                size -= file.content_size
        return file_id

    MemoryMediaFileStorage.load_and_get_id = load_and_bound  # type: ignore[method-assign]


class _Download(MediaFileMetadata):
    """What Streamlit knows about a file; it is not deleted before its time."""

    def __init__(self, kind: MediaFileKind = MediaFileKind.MEDIA) -> None:
        super().__init__(kind)
        self._until = time.monotonic() + DOWNLOAD_SECONDS

    @property
    def is_marked_for_delete(self) -> bool:
        return super().is_marked_for_delete and time.monotonic() > self._until


def bound_uploads() -> None:
    """Keep no more uploads than UPLOADS_MEGABYTES; what finds no place is not kept. Once a process.

    Streamlit limits each file, not their number: it keeps them all until their session is over, whoever sends them.
    Here a file is kept until it has been read (`forget_file`), and one that no script looks at for UNREAD_SECONDS makes
    room for the next.
    """
    add, find = MemoryUploadedFileManager.add_file, MemoryUploadedFileManager.get_files
    arrived: dict[str, float] = {}
    looked_at: dict[str, float] = {}

    def add_if_there_is_room(self: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
        now = time.monotonic()
        there = [(owner, each) for owner, files in list(self.file_storage.items()) for each in list(files.values())]
        size = len(file.data)
        for owner, each in there:
            until = arrived.get(each.file_id, 0.0) + UNREAD_SECONDS
            if each.file_id in looked_at:
                until = looked_at[each.file_id] + READ_SECONDS
            if now < until:
                size += len(each.data)
            else:
                self.remove_file(owner, each.file_id)
        for times in (arrived, looked_at):
            for gone in times.keys() - {each.file_id for _, each in there}:
                times.pop(gone, None)
        if size <= UPLOADS_MEGABYTES * 1_000_000:
            arrived[file.file_id] = now
            add(self, session_id, file)

    def find_and_note(
        self: MemoryUploadedFileManager, session_id: str, file_ids: Sequence[str]
    ) -> list[UploadedFileRec]:
        found = find(self, session_id, file_ids)
        for each in found:
            looked_at.setdefault(each.file_id, time.monotonic())
        return found

    MemoryUploadedFileManager.add_file = add_if_there_is_room  # type: ignore[method-assign]
    MemoryUploadedFileManager.get_files = find_and_note  # type: ignore[method-assign]


def forget_file(file: UploadedFile) -> None:
    """Release an uploaded file that has been read."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def end_sessions(works: Callable[[], bool], collect: Callable[[bool], None]) -> None:
    """Make each session end when its time is over, with its handles and its state. Once a process.

    Streamlit forgets an abandoned session only when another one is abandoned, and never shuts it down: it waits for the
    garbage collector, like a finished script with all that its widgets were sent.

    When sessions have ended, `collect` is called with True as soon as no other session runs a script and nothing else
    `works`, so that nobody waits for it. Until then it is called with False every BUSY_SECONDS.
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

    One that was lost while something was sent has ended, too, for whoever listens: Starlette calls that an error, and
    Streamlit logs it as one.
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


def send_to_who_is_there() -> None:
    """Let a message go to the connection that its session has now. Once a process.

    Streamlit looks once which connections there are, and then sends what all sessions have to say, which takes a while
    on a busy server. Whoever was back in that while heard nothing of what a new script drew: it went to the lost line.
    """
    send = Runtime._send_message

    def send_there(self: Runtime, session_info: ActiveSessionInfo, msg: ForwardMsg) -> None:
        send(self, self._session_mgr.get_active_session_info(session_info.session.id) or session_info, msg)

    Runtime._send_message = send_there  # type: ignore[method-assign]


def hang_up_on_who_is_given_up() -> None:
    """Close the connection to a browser that Streamlit no longer sends anything, so that it comes back. Once a process.

    Beyond 500 messages that a browser has not taken, Streamlit forgets the connection and leaves it open: the page
    stands still for ever. A closed one is opened anew by the browser, and the page is drawn as it is by then.
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


@cache
def index_html() -> str:
    """The document that Streamlit serves for every page."""
    return Path(streamlit.__file__).with_name("static").joinpath("index.html").read_text(encoding="utf-8")


def this_session() -> str:
    """The id of the session whose script this is; empty without a server, as in AppTest."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context and exists() and type(get_instance()) is Runtime else ""


def is_connected(session_id: str) -> bool:
    """Whether a session has a browser at its other end."""
    return exists() and get_instance().is_active_session(session_id)


def draw_anew(session_id: str) -> None:
    """Have a session that stands still run its script once more, with what its widgets have now. From any thread."""
    runtime = get_instance()
    if info := runtime._session_mgr.get_active_session_info(session_id):
        loop = runtime._get_async_objs().eventloop
        loop.call_soon_threadsafe(info.session.request_rerun, info.session._client_state)


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
