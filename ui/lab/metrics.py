"""What was measured of a run: how soon, how fast, how many."""

from __future__ import annotations

import streamlit as st

from agent.projections.metrics import Metrics, Source
from ui.lab.log import Log, quiet
from ui.shell.choices import Choices


class MetricsView:
    """Four numbers for the whole run, and a row for each node and each tool call."""

    def __init__(self, choices: Choices) -> None:
        with st.container(horizontal=True):
            self._numbers = [st.empty() for _ in range(4)]
        self._table = st.empty()
        self._note = st.empty()

    def draw(self, log: Log) -> None:
        """Draw the metrics of the log as it is now."""
        if log.run is None:
            self._note.markdown(quiet("Ask a question: this shows how soon, how fast and how many."))
            return
        metrics = log.metrics
        for place, (label, value, explained) in zip(self._numbers, _numbers(metrics), strict=True):
            place.metric(label, value, help=explained, border=True)
        if metrics.sources:
            self._table.dataframe(
                [_row(source) for source in metrics.sources],
                hide_index=True,
                column_config={
                    "source": st.column_config.TextColumn(pinned=True),
                    "began": st.column_config.NumberColumn("began (s)", format="%.2f"),
                    "took": st.column_config.NumberColumn("took (s)", format="%.2f"),
                    "first": st.column_config.NumberColumn("first chunk (s)", format="%.2f"),
                    "per second": st.column_config.NumberColumn("tokens a second", format="%.1f"),
                },
                placeholder="-",
                alt="What was measured of each node and each tool call",
            )
        self._note.markdown(quiet(_note(metrics)))


def _numbers(metrics: Metrics) -> list[tuple[str, str, str]]:
    rate = metrics.per_second
    return [
        (
            "First output",
            "-" if metrics.first_output is None else f"{metrics.first_output:.2f} s",
            "From the question until there was something to read, in any mode: words, data, a result.",
        ),
        ("Without streaming", f"{metrics.whole:.2f} s", "What you would have waited before seeing anything at all."),
        ("Tokens", f"{metrics.tokens:,}", "Written by all models of the run."),
        (
            "Tokens a second",
            f"{rate:,.0f}" if rate else "-",
            "Chunks written a second, mostly a token each, while at least one model was writing.",
        ),
    ]


def _row(source: Source) -> dict[str, object]:
    took = source.ended - source.began if source.began is not None and source.ended is not None else None
    counted = "reported" if source.reported else "chunks counted" if source.turns else "-"
    return {
        "source": source.name,
        "began": source.began,
        "first": source.first,
        "took": took,
        "chunks": source.chunks,
        "tokens": source.tokens,
        "tokens are": counted,
        "per second": source.per_second,
    }


def _note(metrics: Metrics) -> str:
    lines = []
    if metrics.read:
        lines.append(f"The models read {metrics.read:,} tokens, as the server reported.")
    if metrics.is_counted:
        lines.append("Where no usage was reported, the chunks that a model wrote are counted: mostly one a token.")
    return " ".join(lines)
