"""What Home shows before anyone asks: one recorded run, played with streaming and without it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.samples import FOLDER
from agent.projections.metrics import first_output
from agent.projections.replay import Playback, Played, length, moments
from agent.projections.transcript import Transcript
from agent.store.recording import Recording, read
from agent.streaming.events import StreamEvent
from agent.streaming.modes import StreamMode
from ui.entry import ask_once
from ui.markdown import safe_label
from ui.run.follow import Reader
from ui.run.output import Look
from ui.run.text import FLUSH
from ui.run.view import RunView
from ui.shell import session, tour
from ui.shell.choices import Choices

RECORDING = FOLDER / "home.jsonl"
FRAMES_PER_SECOND = 8
HEIGHT = 240
"""Pixels of each side, fixed so that growing contents move nothing else on the page."""
HEAD_START = 1.0
"""Seconds before it is first played."""
BREATH = 0.5
"""Seconds of rest in every BAR: a browser finishes loading buttons only while nothing else arrives."""
BAR = 1.5
"""Seconds."""
SIDES: tuple[tuple[str, tuple[StreamMode, ...]], ...] = (
    ("With streaming", ("messages",)),
    ("Without streaming", ()),
)


def opening(choices: Choices) -> None:
    """The recorded run on both sides, the waiting time of each, and the ways to go on; then it plays.

    It plays by the clock from the first visit on: a click interrupts it, and the next script draws it as far as it
    would be. Once it has ended, it stays so until it is started again.
    """
    recording = load()
    question = safe_label(recording.header.request.question)
    st.markdown(
        f":gray[The same question, answered twice:] **“{question}”** :gray-badge[:material/videocam: Recording]"
    )
    sides = [
        _side(column, index, *side)
        for index, (column, side) in enumerate(zip(st.columns(2, gap="small"), SIDES, strict=True))
    ]
    whole = length(moments(recording.events))
    with_words, without = (first_output(recording.events, modes) or whole for _, modes in SIDES)
    st.header(f"First words after :primary[{with_words:.1f} s] instead of {without:.1f} s", anchor=False)
    again = _ways_on(choices)
    asked = datetime.fromtimestamp(recording.header.asked_at, UTC)
    st.caption(f"Recorded on {asked.day} {asked:%B %Y}. {safe_label(recording.header.label, 200)}")
    _play(recording, sides)
    again.button("Play again", key="play_again", icon=":material/replay:", on_click=_play_again)


@lru_cache(maxsize=1)
def load() -> Recording:
    """The recorded run that comes with the app."""
    return read(RECORDING)


def _side(column: DeltaGenerator, index: int, title: str, modes: tuple[StreamMode, ...]) -> _Side:
    with column:
        st.markdown(f"**{title}**")
        frame = st.container(height=HEIGHT, border=True, autoscroll=True, key=f"home_side_{index}")
    return _Side(frame, modes)


def _ways_on(choices: Choices) -> DeltaGenerator:
    """The buttons; returns the place for one more."""
    with st.container(horizontal=True):
        st.button(
            "Run it live",
            key="suggestion_0",
            type="primary",
            icon=":material/play_arrow:",
            on_click=ask_once,
            args=(choices.page.suggestions[0], choices.page, session.last_run(choices.page.name)),
        )
        if st.button("Take the tour", key="take_tour", icon=":material/tour:"):
            tour.begin()
        return st.empty()


class _Side:
    """The run as one kind of reader sees it, up to a moment."""

    def __init__(self, frame: DeltaGenerator, modes: tuple[StreamMode, ...]) -> None:
        self._place = frame.empty()
        self.transcript = Transcript(frozenset(modes))
        self._view: RunView | None = None

    def draw(self, look: Look, elapsed: float) -> None:
        """Draw what has happened after this many seconds."""
        self._view = self._view or RunView(self._place.container(), look)
        waiting = "" if self.transcript.shown else f"Working… {int(elapsed)} s"
        self._view.draw(self.transcript, waiting=waiting)


class _Sides:
    """Both readers, side by side."""

    is_due = True
    waits = False

    def __init__(self, sides: Sequence[_Side], look: Look, started: float) -> None:
        self._sides, self._look, self._started = sides, look, started

    def add(self, events: Sequence[StreamEvent]) -> None:
        for side in self._sides:
            for event in events:
                side.transcript.add(event)

    def draw(self, *, ended: bool) -> None:
        for side in self._sides:
            side.draw(self._look, self._elapsed)

    @property
    def rest(self) -> float:
        return 1 / FRAMES_PER_SECOND if self._elapsed % BAR > 1 / FRAMES_PER_SECOND else BREATH

    @property
    def _elapsed(self) -> float:
        return max(0.0, time.monotonic() - self._started)


def _play(recording: Recording, sides: Sequence[_Side]) -> None:
    """Draw the sides as time passes; a click ends this at its next check of the browser."""
    if st.session_state.pop("home_again", False):
        time.sleep(FLUSH)  # the places are sent empty first, or what was in them would stay
    started = st.session_state.setdefault("home_started", time.monotonic() + HEAD_START)
    look = Look(technical=False, offered=recording.header.request.tools)
    played = Played(recording.events, moments(recording.events), Playback(0.0, started), time.monotonic)
    Reader(played, _Sides(sides, look, started)).follow()


def _play_again() -> None:
    st.session_state["home_started"] = time.monotonic()
    st.session_state["home_again"] = True
