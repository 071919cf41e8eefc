"""The visitor's conversations, to continue, rename and delete: briefly in the sidebar, in full on the page Runs."""

from __future__ import annotations

import contextlib

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from agent.engine.backend import Conversation
from agent.store.conversations import MAX_TITLE
from ui.markdown import safe_label
from ui.shell import session
from ui.shell.catalog import PAGES, page_title
from ui.shell.language import say, tell

SHORT = 8
"""Conversations in the sidebar."""
SHORT_TITLE = 26
"""Characters of a title there."""
PER_PAGE = 5
_ICONS = {
    "queued": ":material/hourglass:",
    "running": ":material/play_circle:",
    "waiting": ":material/front_hand:",
}
"""What is happening in a conversation, if anything."""


def popover() -> None:
    """The newest conversations, behind a button of the sidebar."""
    box = st.popover(
        say("conversations"), icon=":material/forum:", key="conversations", width="stretch", on_change="rerun"
    )
    if not box.open:
        return  # all of the visitor's runs are looked through for it
    with box:
        found = session.runs().conversations(session.session_id())
        _refusal()
        if not found:
            st.caption(say("conversations.none"))
        for item in found[:SHORT]:
            _row(item, "short")
        # A page that is run alone, as in a test of its own, has no others to link to.
        with contextlib.suppress(StreamlitPageNotFoundError):
            st.page_link(PAGES["runs"].file, label=say("conversations.all"), icon=":material/history:")


def conversations() -> None:
    """All conversations, page by page; nothing if there are none."""
    found = session.runs().conversations(session.session_id())
    _refusal()
    if not found:
        return
    st.header(say("conversations"), anchor=False)
    pages = -(-len(found) // PER_PAGE)
    place = st.container(gap="xxsmall", key="list_conversations")
    number = st.pagination(pages, key="page_conversations") if pages > 1 else 1
    with place:
        for item in found[(number - 1) * PER_PAGE : number * PER_PAGE]:
            _row(item, "whole")


def _refusal() -> None:
    if refusal := st.session_state.pop("conversation_refusal", None):
        st.warning(tell(refusal), icon=":material/block:")


def _row(item: Conversation, where: str) -> None:
    name = f"{where}_{item.thread_id}"
    doing, meant = st.session_state.get("conversation_edited", ("", ""))
    with st.container(border=where == "whole", key=f"conversation_{name}"):
        if meant == name and doing == "choose":
            _choice(name)
        elif meant == name and doing == "rename":
            _rename_form(item, name)
        elif meant == name and doing == "delete":
            _confirmation(item, name)
        else:
            _line(item, where, name)


def _line(item: Conversation, where: str, name: str) -> None:
    page = PAGES.get(item.page)
    is_whole = where == "whole"
    with st.container(
        horizontal=True,
        wrap=is_whole,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small" if is_whole else "xxsmall",
    ):
        st.button(
            f"**{safe_label(item.title, 90 if is_whole else SHORT_TITLE)}**",
            key=f"go_on_{name}",
            type="tertiary",
            icon=_ICONS.get(item.state),
            help=say("conversations-go-on", page=page_title(page)) if page else say("conversations-no-page"),
            disabled=page is None,
            on_click=_go_on,
            args=(item,),
        )
        with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
            if is_whole:
                st.markdown(f":small[:gray[{say('conversations-questions', count=item.runs)}]]", width="content")
                st.menu_button(
                    say("conversations-more"),
                    ("rename", "delete"),
                    key=f"more_{name}",
                    type="tertiary",
                    format_func=lambda option: say(f"conversations-{option}"),
                    on_click=_edit_as_chosen,
                    args=(name,),
                )
            else:  # no keyboard reaches a menu in a popover, which keeps the focus
                st.button(
                    say("conversations-more"),
                    key=f"more_{name}",
                    type="tertiary",
                    on_click=_edit,
                    args=("choose", name),
                )


def _choice(name: str) -> None:
    with st.container(horizontal=True, gap="small"):
        for doing in ("rename", "delete"):
            st.button(
                say(f"conversations-{doing}"),
                key=f"{doing}_it_{name}",
                type="tertiary",
                on_click=_edit,
                args=(doing, name),
            )
        st.button(say("conversations-keep"), key=f"keep_{name}", type="tertiary", on_click=_leave)


def _rename_form(item: Conversation, name: str) -> None:
    with st.form(f"rename_{name}", border=False):
        key = f"title_{name}"
        st.text_input(
            say("conversations-name"),
            item.title[:MAX_TITLE],
            key=key,
            max_chars=MAX_TITLE,
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(say("conversations-name.save"), on_click=_rename, args=(item.thread_id, key))
            st.form_submit_button(say("conversations-keep"), on_click=_leave)


def _confirmation(item: Conversation, name: str) -> None:
    st.markdown(say("conversations-delete.sure", title=safe_label(item.title, 60), count=item.runs))
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("conversations-delete.now"),
            key=f"delete_{name}",
            type="primary",
            icon=":material/delete:",
            on_click=_delete,
            args=(item.thread_id,),
        )
        st.button(say("conversations-keep"), key=f"keep_{name}", on_click=_leave)


def _edit_as_chosen(name: str) -> None:
    _edit(st.session_state[f"more_{name}"], name)


def _edit(doing: str, name: str) -> None:
    st.session_state["conversation_edited"] = (doing, name)


def _leave() -> None:
    st.session_state.pop("conversation_edited", None)


def _go_on(item: Conversation) -> None:
    _leave()
    session.go_on(item.page, item.thread_id)


def _rename(thread_id: str, key: str) -> None:
    _leave()
    _told(session.runs().rename(thread_id, str(st.session_state.get(key) or ""), session=session.session_id()))


def _delete(thread_id: str) -> None:
    _leave()
    refusal = session.runs().forget_thread(thread_id, session=session.session_id())
    _told(refusal)
    if not refusal:
        session.leave(thread_id)


def _told(refusal: object) -> None:
    if refusal:
        st.session_state["conversation_refusal"] = refusal.sentence  # type: ignore[attr-defined]  # of any class
