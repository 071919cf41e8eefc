"""The stream lab: one run, followed in views of which only the chosen one is drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.graphs.registry import graph_title
from agent.projections.transcript import Transcript
from agent.streaming.events import StreamEvent
from ui.chat import branches
from ui.chat.other_tabs import OtherTabs
from ui.chat.turns import Follow
from ui.chat.way_out import WayOut
from ui.lab.code import CodeView
from ui.lab.inspector import InspectorView
from ui.lab.lanes import LanesView
from ui.lab.log import Log, View, quiet
from ui.lab.metrics import MetricsView
from ui.lab.timeline import LabTimeline
from ui.lab.ways import WaysView
from ui.markdown import safe_label
from ui.run.cards import Cards
from ui.run.drawing import SILENT, show_end, silence, stalls
from ui.run.follow import Reader, Unseen
from ui.run.text import clear
from ui.run.waiting import show_waiting
from ui.shell.choices import Choices
from ui.shell.language import language, say, tell

SECONDS_A_TICK = 0.5
"""Further seconds after which the status line is updated even if nothing arrives."""
SECONDS_A_DRAWING = 0.5
"""Tables and charts are sent whole, so they are drawn no more often than this."""

VIEWS: dict[str, tuple[str, Callable[[Choices], View]]] = {
    "timeline": (":material/view_timeline:", LabTimeline),
    "lanes": (":material/view_column:", LanesView),
    "inspector": (":material/manage_search:", InspectorView),
    "metrics": (":material/speed:", MetricsView),
    "code": (":material/code:", CodeView),
    "ways": (":material/alt_route:", WaysView),
}


def lab(runs: list[Run], choices: Choices) -> Follow:
    """Show one run of the conversation in the chosen view; returns what follows all runs to their end."""
    run, tree = _choose_run(runs), branches.tree_of(runs)
    if run:
        with st.chat_message("user", avatar=":material/person:"):
            branches.question(run, tree, choices.page)
    status, way_out = st.empty(), st.empty()
    end = st.container()
    questions = _Questions(st.container(), run) if run else None
    name = st.segmented_control(
        say("lab-view"),
        list(VIEWS),
        default=next(iter(VIEWS)),
        required=True,
        key="lab_view",
        format_func=lambda name: f"{VIEWS[name][0]} {say(f'lab-view-{name}')}",
        label_visibility="collapsed",
    )
    view = VIEWS[name or next(iter(VIEWS))][1](choices)
    log = Log(run)
    beside = [view.at_work] if isinstance(view, WaysView) else []
    if run is None or questions is None:
        view.draw(log)
        return partial(_follow, beside)

    waited = run.state == "waiting"
    offered = WayOut(way_out, run, choices.page, tree)
    other_tabs = OtherTabs(runs)

    def follow() -> None:
        def show_status() -> None:
            status.markdown(quiet(_status(run, log)))
            offered.offer(not log.ended and stalls(run, log.transcript))
            questions.draw(log.transcript)

        Reader(run, _Shown(log, view, show_status)).follow(other_tabs.has_asked, beside=beside)
        if other_tabs.has_news:
            st.rerun()
        if log.transcript.state == "waiting":
            if not waited:
                st.rerun()  # for the sidebar and the title, which tell of it
            questions.tell_waiting()
        elif run.state != "finished":
            show_end(end, log.transcript, run.unrecorded)
        elif run.unrecorded:
            end.warning(tell(run.unrecorded), icon=":material/save:")
        if run.ended:
            branches.again(end, run, tree, choices.page)
        _follow([*beside, *(Reader(other, Unseen()) for other in runs)], other_tabs.has_asked)
        if other_tabs.has_news:
            st.rerun()

    return follow


def _follow(readers: Sequence[Reader], enough: Callable[[], bool] = lambda: False) -> None:
    for reader in readers:
        reader.follow(enough)


def _choose_run(runs: list[Run]) -> Run | None:
    """The newest run, or another one of the conversation. A new question makes a new choice."""
    if len(runs) < 2:
        return runs[0] if runs else None
    numbers = list(range(len(runs)))[::-1]
    place = st.selectbox(
        say("lab-run"),
        numbers,
        key=f"lab_run_{len(runs)}",
        format_func=lambda number: f"{number + 1}. {runs[number].request.question[:100]}",
    )
    return runs[place]


class _Questions:
    """What the run asks a person, above its views."""

    def __init__(self, place: DeltaGenerator, run: Run) -> None:
        self._place, self._cards = place, Cards.of(run, technical=True)
        self._places: dict[str, tuple[DeltaGenerator, bool]] = {}
        """Where each question stands, and whether it is over."""

    def draw(self, run: Transcript) -> None:
        """Draw what is asked, and what has been decided since."""
        for interrupt, asked in run.asked.items():
            is_over = asked.answered_at is not None or run.ended_at is not None
            place, was_over = self._places.get(interrupt, (None, None))
            if was_over == is_over:
                continue
            if place is None:
                place = self._place.empty()
            else:
                clear(place)
            self._places[interrupt] = place, is_over
            self._cards.draw(place.container(), asked, ended=run.ended_at is not None)

    def tell_waiting(self) -> None:
        """Say that it waits, and since when."""
        show_waiting(self._place, self._cards)


class _Shown:
    """A log in one view, drawn now and then while there is something new, and at the end."""

    rest = 0.1

    def __init__(self, log: Log, view: View, tell: Callable[[], object]) -> None:
        self._log, self._view, self._tell = log, view, tell
        self._drawn, self._due = -1, 0.0

    def add(self, events: Sequence[StreamEvent]) -> None:
        self._log.add(events)

    def draw(self, *, ended: bool) -> None:
        self._log.ended = ended
        if ended or self.waits or self.is_due:
            self._tell()
            if ended or self.waits or self._has_news:
                self._view.draw(self._log)
            self._drawn, self._due = len(self._log.events), time.monotonic() + SECONDS_A_DRAWING

    @property
    def waits(self) -> bool:
        return self._log.transcript.state == "waiting"

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._due + (0.0 if self._has_news else SECONDS_A_TICK)

    @property
    def _has_news(self) -> bool:
        return len(self._log.events) > self._drawn


def _status(run: Run, log: Log) -> str:
    request, transcript = run.request, log.transcript
    silent = 0.0 if log.ended else silence(run, transcript)
    at = f"{transcript.worked(transcript.last_at) + silent:.1f}"
    parts = [
        f"**{say(f'state-{transcript.state}')}**",
        say("time-seconds" if log.ended else "lab-seconds-so-far", seconds=at),
        say("lab-events", count=len(log.events)),
        say("run-silent", seconds=int(silent)) if silent >= SILENT else "",
        graph_title(request.graph, language()),
        safe_label(request.model),
    ]
    return " · ".join(filter(None, parts))
