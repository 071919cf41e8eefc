"""Runs that other programs have at work on the Agent Server, to be watched, where the host lets visitors see them."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from agent.engine.run import Run
from texts import sentence
from ui.markdown import safe_label, safe_markdown
from ui.shell import session
from ui.shell.language import say, tell

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def watching(when: Callable[[float], str]) -> None:
    """A list of them, and a field for the id of one that is not in it; the server is asked once it is opened.

    `when` says a moment as the visitor's clock has it.
    """
    box = st.expander(say("watch"), icon=":material/visibility:", key="watch", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(say("watch.about"))
        if refusal := st.session_state.pop("watch_refusal", None):
            st.warning(safe_markdown(tell(refusal)), icon=":material/block:")
        found = session.runs().others_at_work()
        if not isinstance(found, list):
            st.warning(tell(found.sentence), icon=":material/block:")
        elif not found:
            st.markdown(say("watch.none"))
        else:
            for run in found:
                label = safe_label(run.asked or run.id, 90)
                about = " · ".join(part for part in (run.assistant, run.began and when(run.began)) if part)
                with st.container(
                    border=True,
                    horizontal=True,
                    vertical_alignment="center",
                    horizontal_alignment="distribute",
                    gap="small",
                ):
                    st.markdown(f"**{label}** :small[:gray[{safe_label(about, 120)}]]", width="content")
                    st.button(
                        say("watch-run"),
                        key=f"watch_{run.id}",
                        icon=":material/visibility:",
                        on_click=_watch,
                        args=(run.thread, run.id),
                    )
        with st.form("watch_by_id", border=False):
            st.text_input(say("watch-id"), key="watch_id", placeholder=say("watch-id.form"))
            st.form_submit_button(say("watch-run"), icon=":material/visibility:", on_click=_watch_by_id)


def stop_watching(run: Run) -> None:
    """A button that ends what is read here, and not the run itself."""
    st.button(say("watch-stop"), key="stop_watching", icon=":material/visibility_off:", on_click=run.stop)
    st.caption(say("watch-stop.about"))


def _watch_by_id() -> None:
    ids = _ID.findall(str(st.session_state.get("watch_id") or ""))
    if ids:
        _watch(*ids[:2])
    else:
        st.session_state["watch_refusal"] = sentence("watch-id.none")


def _watch(thread: str, run: str = "") -> None:
    found = session.runs().watch(thread, run, session=session.session_id(), address=session.address())
    if found.state == "refused":
        st.session_state["watch_refusal"] = found.sentence
    else:
        st.query_params["open"] = found.id
