"""The timeline: who worked when, drawn with Vega-Lite, and said in words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from agent.projections.timeline import MAX_TICKS, Picture, Row, Span, describe
from ui.lab.log import Log, quiet
from ui.markdown import safe_label
from ui.shell.choices import Choices

ROW_HEIGHT = 40
AROUND = 110
"""Pixels for the axis and the legend."""
_KINDS = ("waits", "model writes", "tool works", "step works")
_COLORS = ["#b9b4a3", "#2f7fb5", "#0b8a80", "#a06cb8"]


class TimelineView:
    """A picture that grows with the run."""

    def __init__(self, choices: Choices) -> None:
        self._chart = st.empty()
        self._note = st.empty()
        with st.expander("The same in words", icon=":material/list:"):
            self._words = st.empty()
        self._said = ""

    def draw(self, log: Log) -> None:
        """Draw the picture of the log as it is now."""
        picture = log.picture
        if not picture.rows:
            self._chart.markdown(
                quiet("Ask a question: this shows who works when." if log.run is None else "Nothing yet.")
            )
            return
        self._chart.vega_lite_chart(_records(picture), _spec(picture), width="stretch", alt=_summary(picture))
        self._note.markdown(quiet(_note(picture)))
        words = "\n".join(f"- {safe_label(line, 160)}" for line in describe(picture))
        if words != self._said:
            self._said = words
            self._words.markdown(words)


def _note(picture: Picture) -> str:
    ticks = f"Each tick is one of {picture.chunks:,} chunks"
    if picture.chunks > MAX_TICKS:
        ticks += f"; {sum(len(row.ticks) for row in picture.rows):,} of them are drawn"
    first = picture.first_output
    lines = [ticks + (f". The line marks the first output, at {first:.2f} s." if first else ".")]
    return " ".join([*lines, f"{picture.more:,} more rows are left out."] if picture.more else lines)


def _records(picture: Picture) -> list[dict[str, Any]]:
    """One table for all layers; each filters its part."""
    records: list[dict[str, Any]] = [
        {"row": row.name, "kind": _kind(row, span), "start": span.start, "end": span.end, "what": "span"}
        for row in picture.rows
        for span in row.spans
    ]
    ticks = ((row.name, at) for row in picture.rows for at in row.ticks)
    records += [{"row": name, "kind": None, "start": at, "end": at, "what": "tick"} for name, at in ticks]
    if picture.first_output is not None:
        at = picture.first_output
        records.append({"row": None, "kind": None, "start": at, "end": at, "what": "first output"})
    return records


def _kind(row: Row, span: Span) -> str:
    return "waits" if span.kind == "waiting" else f"{row.kind} {'writes' if row.kind == 'model' else 'works'}"


def _spec(picture: Picture) -> dict[str, Any]:
    names = [row.name for row in picture.rows]
    x = {"field": "start", "type": "quantitative", "title": "seconds", "scale": {"domainMin": 0}}
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
        "scale": {"domain": list(_KINDS), "range": _COLORS},
        "legend": {"orient": "bottom", "columns": 2},
    }
    tooltip = [
        {"field": "row", "title": "who"},
        {"field": "kind", "title": "what"},
        {"field": "start", "format": ".2f", "title": "from (s)"},
        {"field": "end", "format": ".2f", "title": "to (s)"},
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
                "transform": [{"filter": "datum.what == 'first output'"}],
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#d4732a", "size": 2},
                "encoding": {"x": x},
            },
        ],
    }


def _summary(picture: Picture) -> str:
    return f"Who worked when, over {picture.end:.1f} seconds; the same is said in words below"
