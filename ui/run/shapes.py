"""Images, files, code, key figures, diagrams, tables and cards, each drawn as what it is."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.projections.label import one_line, spoken
from agent.projections.shapes import types as shapes
from agent.projections.shapes.cards import MOST_FIELD, fields_of
from agent.projections.shapes.text import size_of
from agent.projections.shapes.types import Shape
from ui.markdown import safe_label
from ui.run.columns import named
from ui.run.text import Slot, clear
from ui.shell.browser import wait_for_browser
from ui.shell.language import say


class _Numbers(threading.local):
    def __init__(self) -> None:
        self.each = itertools.count()


_NUMBERS = _Numbers()
"""For the keys of buttons: in each script, and so in its thread, one that is drawn again needs another. They begin anew
with the next script, as Streamlit keeps every key for as long as the session.
"""


class ShapesView:
    """One below the other; one that is replaced is drawn anew in its place."""

    def __init__(self, place: DeltaGenerator, *, technical: bool) -> None:
        self._body, self._more = place.container(), Slot(place)
        self._technical = technical
        self._places: list[DeltaGenerator] = []
        self._drawn: list[Shape] = []

    def draw(self, found: Sequence[Shape], unkept: int) -> None:
        """Write what has changed since the last call; `unkept` is how many more there were."""
        for at, shape in enumerate(found):
            if at < len(self._drawn) and self._drawn[at] is shape:
                continue
            if at == len(self._places):
                self._places.append(self._body.empty())
            elif at < len(self._drawn):
                clear(self._places[at])
            draw_shape(self._places[at].container(), shape, technical=self._technical)
            wait_for_browser()
        clear(*self._places[len(found) : len(self._drawn)])
        self._drawn = list(found)
        self._more.markdown(f":gray[{say('shape-more', count=unkept)}]" if unkept else "")


def draw_shape(place: DeltaGenerator, shape: Shape, *, technical: bool) -> None:
    """Draw one shape; a `technical` reader is told what it is as data."""
    match shape:
        case shapes.Image():
            facts = f"{shape.format.upper()} · {shape.width} × {shape.height} · {size_of(len(shape.data))}"
            caption = " · ".join(filter(None, (shape.alt, facts if technical else "")))
            place.image(shape.url, safe_label(caption, 300) or None, alt=shape.alt or say("shape-image"))
        case shapes.File():
            if shape.sound:
                place.audio(shape.data, shape.sound)
            place.download_button(
                say("shape-download", name=safe_label(shape.name), size=size_of(len(shape.data))),
                shape.data,
                shape.name,
                "application/octet-stream",
                key=f"file {next(_NUMBERS.each)}",
                on_click="ignore",
                icon=":material/download:",
            )
        case shapes.Code():
            _caption(place, shape.title)
            if shape.why:
                place.caption(say(shape.why))
            place.code(shape.text, shape.language or None, wrap_lines=True)
        case shapes.Figures():
            grid = place.grid(min(len(shape.figures), 4), min_column_width=110)
            for figure in shape.figures:
                _figure(grid.cell(), figure)
            if shape.left_out:
                place.caption(say("shape-more", count=shape.left_out))
        case shapes.Diagram():
            place.mermaid_chart(shape.source, alt=shape.alt or say("shape-diagram"))
            _caption(place, shape.alt)
        case shapes.Table():
            _table(place, shape)
        case shapes.Card():
            _card(place.container(border=True), shape, technical)
        case shapes.Elsewhere():
            what = say("shape-elsewhere-image" if shape.is_image else "shape-elsewhere")
            said = " · ".join(safe_label(text, 500) for text in (shape.name, shape.address) if text)
            place.markdown(f":material/link_off: {said}  \n:gray[:small[{what}]]")
        case shapes.NotShown():
            name = f"**{safe_label(shape.name)}**  \n" if shape.name else ""
            place.markdown(f":material/hide_image: {name}:gray[{say(shape.why)}]")


def _caption(place: DeltaGenerator, text: str) -> None:
    if text:
        place.caption(safe_label(text, 300))


def _figure(place: DeltaGenerator, figure: shapes.Figure) -> None:
    trend: dict[str, Any] = {"delta_arrow": figure.trend or "off"}
    trend["delta_color"] = {"up": "green", "down": "red"}.get(figure.trend, "gray")
    place.metric(safe_label(figure.label) or "–", safe_label(figure.value), safe_label(figure.delta) or None, **trend)


_CONFIG: dict[shapes.ColumnType, Callable[[], Any]] = {
    "number": st.column_config.NumberColumn,
    "date": st.column_config.DateColumn,
    "bool": st.column_config.CheckboxColumn,
    "text": st.column_config.TextColumn,
}


def _table(place: DeltaGenerator, table: shapes.Table) -> None:
    _caption(place, table.title)
    names = named([column.name for column in table.columns])
    columns = list(zip(names, table.columns, strict=True))
    place.dataframe(
        {name: list(column.cells) for name, column in columns},
        hide_index=True,
        placeholder="",
        column_config={name: _CONFIG[column.type]() for name, column in columns},
    )
    shown = len(table.columns[0].cells) if table.columns else 0
    if table.rows > shown:
        place.caption(say("shape-rows", shown=shown, count=table.rows))
    if table.left_out:
        place.caption(say("shape-columns", count=table.left_out))


def _card(place: DeltaGenerator, card: shapes.Card, technical: bool) -> None:
    title = (one_line(card.name, 80) if technical else spoken(card.name.replace("-", " "))) or say("shape-card")
    fields, more = fields_of(card.props)
    lines = [f"**{safe_label(title)}**", ""]
    for line in fields:
        name = f":gray[{safe_label(line.name)}]" if line.name else ""
        said = safe_label(line.text, MOST_FIELD) if line.text else ""
        lines.append(f"{'  ' * line.depth}- {' '.join(filter(None, (name, said))) or '–'}")
    if more:
        lines.append(f"- :gray[{say('shape-fields', count=more)}]")
    place.markdown("\n".join(lines))
