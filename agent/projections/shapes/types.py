"""The shapes: images, files, code, key figures, diagrams, tables, cards. All are read already, and within bounds."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from agent.streaming.events import JSON
from texts import Sentence

ImageFormat = Literal["png", "jpeg", "webp", "gif"]
ColumnType = Literal["number", "date", "bool", "text"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that a decoder knows, within bounds."""

    data: bytes = field(repr=False)
    format: ImageFormat
    width: int
    height: int
    alt: str = ""

    @property
    def url(self) -> str:
        """Itself as a data URL, of the format that it is."""
        return f"data:image/{self.format};base64,{base64.b64encode(self.data).decode()}"


@dataclass(frozen=True, slots=True)
class File:
    """Something to download; its name is safe on every system."""

    data: bytes = field(repr=False)
    name: str
    sound: str = ""
    """The media type, if it can be played."""


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be read as it is: code, a resource's text, the source of what is not drawn."""

    text: str
    language: str = ""
    title: str = ""
    why: Sentence | None = None
    """Why it is shown like this, or not whole."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure, as words."""

    label: str
    value: str
    delta: str = ""
    trend: Literal["up", "down", ""] = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures side by side."""

    figures: tuple[Figure, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Diagram:
    """A diagram in Mermaid's language, short enough to be drawn."""

    source: str
    alt: str = ""


Cell: TypeAlias = float | int | bool | str | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its cells, all of its type or None."""

    name: str
    type: ColumnType
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table at once, with types."""

    columns: tuple[Column, ...]
    title: str = ""
    rows: int = 0
    """How many it has, including those that are not kept."""
    left_out: int = 0
    """Columns that are not kept."""


@dataclass(frozen=True, slots=True)
class Card:
    """A UI message of LangGraph: the name of a component, and its props."""

    name: str
    props: Mapping[str, JSON]
    merges: bool = False
    """Whether its props are added to those of the card that it replaces."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something of which only the address is known. It is not loaded."""

    address: str
    name: str = ""
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class NotShown:
    """Why something is not shown."""

    why: Sentence
    name: str = ""


Shape: TypeAlias = Image | File | Code | Figures | Diagram | Table | Card | Elsewhere | NotShown


class Shown(NamedTuple):
    """A shape in its place: that of an earlier one with the same id, if it has one; None is to take that away."""

    id: str
    shape: Shape | None
