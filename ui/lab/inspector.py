"""The inspector: every event in a row, and a chosen one as its complete JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from agent.projections.inspector import PAGE, Filter, how_known, pages, row
from agent.streaming.events import StreamEvent
from agent.streaming.json_safe import DataLeft, json_safe
from agent.streaming.modes import STREAM_MODES
from ui.lab.log import Log, quiet
from ui.shell.choices import Choices
from ui.shell.language import language, say

SHOWN_DATA = 5_000
"""Characters of images and files in an event's JSON; of more than that, only the beginning."""
_WIDTHS: dict[str, int | Literal["large"]] = {
    "seq": 60,
    "ms": 100,
    "mode": 100,
    "kind": 100,
    "node": 90,
    "call": 130,
    "namespace": 100,
    "bytes": 70,
    "content": "large",
}
"""Of the columns, in pixels."""


class InspectorView:
    """While the run works, its latest events; afterwards all of them, with filters, pages and details.

    Widgets can be drawn only once per script run, and their options are known only when the run has ended.
    """

    def __init__(self, choices: Choices) -> None:
        self._place = st.empty()

    def draw(self, log: Log) -> None:
        """Draw the events so far."""
        if log.run is None:
            self._place.markdown(quiet(say("lab-inspector-ask")))
        elif log.ended:
            with self._place.container():
                _inspect(log)
        else:
            with self._place.container():
                st.markdown(quiet(say("lab-inspector-working", all=len(log.events))))
                _table(log.events[-PAGE:][::-1], log.titles, key=None)


def _inspect(log: Log) -> None:
    titles = log.titles
    found = _filter(log, titles).select(log.events)
    if len(found) < len(log.events):
        st.markdown(quiet(say("lab-inspector-found", found=len(found), all=len(log.events))))
    else:
        st.markdown(quiet(say("lab-inspector-all", count=len(found))))
    table = st.container()
    number = 1
    if len(found) > PAGE:
        number = st.pagination(pages(len(found)), key=f"lab_page_{pages(len(found))}")
    shown = found[(number - 1) * PAGE : number * PAGE]
    with table:
        span = f"{shown[0].seq}_{shown[-1].seq}_{len(shown)}" if shown else ""
        chosen = _table(shown, titles, key=f"lab_rows_{log.run.id if log.run else ''}_{span}")
    if chosen is not None:
        _details(chosen)


def _filter(log: Log, titles: dict[str, str]) -> Filter:
    present = {event.mode for event in log.events}
    everything = say("lab-inspector-any")
    nodes = sorted({event.node for event in log.events if event.node})
    with st.container(horizontal=True):
        modes = st.multiselect(
            say("lab-inspector-mode"),
            [mode for mode in ("run", *STREAM_MODES) if mode in present],
            key="lab_modes",
            placeholder=everything,
        )
        chosen_nodes = st.multiselect(say("lab-inspector-node"), nodes, key="lab_nodes", placeholder=everything)
        calls = st.multiselect(
            say("lab-inspector-call"),
            list(titles),
            key="lab_calls",
            format_func=titles.__getitem__,
            placeholder=everything,
        )
        search = st.text_input(
            say("lab-inspector-search"),
            key="lab_search",
            icon=":material/search:",
            placeholder=say("lab-inspector-search.hint"),
        )
    return Filter(tuple(modes), tuple(chosen_nodes), tuple(calls), search)


def _table(events: Sequence[StreamEvent], titles: dict[str, str], key: str | None) -> StreamEvent | None:
    """Draw a table of events; with a key, a row can be selected, and is returned."""
    rows = [row(event, titles) for event in events]
    alt, columns = say("lab-inspector-alt"), _columns()
    if key is None or not rows:
        st.dataframe(rows, hide_index=True, column_config=columns, alt=alt)
        return None
    state = st.dataframe(
        rows,
        hide_index=True,
        column_config=columns,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        height=420,
        alt=alt,
    )
    chosen = state["selection"]["rows"]
    return events[chosen[0]] if chosen and chosen[0] < len(events) else None


def _columns() -> dict[str, Any]:
    formats = {"ms": "%.1f"}
    return {
        name: st.column_config.Column(say(f"lab-inspector-column-{name}"), width=width, pinned=name == "seq")
        if name not in formats
        else st.column_config.NumberColumn(say(f"lab-inspector-column-{name}"), width=width, format=formats[name])
        for name, width in _WIDTHS.items()
    }


def _details(event: StreamEvent) -> None:
    with st.container(border=True, key="lab_details"):
        number = say("lab-inspector-event", seq=str(event.seq))
        st.markdown(f"**{number}** :gray[{event.mode}, {event.at * 1000:.1f} ms]")
        if known := how_known(event, language()):
            st.markdown(quiet(say("lab-inspector-known", how=known)))
        shown = json_safe(event.to_json(), max_chars=1_000_000, max_depth=64, data=DataLeft(SHOWN_DATA))
        st.json(shown, expanded=3)
