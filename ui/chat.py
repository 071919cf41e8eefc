"""A page's conversation: the turns so far, the one that is at work, and the question box."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.runner import Run
from agent.source import graph_source, stream_call, tool_source
from agent.transcript import ToolCall, Transcript
from ui import session
from ui.browser import wait_for_browser
from ui.catalog import GRAPH_TITLES
from ui.live import RunView, show_figures
from ui.page import Choices
from ui.untrusted import safe_markdown

UPDATES_PER_SECOND = 15
PATIENCE = 0.25
"""Seconds that a wait may take; after each, a click can interrupt the script."""


def chat(choices: Choices) -> None:
    """Show the conversation of a page, and follow its runs to their end."""
    stop = st.bottom.empty()
    st.bottom.chat_input(
        "Ask about a place…",
        key="question",
        max_chars=session.runner().settings.limits.prompt_chars,
        on_submit=_ask_typed,
        args=(choices,),
    )
    if session.run_is_lost(choices.page.name):
        st.info(
            "The run in this link is not here any more: the server was restarted in the meantime, "
            "or many others have come after it. Ask again to start a new one.",
            icon=":material/history:",
        )
    if refusal := st.session_state.pop("refusal", None):
        st.warning(refusal, icon=":material/block:")
    runs = session.conversation(choices.page.name)
    if not runs:
        _suggest(choices)
    places = [_turn(run) for run in runs]
    for run, place in zip(runs, places, strict=True):
        if not run.ended:
            _offer_stop(stop, run)
        _follow(run, place, choices)
    stop.empty()


def show_code(choices: Choices) -> None:
    """The code that ran, and the call that the chosen modes stand for."""
    with st.expander("The code that runs here", icon=":material/code:"):
        st.caption("The call that the chosen modes stand for")
        st.code(stream_call(choices.modes), language="python")
        for tool_id in choices.tools:
            st.caption(f"The tool `{tool_id.split('.')[0]}`, from `agent/tools.py`")
            st.code(tool_source(tool_id), language="python")
        st.caption(f"The graph: {GRAPH_TITLES[choices.graph]}")
        st.code(graph_source(choices.graph), language="python")


def ask(question: str, choices: Choices) -> None:
    """Start a run with this question, or say on the page why not. A callback: it goes before the script."""
    page = choices.page.name
    try:
        session.runner().start(
            choices.request(question.strip()),
            thread_id=session.thread_id(page),
            session=session.session_id(),
            api_key=choices.api_key,
        )
    except Exception as error:
        if not hasattr(error, "refusal"):
            raise
        st.session_state["refusal"] = str(error)


def _ask_typed(choices: Choices) -> None:
    ask(st.session_state["question"] or "", choices)


def _suggest(choices: Choices) -> None:
    with st.container(horizontal=True):
        for index, question in enumerate(choices.page.suggestions):
            st.button(
                question,
                key=f"suggestion_{index}",
                icon=":material/chat_bubble:",
                on_click=ask,
                args=(question, choices),
            )


def _turn(run: Run) -> DeltaGenerator:
    """The question, and the place where its run is drawn."""
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(safe_markdown(run.request.question))
    return st.chat_message("assistant", avatar=":material/waves:")


def _offer_stop(place: DeltaGenerator, run: Run) -> None:
    place.button("Stop", key="stop", icon=":material/stop_circle:", type="primary", on_click=run.stop)


def _follow(run: Run, place: DeltaGenerator, choices: Choices) -> None:
    """Draw a run until it has ended. A click ends this reader at an interrupt point, and never the run."""
    view, transcript = RunView(place), Transcript(frozenset(choices.modes))
    cursor, ended = 0, False
    while not ended:
        events, cursor, ended = run.read(cursor, PATIENCE)
        for event in events:
            transcript.add(event)
        view.draw(transcript, waiting="" if ended else _waiting(transcript, run))
        wait_for_browser()
        if not ended:
            time.sleep(1 / UPDATES_PER_SECOND)
    with place:
        _show_end(run, transcript, choices)


def _waiting(transcript: Transcript, run: Run) -> str:
    if transcript.state == "queued":
        return f"Waiting for its turn, place {run.place}" if run.place else "Starting"
    if any(isinstance(item, ToolCall) and item.state == "running" for item in transcript.shown):
        return ""
    if not transcript.modes:
        return "Working, without streaming: nothing is shown until everything is done"
    return "Thinking" if not transcript.shown else "Working"


def _show_end(run: Run, transcript: Transcript, choices: Choices) -> None:
    if transcript.state == "stopped":
        st.warning(transcript.message, icon=":material/stop_circle:")
    if transcript.state == "failed":
        st.error(transcript.message, icon=":material/error:")
    if transcript.state != "finished":
        st.button(
            "Try again",
            key=f"retry_{run.id}",
            icon=":material/refresh:",
            on_click=ask,
            args=(run.request.question, choices),
        )
    show_figures(transcript)
