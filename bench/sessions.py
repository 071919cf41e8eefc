"""A visitor by protocol, of the app and of each front end: opens a page, asks, and notes when which words arrived.

Almost everything is left unparsed, so that the client is not what is measured.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


class Counted(ClientConnection):
    """A connection that counts what comes over the wire, compressed as it is."""

    def __init__(self, session: Session, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._session = session

    def data_received(self, data: bytes) -> None:
        self._session.wire_bytes += len(data)
        super().data_received(data)


class Session:
    """A visitor of any front end."""

    def __init__(self, url: str, tag: str) -> None:
        self.url, self.tag = urlsplit(url), tag
        self.seen: list[tuple[float, int]] = []
        """Milliseconds since the epoch, and the last stamp that had arrived."""
        self.wire_bytes = 0
        """What came, compressed as it is."""

    async def open(self) -> None:
        """Open the page, until a question can be asked."""
        raise NotImplementedError

    async def ask(self, text: str) -> None:
        """Ask; whatever comes is looked at from now on."""
        raise NotImplementedError

    async def close(self) -> None:
        """Leave."""
        raise NotImplementedError

    def look(self, frame: bytes) -> None:
        """Find the last stamp, `q12z`, without parsing anything."""
        end = len(frame)
        while (end := frame.rfind(b"z", 0, end)) > 0:
            number = frame[frame.rfind(b"q", 0, end) + 1 : end]
            if number.isdigit():
                if int(number) > (self.seen[-1][1] if self.seen else -1):
                    self.seen.append((time.time() * 1000, int(number)))
                return

    async def connect(self, path: str, *subprotocols: str) -> ClientConnection:
        """A WebSocket at this server."""
        return await connect(
            f"ws://{self.url.netloc}{path}",
            subprotocols=subprotocols or None,  # type: ignore[arg-type]
            max_size=None,
            ping_interval=None,
            open_timeout=60,
            create_connection=partial(Counted, self),  # type: ignore[arg-type]
        )


class StreamlitSession(Session):
    """A visitor of the app."""

    def __init__(self, url: str, tag: str) -> None:
        super().__init__(url, tag)
        self.scripts_ended = 0
        self._page = self._box = ""
        self._watching = False
        self._news = asyncio.Event()
        self.socket: ClientConnection

    async def open(self) -> None:
        self.socket = await self.connect("/_stcore/stream", "streamlit", "no-token")
        self._reader = asyncio.create_task(self._read())
        await self.rerun()
        await self.until(lambda: self._box and self.scripts_ended)

    async def ask(self, text: str) -> None:
        asked = WidgetState(id=self._box)
        asked.chat_input_value.data = text
        self._watching = True
        await self.rerun(asked)

    async def rerun(self, trigger: WidgetState | None = None) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.url.query, self._page
        if not self._page:
            state.page_name = self.url.path.strip("/")
        state.context_info.timezone = "UTC"
        state.context_info.url = self.url.geturl()
        if trigger:
            state.widget_states.widgets.append(trigger)
        await self.socket.send(message.SerializeToString())

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def close(self) -> None:
        self._reader.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                assert isinstance(frame, bytes)
                if self._watching:
                    self.look(frame)
                if not self._watching or len(frame) < 300:  # longer ones are not about a script's end
                    self._take(ForwardMsg.FromString(frame))
                    self._news.set()
        except ConnectionClosed:
            pass

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page = message.new_session.page_script_hash
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.scripts_ended += 1
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "chat_input":
            self._box = message.delta.new_element.chat_input.id


class _SocketIo(Session):
    """A visitor of a front end that speaks Socket.IO, over Engine.IO 4 in a WebSocket."""

    path: ClassVar[str]

    async def shake_hands(self, query: dict[str, Any], auth: Any = None) -> None:
        """Open the connection, until the server has accepted it."""
        self.socket = await self.connect(f"{self.path}?{urlencode({'EIO': 4, 'transport': 'websocket', **query})}")
        assert str(await self.socket.recv()).startswith("0")
        await self.socket.send(f"40{json.dumps(auth) if auth is not None else ''}")
        while not str(await self.socket.recv()).startswith("40"):
            pass
        self._reader = asyncio.create_task(self._read())

    async def emit(self, event: str, *given: Any) -> None:
        """Send an event."""
        await self.socket.send(f"42{json.dumps([event, *given])}")

    async def close(self) -> None:
        self._reader.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                whole = frame.encode() if isinstance(frame, str) else frame
                if whole == b"2":
                    await self.socket.send("3")  # it asks whether anybody is there
                else:
                    self.look(whole)
        except ConnectionClosed:
            pass


class ChainlitSession(_SocketIo):
    path = "/ws/socket.io/"

    async def open(self) -> None:
        auth = {"clientType": "webapp", "sessionId": str(uuid.uuid4()), "threadId": "", "userEnv": "{}"}
        await self.shake_hands({}, auth | {"chatProfile": ""})
        await self.emit("connection_successful")
        await asyncio.sleep(0.1)

    async def ask(self, text: str) -> None:
        message = {"id": str(uuid.uuid4()), "threadId": "", "name": "User", "type": "user_message", "output": text}
        message["createdAt"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        await self.emit("client_message", {"message": {**message, "metadata": {}}, "fileReferences": []})


class NiceguiSession(_SocketIo):
    path = "/_nicegui_ws/socket.io/"

    async def open(self) -> None:
        page = (await _http(self.url.netloc, "GET", "/")).decode()
        self._client = re.findall(r"'client_id': '([^']+)'", page)[0]
        elements = json.loads(re.findall(r"parseElements\(String.raw`(.*?)`\)", page, re.DOTALL)[0])
        self._input, given = next((key, it) for key, it in elements.items() if it.get("tag") == "nicegui-input")
        self._listeners = {event["type"]: event["listener_id"] for event in given["events"]}
        ids = {"tab_id": str(uuid.uuid4()), "document_id": str(uuid.uuid4()), "old_tab_id": ""}
        await self.shake_hands({"client_id": self._client, "next_message_id": 0, "implicit_handshake": "true", **ids})

    async def ask(self, text: str) -> None:
        happenings: list[tuple[str, list[Any]]] = [("update:value", [text]), ("keydown", [{}])]
        for event, args in happenings:
            listener = next(found for name, found in self._listeners.items() if name.lower().startswith(event))
            given = {"id": int(self._input), "client_id": self._client, "listener_id": listener}
            await self.emit("event", {**given, "args": [json.dumps(each) for each in args]})


class GradioSession(Session):
    """Its queue over HTTP: one request to ask, and one that brings the events."""

    async def open(self) -> None:
        config = json.loads(await _http(self.url.netloc, "GET", "/config"))
        self._chat = next(each for each in config["dependencies"] if each["api_visibility"] == "public")
        self._hash = uuid.uuid4().hex[:10]

    async def ask(self, text: str) -> None:
        data = [text, *[None] * (len(self._chat["inputs"]) - 1)]
        body = {"data": data, "fn_index": self._chat["id"], "session_hash": self._hash}
        await _http(self.url.netloc, "POST", "/gradio_api/queue/join", json.dumps(body).encode())
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        reader, self._writer = await asyncio.open_connection(self.url.hostname, self.url.port)
        self._writer.write(_request(self.url.netloc, "GET", f"/gradio_api/queue/data?session_hash={self._hash}"))
        while news := await reader.read(65_536):
            self.wire_bytes += len(news)
            self.look(news)

    async def close(self) -> None:
        self._reader.cancel()
        self._writer.close()
        await self._writer.wait_closed()


SESSIONS: dict[str, type[Session]] = {
    "toolstream": StreamlitSession,
    "chainlit": ChainlitSession,
    "gradio": GradioSession,
    "nicegui": NiceguiSession,
}


async def _http(host: str, method: str, path: str, body: bytes = b"") -> bytes:
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(_request(host, method, path, body, "connection: close\r\n"))
    head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    if b"transfer-encoding: chunked" not in head.lower():
        return answer
    parts = []
    while answer and (size := int(answer.partition(b"\r\n")[0], 16)):
        answer = answer.partition(b"\r\n")[2]
        parts.append(answer[:size])
        answer = answer[size + 2 :]
    return b"".join(parts)


def _request(host: str, method: str, path: str, body: bytes = b"", more: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n{more}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
