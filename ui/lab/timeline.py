"""The timeline: who worked when, drawn with Vega-Lite, and said in words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from agent.projections.timeline import MOST_TICKS, Timeline, describe, timeline
from ui.lab.log import Log, quiet
from ui.markdown import safe_label
from ui.shell.choices import Choices

ROW_HEIGHT = 40
AROUND = 110
"""Pixels for the axis and the legend."""
_KINDS = {"waiting": "waits", "model": "model writes", "tool": "tool works", "step": "step works"}
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
        picture = timeline(log.events, log.transcript, log.titles)
        if not picture.spans:
            self._chart.markdown(
                quiet("Ask a question: this shows who works when." if log.run is None else "Nothing yet.")
            )
            return
        self._chart.vega_lite_chart(_records(picture), _spec(picture), width="stretch", alt=_summary(picture))
        ticks = f"Each tick is one of {picture.chunks:,} chunks"
        if picture.chunks > MOST_TICKS:
            ticks += f"; {len(picture.ticks):,} of them are drawn"
        first = picture.first_token
        self._note.markdown(quiet(ticks + (f". The line marks the first token, at {first:.2f} s." if first else ".")))
        words = "\n".join(f"- {safe_label(line, 160)}" for line in describe(picture))
        if words != self._said:
            self._said = words
            self._words.markdown(words)


def _records(picture: Timeline) -> list[dict[str, Any]]:
    """One table for all layers; each filters its part."""
    records: list[dict[str, Any]] = [
        {"row": span.row, "kind": _KINDS[span.kind], "start": span.start, "end": span.end, "what": "span"}
        for span in picture.spans
    ]
    records += [{"row": row, "kind": None, "start": at, "end": at, "what": "tick"} for at, row in picture.ticks]
    if picture.first_token is not None:
        at = picture.first_token
        records.append({"row": None, "kind": None, "start": at, "end": at, "what": "first token"})
    return records


def _spec(picture: Timeline) -> dict[str, Any]:
    x = {"field": "start", "type": "quantitative", "title": "seconds", "scale": {"domainMin": 0}}
    y = {
        "field": "row",
        "type": "nominal",
        "sort": picture.rows,
        "scale": {"domain": picture.rows},
        "title": None,
        "axis": {"labelLimit": 150, "grid": True, "gridOpacity": 0.4},
    }
    color = {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(_KINDS.values()), "range": _COLORS},
        "legend": {"orient": "bottom", "columns": 2},
    }
    tooltip = [
        {"field": "row", "title": "who"},
        {"field": "kind", "title": "what"},
        {"field": "start", "format": ".2f", "title": "from (s)"},
        {"field": "end", "format": ".2f", "title": "to (s)"},
    ]
    return {
        "height": ROW_HEIGHT * len(picture.rows) + AROUND,
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
                "transform": [{"filter": "datum.what == 'first token'"}],
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#d4732a", "size": 2},
                "encoding": {"x": x},
            },
        ],
    }


def _summary(picture: Timeline) -> str:
    return f"Who worked when, over {picture.end:.1f} seconds; the same is said in words below"
