"""The ways out of a run: Stop, ask again, take back."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.store.branches import Branches
from ui.chat import branches
from ui.shell import session
from ui.shell.catalog import PageInfo
from ui.shell.language import say


class WayOut:
    """Stop, and with a `tree` also Ask again, while a run delivers nothing; gone as soon as it does."""

    def __init__(self, place: DeltaGenerator, run: Run, page: PageInfo, tree: Branches | None) -> None:
        self._place, self._run, self._page, self._tree = place, run, page, tree
        self._is_offered, self._offers = False, 0

    def offer(self, stalls: bool) -> None:
        """Show it if the run `stalls`; otherwise take it away."""
        stalls = stalls and session.is_mine(self._run)
        if self._is_offered == stalls:
            return
        self._is_offered = stalls
        if not stalls:
            self._place.empty()
            return
        self._offers += 1  # a script may draw a key once
        key = f"{self._run.id}_{self._offers}"
        with self._place.container(horizontal=True, gap="small"):
            st.button(
                say("chat-stop"),
                key=f"break_off_{key}",
                icon=":material/stop_circle:",
                on_click=stop,
                args=(self._page.name, self._run.id),
            )
            if self._tree:
                st.button(
                    say("chat-ask-again"),
                    key=f"ask_anew_{key}",
                    icon=":material/refresh:",
                    on_click=branches.ask_anew,
                    args=(self._page, self._run, len(self._tree.beside(self._run.id))),
                )


def shown_of(page: str, runs: list[Run]) -> list[Run]:
    """The runs of a conversation that are on the page: those of the branch that is shown."""
    return runs if branches.compared(page, branches.tree_of(runs)) else session.branch(page, runs)


def to_stop(shown: list[Run]) -> Run | None:
    """The run that Stop is for; never somebody else's."""
    return next((run for run in shown if not run.ended and session.is_mine(run)), None)


def take_back(run_id: str) -> None:
    """Stop a run that has not begun; once it has, Stop is there for it."""
    if (run := session.runs().get(run_id)) and run.state == "queued":
        run.stop()


def stop(page: str, meant: str) -> None:
    """Stop the run of this page's conversation that is at work.

    `meant` was at work when the button was drawn. Once it has been stopped, a second click on the same button does
    not mean the next run.
    """
    runs = session.conversation(page)
    if any(run.id == meant and run.state == "stopped" for run in runs):
        return
    if at_work := to_stop(shown_of(page, runs)):
        at_work.stop()
