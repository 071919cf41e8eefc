"""What can be done with an opened run: download it, share it, comment on it; and the host's table of comments."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from agent.engine.run import Run, digest
from agent.export.export import Export, file_name
from agent.export.make import Ending, make
from agent.graphs.registry import graph_title
from agent.offload import Offload
from agent.projections.tool_titles import tool_titles
from agent.store.comments import MAX_COMMENT, Comment, Comments, table, to_csv
from agent.streaming.modes import StreamMode
from texts import sentence
from ui.markdown import safe_markdown
from ui.shell import session
from ui.shell.language import language, say, tell

_THUMBS = (":material/thumb_down:", ":material/thumb_up:")


def bar(kind: str, run: Run, modes: Collection[StreamMode]) -> None:
    """The buttons below a run."""
    with st.container(horizontal=True, key="review", gap="small"):
        taken_along = st.container(horizontal=True, width="content", gap="small")  # what follows keeps its place
        if run.ended:
            with taken_along:
                _take_along(kind, run, modes)
        if kind == "own":
            _share(run)
        _comment(kind, run)
    with st.container():  # there before it is filled: the run below keeps its place
        if kind == "own":
            _said_by_others(run)


def host() -> None:
    """All feedback, for whoever knows the host's password; nothing if none is set."""
    gate = session.host_gate()
    if gate is None:
        return
    with st.expander(say("host"), icon=":material/lock:"):
        if not st.session_state.get("is_host"):
            key = session.input_key("typed_password")
            st.text_input(say("host.password"), type="password", key=key, on_change=_try_password, args=(key,))
            if refusal := st.session_state.pop("password_refusal", None):
                st.warning(tell(refusal), icon=":material/lock:")
            return
        read = session.all_comments()
        rows = table(*read())
        st.dataframe(rows, hide_index=True) if rows else st.caption(say("host.none"))
        st.download_button(
            say("host.csv"),
            partial(csv_now, read),
            "feedback.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _take_along(kind: str, run: Run, modes: Collection[StreamMode]) -> None:
    link, titles = _link(run) if kind == "own" else "", tool_titles(run.request.tools, language())
    title = graph_title(run.request.graph, language())
    export = Export(run.header, run.read()[0], modes, _comments(kind, run), link, titles, language(), title)
    made = partial(make_now, comments=session.comments() if kind in ("own", "shared") else None, packs=session.packs())
    st.download_button(
        say("review-download"),
        partial(made, "html", export),
        file_name(run.header, "html"),
        "text/html",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="pack_html",
        help=say("review-download.help"),
    )
    with st.popover(say("review-download.engineers"), icon=":material/data_object:"):
        others: list[tuple[str, Ending, str]] = [
            ("Markdown", "md", "text/markdown"),
            (say("review-download.recording"), "jsonl", "application/jsonl"),
            (say("review-download.ag-ui"), "ag-ui.jsonl", "application/jsonl"),
        ]
        for title, ending, mime in others:
            st.download_button(
                title,
                partial(made, ending, export),
                file_name(run.header, ending),
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"pack_{ending.replace('.', '_')}",
                width="stretch",
            )


def make_now(ending: Ending, export: Export, *, comments: Comments | None, packs: Offload) -> bytes:
    """The file, with all comments made by the time of the click; without `comments`, with those of the export."""
    if comments:
        export = replace(export, comments=comments.of(export.header.id))
    return make(ending, export, packs)


def csv_now(read: Callable[[], tuple[list[Comment], dict[str, str]]]) -> str:
    """All comments made by the time of the click, as CSV."""
    return to_csv(table(*read()))


def _share(run: Run) -> None:
    with st.popover(say("review-share"), icon=":material/link:"):
        if link := _link(run):
            st.markdown(say("review-share.who"))
            st.code(link, language=None, wrap_lines=True)
            st.button(
                say("review-share.revoke"),
                icon=":material/link_off:",
                key="revoke",
                on_click=_revoke,
                args=(run.id,),
            )
        else:
            st.markdown(say("review-share.before"))
            st.button(
                say("review-share.make"),
                icon=":material/add_link:",
                key="share",
                on_click=_make_link,
                args=(run.id,),
            )
        if refusal := st.session_state.pop("link_refusal", None):
            st.warning(tell(refusal), icon=":material/block:")


def _comment(kind: str, run: Run) -> None:
    mine = _mine(kind, run)
    with st.popover(say("review-comment"), icon=":material/rate_review:"):
        reads = kind if session.host_gate() or kind == "upload" else "pack"
        st.caption(say(f"review-reads-{reads}"))
        with st.form("comment_form", border=False):
            st.feedback("thumbs", key=f"thumb_{run.id}", default=mine.thumb if mine else None)
            st.text_area(
                say("review-comment"),
                value=mine.text if mine else "",
                key=f"text_{run.id}",
                max_chars=MAX_COMMENT,
                placeholder=say("review-comment.hint"),
                label_visibility="collapsed",
            )
            st.form_submit_button(
                say("review-comment.keep"),
                icon=":material/check:",
                key="keep_comment",
                on_click=_say,
                args=(kind, run.id),
            )
        if told := st.session_state.pop("comment_told", None):
            st.caption(tell(told))


def _said_by_others(run: Run) -> None:
    """What others say about a run, to its owner."""
    me = digest(session.session_id())
    said = [comment for comment in session.comments().of(run.id) if comment.author != me]
    if not said:
        return
    if run.id in session.new_comments():
        session.comments().look(run.id)
    with st.expander(say("review-said", count=len(said)), icon=":material/rate_review:", expanded=True):
        for comment in said:
            thumb = "" if comment.thumb is None else _THUMBS[bool(comment.thumb)]
            st.markdown(f"{thumb} {safe_markdown(comment.text)}")


def _comments(kind: str, run: Run) -> list[Comment]:
    """The comments that this visitor may read: all on a run that is theirs or was shared with them, or their own."""
    if kind in ("own", "shared"):
        return session.comments().of(run.id)
    mine = _mine(kind, run)
    return [mine] if mine else []


def _mine(kind: str, run: Run) -> Comment | None:
    if kind == "upload":
        found: Comment | None = st.session_state.get("upload_comments", {}).get(run.id)
        return found
    author = digest(session.session_id())
    return next((comment for comment in session.comments().of(run.id) if comment.author == author), None)


def _say(kind: str, run_id: str) -> None:
    text = str(st.session_state.get(f"text_{run_id}") or "")
    comment = Comment(run_id, digest(session.session_id()), st.session_state.get(f"thumb_{run_id}"), text, time.time())
    if kind == "upload":
        st.session_state.setdefault("upload_comments", {})[run_id] = comment
    elif refusal := session.comments().add(comment):
        st.session_state["comment_told"] = refusal.sentence
        return
    st.session_state["comment_told"] = sentence("review-comment.kept")


def _make_link(run_id: str) -> None:
    if refusal := session.links().make(run_id):
        st.session_state["link_refusal"] = refusal.sentence


def _revoke(run_id: str) -> None:
    if refusal := session.links().revoke(run_id):
        st.session_state["link_refusal"] = refusal.sentence


def _link(run: Run) -> str:
    """The address of a shared run; empty if it is not shared."""
    token = session.links().token_of(run.id)
    if not token:
        return ""
    here = urlsplit(str(st.context.url or ""))
    path = here.path if here.path.rstrip("/").endswith("/Runs") else "/Runs"
    return urlunsplit((here.scheme, here.netloc, path, f"share={token}", ""))


def _try_password(key: str) -> None:
    """Check the typed password, and clear the widget, whose value would be sent with every click."""
    gate, typed = session.host_gate(), str(session.take_input("typed_password", key) or "")
    if gate is None or not typed:
        return
    client = session.session_id()
    wait = gate.turn(client, session.address() or st.context.ip_address or "")
    if wait is None:
        st.session_state["password_refusal"] = sentence("host.too-many")
        return
    time.sleep(wait)
    if gate.opens(typed, client):
        st.session_state["is_host"] = True
    else:
        st.session_state["password_refusal"] = sentence("host.wrong")
