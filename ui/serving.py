"""The app as an ASGI app: the pages, and beside them every run as AG-UI events, live."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache, partial
from pathlib import Path

import streamlit as st
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from agent.engine import samples
from agent.engine.run import Run
from agent.errors import SettingsError
from agent.export.card import HEIGHT, WIDTH, Card, card_of, to_png
from agent.export.live import Line, Reading
from agent.export.text import escaped
from agent.projections.label import spoken
from agent.projections.tool_titles import tool_titles
from agent.projections.transcript import fold
from agent.settings import Limits
from agent.store.recording import is_id
from agent.streaming.modes import RUN_MODES
from agent.tools.places import language_of
from texts import LANGUAGES, Language, say
from ui.shell import pin
from ui.shell._streamlit_compat.document import index_html
from ui.shell.first_paint import load

PAGES = Path(__file__).parents[1] / "app.py"
LOOK_SECONDS = 1.0
"""How long a reader waits for news, and how often it is checked that the run may still be read."""
PAUSE_SECONDS = 0.03
"""Whatever arrives within this time is sent together."""
PING_SECONDS = 5.0
SEND_SECONDS = 30.0
"""How long a reader may take for a chunk; whoever takes longer is gone."""
CHUNK = 65_536
"""Characters sent at once."""


class LiveRuns:
    """An ASGI app that sends a run's AG-UI events as they come, to whoever knows its id or a link to it.

    A reader with a `Last-Event-ID` goes on after that event. The stream lasts as long as the run, also while it waits
    for a person; after `reader_seconds` it ends, and its reader may come again.
    """

    def __init__(self) -> None:
        self._readers: Counter[str] = Counter()
        self._threads: ThreadPoolExecutor | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response: Response
        if request.method not in ("GET", "HEAD", "POST"):
            response = PlainTextResponse(status_code=405, headers={"Allow": "GET, HEAD, POST"})
            return await response(scope, receive, send)
        try:
            app = await asyncio.to_thread(pin.application)
        except SettingsError as error:
            return await PlainTextResponse(str(error), 503)(scope, receive, send)
        with self._room(request, app.settings.address_header, app.settings.limits) as has_room:
            if has_room:
                response = await self._stream(request, app.settings.limits)
            else:
                response = PlainTextResponse(say("en", "ag-ui-busy"), 503, {"Retry-After": "60"})
            await response(scope, receive, send)

    @contextmanager
    def _room(self, request: Request, header: str | None, limits: Limits) -> Iterator[bool]:
        """Room for one reader more, if there is any; of one address, if the host tells them apart."""
        address = ",".join(request.headers.getlist(header)).split(",")[-1].strip() if header else ""
        if self._readers.total() >= limits.readers or address and self._readers[address] >= limits.readers_per_address:
            yield False
            return
        self._readers[address] += 1
        try:
            yield True
        finally:
            self._readers[address] -= 1
            self._readers += Counter()  # without those that have none

    async def _stream(self, request: Request, limits: Limits) -> Response:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(limits.readers, "ag-ui")
        loop, threads = asyncio.get_running_loop(), self._threads
        name, last = request.path_params["run"], request.headers.get("Last-Event-ID", "")
        found = await loop.run_in_executor(threads, _find, name)
        if found is None:
            return PlainTextResponse(say("en", "ag-ui-unknown"), 404)
        run, may_read = found
        reading = Reading(run, int(last) if last.isascii() and last.isdecimal() and len(last) < 10 else -1)
        first = await loop.run_in_executor(threads, reading.next, 0.0)
        if reading.ended and not first:
            return Response(status_code=204)  # an EventSource comes again until it is told so

        async def chunks() -> AsyncIterator[bytes]:
            lines, began = first, time.monotonic()
            looked = began
            while True:
                for chunk in _chunks(lines):
                    yield chunk
                if reading.ended or time.monotonic() - began > limits.reader_seconds:
                    return
                await asyncio.sleep(PAUSE_SECONDS)
                lines = await loop.run_in_executor(threads, reading.next, LOOK_SECONDS)
                if time.monotonic() - looked > LOOK_SECONDS:
                    looked = time.monotonic()
                    if not await loop.run_in_executor(threads, may_read):
                        return

        return EventSourceResponse(chunks(), ping=PING_SECONDS, send_timeout=SEND_SECONDS, sep="\n")


LIVE = LiveRuns()


def routes() -> Sequence[BaseRoute]:
    """The app's routes besides its pages."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    base = f"/{base}" if base else ""
    return [
        Route(f"{base}/runs/{{run}}/ag-ui", LIVE),
        Route(f"{base}/runs/{{run}}/picture.png", _picture),
        Route(f"{base}/Runs", _page),
        Route(f"{base}/", _page),
    ]


_drawing = asyncio.Lock()
"""One picture at a time: others do not wait in the threads that answer everybody."""


async def _picture(request: Request) -> Response:
    """The picture of a shared run or a sample, for chats that preview links."""
    async with _drawing:
        made = await asyncio.to_thread(_png, request.path_params["run"], request.query_params.get("lang", ""))
    if made is None:
        return PlainTextResponse(say("en", "ag-ui-unknown"), 404)
    return Response(made, media_type="image/png", headers={"Cache-Control": "no-cache"})


async def _page(request: Request) -> Response:
    """Streamlit's own document, which tells chats that preview links what Home and a shared run are."""
    asks = request.query_params
    name = asks.get("share", "") if request.url.path.endswith("/Runs") else samples.HOME.name
    preview = await asyncio.to_thread(_preview, name, asks.get("lang", ""), _origin(request))
    html = index_html().replace("<head>", f"<head>{preview}", 1)
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


def _origin(request: Request) -> str:
    """The address of this app as its visitors have it: behind a proxy, over what that says."""
    scheme = request.headers.get("X-Forwarded-Proto", "")
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    url = request.url.replace(scheme=scheme if scheme in ("http", "https") else request.url.scheme)
    return f"{url.scheme}://{url.netloc}{f'/{base}' if base else ''}"


def _preview(name: str, lang: str, origin: str) -> str:
    """Tags of the Open Graph protocol for a link that still works; says what the page says to anybody with it."""
    run, is_home = _public(name, lang), name == samples.HOME.name
    if run is None:
        return ""
    language, card = _language(lang, run), _card(run, lang)
    title = say(language, "home-title") if is_home else run.request.question[:200]
    said = {"title": title, "site_name": "Toolstream", "type": "website" if is_home else "article"}
    if card:
        first, whole = (say(language, "time-seconds", seconds=f"{each:.1f}") for each in (card.first, card.whole))
        said["description"] = say(language, "home-verdict", first=first, whole=whole)
        said["image"] = f"{origin}/runs/{name}/picture.png?lang={language}"
        said |= {"image:width": f"{WIDTH}", "image:height": f"{HEIGHT}", "image:alt": title}
    tags = "".join(f'<meta property="og:{name}" content="{escaped(text)}">' for name, text in said.items())
    return tags + '<meta name="twitter:card" content="summary_large_image">' * bool(card)


def _png(name: str, lang: str) -> bytes | None:
    """The picture that this address stands for; None if there is none."""
    run = _public(name, lang)
    card = _card(run, lang) if run else None
    return _drawn(card, _language(lang, run)) if run and card else None


def _card(run: Run, lang: str) -> Card | None:
    titles = tool_titles(run.request.tools, _language(lang, run))
    return card_of(fold(run.read()[0], RUN_MODES), lambda name: titles.get(name) or spoken(name))


@lru_cache(maxsize=32)
def _drawn(card: Card, language: Language) -> bytes:
    return to_png(card, partial(say, language))


def _public(name: str, lang: str) -> Run | None:
    """The run that a link leads to, or Home's sample."""
    if name == samples.HOME.name:
        return Run.replayed(samples.recording(samples.HOME, "ko" if lang == "ko" else "en"))
    try:
        app = pin.application()
    except SettingsError:
        return None
    return app.runs.get(app.store.links.run_of(name) or "") if is_id(name) else None


def _language(lang: str, run: Run) -> Language:
    """The language that the link asks for, or that of the question."""
    return next((known for known in LANGUAGES if known == lang), language_of(run.request.question))


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Open the application before its first visitor comes, and close it with the server.

    That ends by a signal, and nothing that Python does at its end is done.
    """
    opening = asyncio.create_task(asyncio.to_thread(load))
    yield
    await opening
    await asyncio.to_thread(pin.close)


def _find(name: str) -> tuple[Run, Callable[[], bool]] | None:
    """The run with this id, or that a link leads to; and whether it may still be read."""
    if not is_id(name):
        return None
    app = pin.application()
    runs, links = pin.CurrentRuns(app.runs), app.store.links
    if shared := links.run_of(name):
        run = runs.get(shared)
        return (run, lambda: links.run_of(name) == shared) if run else None
    sample = samples.recorded(name)
    run = Run.replayed(sample) if sample else runs.get(name)
    return (run, lambda: True) if run else None


def _chunks(lines: Sequence[Line]) -> Iterator[bytes]:
    """Events in the form in which they are sent, several at once."""
    chunk, size = [], 0
    for number, line in lines:
        chunk.append(ServerSentEvent(line, id=str(number), sep="\n").encode())
        size += len(line)
        if size > CHUNK:
            yield b"".join(chunk)
            chunk, size = [], 0
    if chunk:
        yield b"".join(chunk)
