"""A run played again: the same events, drawn by the same code, by a clock of the visitor's choice."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.projections.replay import Playback, count_at, length
from agent.streaming.events import StreamMode
from ui.run.drawing import Drawing, show_end
from ui.run.view import FLUSH
from ui.shell.browser import PATIENCE, wait_for_browser

log = logging.getLogger(__name__)

UPDATES_PER_SECOND = 15
SPEEDS = {"1×": 1.0, "4×": 4.0}


class Replay:
    """The replay of one opened run: `controls` draws its buttons, `draw` the run itself, to the end of either."""

    def __init__(self, key: str, run: Run, modes: Collection[StreamMode], *, technical: bool) -> None:
        self._run, self._modes, self._technical = run, modes, technical
        self._events, _, self._ended = run.read()
        self._length = round(length(self._events), 1)
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
                "Pause" if playing else "Replay",
                icon=":material/pause:" if playing else ":material/play_arrow:",
                key="replay_button",
                on_click=_pause if playing else _play,
                args=() if playing else (self._length,),
                width=110,
            )
            st.segmented_control(
                "Speed",
                list(SPEEDS),
                key="replay_speed",
                required=True,
                label_visibility="collapsed",
                on_change=_change_speed,
            )
            with st.container(width="stretch"):
                self._slider()

    def _slider(self) -> None:
        if self._state["playback"]:
            self._bar = st.empty()
            return
        at = self._state["at"]
        st.session_state["replay_at"] = self._length if at is None else min(float(at), self._length)
        st.slider(
            "Moment",
            0.0,
            self._length,
            step=0.1,
            format="%.1f s",
            key="replay_at",
            label_visibility="collapsed",
            on_change=_jump,
        )

    def draw(self, place: DeltaGenerator) -> None:
        """Draw the run: as it was at the chosen moment, as it is played, or as it goes on just now."""
        try:
            if not self._ended:
                self._follow(place)
            elif self._state["playback"]:
                self._play(place)
            else:
                self._stand(place)
        except Exception:  # an uploaded run may hold what nothing here has thought of
            log.exception("A run could not be drawn")
            place.error("This run holds something that cannot be drawn.", icon=":material/broken_image:")

    def _stand(self, place: DeltaGenerator) -> None:
        at = self._state["at"]
        whole = at is None or at >= self._length
        shown = self._events if whole else self._events[: count_at(self._events, at)]
        drawing = self._drawing(place)
        drawing.add(shown)
        self._state["filled"] = drawing.draw()
        if whole:
            show_end(place, drawing.transcript, self._run.unrecorded)

    def _play(self, place: DeltaGenerator) -> None:
        playback: Playback = self._state["playback"]
        drawing, count = self._drawing(place), 0
        while count < len(self._events):
            moment = playback.moment(time.monotonic())
            until = count_at(self._events, moment)
            drawing.add(self._events[count:until])
            count = until
            self._state["filled"] = max(drawing.draw(), self._state["filled"])
            if self._bar:
                share = min(moment / self._length, 1.0)
                self._bar.progress(share, f"{min(moment, self._length):.1f} s of {self._length:.1f} s")
            wait_for_browser()  # a click interrupts the script here
            time.sleep(1 / UPDATES_PER_SECOND)
        self._state.update(at=None, playback=None)
        st.rerun()

    def _follow(self, place: DeltaGenerator) -> None:
        drawing, cursor, ended = self._drawing(place), 0, False
        while not ended:
            events, cursor, ended = self._run.read(cursor, PATIENCE)
            drawing.add(events)
            self._state["filled"] = drawing.draw()
            wait_for_browser()
            time.sleep(1 / UPDATES_PER_SECOND)
        st.rerun()

    def _drawing(self, place: DeltaGenerator) -> Drawing:
        drawing = Drawing(place, self._run, self._modes, technical=self._technical)
        if self._state["playback"] and (filled := self._state["filled"]):
            drawing.clear(filled)
            time.sleep(FLUSH)
        return drawing


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
