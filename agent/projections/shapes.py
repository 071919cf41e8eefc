"""What a tool can show besides text and numbers that grow: images, files, code, key figures, diagrams, tables, cards.

`read_shape` is the one place that knows the forms in which tools, LangChain and MCP servers send them: a new one is an
entry in `_WRITTEN` or `_BLOCKS`. Nothing is loaded from anywhere, and what cannot be shown becomes a sentence.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote_to_bytes

from agent.markdown import plain
from agent.projections.label import one_line, spoken, words
from agent.streaming.events import JSON
from agent.streaming.json_safe import DataLeft, whole_length
from texts import Sentence, sentence

MOST_PIXELS = 10_000_000
"""A screen of 3840 x 2160 has 8.3 million; a browser takes 4 bytes for each, however small the file."""
MOST_CODE = 20_000
"""Characters of code that are shown."""
MOST_DIAGRAMS, MOST_DIAGRAM = 5, 1_500
"""Diagrams of one tool call that are drawn, and characters of each. Mermaid lays them out in the browser, which stands
still meanwhile: the worst of this length took 2 to 3 s on two busy cores.
"""
MOST_ROWS, MOST_COLUMNS = 500, 30
MOST_FIGURES = 12
MOST_FIELDS, MOST_FIELD = 60, 600
"""Fields of a card, and characters of each."""
MOST_ADDRESS = 500
_DEEPEST = 3
_SHORT = 300

ImageFormat = Literal["png", "jpeg", "webp", "gif"]
_FORMATS: dict[str, ImageFormat] = {"PNG": "png", "JPEG": "jpeg", "MPO": "jpeg", "WEBP": "webp", "GIF": "gif"}
ColumnType = Literal["number", "date", "bool", "text"]
_ROOM = f"{DataLeft().chars * 3 // 4 // 1_000} kB"
_COLUMN_TYPES: tuple[ColumnType, ...] = ("number", "date", "bool", "text")


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


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a card."""

    name: str
    text: str
    depth: int = 0


def read_shape(chunk: JSON) -> Shown | None:
    """The shape that a chunk or a block of a message's content has; None for any other data."""
    if not isinstance(chunk, dict):
        return None
    kind, id_ = chunk.get("type"), _id(chunk)
    if kind == "remove-ui" and id_:
        return Shown(id_, None)
    if isinstance(kind, str) and kind in _BLOCKS:
        return Shown(id_, shape) if (shape := _BLOCKS[kind](chunk)) else None
    for key, (others, read) in _WRITTEN.items():
        if key in chunk and chunk.keys() <= {key, "id", *others} and (shape := read(chunk)):
            return Shown(id_, shape)
    return None


def undrawn(diagram: Diagram) -> Code:
    """A diagram as its source, where there are too many of them."""
    return _code(diagram.source, title=diagram.alt, why=sentence("shape-diagram-many", most=MOST_DIAGRAMS))


def card_of(chunk: JSON) -> str:
    """The id of the card that a UI message is about; empty for any other chunk."""
    return _id(chunk) if isinstance(chunk, dict) and chunk.get("type") in ("ui", "remove-ui") else ""


def cards_in(rest: JSON) -> Iterator[JSON]:
    """The UI messages under `ui` in what a node added to the state, in whatever form."""
    for update in rest if isinstance(rest, list) else [rest]:
        found = update.get("ui") if isinstance(update, dict) else None
        yield from (message for message in (found if isinstance(found, list) else [found]) if card_of(message))


def _id(chunk: Mapping[str, JSON]) -> str:
    return one_line(id_, 200) if isinstance(id_ := chunk.get("id"), str) else ""


def fields_of(props: Mapping[str, JSON]) -> tuple[list[Field], int]:
    """The lines of a card, nested ones below their own, and how many more there are."""
    every = _fields(props, 0)
    kept = [Field(spoken(name), words(value, MOST_FIELD), depth) for name, value, depth in islice(every, MOST_FIELDS)]
    return kept, sum(1 for _ in every)


def size_of(count: int) -> str:
    """A number of bytes in words."""
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _fields(value: Mapping[str, JSON] | list[JSON], depth: int) -> Iterator[tuple[str, JSON, int]]:
    for name, inner in value.items() if isinstance(value, Mapping) else (("", item) for item in value):
        is_nested = bool(inner) and isinstance(inner, (dict, list)) and depth < _DEEPEST
        if is_nested and isinstance(inner, list):
            is_nested = any(isinstance(item, (dict, list)) for item in inner)
        if is_nested and isinstance(inner, dict) and not name:
            is_nested = any(isinstance(item, (dict, list)) for item in inner.values())
        yield name, None if is_nested else inner, depth
        if is_nested and isinstance(inner, (dict, list)):
            yield from _fields(inner, depth + 1)


# What tools write


def _image_written(chunk: Mapping[str, JSON]) -> Shape | None:
    return _image(chunk["image"], _line(chunk.get("alt")))


def _file_written(chunk: Mapping[str, JSON]) -> Shape | None:
    given = chunk["file"]
    if not isinstance(given, dict):
        return None
    name, mime = _line(given.get("name")), _line(given.get("mime_type"))
    if isinstance(text := given.get("text"), str):
        return File(text.encode("utf-8", "replace"), safe_name(name, mime or "text/plain"))
    return _file(given.get("data"), name, mime)


def _code_written(chunk: Mapping[str, JSON]) -> Shape | None:
    code = chunk["code"]
    return _code(code, _line(chunk.get("language")), _line(chunk.get("title"))) if isinstance(code, str) else None


def _figures_written(chunk: Mapping[str, JSON]) -> Shape | None:
    given = chunk.get("metrics", chunk.get("metric"))
    given = given if isinstance(given, list) else [given]
    figures = [_figure(each) for each in given[:MOST_FIGURES]]
    found = tuple(figure for figure in figures if figure)
    return Figures(found, max(len(given) - MOST_FIGURES, 0)) if found and len(found) == len(figures) else None


def _figure(given: JSON) -> Figure | None:
    if not isinstance(given, dict) or not given.keys() <= {"label", "value", "delta"} or "value" not in given:
        return None
    delta = given.get("delta")
    said = _amount(delta)
    falls = said.startswith(("-", "\N{MINUS SIGN}"))
    if isinstance(delta, (int, float)) and not isinstance(delta, bool) and delta > 0:
        said = f"+{said}"
    is_flat = not said or not any(letter in "123456789" for letter in said) and isinstance(delta, (int, float))
    return Figure(_line(given.get("label")), _amount(given["value"]) or "–", said, "" if is_flat else
                  "down" if falls else "up")  # fmt: skip


def _amount(value: JSON) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return f"{value:,}"
    if isinstance(value, float) and 1e-3 <= abs(value) < 1e15:
        said = f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"
        return said.rstrip("0").rstrip(".") if "." in said else said
    return words(value, 80)


def _diagram_written(chunk: Mapping[str, JSON]) -> Shape | None:
    source = chunk.get("diagram", chunk.get("mermaid"))
    language = (_line(chunk.get("language")) or "mermaid").lower()
    if not isinstance(source, str) or not source.strip():
        return None
    if language != "mermaid":
        return _code(source, language, why=sentence("shape-diagram-language"))
    if len(source) > MOST_DIAGRAM:
        return _code(source, why=sentence("shape-diagram-long", most=f"{MOST_DIAGRAM:,}"))
    source = plain(source).strip()
    if not _DIAGRAM.match(source):
        return _code(source, why=sentence("shape-diagram-kind"))
    if _NOT_DRAWN.search(_HARMLESS.sub("", source)):
        return _code(source, why=sentence("shape-diagram-parts"))
    return Diagram(source, _line(chunk.get("alt")))


_DIAGRAM = re.compile(r"(?:flowchart|graph|sequenceDiagram|stateDiagram|stateDiagram-v2|erDiagram|pie)\b")
"""The kinds that are drawn: some of the others take a browser 20 s and more, one of them for a single line."""
_HARMLESS = re.compile(r"<<\w+>>|<br */?>")
_NOT_DRAWN = re.compile(
    r"@\{|%%\{|<[a-z!/?]|&[#\w]+;|#\w+;|!\[|\$\$|url\(|\bclick\b|\bhref\b|\blinks?\b", re.IGNORECASE
)
"""Settings, markup, formulas and links; an image in a node is loaded from wherever it is while it is laid out."""


def _table_written(chunk: Mapping[str, JSON]) -> Shape | None:
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
    columns = tuple(
        _column(name, kind, [row[at] for row in cells]) for at, (name, kind) in enumerate(heads[:MOST_COLUMNS])
    )
    return Table(columns, _line(chunk.get("title")), len(rows), max(len(heads) - MOST_COLUMNS, 0))


def _head(column: JSON) -> tuple[str, str]:
    if isinstance(column, dict):
        kind = column.get("type")
        return _said(column.get("name")), kind if isinstance(kind, str) and kind in _COLUMN_TYPES else ""
    return _said(column), ""


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


# What messages of LangChain, providers and MCP servers contain


def _card(block: Mapping[str, JSON]) -> Shape | None:
    name, props, metadata = block.get("name"), block.get("props"), block.get("metadata")
    if not isinstance(name, str) or not isinstance(props, dict):
        return None
    return Card(name, props, isinstance(metadata, dict) and metadata.get("merge") is True)


def _media(block: Mapping[str, JSON]) -> Shape | None:
    """A block of LangChain, OpenAI, Anthropic, Gemini or MCP that holds or names an image, a sound or a file."""
    kind = str(block["type"])
    held = block
    for key in ("source", "image_url", "file", "input_audio", "resource"):
        if isinstance(inner := block.get(key), dict):
            held = {**block, **inner}
    mime = next((text for key in _MIME if (text := _line(held.get(key)))), "")
    name = next((text for key in _NAME if (text := _line(held.get(key)))), "")
    is_image = "image" in kind or mime.startswith("image/")
    if kind == "input_audio" and not mime:
        mime = f"audio/{_line(held.get('format'))}"
    said = held.get("data") if held.get("type") == "text" else held.get("text")
    if isinstance(said, str) and kind != "image":
        return _code(said, _LANGUAGES.get(mime, ""), name or _line(held.get("uri")))
    found = next((held[key] for key in _DATA if isinstance(held.get(key), str) and held[key]), None)
    if isinstance(found, str):
        uri = _line(held.get("uri"))
        return _image(found, name, mime) if is_image else _file(found, name or uri, mime or _MIMES.get(kind, ""))
    address = next((text for key in _ADDRESS if (text := _line(held.get(key), MOST_ADDRESS))), "")
    if not address:
        return None
    if address[:5].lower() == "data:":
        return _image(address, name, mime) if is_image else _file(address, name, mime)
    about = " · ".join(filter(None, (name, _line(held.get("description")))))
    return Elsewhere(address, about, is_image)


_MIME = ("mime_type", "mimeType", "media_type")
_NAME = ("title", "filename", "file_name", "name")
_DATA = ("base64", "data", "blob", "file_data", "result")
_ADDRESS = ("url", "image_url", "uri", "file_url", "file_id")
_MIMES = {"audio": "audio/wav", "video": "video/mp4"}
_LANGUAGES = {"application/json": "json", "text/markdown": "markdown", "text/html": "html", "text/x-python": "python"}

_BLOCKS: dict[str, Callable[[Mapping[str, JSON]], Shape | None]] = {
    "ui": _card,
    **dict.fromkeys(
        "image image_url input_image image_generation_call audio input_audio video file input_file document media "
        "resource resource_link text-plain".split(),
        _media,
    ),
}
"""By the block's `type`."""

_WRITTEN: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, JSON]], Shape | None]]] = {
    "image": (("alt",), _image_written),
    "file": ((), _file_written),
    "code": (("language", "title"), _code_written),
    "metric": ((), _figures_written),
    "metrics": ((), _figures_written),
    "diagram": (("language", "alt"), _diagram_written),
    "mermaid": (("alt",), _diagram_written),
    "table": (("title",), _table_written),
}
"""By the key that names the shape: the other keys that it may have, so that none is lost, and its reader."""


def _image(given: JSON, alt: str, mime: str = "") -> Shape | None:
    if not isinstance(given, str) or not given.strip():
        return None
    if (length := whole_length(given)) is not None:
        return NotShown(sentence("shape-image-large", size=size_of(length * 3 // 4), most=_ROOM), alt)
    if given.lstrip()[:1] == "<" and "<svg" in given[:2_000].lower():
        return _code(given, "html", alt, sentence("shape-image-svg"))
    data = _decoded(given)
    if data is None:
        return Elsewhere(_line(given, MOST_ADDRESS), alt, True)
    if "svg" in mime or data[:200].lstrip()[:1] == b"<" and b"<svg" in data[:2_000].lower():
        return _code(data.decode("utf-8", "replace"), "html", alt, sentence("shape-image-svg"))
    found = _drawn(data, alt)
    if isinstance(found, NotShown) and not alt and len(given) <= _SHORT:
        return replace(found, name=_line(given, 60))
    return found


def _drawn(data: bytes, alt: str) -> Image | NotShown:
    """The image, if a decoder knows it by its contents; only its header is read.

    Of a PNG that is the first block: browsers draw it if those behind it have wrong sums, as in the picture that MCP's
    own reference server sends, and the decoder would not.
    """
    import PIL.Image  # it takes 30 ms, and most runs have no image

    try:
        head = data[:33] + _NO_PIXELS if data.startswith(b"\x89PNG") else data
        with PIL.Image.open(io.BytesIO(head), formats=["PNG", "JPEG", "WEBP", "GIF"]) as image:
            width, height = image.size
            format_ = _FORMATS[image.format or ""]
            if width * height > MOST_PIXELS:
                return _too_many(f"{width:,} × {height:,}", alt)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        return _too_many("", alt)
    except Exception:  # a decoder may raise anything
        return NotShown(sentence("shape-image-unreadable", size=size_of(len(data))), alt)
    return Image(data, format_, width, height, alt)


_NO_PIXELS = b"\0\0\0\0IDAT\x35\xaf\x06\x1e"
"""An empty block of a PNG's pixels."""


def _too_many(pixels: str, alt: str) -> NotShown:
    which = sentence("shape-image-pixels", pixels=pixels or f"> {MOST_PIXELS:,}", most=MOST_PIXELS // 1_000_000)
    return NotShown(which, alt)


def _file(given: JSON, name: str, mime: str = "") -> Shape | None:
    if not isinstance(given, str):
        return None
    if (length := whole_length(given)) is not None:
        return NotShown(sentence("shape-file-large", size=size_of(length * 3 // 4), most=_ROOM), safe_name(name, mime))
    if not mime and (match := _DATA_URL.match(given)):
        mime = match["mime"]
    data = _decoded(given)
    if data is None:
        return NotShown(sentence("shape-file-unreadable"), safe_name(name, mime))
    if mime.startswith("audio/"):
        sound = next((kind for start, kind in _SOUNDS.items() if data.startswith(start)), "")
        return File(data, safe_name(name, sound or mime), sound)
    return File(data, safe_name(name, mime))


_SOUNDS = {b"RIFF": "audio/wav", b"ID3": "audio/mpeg", b"\xff\xfb": "audio/mpeg", b"\xff\xf3": "audio/mpeg",
           b"OggS": "audio/ogg", b"fLaC": "audio/flac"}  # fmt: skip
"""How sounds begin that browsers play."""


def _code(text: str, language: str = "", title: str = "", why: Sentence | None = None) -> Code:
    text = plain(text)
    if len(text) > MOST_CODE:
        why = sentence("shape-cut", shown=f"{MOST_CODE:,}", all=f"{len(text):,}")
        text = text[:MOST_CODE]
    return Code(text, language if _LANGUAGE.fullmatch(language) else "", title, why)


_LANGUAGE = re.compile(r"[A-Za-z0-9+#_-]{1,20}")
_DATA_URL = re.compile(
    r"\s*data:(?P<mime>[\w.+/-]{0,100})(?P<parameters>[\w.+/;=\"-]{0,300}),", re.ASCII | re.IGNORECASE
)
_BLANKS = str.maketrans("-_", "+/", " \t\r\n")


def _decoded(text: str) -> bytes | None:
    """The bytes of a data URL, or of base64; None if it is neither."""
    if match := _DATA_URL.match(text):
        text = text[match.end() :]
        if not match["parameters"].lower().endswith(";base64"):
            return unquote_to_bytes(text)
    packed = text.translate(_BLANKS).rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True) if packed else None
    except (binascii.Error, ValueError):
        return None


def safe_name(name: str, mime: str = "") -> str:
    """A file's name that is safe on every system: no folders, nothing invisible, no reserved word."""
    last = re.split(r"[/\\]", name[:2_000])[-1]
    name = "".join(
        letter if letter.isalnum() or letter in "._-()+" else " " if letter.isspace() else "_" for letter in plain(last)
    )
    name = " ".join(name.split()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, _ENDINGS.get(mime, "bin" if mime else "")
    stem = stem.strip(" .")[:60] or "file"
    if stem.split(".")[0].lower() in _RESERVED:
        stem = f"_{stem}"
    return f"{stem}.{ending[:12]}" if ending else stem


_ENDINGS = {"text/plain": "txt", "text/csv": "csv", "application/json": "json", "application/pdf": "pdf",
            "audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/flac": "flac", "video/mp4": "mp4",
            "text/markdown": "md", "text/html": "html", "application/zip": "zip"}  # fmt: skip
_RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}


def _line(value: Any, limit: int = _SHORT) -> str:
    return one_line(plain(value[: 4 * limit]), limit) if isinstance(value, str) else ""


def _said(value: JSON) -> str:
    return value if isinstance(value, str) else words(value, 80)
