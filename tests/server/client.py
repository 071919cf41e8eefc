"""A visitor without a browser: speaks Streamlit's WebSocket protocol, and keeps what a page would show."""

from __future__ import annotations

import http.client
import re
import secrets
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

Path = tuple[int, ...]

CAPTION = 2
"""`Markdown.element_type` of st.caption."""

ME, SOMEBODY = ({"Cookie": f"toolstream_visitor={letter * 22}"} for letter in "vw")
"""The headers of two browsers: without any, each tab is another one's."""


@dataclass
class Box:
    """A tool call on the page."""

    label: str
    text: str = ""


@dataclass
class Turn:
    """A question on the page, and all that belongs to its answer."""

    question: str
    answer: str = ""
    waiting: str = ""
    """The last line, which says what it waits for."""
    told: str = ""
    """What has happened, told in plain sentences, in the view `simple`."""
    boxes: list[Box] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Sentences in coloured boxes: stopped, failed."""
    figures: str = ""
    """The line under a run that has ended."""


@dataclass(frozen=True)
class SentFile:
    """A file that the server was sent, and what it answered."""

    urls: Any
    status: int


@dataclass
class _Element:
    kind: str
    proto: Any
    run: str


class Visitor:
    """One browser tab. A thread of its own reads the socket; waiting is for what the page shows, never for time.

    `page` is the last part of its address; Home, whose address is "", first plays an example for eight seconds.
    As a context manager it closes itself.
    """

    def __init__(
        self,
        url: str,
        page: str = "LLM_tokens",
        *,
        receive_buffer: int = 0,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> None:
        self.query = urlencode({"view": "technical", **query})
        self.session_id = ""
        self.frames: list[bytes] = []
        """Every message, as it came."""
        self.turn_bytes = 0
        """Bytes of the messages that draw the conversation."""
        self.scripts = 0
        """How often the script has begun."""
        self.idle = False
        """Whether the last script that has begun, or was asked for, has come to its end."""
        self.closed = False
        self._failure: Exception | None = None
        self.url = url
        self._host, self._port = url.removeprefix("http://").split(":")
        self._receive_buffer, self._headers = receive_buffer, headers or {}
        self._page_name, self._page_hash = page, ""
        self._drawn_page = ""
        self._pages: dict[str, str] = {}
        self._elements: dict[Path, _Element] = {}
        self._values: dict[str, WidgetState] = {}
        self._answers: dict[str, ForwardMsg] = {}
        self._fragments: set[str] = set()
        """Parts of the page that a browser asks for again and again."""
        self._script = ""
        self._awaited = False
        """Whether a script that was asked for has yet to begin: one that ends before is not the last."""
        self._news = threading.Condition(threading.RLock())
        self._reading = threading.Event()
        self._reading.set()
        self._socket: ClientConnection
        self.reconnect()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # The line to the server

    def reconnect(self) -> None:
        """Connect as a browser does: with the session's id, if there is one; then ask for the page."""
        raw = socket.socket()
        if self._receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        raw.settimeout(10)
        raw.connect((self._host, int(self._port)))
        protocols = ["streamlit", "no-token", *([self.session_id] if self.session_id else [])]
        opening = connect(
            f"ws://{self._host}:{self._port}/_stcore/stream",
            sock=raw,
            subprotocols=protocols,  # type: ignore[arg-type]
            additional_headers=self._headers,
            max_size=None,
            max_queue=1 if self._receive_buffer else 64,
            compression=None if self._receive_buffer else "deflate",
            ping_interval=None,
        )
        self._line = ExitStack()
        self._socket = self._line.enter_context(opening)
        self.closed = False
        self._reader = threading.Thread(target=self._read, args=(self._socket,), name="visitor", daemon=True)
        self._reader.start()
        self.rerun()

    def close(self) -> None:
        """Close the tab."""
        self._reading.set()
        self._line.close()
        self._reader.join(5)

    def cut(self) -> None:
        """Lose the connection without a goodbye."""
        self._socket.socket.shutdown(socket.SHUT_RDWR)
        self.close()

    def stop_reading(self) -> None:
        """Leave everything in the socket from now on, until `read_on`."""
        self._reading.clear()

    def read_on(self) -> None:
        """Take everything that comes, as usual."""
        self._reading.set()

    # What a visitor does

    def ask(self, question: str) -> None:
        """Type a question and send it."""
        asked = WidgetState(id=self._widget("chat_input", "question").id)
        asked.chat_input_value.data = question
        self.rerun(asked)

    def click(self, key: str, times: int = 1) -> None:
        """Click a button, or click it twice before the page can have changed."""
        clicked = WidgetState(id=self._widget("button", key).id, trigger_value=True)
        for _ in range(times):
            self.rerun(clicked)

    def type(self, key: str, text: str, kind: str = "text_input") -> None:
        """Type into a text field or a `text_area`, and leave it."""
        widget = self._widget(kind, key)
        self._values[widget.id] = WidgetState(id=widget.id, string_value=text)
        self.rerun()

    def fill(self, key: str, number: float) -> None:
        """Put a number into a field."""
        state = WidgetState(id=self._widget("number_input", key).id, double_value=number)
        self._values[state.id] = state
        self.rerun()

    def pick(self, key: str, *wanted: str) -> None:
        """Choose these of the pills, by a word that is on them, and no others."""
        widget = self._widget("button_group", key)
        state = WidgetState(id=widget.id)
        labels = [f"{option.content_icon} {option.content}".strip() for option in widget.options]
        state.string_array_value.data.extend(next(label for label in labels if word in label) for word in wanted)
        self._values[widget.id] = state
        self.rerun()

    def open(self, key: str) -> None:
        """Open an expander."""
        state = WidgetState(id=self._widget("expandable", key).id, bool_value=True)
        self._values[state.id] = state
        self.rerun()

    def select(self, key: str, option: str) -> None:
        """Choose an option of a select box."""
        widget = self._widget("selectbox", key)
        assert option in widget.options, list(widget.options)
        self._values[widget.id] = WidgetState(id=widget.id, string_value=option)
        self.rerun()

    def forge(self, state: WidgetState) -> None:
        """Have this sent with the next script as a widget's value, and with all after it, as a browser does."""
        self._values[state.id] = state

    def upload(self, key: str, name: str, content: bytes) -> int:
        """Send a file, and name it as the widget's; returns the status of the server's answer."""
        sent = self.send_file(name, content)
        state = WidgetState(id=self._widget("file_uploader", key).id)
        state.file_uploader_state_value.uploaded_file_info.add(
            file_id=sent.urls.file_id, name=name, size=len(content), file_urls=sent.urls
        )
        self._values[state.id] = state
        self.rerun()
        return sent.status

    def send_file(self, name: str, content: bytes) -> SentFile:
        """Send a file, and tell no widget of it."""
        request = BackMsg()
        request.file_urls_request.request_id = request_id = secrets.token_hex(8)
        request.file_urls_request.session_id = self.session_id
        request.file_urls_request.file_names.append(name)
        urls = self._asked(request, request_id).file_urls_response.file_urls[0]
        return SentFile(urls, self._put(urls.upload_url, name, content))

    def download(self, key: str) -> bytes:
        """What a download button gives."""
        with urllib.request.urlopen(self.download_url(key), timeout=20) as file:
            return bytes(file.read())

    def download_url(self, key: str) -> str:
        """Where the server has put the file that a download button asks for."""
        request = BackMsg()
        request.backend_operation_request.request_id = request_id = secrets.token_hex(8)
        request.backend_operation_request.session_id = self.session_id
        request.backend_operation_request.deferred_file.file_id = self._widget("download_button", key).deferred_file_id
        answer = self._asked(request, request_id).backend_operation_response
        return f"http://{self._host}:{self._port}{answer.deferred_file.url}"

    def goto(self, page: str) -> None:
        """Follow a link to another page; "" is Home."""
        self.query, self._values = "", {}
        self._page_hash = self._pages[page]
        self.rerun()

    def clear_cache(self) -> None:
        """What "Clear cache" in Streamlit's menu sends; anybody can send it."""
        self._send(BackMsg(clear_cache=True))

    def rerun(self, trigger: WidgetState | None = None, fragment_id: str = "") -> None:
        """Have the page drawn again, or a part of it."""
        message = BackMsg()
        state = message.rerun_script
        state.fragment_id, state.is_auto_rerun = fragment_id, bool(fragment_id)
        state.query_string, state.page_script_hash = self.query, self._page_hash
        if not self._page_hash:
            state.page_name = self._page_name
        state.context_info.timezone = "UTC"
        state.context_info.url = f"http://{self._host}:{self._port}/{self._page_name}"
        state.widget_states.widgets.extend([*self._values.values(), *([trigger] if trigger else [])])
        if not fragment_id:  # a part that is gone is not drawn
            with self._news:
                self.idle, self._awaited = False, True
        self._send(message)

    def tick(self) -> None:
        """Let the time pass after which the page looks for news by itself, if it does."""
        with self._news:
            fragments = list(self._fragments)
        for fragment_id in fragments:
            self.rerun(fragment_id=fragment_id)

    # What is on the page

    @property
    def turns(self) -> list[Turn]:
        """The conversation."""
        with self._news:
            return _turns(sorted(self._elements.items()))

    @property
    def text(self) -> str:
        """All words on the page."""
        with self._news:
            return "\n".join(_words(element) for _, element in sorted(self._elements.items()))

    @property
    def errors(self) -> list[str]:
        """What is shown of exceptions that no page has caught."""
        with self._news:
            return [_words(element) for _, element in sorted(self._elements.items()) if element.kind == "exception"]

    @property
    def widget_ids(self) -> list[str]:
        """The ids of all widgets on the page."""
        with self._news:
            ids = (getattr(element.proto, "id", "") for element in self._elements.values())
            return sorted({widget_id for widget_id in ids if widget_id.startswith("$$ID")})

    def widget_id(self, kind: str, key: str) -> str:
        """The id of a widget on the page."""
        return str(self._widget(kind, key).id)

    @property
    def run_id(self) -> str:
        """The run that the URL names."""
        return dict(part.split("=", 1) for part in self.query.split("&") if "=" in part).get("run", "")

    def has(self, kind: str, key: str) -> bool:
        """Whether a widget is on the page."""
        with self._news:
            return bool(self._widgets(kind, key))

    def keys(self, label: str, kind: str = "button") -> list[str]:
        """The keys of the widgets with this label, from the top of the page on."""
        with self._news:
            found = (element.proto for _, element in sorted(self._elements.items()) if element.kind == kind)
            return [proto.id.split("-", 2)[2] for proto in found if proto.label == label]

    def wait_until(self, true: Callable[[], object], why: str, timeout: float = 20) -> None:
        """Wait until the page is so, and fail with what it looks like instead."""
        deadline = time.monotonic() + timeout
        with self._news:
            while not true():
                left = deadline - time.monotonic()
                if self._failure:
                    raise self._failure
                assert not self.closed, f"The connection was lost while waiting until {why}"
                assert left > 0, f"Waited {timeout} s in vain until {why}; the page ends with\n{self.text[-1500:]}"
                self._news.wait(min(left, 0.5))

    def wait_idle(self, timeout: float = 20) -> None:
        """Wait until the page has been drawn to its end: no run is being followed any more."""
        self.wait_until(lambda: self.idle, "the script has come to its end", timeout)

    # Inside

    def _asked(self, message: BackMsg, request_id: str) -> ForwardMsg:
        """The answer to a message that gets one."""
        self._send(message)
        self.wait_until(lambda: request_id in self._answers, "the server answers")
        return self._answers.pop(request_id)

    def _put(self, path: str, name: str, content: bytes) -> int:
        """Send a file as a form, with the token against forged requests that the server hands out."""
        line = http.client.HTTPConnection(self._host, int(self._port), timeout=30)
        try:
            line.request("GET", "/_stcore/health")
            answer = line.getresponse()
            answer.read()
            cookie = str(answer.getheader("Set-Cookie", "")).split(";")[0]
            mark = secrets.token_hex(16)
            head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
            headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Cookie": cookie}
            line.request("PUT", path, body, headers | {"X-Xsrftoken": cookie.partition("=")[2]})
            answer = line.getresponse()
            answer.read()
            return answer.status
        finally:
            line.close()

    def _send(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def _read(self, connection: ClientConnection) -> None:
        try:
            while True:
                self._reading.wait()
                frame = connection.recv()
                assert isinstance(frame, bytes)
                with self._news:
                    self._take(frame)
                    self._news.notify_all()
        except Exception as error:
            with self._news:
                self.closed = True
                self._failure = None if isinstance(error, ConnectionClosed) else error
                self._news.notify_all()

    def _take(self, frame: bytes) -> None:
        self.frames.append(frame)
        message = ForwardMsg.FromString(frame)
        match message.WhichOneof("type"):
            case "new_session":
                self._begin(message)
            case "navigation":
                self._arrive(message.navigation)
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auto_rerun":
                self._fragments.add(message.auto_rerun.fragment_id)
            case "file_urls_response":
                self._answers[message.file_urls_response.response_id] = message
            case "backend_operation_response":
                self._answers[message.backend_operation_response.request_id] = message
            case "delta":
                self._draw(tuple(message.metadata.delta_path), message.delta, len(frame))
            case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._elements = {p: element for p, element in self._elements.items() if element.run == self._script}
                there = {getattr(element.proto, "id", "") for element in self._elements.values()}
                self._values = {name: value for name, value in self._values.items() if name in there}
                self.idle = not self._awaited
            case "script_finished" if message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                self.idle = not self._awaited

    def _begin(self, message: ForwardMsg) -> None:
        begun = message.new_session
        self.session_id = begun.initialize.session_id
        self._script = message.metadata.run.script_run_id
        self.scripts += 1
        self.idle = self._awaited = False
        if not message.metadata.run.fragment_ids:
            self._fragments.clear()

    def _arrive(self, navigation: Any) -> None:
        self._pages = {
            "" if page.is_default else page.url_pathname: page.page_script_hash for page in navigation.app_pages
        }
        if self._drawn_page != navigation.page_script_hash:
            self._elements.clear()
        self._page_hash = self._drawn_page = navigation.page_script_hash

    def _draw(self, path: Path, delta: Any, size: int) -> None:
        kind = delta.WhichOneof("type")
        assert kind in ("new_element", "add_block"), f"a delta of a kind that this client does not know: {kind}"
        part = getattr(delta, kind)
        kind = part.WhichOneof("type") or "container"
        if delta.HasField("new_element"):
            for below in [other for other in self._elements if other[: len(path)] == path]:
                del self._elements[below]
        element = self._elements[path] = _Element(kind, getattr(part, kind, part), self._script)
        if getattr(element.proto, "set_value", False):
            self._values.pop(element.proto.id, None)
        if self._in_turn(path):
            self.turn_bytes += size

    def _in_turn(self, path: Path) -> bool:
        above = (self._elements.get(path[:end]) for end in range(1, len(path) + 1))
        return any(element and element.kind == "chat_message" for element in above)

    def _widgets(self, kind: str, key: str) -> list[Any]:
        return [
            element.proto
            for element in self._elements.values()
            if element.kind == kind and element.proto.id.endswith(f"-{key}")
        ]

    def _widget(self, kind: str, key: str) -> Any:
        with self._news:
            found = self._widgets(kind, key)
            assert found, f"there is no {kind} {key!r} on the page:\n{self.text}"
            return found[-1]


def _turns(elements: list[tuple[Path, _Element]]) -> list[Turn]:
    turns: list[Turn] = []
    message: Path = ()
    asks = False
    box: Path = ()
    for path, element in elements:
        if element.kind == "chat_message":
            message, asks = path, element.proto.name == "user"
            if asks:
                turns.append(Turn(""))
        elif not message or path[: len(message)] != message or not turns:
            continue
        elif asks:  # below it is what can be done with it
            turns[-1].question = turns[-1].question or _words(element).strip()
        elif element.kind == "expandable":
            box = path
            turns[-1].boxes.append(Box(element.proto.label))
        elif element.kind == "alert":
            turns[-1].notes.append(element.proto.body)
        elif element.kind == "markdown":
            _write(turns[-1], element.proto, bool(box) and path[: len(box)] == box)
    return turns


def _write(turn: Turn, markdown: Any, in_box: bool) -> None:
    if markdown.element_type == CAPTION:
        turn.figures = markdown.body
    elif not in_box and (said := re.fullmatch(r":(?:shimmer|gray)\[(.*)\]", markdown.body)):
        turn.waiting = said[1]
    elif markdown.body.startswith("- :small["):
        turn.told = markdown.body
    elif in_box:
        turn.boxes[-1].text = "\n\n".join(filter(None, (turn.boxes[-1].text, markdown.body)))
    else:
        turn.answer = "\n\n".join(filter(None, (turn.answer, markdown.body)))


def _words(element: _Element) -> str:
    parts = (getattr(element.proto, name, "") for name in ("label", "body", "text", "message", "code_text"))
    return " ".join(part for part in parts if isinstance(part, str))
