"""The figures of a run: how soon, how fast, how many."""

from __future__ import annotations

import streamlit as st

from agent.projections.metrics import Figures, RunFigures, figures
from ui.lab.log import Log, quiet
from ui.shell.choices import Choices


class FiguresView:
    """Four numbers for the whole run, and a row for the model and for each tool call."""

    def __init__(self, choices: Choices) -> None:
        with st.container(horizontal=True):
            self._metrics = [st.empty() for _ in range(4)]
        self._table = st.empty()
        self._note = st.empty()

    def draw(self, log: Log) -> None:
        """Draw the figures of the log as it is now."""
        if log.run is None:
            self._note.markdown(quiet("Ask a question: this shows how soon, how fast and how many."))
            return
        numbers = figures(log.events, log.transcript, log.titles)
        for place, (label, value, explained) in zip(self._metrics, _metrics(numbers), strict=True):
            place.metric(label, value, help=explained, border=True)
        if numbers.sources:
            self._table.dataframe(
                [_row(source) for source in numbers.sources],
                hide_index=True,
                column_config={
                    "source": st.column_config.TextColumn(pinned=True),
                    "began": st.column_config.NumberColumn("began (s)", format="%.2f"),
                    "took": st.column_config.NumberColumn("took (s)", format="%.2f"),
                    "first": st.column_config.NumberColumn("first chunk (s)", format="%.2f"),
                    "per second": st.column_config.NumberColumn("tokens a second", format="%.1f"),
                },
                placeholder="-",
                alt="Figures of the model and of each tool call",
            )
        self._note.markdown(quiet(_note(numbers)))


def _metrics(numbers: RunFigures) -> list[tuple[str, str, str]]:
    rate = numbers.per_second
    return [
        (
            "First token",
            _seconds(numbers.first_token),
            "From the question to the first token of any model, in a text or in a tool call.",
        ),
        ("Without streaming", _seconds(numbers.whole), "What you would have waited before seeing anything at all."),
        ("Tokens", f"{numbers.tokens:,}", "Written by all models of the run."),
        (
            "Tokens a second",
            f"{rate:,.0f}" if rate else "-",
            "Chunks written a second, mostly a token each, while at least one model was writing.",
        ),
    ]


def _row(source: Figures) -> dict[str, object]:
    took = source.ended - source.began if source.began is not None and source.ended is not None else None
    counted = "reported" if source.reported else "chunks counted" if source.turns else "-"
    return {
        "source": source.source,
        "began": source.began,
        "first": source.first,
        "took": took,
        "chunks": source.chunks,
        "tokens": source.tokens,
        "tokens are": counted,
        "per second": source.per_second,
    }


def _note(numbers: RunFigures) -> str:
    lines = []
    if numbers.first_sign is not None:
        spared = numbers.whole - numbers.first_sign
        lines.append(
            f"The first sign of any kind came after {numbers.first_sign:.2f} s; without streaming, everything "
            f"would have come after {numbers.whole:.2f} s, {spared:.2f} s later."
        )
    if numbers.tokens_in:
        lines.append(f"The models read {numbers.tokens_in:,} tokens, as the server reported.")
    if numbers.counted:
        lines.append("Where no usage was reported, the chunks that a model wrote are counted: mostly one a token.")
    return " ".join(lines)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"
