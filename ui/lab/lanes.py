"""The lanes: a column for each stream mode, a row for each slice of time."""

from __future__ import annotations

from typing import Any

import streamlit as st

from agent.projections.lanes import Row
from agent.snippets.programs import stays_empty
from agent.streaming.modes import StreamMode
from ui.lab.log import Log, quiet
from ui.shell.choices import Choices
from ui.shell.language import language, say


class LanesView:
    """All chosen modes in one table, so that the same moment is at the same height in every lane."""

    def __init__(self, choices: Choices) -> None:
        self._modes = choices.modes
        self._graph = choices.graph
        self._sentences = st.empty()
        self._table = st.empty()

    def draw(self, log: Log) -> None:
        """Draw the lanes, and what each delivers."""
        graph = log.run.request.graph if log.run else self._graph
        rows = [row for row in log.lanes.rows(self._modes, log.titles) if any(row.cells.values())]
        sentences = [f"**{mode}** {_sentence(graph, mode)}" for mode in self._modes]
        if rows:  # while it works, what is new is at the top, where it is seen
            sentences.append(say("lab-lanes-ended" if log.ended else "lab-lanes-working"))
        self._sentences.markdown(quiet(" ".join(sentences)))
        if not self._modes:
            self._sentences.info(say("lab-lanes-choose"), icon=":material/view_column:")
        elif log.run is None:
            self._table.markdown(quiet(say("lab-lanes-ask")))
        elif rows:
            self._table.dataframe(
                _columns(rows if log.ended else rows[::-1], self._modes),
                hide_index=True,
                height="content",
                column_config=_columns_looks(self._modes),
                alt=say("lab-lanes-alt"),
            )
        else:
            self._table.markdown(quiet(say("lab-lanes-nothing")))


def _columns(rows: list[Row], modes: tuple[StreamMode, ...]) -> dict[str, list[float] | list[str]]:
    return {"seconds": [row.start for row in rows], **{mode: [row.cells[mode] for row in rows] for mode in modes}}


def _columns_looks(modes: tuple[StreamMode, ...]) -> dict[str, Any]:
    seconds = st.column_config.NumberColumn(say("lab-lanes-seconds"), width=70, format="%.2f", pinned=True)
    return {"seconds": seconds} | {
        mode: st.column_config.TextColumn(width="medium", help=say(f"mode-{mode}.delivers")) for mode in modes
    }


def _sentence(graph: str, mode: StreamMode) -> str:
    empty = stays_empty(graph, mode, language())
    return say(f"mode-{mode}.delivers") + (f" {say('lab-lanes-empty', why=empty)}" if empty else "")
