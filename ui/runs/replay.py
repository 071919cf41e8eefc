"""A run played again: the same events, drawn by the same code, by a clock of the visitor's choice."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.export.timeline import STYLE, drawn, with_moment
from agent.projections.label import call_titles
from agent.projections.replay import Playback, Played, count_at, length, moments
from agent.projections.timeline import timeline
from agent.projections.transcript import fold
from agent.streaming.events import StreamEvent
from agent.streaming.modes import StreamMode
from ui.run.cards import Cards
from ui.run.drawing import Drawing, show_end
from ui.run.follow import QUICKEST, Reader
from ui.run.output import Look
from ui.run.timeline import naming
from ui.run.waiting import show_waiting
from ui.shell.browser import wait_until_sent
from ui.shell.language import language, say

log = logging.getLogger(__name__)

SPEEDS = {"1×": 1.0, "4×": 4.0}


class Replay:
    """The replay of one opened run: `controls` draws its buttons, `draw` the run, to the end of the replay or of the
    run.
    """

    def __init__(self, key: str, run: Run, modes: Collection[StreamMode], *, technical: bool) -> None:
        self._run, self._modes, self._technical = run, modes, technical
        self._cards = Cards(run, technical, answers=False)
        self._events, _, self._ended = run.read()
        self._moments = moments(self._events)
        self._length = round(length(self._moments), 1)
        state: dict[str, Any] = st.session_state.setdefault("replay", {})
        if state.get("key") != key:
            state.clear()
            state.update(key=key, at=None, playback=None, filled=0)
        self._state = state
        self._bar: DeltaGenerator | None = None

    def controls(self) -> None:
        """Play or pause, how fast, and where; nothing for a run that is still at work."""
        if not self._ended or self._length <= 0:
            return
        st.session_state.setdefault("replay_speed", "1×")
        with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="replay_controls"):
            # One button, not two: of two, the one that is gone would stand there until the replay has ended.
            playing = bool(self._state["playback"])
            st.button(
                say("replay-pause" if playing else "replay-play"),
                icon=":material/pause:" if playing else ":material/play_arrow:",
                key="replay_button",
                on_click=_pause if playing else _play,
                args=() if playing else (self._length,),
                width=110,
            )
            st.segmented_control(
                say("replay-speed"),
                list(SPEEDS),
                key="replay_speed",
                required=True,
                label_visibility="collapsed",
                on_change=_change_speed,
            )
        self._picture()
        self._slider()

    def _picture(self) -> None:
        """The run's timeline, with a line at the moment that is shown; the slider below it is as wide."""
        key = f"{language()} {self._technical}"
        if self._state.get("picture_key") != key:
            transcript = fold(self._events, self._modes)
            picture = timeline(self._events, transcript, call_titles(transcript.calls))
            name = naming(transcript, Look(self._technical, self._run.request.tools))
            self._state.update(picture_key=key, picture=drawn(picture, name, say))
        at = self._state["at"]
        shown: str = self._state["picture"]
        st.html(STYLE)
        st.html(shown if at is None or self._state["playback"] else with_moment(shown, at / self._length))

    def _slider(self) -> None:
        if self._state["playback"]:
            self._bar = st.empty()
            return
        at = self._state["at"]
        st.session_state["replay_at"] = self._length if at is None else min(float(at), self._length)
        st.slider(
            say("replay-moment"),
            0.0,
            self._length,
            step=0.1,
            format=say("time-seconds", seconds="%.1f"),
            key="replay_at",
            label_visibility="collapsed",
            on_change=_jump,
        )

    def draw(self, place: DeltaGenerator) -> None:
        """Draw the run: as it was at the chosen moment, as it is played, or as it goes on just now."""
        try:
            if self._ended and not self._state["playback"]:
                self._stand(place)
                return
            played = (
                self._run
                if not self._ended
                else Played(self._events, self._moments, self._state["playback"], time.monotonic)
            )
            shown = _Shown(self._drawing(place), self._state, self._tell, lives=not self._ended)
            Reader(played, shown).follow()
            if shown.waits:
                show_waiting(place, self._cards)
                return
            if self._ended:
                self._state.update(at=None, playback=None)
            st.rerun()
        except Exception:  # an uploaded run may hold what nothing here has thought of
            log.exception("A run could not be drawn")
            place.error(say("replay-broken"), icon=":material/broken_image:")

    def _stand(self, place: DeltaGenerator) -> None:
        at = self._state["at"]
        whole = at is None or at >= self._length
        shown = self._events if whole else self._events[: count_at(self._moments, at)]
        drawing = self._drawing(place)
        drawing.add(shown)
        self._state["filled"] = drawing.draw()
        if whole:
            show_end(place, drawing.transcript, self._run.unrecorded)

    def _tell(self) -> None:
        """Say how far a replay has come."""
        if self._bar and (playback := self._state["playback"]):
            moment = min(playback.moment(time.monotonic()), self._length)
            self._bar.progress(moment / self._length, say("replay-at", at=f"{moment:.1f}", all=f"{self._length:.1f}"))

    def _drawing(self, place: DeltaGenerator) -> Drawing:
        clock: Literal["live", "played", "still"] = "played" if self._state["playback"] else "still"
        drawing = Drawing(place, self._cards, self._modes, clock if self._ended else "live")
        if self._state["playback"] and (filled := self._state["filled"]):
            drawing.clear(filled)
            wait_until_sent()
        return drawing


class _Shown:
    """A run that moves, and how many places it fills."""

    is_due = True
    rest = QUICKEST

    def __init__(self, drawing: Drawing, state: dict[str, Any], tell: Callable[[], None], *, lives: bool) -> None:
        self._drawing, self._state, self._tell, self._lives = drawing, state, tell, lives

    def add(self, events: Sequence[StreamEvent]) -> None:
        self._drawing.add(events)

    @property
    def waits(self) -> bool:
        return self._lives and self._drawing.waits

    def draw(self, *, ended: bool) -> None:
        self._state["filled"] = max(self._drawing.draw(), self._state["filled"])
        self._tell()


def _state() -> dict[str, Any]:
    state: dict[str, Any] = st.session_state.setdefault("replay", {"at": None, "playback": None, "filled": 0})
    return state


def _speed() -> float:
    return SPEEDS.get(st.session_state.get("replay_speed") or "", 1.0)


def _play(whole: float) -> None:
    state = _state()
    at = state["at"]
    begin = 0.0 if at is None or at >= whole - 0.05 else float(at)
    state["playback"] = Playback(begin, time.monotonic(), _speed())


def _pause() -> None:
    state = _state()
    if playback := state["playback"]:
        state.update(at=round(playback.moment(time.monotonic()), 1), playback=None)


def _change_speed() -> None:
    state, now = _state(), time.monotonic()
    if playback := state["playback"]:
        state["playback"] = Playback(playback.moment(now), now, _speed())


def _jump() -> None:
    _state()["at"] = st.session_state.get("replay_at")
