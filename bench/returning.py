"""A visitor of a deployment, who comes back when a process of it dies."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import uuid
from functools import partial
from urllib.request import Request, urlopen

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from bench.sessions import Counted, StreamlitSession


class ReturningVisitor(StreamlitSession):
    """Comes back by himself when his connection is lost, as a browser does."""

    def __init__(self, url: str, tag: str) -> None:
        super().__init__(url, tag)
        self._cookies = {"toolstream_visitor": uuid.uuid4().hex[:22]}
        self.asked_at = 0.0
        """Seconds since the epoch."""
        self.reads = asyncio.Event()
        """Whether words of the answer have come."""
        self.returns = 0

    async def connect(self, path: str, *subprotocols: str) -> ClientConnection:
        """A WebSocket at the process that the proxy sends this visitor to."""
        await asyncio.to_thread(self._greet)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return await connect(
            f"ws://{self.url.netloc}{path}",
            subprotocols=subprotocols,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies},
            max_size=None,
            ping_interval=None,
            open_timeout=60,
            create_connection=partial(Counted, self),  # type: ignore[arg-type]
        )

    def _greet(self) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        with urlopen(
            Request(f"http://{self.url.netloc}/_stcore/health", headers={"Cookie": cookies}), timeout=10
        ) as it:
            if found := re.search(r"TSID=(\w+)", it.headers.get("Set-Cookie", "")):
                self._cookies["TSID"] = found[1]

    async def _read(self) -> None:
        while True:
            await super()._read()
            while True:
                await asyncio.sleep(0.5)
                with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                    self.socket = await self.connect("/_stcore/stream", "streamlit", "no-token")
                    self._page = ""
                    await self.rerun()
                    self.returns += 1
                    break

    async def ask(self, text: str) -> None:
        self.asked_at = time.time()
        await super().ask(text)

    def look(self, frame: bytes) -> None:
        super().look(frame)
        if self.seen:
            self.reads.set()

    async def rerun(self, *given: object) -> None:
        with contextlib.suppress(ConnectionClosed):
            await super().rerun(*given)  # type: ignore[arg-type]

    def _take(self, message: ForwardMsg) -> None:
        super()._take(message)
        if message.WhichOneof("type") == "page_info_changed":
            self.url = self.url._replace(query=message.page_info_changed.query_string)
