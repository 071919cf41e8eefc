"""The page of runs: the visitor's own, samples, one that was shared, or one from a file."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timezone
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from agent.engine import samples
from agent.engine.run import Run, digest
from agent.export.export import model_words
from agent.graphs.registry import graph_title
from agent.projections.metrics import seconds_worked
from agent.store.index import Entry
from agent.store.recording import Recording, ends
from agent.store.upload import opened, take
from agent.streaming.modes import RUN_MODES, StreamMode
from texts import moment, sentence
from ui.markdown import safe_label, safe_markdown
from ui.runs import review
from ui.runs.replay import Replay
from ui.runs.watching import stop_watching, watching
from ui.shell import session
from ui.shell._streamlit_compat.uploads import forget_file
from ui.shell.catalog import PAGES
from ui.shell.choices import is_technical
from ui.shell.conversations import conversations
from ui.shell.language import language, say, tell

log = logging.getLogger(__name__)

PER_PAGE = 10
UPLOAD_MEGABYTES = 20
LOOK_SECONDS = 2.0
"""How often the list is updated while any of its runs is at work."""
Kind = Literal["own", "sample", "shared", "upload"]

_STATES = {
    "queued": ("orange", ":material/hourglass:"),
    "running": ("orange", ":material/play_circle:"),
    "waiting": ("orange", ":material/front_hand:"),
    "finished": ("green", ":material/check:"),
    "stopped": ("gray", ":material/stop_circle:"),
    "failed": ("red", ":material/error:"),
    "interrupted": ("gray", ":material/power_off:"),
}


def runs() -> None:
    """Show what the URL names, or the list."""
    if token := st.query_params.get("share"):
        _shared(token)
    elif held := st.session_state.get("uploaded"):
        if text := session.shelf().see(held):
            _show("upload", Run.replayed(opened(text)))
        else:
            st.session_state["list_refusal"] = sentence("runs-upload.dropped")
            _close()
            _list()
    elif run_id := st.query_params.get("open"):
        _own_or_sample(run_id)
    else:
        _list()


def _list() -> None:
    st.title(say("page-runs"), anchor=False)
    st.markdown(say("page-runs.intro"))
    own = session.runs().of(session.session_id())
    if refusal := st.session_state.pop("list_refusal", None):
        st.warning(tell(refusal), icon=":material/block:")
    conversations()
    if own:
        st.header(say("conversations-runs"), anchor=False)
    _rows(own, "own")
    if any(item.at_work for item in own):
        st.fragment(_look_for_news, run_every=LOOK_SECONDS)(_states(own))
    if not own:
        st.info(say("runs-none"), icon=":material/history:")
    if session.settings().agent_server_runs:
        watching(when)
    st.header(say("runs-samples"), anchor=False)
    st.caption(say("runs-samples.about"))
    _rows([_entry(samples.recording(sample, language())) for sample in samples.SAMPLES], "sample")
    _upload()
    st.caption(_what_is_kept())
    review.host()


def _look_for_news(shown: list[tuple[str, str, bool]]) -> None:
    """Redraw the page when a run that it shows has ended, or the server working on it has."""
    if _states(session.runs().of(session.session_id())) != shown:
        st.rerun()


def _states(items: Sequence[Entry]) -> list[tuple[str, str, bool]]:
    return [(item.header.id, item.state, item.interrupted) for item in items]


def _entry(sample: Recording) -> Entry:
    end = sample.events[-1]
    return Entry(sample.header, ends(end) or "stopped", seconds_worked(sample.events), sample.interrupted)


def when(seconds: float) -> str:
    """A moment by the visitor's clock."""
    zone: ZoneInfo | timezone = UTC
    with contextlib.suppress(Exception):  # the browser may name a zone that is not known here
        zone = ZoneInfo(str(st.context.timezone))
    return moment(language(), "time-moment", datetime.fromtimestamp(seconds, zone))


def _rows(items: Sequence[Entry], kind: Kind) -> None:
    pages = -(-len(items) // PER_PAGE)
    place = st.container(gap="xxsmall", key=f"list_{kind}")
    number = st.pagination(pages, key=f"page_{kind}") if pages > 1 else 1
    new = session.new_comments() if kind == "own" else {}
    with place:
        for item in items[(number - 1) * PER_PAGE : number * PER_PAGE]:
            _row(item, kind, new.get(item.header.id, 0))
    if pages > 1:
        st.caption(say("runs-count", count=len(items)))


def _row(item: Entry, kind: Kind, new: int) -> None:
    run_id = item.header.id
    with st.container(
        border=True,
        key=f"row_{run_id}",
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
    ):
        st.button(
            f"**{safe_label(item.header.request.question, 90)}**",
            key=f"open_{run_id}",
            type="tertiary",
            on_click=_open,
            args=(run_id,),
        )
        with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
            asked = when(item.header.asked_at)
            if not item.at_work:
                asked += f" · {say('time-seconds', seconds=f'{item.seconds:.1f}')}"
            state = "interrupted" if item.interrupted else item.state
            color, icon = _STATES[state]
            badge = f":{color}-badge[{icon} {say(f'runs-state-{state}')}]"
            if new:
                badge = f":orange-badge[:material/rate_review: {say('runs-new-comments.short', number=new)}] {badge}"
            st.markdown(f"{badge} :small[:gray[{asked}]]", width="content")
            if kind == "own":
                _delete(run_id)


def _delete(run_id: str) -> None:
    if st.session_state.get("deleting") != run_id:
        st.button(
            say("runs-delete"), key=f"delete_{run_id}", icon=":material/delete:", type="tertiary", on_click=_ask_first,
            args=(run_id,),
        )  # fmt: skip
        return
    with st.container(horizontal=True, width="content", gap="small"):
        st.button(
            say("runs-delete.now"), key="delete_now", icon=":material/delete:", type="primary", on_click=_forget,
            args=(run_id,),
        )  # fmt: skip
        st.button(say("runs-delete.not"), key="delete_not", on_click=_ask_first, args=(None,))


def _own_or_sample(run_id: str) -> None:
    kind: Kind = "own"
    run = session.runs().get(run_id)
    if run and run.header.owner != digest(session.session_id()):
        run = None
    if run is None and (sample := samples.recorded(run_id)):
        run, kind = Run.replayed(sample), "sample"
    if run is None:
        st.title(say("page-runs"), anchor=False)
        st.info(say("runs-not-yours"), icon=":material/history:")
        st.button(say("runs-all"), icon=":material/arrow_back:", key="back", on_click=_close)
        return
    _show(kind, run)


def _shared(token: str) -> None:
    run_id = session.links().run_of(token)
    run = session.runs().get(run_id) if run_id else None
    if run is None:
        st.title(say("runs-shared"), anchor=False)
        st.info(say("runs-shared.gone"), icon=":material/link_off:")
        st.button(say("runs-shared.ask"), key="ask_own", icon=":material/arrow_forward:", on_click=_go_home)
        return
    _show("shared", run)


def _go_home() -> None:
    st.session_state["page_to_open"] = "home"


def _show(kind: Kind, run: Run) -> None:
    header = run.header
    if kind != "shared":
        st.button(say("runs-all"), icon=":material/arrow_back:", key="back", type="tertiary", on_click=_close)
    st.caption(say_kind(kind, is_watched=bool(header.watched) and kind == "own"))
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(safe_markdown(header.request.question))
    model = model_words(header.request.model, language()) or graph_title(header.request.graph, language())
    label = header.label if kind != "sample" else ""
    st.caption(" · ".join([when(header.asked_at), *(safe_label(part, 200) for part in (model, label) if part)]))
    replay = Replay(f"{kind} {run.id}", run, modes_of(run), technical=is_technical())
    with st.container():  # there before they are: what is open in the bar stays open when the run ends
        replay.controls()
    review.bar(kind, run, modes_of(run))  # above the run: what grows would push it away from under the pointer
    place = st.chat_message("assistant", avatar=":material/waves:")
    if header.watched and kind == "own" and not run.ended:
        stop_watching(run)
    if not run.ended and kind == "own" and (page := PAGES.get(header.request.page)):
        with contextlib.suppress(Exception):  # no link where a page is run alone
            st.page_link(page.file, label=say("runs-to-its-page"), query_params={"run": run.id})
    replay.draw(place)  # last, because it lasts as long as a replay


def say_kind(kind: Kind, *, is_watched: bool) -> str:
    """Whose run it is, behind its sign."""
    if is_watched:
        return f":material/visibility: {say('runs-kind-watched')}"
    return f"{_ICONS[kind]} {say(f'runs-kind-{kind}')}"


_ICONS: dict[Kind, str] = {
    "own": ":material/history:",
    "sample": ":material/album:",
    "shared": ":material/link:",
    "upload": ":material/upload_file:",
}


def modes_of(run: Run) -> tuple[StreamMode, ...]:
    """The default modes of the page that asked, so that a replay looks as the run did."""
    page = PAGES.get(run.request.page)
    return (page.modes if page else ()) or RUN_MODES


def _upload() -> None:
    with st.expander(say("runs-upload"), icon=":material/upload_file:"):
        key = session.input_key("upload")
        st.file_uploader(
            say("runs-upload.label"),
            type="jsonl",
            key=key,
            max_upload_size=UPLOAD_MEGABYTES,
            on_change=_take_file,
            args=(key,),
            help=say("runs-upload.help"),
        )
        if refusal := st.session_state.pop("upload_refusal", None):
            st.warning(safe_markdown(tell(refusal)), icon=":material/block:")


def _take_file(key: str) -> None:
    file = session.take_input("upload", key)
    if file is None:
        return
    if not hasattr(file, "getvalue"):  # there was no room for it
        st.session_state["upload_refusal"] = sentence("runs-upload.busy")
        return
    taken = take(file.getvalue(), session.uploads())
    forget_file(file)
    if isinstance(taken, bytes):
        st.session_state["uploaded"] = session.shelf().put(taken)
    else:
        st.session_state["upload_refusal"] = taken.sentence


def _open(run_id: str) -> None:
    st.query_params["open"] = run_id


def _close() -> None:
    st.query_params.pop("open", None)
    for name in ("uploaded", "replay", "deleting"):
        st.session_state.pop(name, None)


def _ask_first(run_id: str | None) -> None:
    st.session_state["deleting"] = run_id


def _forget(run_id: str) -> None:
    """Delete a run of this visitor, and nobody else's."""
    own = session.runs()
    if any(item.header.id == run_id for item in own.of(session.session_id())) and (refusal := own.forget(run_id)):
        st.session_state["list_refusal"] = refusal.sentence
    st.session_state.pop("deleting", None)


def _what_is_kept() -> str:
    if not session.records_runs():
        return f":material/shield_person: {say('runs-kept.memory')}"
    days = f"{session.settings().limits.recording_days:g}"
    return f":material/shield_person: {say('runs-kept', days=days)}"
