"""The note that a run waits for a person, and since when; it checks now and then whether the run goes on."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from texts import Language
from ui.run.cards import Cards
from ui.shell import language, session
from ui.shell.language import say

LOOK_SECONDS = 5.0
"""How often to check whether somebody has answered elsewhere."""


def show_waiting(place: DeltaGenerator, cards: Cards) -> None:
    """Say below a run that it waits, and redraw the page when it goes on."""
    cursor = cards.run.read()[1]
    with place.container():
        _tell(cards.run.id, cursor, cards.answers, language.language())


@st.fragment(run_every=LOOK_SECONDS)
def _tell(run_id: str, cursor: int, is_mine: bool, reader: Language) -> None:
    language.read_in(reader)
    run = session.runs().get(run_id)
    if run is None or run.state != "waiting" or run.read(cursor)[0]:
        st.rerun()
    waited = _time(_since(run))
    if is_mine:
        text = say("card-waiting-you.since", time=waited) if waited else say("card-waiting-you")
    else:
        text = say("card-waiting.since", time=waited) if waited else say("card-waiting")
    st.markdown(f":gray[:material/front_hand: {text}]")


def _since(run: Run) -> float:
    """How many seconds it has waited."""
    last = run.read()[0][-1:]
    return max(time.time() - run.header.asked_at - (last[0].at if last else 0.0), 0.0)


def _time(seconds: float) -> str:
    """A duration in its largest unit; nothing for less than a minute."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= length:
            return say(f"card-{unit}", count=int(seconds // length))
    return ""
