"""The one place that knows in which forms tools, LangChain and MCP servers send shapes, and who reads each.

A new one is an entry in `_WRITTEN` or `_BLOCKS`. What cannot be shown becomes a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from agent.projections.shapes.cards import read_card
from agent.projections.shapes.code import read_code
from agent.projections.shapes.diagrams import read_diagram
from agent.projections.shapes.figures import read_figures
from agent.projections.shapes.media import read_file, read_image, read_media
from agent.projections.shapes.tables import read_table
from agent.projections.shapes.text import id_of
from agent.projections.shapes.types import Shape, Shown
from agent.streaming.events import JSON

_Reader: TypeAlias = Callable[[Mapping[str, JSON]], Shape | None]


def read_shape(chunk: JSON) -> Shown | None:
    """The shape that a chunk or a block of a message's content has; None for any other data."""
    if not isinstance(chunk, dict):
        return None
    kind, id_ = chunk.get("type"), id_of(chunk)
    if kind == "remove-ui" and id_:
        return Shown(id_, None)
    if isinstance(kind, str) and kind in _BLOCKS:
        return Shown(id_, shape) if (shape := _BLOCKS[kind](chunk)) else None
    for key, (others, read) in _WRITTEN.items():
        if key in chunk and chunk.keys() <= {key, "id", *others} and (shape := read(chunk)):
            return Shown(id_, shape)
    return None


_BLOCKS: dict[str, _Reader] = {
    "ui": read_card,
    **dict.fromkeys(
        "image image_url input_image image_generation_call audio input_audio video file input_file document media "
        "resource resource_link text-plain".split(),
        read_media,
    ),
}
"""By the block's `type`."""

_WRITTEN: dict[str, tuple[tuple[str, ...], _Reader]] = {
    "image": (("alt",), read_image),
    "file": ((), read_file),
    "code": (("language", "title"), read_code),
    "metric": ((), read_figures),
    "metrics": ((), read_figures),
    "diagram": (("language", "alt"), read_diagram),
    "mermaid": (("alt",), read_diagram),
    "table": (("title",), read_table),
}
"""By the key that names the shape: the other keys that it may have, so that none is lost, and its reader."""
