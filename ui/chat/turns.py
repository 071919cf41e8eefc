"""The turns of a conversation: those of one branch one below the other, or of two side by side."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from agent.engine.run import Run
from agent.store.branches import Branches
from ui.chat import branches
from ui.chat.other_tabs import OtherTabs
from ui.chat.turn import Turn
from ui.shell import session
from ui.shell.browser import wait_for_browser, wait_until_sent
from ui.shell.choices import Choices
from ui.shell.language import say

TURNS = 20
"""How many of a conversation's turns are shown at least: each takes a redraw 4 to 6 ms."""

Follow = Callable[[], None]
"""Draws on until the runs have ended."""


def turns(runs: list[Run], choices: Choices) -> Follow:
    """Draw the turns of a conversation one below the other, and give the one at work a moment for its first words.

    They are the turns of one branch, or of two, side by side from where they part.
    """
    page, tree = choices.page.name, branches.tree_of(runs)
    if pair := branches.compared(page, tree):
        drawn = _side_by_side(runs, choices, pair)
    else:
        drawn = _one_below_the_other(page, session.branch(page, runs), choices, tree)
    _empty_what_others_left(drawn)
    if any(turn.is_stale for turn in drawn):
        wait_until_sent()  # the places are sent empty first, or what was in them would stay
    held: set[str] = set()
    for turn in drawn:
        turn.is_held = tree.after(turn.run.id) in held
        held |= {turn.run.id} if turn.waits or turn.is_held else set()
    waiting = [turn for turn in drawn if turn.waits]
    for turn in drawn:
        if not turn.had_a_moment:
            turn.draw(ended=turn.reader.ended)
        wait_for_browser()
    for turn in waiting:
        turn.tell_waiting()
    moving = [turn for turn in drawn if not (turn.reader.ended or turn.waits or turn.is_held)]
    if moving:
        moving[0].wait_for_words()

    other_tabs = OtherTabs(runs, [turn.run for turn in waiting])

    def follow() -> None:
        for number, turn in enumerate(moving, 1):  # what waits behind it says so, and at which place
            turn.reader.follow(other_tabs.has_asked, beside=[later.reader for later in moving[number:]])
            if turn.waits or not turn.reader.ended:
                st.rerun()  # what comes after it moves no more: all is drawn as it stands

    return follow


def _one_below_the_other(page: str, branch: list[Run], choices: Choices, tree: Branches) -> list[Turn]:
    """The turns of a branch; those far up, which nobody sees, are not drawn until somebody asks for them.

    A new question's first words are drawn before the turns above them are redrawn.
    """
    at_work = next((at for at, run in enumerate(branch) if not run.ended), len(branch))
    begin = min(first_shown(len(branch)), at_work)
    earlier = st.empty()
    if begin:
        begin = min(begin, st.session_state.get("earlier", {}).get(branch[0].thread_id, begin))
    if begin:
        earlier.button(
            say("chat-earlier", count=begin),
            key="earlier_turns",
            type="tertiary",
            icon=":material/expand_less:",
            on_click=_show_earlier,
            args=(branch[0].thread_id, max(begin - TURNS, 0)),
        )
    shown = branch[begin:]
    places = [st.container() for _ in shown]
    before: list[str] = st.session_state.get("drawn_before", [])
    above = [run.id for run in shown[:-1]]
    ahead: list[Turn] = []
    if above and at_work == len(branch) - 1 and before in (above, [*above, shown[-1].id]):
        ahead = [Turn(shown[-1], choices, tree, places[-1])]
        if ahead[0].is_stale:
            wait_until_sent()
        ahead[0].draw(ended=ahead[0].reader.ended)
        ahead[0].wait_for_words()
    rest = shown[: len(shown) - len(ahead)]
    return [*(Turn(run, choices, tree, place) for run, place in zip(rest, places, strict=False)), *ahead]


def first_shown(turns: int) -> int:
    """The index of the first of so many turns to show: the last TURNS are shown, or up to twice as many.

    It changes only once in TURNS questions, because everything shown moves when it does.
    """
    return max((turns - TURNS) // TURNS, 0) * TURNS


def _show_earlier(thread_id: str, begin: int) -> None:
    st.session_state.setdefault("earlier", {})[thread_id] = begin


def _side_by_side(runs: list[Run], choices: Choices, pair: tuple[str, str]) -> list[Turn]:
    """The turns that two branches share, and below them the others of each in a column of its own."""
    page, tree = choices.page.name, branches.tree_of(runs)
    known = {run.id: run for run in runs}
    shared = [run_id for run_id in tree.through(pair[0]) if run_id in tree.through(pair[1])]
    drawn = [Turn(known[run_id], choices) for run_id in shared]
    branches.end_comparison(page)
    for side, column in enumerate(st.columns(2)):
        with column:
            branches.choose_compared(page, side, pair, tree)
            drawn += [Turn(known[run_id], choices) for run_id in tree.through(pair[side]) if run_id not in shared]
    return drawn


def _empty_what_others_left(drawn: list[Turn]) -> None:
    """Remove what an earlier script drew of other runs in these places."""
    before: list[str] = st.session_state.get("drawn_before", [])
    for turn, other in zip(drawn, before, strict=False):
        if turn.run.id != other:
            turn.clear(other)
    st.session_state["drawn_before"] = [turn.run.id for turn in drawn]
