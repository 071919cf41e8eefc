"""What a tool has shown, in a file that loads nothing and runs nothing: as HTML, and as plain text."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from agent.export.text import escaped
from agent.projections.label import spoken
from agent.projections.shapes import types as shapes
from agent.projections.shapes.cards import fields_of
from agent.projections.shapes.text import size_of
from agent.projections.shapes.types import Shape

MAX_ROWS = 100
"""Rows of a table that are written out: the first ones."""

Say = Callable[..., str]
"""`say(key, **values)` in the file's language; it takes a Sentence, too."""


def as_html(shape: Shape, say: Say) -> str:
    """One shape as harmless elements; an image and a file are in the page itself."""
    match shape:
        case shapes.Image():
            size = f'width="{shape.width}" height="{shape.height}"'
            words = f"<figcaption>{escaped(shape.alt)}</figcaption>" if shape.alt else ""
            image = f'<img src="{shape.url}" alt="{escaped(shape.alt or say("shape-image"))}" {size}>'
            return f"<figure>{image}{words}</figure>"
        case shapes.File():
            data = base64.b64encode(shape.data).decode()
            label = escaped(_file(shape, say))
            href = f"data:application/octet-stream;base64,{data}"
            return f'<p><a download="{escaped(shape.name)}" href="{href}">{label}</a></p>'
        case shapes.Code():
            return _remarks(shape.title, say(shape.why) if shape.why else "") + f"<pre>{escaped(shape.text)}</pre>"
        case shapes.Diagram():
            return _remarks(shape.alt, say("shape-diagram-source")) + f"<pre>{escaped(shape.source)}</pre>"
        case shapes.Figures():
            figures = "".join(
                f"<div><dt>{escaped(each.label)}</dt><dd>{escaped(each.value)} "
                f"<small>{escaped(_delta(each))}</small></dd></div>"
                for each in shape.figures
            )
            return f'<dl class="numbers">{figures}</dl>' + _remarks(_more(shape.left_out, say))
        case shapes.Table():
            head = "".join(f"<th>{escaped(column.name)}</th>" for column in shape.columns)
            body = "".join(f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in row)}</tr>" for row in _rows(shape))
            table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            return _remarks(shape.title) + f'<div class="wide">{table}</div>' + _remarks(*_left_out(shape, say))
        case shapes.Card():
            fields, more = fields_of(shape.props)
            lines = "".join(
                f'<li class="in{min(line.depth, 4)}"><small>{escaped(line.name)}</small> {escaped(line.text)}</li>'
                for line in fields
            )
            title = f"<p><strong>{escaped(_title(shape, say))}</strong></p>"
            return f'<div class="card">{title}<ul>{lines}</ul>{_remarks(_fields(more, say))}</div>'
    return f"<p>{'<br>'.join(escaped(line) for line in as_text(shape, say).splitlines())}</p>"


def as_text(shape: Shape, say: Say) -> str:
    """One shape in lines of plain text; of an image or a file, that there is one."""
    match shape:
        case shapes.Image():
            facts = f"{shape.format.upper()}, {shape.width} × {shape.height}, {size_of(len(shape.data))}"
            lines: Iterable[str | None] = [f"{shape.alt or say('shape-image')} ({facts})"]
        case shapes.File():
            lines = [_file(shape, say)]
        case shapes.Code():
            lines = [shape.title, say(shape.why) if shape.why else "", shape.text]
        case shapes.Diagram():
            lines = [shape.alt, say("shape-diagram-source"), shape.source]
        case shapes.Figures():
            lines = [
                *(" ".join(filter(None, (f"{each.label}: {each.value}", _delta(each)))) for each in shape.figures),
                _more(shape.left_out, say),
            ]
        case shapes.Table():
            head = [column.name for column in shape.columns]
            lines = [shape.title, *(" | ".join(row) for row in [head, *_rows(shape)]), *_left_out(shape, say)]
        case shapes.Card():
            fields, more = fields_of(shape.props)
            said = ("  " * (line.depth + 1) + ": ".join(filter(None, (line.name, line.text))) for line in fields)
            lines = [_title(shape, say), *said, _fields(more, say)]
        case shapes.Elsewhere():
            why = say("shape-elsewhere-image" if shape.is_image else "shape-elsewhere")
            lines = [" · ".join(filter(None, (shape.name, shape.address))), why]
        case shapes.NotShown():
            lines = [shape.name, say(shape.why)]
    return "\n".join(filter(None, lines))


def _remarks(*texts: str | None) -> str:
    return "".join(f'<p class="remark">{escaped(text)}</p>' for text in texts if text)


def _file(file: shapes.File, say: Say) -> str:
    return say("shape-download", name=file.name, size=size_of(len(file.data)))


def _delta(figure: shapes.Figure) -> str:
    sign = {"up": "▲", "down": "▼"}.get(figure.trend, "")
    return " ".join(filter(None, (sign, figure.delta)))


def _title(card: shapes.Card, say: Say) -> str:
    return spoken(card.name.replace("-", " ")) or say("shape-card")


def _rows(table: shapes.Table) -> list[list[str]]:
    cells: Sequence[Iterable[shapes.Cell]] = [column.cells for column in table.columns]
    return [[_cell(cell) for cell in row] for row in islice(zip(*cells, strict=True), MAX_ROWS)]


def _cell(cell: shapes.Cell) -> str:
    if isinstance(cell, bool):
        return "✓" if cell else "✗"
    return "" if cell is None else str(cell)


def _left_out(table: shapes.Table, say: Say) -> list[str]:
    shown = min(len(table.columns[0].cells) if table.columns else 0, MAX_ROWS)
    rows = say("shape-rows", shown=shown, count=table.rows) if table.rows > shown else ""
    return [rows, say("shape-columns", count=table.left_out) if table.left_out else ""]


def _more(count: int, say: Say) -> str:
    return say("shape-more", count=count) if count else ""


def _fields(count: int, say: Say) -> str:
    return say("shape-fields", count=count) if count else ""
