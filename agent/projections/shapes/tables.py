"""Whole tables: rows in any of three forms, as columns of one type each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from agent.projections.label import one_line, words
from agent.projections.shapes.text import as_line
from agent.projections.shapes.types import Cell, Column, ColumnType, Table
from agent.streaming.events import JSON

MOST_ROWS, MOST_COLUMNS = 500, 30
_COLUMN_TYPES: tuple[ColumnType, ...] = ("number", "date", "bool", "text")


def read_table(chunk: Mapping[str, JSON]) -> Table | None:
    """`{"table": ...}`: a list of objects, or `rows` with `columns`, of names or of names with types."""
    given = chunk["table"]
    rows = given.get("rows") if isinstance(given, dict) else given
    named = given.get("columns") if isinstance(given, dict) else None
    if not isinstance(rows, list) or not isinstance(named, list | None):
        return None
    if isinstance(given, dict) and not given.keys() <= {"rows", "columns"}:
        return None
    heads = [_head(column) for column in named or ()]
    if all(isinstance(row, dict) for row in rows) and (rows or heads):
        names = [name for name, _ in heads]
        if not heads:
            names = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
            heads = [(name, "") for name in names]
        cells = [[row.get(name) for name in names] for row in rows[:MOST_ROWS] if isinstance(row, dict)]
    elif heads and all(isinstance(row, list) and len(row) <= len(heads) for row in rows):
        cells = [[*row, *[None] * (len(heads) - len(row))] for row in rows[:MOST_ROWS] if isinstance(row, list)]
    else:
        return None
    if not heads:
        return None
    columns = tuple(
        _column(name, kind, [row[at] for row in cells]) for at, (name, kind) in enumerate(heads[:MOST_COLUMNS])
    )
    return Table(columns, as_line(chunk.get("title")), len(rows), max(len(heads) - MOST_COLUMNS, 0))


def _head(column: JSON) -> tuple[str, str]:
    if isinstance(column, dict):
        kind = column.get("type")
        return _said(column.get("name")), kind if isinstance(kind, str) and kind in _COLUMN_TYPES else ""
    return _said(column), ""


def _said(value: JSON) -> str:
    return value if isinstance(value, str) else words(value, 80)


def _column(name: str, kind: str, values: Sequence[JSON]) -> Column:
    """Of the type that was named if all of its cells are, or of one that they all have."""
    for each in _COLUMN_TYPES[:-1]:
        if kind in ("", each) and not (each == "date" and not kind) and any(value is not None for value in values):
            cells = [_CELLS[each](value) for value in values]
            if all(cell is not None or value in (None, "") for cell, value in zip(cells, values, strict=True)):
                return Column(one_line(name, 80), each, tuple(cells))
    return Column(one_line(name, 80), "text", tuple(None if value is None else words(value) for value in values))


def _number(value: JSON) -> Cell:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e300:
        return None
    return float(value) if abs(value) > 2**53 else value


def _date(value: JSON) -> Cell:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


_CELLS: dict[str, Callable[[JSON], Cell]] = {
    "number": _number,
    "date": _date,
    "bool": lambda value: value if isinstance(value, bool) else None,
}
