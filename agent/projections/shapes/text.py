"""Other people's text in a shape, as one line or as a file's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.markdown import plain
from agent.projections.label import one_line
from agent.streaming.events import JSON

SHORT = 300
"""Characters of a name or a title."""


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


def size_of(count: int) -> str:
    """A number of bytes in words."""
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def as_line(value: Any, limit: int = SHORT) -> str:
    """A text on one line; empty for anything else."""
    return one_line(plain(value[: 4 * limit]), limit) if isinstance(value, str) else ""


def id_of(chunk: Mapping[str, JSON]) -> str:
    """The id that a chunk gives its shape; empty if none."""
    return one_line(id_, 200) if isinstance(id_ := chunk.get("id"), str) else ""
