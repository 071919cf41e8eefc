"""The measurements of a run: how soon, how fast, how many."""

from __future__ import annotations

from typing import Any

import streamlit as st

from agent.projections.metrics import Metrics, Source
from ui.lab.log import Log, quiet
from ui.shell.choices import Choices
from ui.shell.language import say


class MetricsView:
    """Four numbers for the whole run, and a row for each node and tool call."""

    def __init__(self, choices: Choices) -> None:
        with st.container(horizontal=True):
            self._numbers = [st.empty() for _ in range(4)]
        self._table = st.empty()
        self._note = st.empty()

    def draw(self, log: Log) -> None:
        """Draw the metrics of the log as it is now."""
        if log.run is None:
            self._note.markdown(quiet(say("lab-metrics-ask")))
            return
        metrics = log.metrics
        for place, (label, value, explained) in zip(self._numbers, _numbers(metrics), strict=True):
            place.metric(label, value, help=explained, border=True)
        if metrics.sources:
            self._table.dataframe(
                [_row(source) for source in metrics.sources],
                hide_index=True,
                column_config=_columns(),
                placeholder="-",
                alt=say("lab-metrics-alt"),
            )
        self._note.markdown(quiet(_note(metrics)))


def _columns() -> dict[str, Any]:
    formats = {"began": "%.2f", "took": "%.2f", "first": "%.2f", "rate": "%.1f"}
    named = {name: say(f"lab-metrics-column-{name}") for name in _COLUMNS}
    return {
        name: st.column_config.NumberColumn(title, format=formats[name])
        if name in formats
        else st.column_config.Column(title, pinned=name == "source")
        for name, title in named.items()
    }


_COLUMNS = ("source", "began", "first", "took", "chunks", "tokens", "counted", "rate")


def _numbers(metrics: Metrics) -> list[tuple[str, str, str]]:
    rate, first = metrics.per_second, metrics.first_output
    values = {
        "first": "-" if first is None else say("time-seconds", seconds=f"{first:.2f}"),
        "whole": say("time-seconds", seconds=f"{metrics.whole:.2f}"),
        "tokens": f"{metrics.tokens:,}",
        "rate": f"{rate:,.0f}" if rate else "-",
    }
    kinds = {name: "took" if name == "whole" and not metrics.is_sooner else name for name in values}
    return [(say(f"lab-metrics-{kinds[n]}"), value, say(f"lab-metrics-{kinds[n]}.help")) for n, value in values.items()]


def _row(source: Source) -> dict[str, object]:
    took = source.ended - source.began if source.began is not None and source.ended is not None else None
    counted = say("lab-metrics-reported" if source.reported else "lab-metrics-counted") if source.tokens else "-"
    return {
        "source": source.name,
        "began": source.began,
        "first": source.first,
        "took": took,
        "chunks": source.chunks,
        "tokens": source.tokens,
        "counted": counted,
        "rate": source.per_second,
    }


def _note(metrics: Metrics) -> str:
    lines = []
    if metrics.read:
        lines.append(say("lab-metrics-read", count=metrics.read))
    if metrics.is_counted:
        lines.append(say("lab-metrics-note"))
    return " ".join(lines)
