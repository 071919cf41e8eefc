"""The timeline of the lab: who worked when, what its ticks are, and the same in words."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.projections.timeline import MAX_TICKS, Picture, Row, describe
from ui.lab.log import Log, quiet
from ui.markdown import safe_label
from ui.run.timeline import TimelineView
from ui.shell.choices import Choices
from ui.shell.language import language, say


class LabTimeline:
    """A picture that grows with the run."""

    def __init__(self, choices: Choices) -> None:
        self._hint = st.empty()
        self._picture = TimelineView(st.container())
        self._note = st.empty()
        self._below = st.container()
        self._words: DeltaGenerator | None = None
        self._said = ""

    def draw(self, log: Log) -> None:
        """Draw the picture of the log as it is now."""
        picture = log.picture
        if not picture.rows:
            self._hint.markdown(quiet(say("lab-timeline-ask" if log.run is None else "lab-timeline-nothing")))
            return
        self._hint.empty()
        self._picture.draw(picture, _name, working=not log.ended)
        note = _note(picture)
        self._note.markdown(quiet(note) if note else "")
        words = "\n".join(f"- {safe_label(line, 160)}" for line in describe(picture, language()))
        if self._words is None:
            self._words = self._below.expander(say("lab-timeline-words"), icon=":material/list:").empty()
        if words != self._said:
            self._said = words
            self._words.markdown(words)


def _name(row: Row) -> str:
    return row.name


def _note(picture: Picture) -> str:
    lines = [say("lab-timeline-ticks", count=picture.chunks)] if picture.chunks else []
    if picture.chunks > MAX_TICKS:
        drawn = sum(len(row.ticks) for row in picture.rows)
        lines = [say("lab-timeline-some-ticks", all=picture.chunks, drawn=drawn)]
    if picture.first_output:
        lines.append(say("lab-timeline-first", seconds=f"{picture.first_output:.2f}"))
    return " ".join(lines)
