"""The timeline: who worked when, drawn with Vega-Lite and told in words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from agent.projections.timeline import MAX_TICKS, Picture, Row, Span, describe
from ui.lab.log import Log, quiet
from ui.markdown import safe_label
from ui.shell.choices import Choices
from ui.shell.language import language, say

ROW_HEIGHT = 40
AROUND = 110
"""Pixels for the axis and the legend."""
_KINDS = ("waits", "model", "tool", "step")
_COLORS = ["#b9b4a3", "#2f7fb5", "#0b8a80", "#a06cb8"]


class TimelineView:
    """A picture that grows with the run."""

    def __init__(self, choices: Choices) -> None:
        self._chart = st.empty()
        self._note = st.empty()
        with st.expander(say("lab-timeline-words"), icon=":material/list:"):
            self._words = st.empty()
        self._said = ""

    def draw(self, log: Log) -> None:
        """Draw the picture of the log as it is now."""
        picture = log.picture
        if not picture.rows:
            self._chart.markdown(quiet(say("lab-timeline-ask" if log.run is None else "lab-timeline-nothing")))
            return
        self._chart.vega_lite_chart(_records(picture), _spec(picture), width="stretch", alt=_summary(picture))
        self._note.markdown(quiet(_note(picture)))
        words = "\n".join(f"- {safe_label(line, 160)}" for line in describe(picture, language()))
        if words != self._said:
            self._said = words
            self._words.markdown(words)


def _note(picture: Picture) -> str:
    lines = [say("lab-timeline-ticks", count=picture.chunks)]
    if picture.chunks > MAX_TICKS:
        drawn = sum(len(row.ticks) for row in picture.rows)
        lines = [say("lab-timeline-some-ticks", all=picture.chunks, drawn=drawn)]
    if picture.first_output:
        lines.append(say("lab-timeline-first", seconds=f"{picture.first_output:.2f}"))
    if picture.more:
        lines.append(say("lab-timeline-more", count=picture.more))
    return " ".join(lines)


def _records(picture: Picture) -> list[dict[str, Any]]:
    """One table for all layers, each of which filters its part."""
    records: list[dict[str, Any]] = [
        {"row": row.name, "kind": _kind(row, span), "start": span.start, "end": span.end, "what": "span"}
        for row in picture.rows
        for span in row.spans
        if span.kind != "paused"
    ]
    records += [
        {"row": row.name, "kind": None, "start": span.start, "end": span.seconds, "what": "pause"}
        for row in picture.rows
        for span in row.spans
        if span.kind == "paused"
    ]
    ticks = ((row.name, at) for row in picture.rows for at in row.ticks)
    records += [{"row": name, "kind": None, "start": at, "end": at, "what": "tick"} for name, at in ticks]
    if picture.first_output is not None:
        at = picture.first_output
        records.append({"row": None, "kind": None, "start": at, "end": at, "what": "first output"})
    return records


def _kind(row: Row, span: Span) -> str:
    return _named("waits" if span.kind == "waiting" else row.kind)


def _named(kind: str) -> str:
    return say(f"lab-timeline-{kind}")


def _spec(picture: Picture) -> dict[str, Any]:
    names = [row.name for row in picture.rows]
    x = {"field": "start", "type": "quantitative", "title": say("lab-timeline-seconds"), "scale": {"domainMin": 0}}
    y = {
        "field": "row",
        "type": "nominal",
        "sort": names,
        "scale": {"domain": names},
        "title": None,
        "axis": {"labelLimit": 180, "grid": True, "gridOpacity": 0.4},
    }
    color = {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [_named(kind) for kind in _KINDS], "range": _COLORS},
        "legend": {"orient": "bottom", "columns": 2},
    }
    tooltip = [
        {"field": "row", "title": say("lab-timeline-who")},
        {"field": "kind", "title": say("lab-timeline-what")},
        {"field": "start", "format": ".2f", "title": say("lab-timeline-from")},
        {"field": "end", "format": ".2f", "title": say("lab-timeline-to")},
    ]
    return {
        "height": ROW_HEIGHT * len(names) + AROUND,
        "layer": [
            {
                "transform": [{"filter": "datum.what == 'span'"}],
                "mark": {"type": "bar", "height": 14, "cornerRadius": 3},
                "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "color": color, "tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.what == 'tick'"}],
                "mark": {"type": "tick", "thickness": 1, "size": 8, "yOffset": 13, "color": "#d4732a", "opacity": 0.7},
                "encoding": {"x": x, "y": y},
            },
            {
                "transform": [{"filter": "datum.what == 'pause'"}],
                "mark": {"type": "tick", "thickness": 6, "size": 18, "color": "#c0562f"},
                "encoding": {"x": x, "y": y, "tooltip": [{"field": "end", "format": ".1f", "title": _named("person")}]},
            },
            {
                "transform": [{"filter": "datum.what == 'first output'"}],
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#d4732a", "size": 2},
                "encoding": {"x": x},
            },
        ],
    }


def _summary(picture: Picture) -> str:
    return say("lab-timeline-alt", seconds=f"{picture.end:.1f}")
