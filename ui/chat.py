"""A page's conversation: the turns so far, the one that is at work, and the question box."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from agent.narration import Narration, tool_title
from agent.run import Run
from agent.source import graph_source, stream_call, tool_source
from agent.transcript import ToolCall, Transcript
from ui import session
from ui.browser import turn_to_draw, wait_for_browser
from ui.catalog import GRAPH_TITLES
from ui.live import FLUSH, RunView, figures
from ui.page import Choices, as_chosen_now
from ui.untrusted import safe_markdown

UPDATES_PER_SECOND = 15
PATIENCE = 0.25
"""Seconds that a wait may take; after each, a click can interrupt the script."""


def follow_turns(runs: list[Run], choices: Choices) -> None:
    """Draw the turns of a conversation one below the other, each to its end."""
    turns = [_Turn(run, choices) for run in runs]
    if any(turn.is_stale for turn in turns):
        time.sleep(FLUSH)  # the places are sent empty first, or what was in them would stay
    for turn in turns:
        turn.draw()
    for turn in turns:
        turn.follow()


def suggest(choices: Choices) -> None:
    """The page's questions, each a click away."""
    with st.container(horizontal=True):
        for index, question in enumerate(choices.page.suggestions):
            st.button(
                question,
                key=f"suggestion_{index}",
                icon=":material/chat_bubble:",
                on_click=ask,
                args=(question, choices),
            )


def chat(
    choices: Choices,
    follow: Callable[[list[Run], Choices], None] = follow_turns,
    opening: Callable[[Choices], None] = suggest,
    *,
    scrolling: bool = False,
) -> None:
    """Show the conversation of a page, and follow its runs to their end.

    `follow` draws them; `opening` draws what is there before the first question. With `scrolling`, the page scrolls
    along with the answer: for pages that end with it.
    """
    page = choices.page.name
    runs = session.conversation(page)
    stop = st.bottom.empty()
    # Streamlit scrolls along where it has put the input at the bottom by itself; a first visit starts at the top.
    (st if runs and scrolling else st.bottom).chat_input(
        "Ask about a place…",
        key="question",
        max_chars=session.runner().settings.limits.prompt_chars,
        on_submit=_ask_typed,
        args=(choices,),
    )
    if session.run_is_lost(page):
        st.info(
            "The run in this link is not here any more: the server was restarted in the meantime, "
            "or many others have come after it. Ask again to start a new one.",
            icon=":material/history:",
        )
    if refusal := st.session_state.pop("refusal", None):
        st.warning(refusal, icon=":material/block:")
    start = st.empty()  # Streamlit would keep what was in it until the first answer has ended
    if not runs:
        with start.container():
            opening(choices)
    if any(not run.ended for run in runs):
        stop.button("Stop", key="stop", icon=":material/stop_circle:", on_click=_stop, args=(page,))
    follow(runs, choices)
    stop.empty()


class _Turn:
    """A question, and its run drawn below it."""

    def __init__(self, run: Run, choices: Choices) -> None:
        with st.chat_message("user", avatar=":material/person:"):
            st.markdown(safe_markdown(run.request.question))
        self._run, self._choices = run, choices
        self._place = st.chat_message("assistant", avatar=":material/waves:")
        self._transcript = Transcript(frozenset(choices.modes))
        self._narration = None if choices.technical else Narration()
        self._cursor, self._ended, self._waiting = 0, False, ""
        self._take()
        self._drawn: dict[str, tuple[_Shape, int]] = st.session_state.setdefault("drawn", {})
        before, filled = self._drawn.get(run.id, ((), 0))
        self.is_stale = self._shape()[: len(before)] != before
        """Whether an earlier script has drawn it in another way: what that has drawn must go first."""
        titles = None if choices.technical else partial(tool_title, offered=run.request.tools)
        self._view = RunView(self._place, stale=filled if self.is_stale else 0, titles=titles)

    def draw(self) -> None:
        """Draw what is known of the run and, once it has ended, how."""
        self._waiting = self._what_it_waits_for()
        with turn_to_draw():
            if self._narration and (self._ended or self._transcript.modes):
                self._view.tell(self._narration.sentences)
            filled = self._view.draw(self._transcript, waiting=self._waiting)
        self._drawn[self._run.id] = (self._shape(), filled)
        wait_for_browser()
        if self._ended:
            with self._place:
                _show_end(self._run, self._transcript, self._choices)

    def follow(self) -> None:
        """Draw the run until it has ended. A click ends this reader at an interrupt point, and never the run."""
        while not self._ended:
            if self._take(PATIENCE) or self._ended or self._waiting != self._what_it_waits_for():
                self.draw()
            else:
                wait_for_browser()
            if not self._ended:
                waits_for_first_words = self._transcript.modes and not self._transcript.shown
                time.sleep(0.01 if waits_for_first_words else 1 / UPDATES_PER_SECOND)

    def _take(self, patience: float = 0.0) -> bool:
        """Read on in the run's log, waiting for news at most `patience` seconds; returns whether there were any."""
        events, self._cursor, self._ended = self._run.read(self._cursor, patience)
        for event in events:
            self._transcript.add(event)
            if self._narration:
                self._narration.add(event)
        return bool(events)

    def _what_it_waits_for(self) -> str:
        return "" if self._ended else _waiting(self._transcript, self._run)

    def _shape(self) -> _Shape:
        """An item that shows more than before is another one; new items and more words change nothing."""
        shown = self._transcript.shown
        parts = ((item.shows_output, item.shows_result) if isinstance(item, ToolCall) else None for item in shown)
        return (self._choices.technical, *parts)


_Shape = tuple[object, ...]
"""What is drawn where, without the words."""


def show_code(choices: Choices) -> None:
    """The code that ran, and the call that the chosen modes stand for."""
    box = st.expander("The code that runs here", icon=":material/code:", key="code", on_change="rerun")
    if not box.open:
        return  # code is slow to draw, and would be drawn before the first words of every answer
    with box:
        st.caption("The call that the chosen modes stand for")
        st.code(stream_call(choices.modes), language="python", wrap_lines=True)
        for tool_id in choices.tools:
            st.caption(f"The tool `{tool_id.split('.')[0]}`, from `agent/tools.py`")
            st.code(tool_source(tool_id), language="python", wrap_lines=True)
        st.caption(f"The graph: {GRAPH_TITLES[choices.graph]}")
        st.code(graph_source(choices.graph), language="python", wrap_lines=True)


def ask(question: str, choices: Choices) -> None:
    """Start a run with this question, or say on the page why not. A callback: it goes before the script."""
    page = choices.page.name
    try:
        session.runner().start(
            as_chosen_now(choices).request(question.strip()),
            thread_id=session.thread_id(page),
            session=session.session_id(),
            api_key=session.visitor_key(),  # as it is now, not as it was when the page was last drawn to its end
        )
    except Exception as error:
        if not hasattr(error, "refusal"):
            raise
        st.session_state["refusal"] = str(error)


def _ask_typed(choices: Choices) -> None:
    ask(st.session_state["question"] or "", choices)


def _stop(page: str) -> None:
    """Stop the run of this page's conversation that is at work."""
    for run in session.conversation(page):
        if not run.ended:
            run.stop()
            return


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
    elif line := figures(transcript):
        st.caption(line)
