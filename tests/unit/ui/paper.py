"""A stand-in for a place on the page that behaves as Streamlit and its browser do, and counts what is written.

A block that is put where a block of the same kind was keeps what was in it, until that is written over; so does one in
a placeholder that was emptied a moment before, for both reach the browser at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from streamlit.delta_generator import DeltaGenerator

from ui.shell.browser import FLUSH


class Paper:
    """A block, a placeholder or an element."""

    def __init__(self, kind: str = "container", text: str = "", log: list[str] | None = None) -> None:
        self.kind, self.text = kind, text
        self.log: list[str] = [] if log is None else log
        """What was written, in its order: kinds and texts of elements, and of blocks when they were made."""
        self.children: list[Paper] = []
        self.expanded = True
        self._next = 0
        self._emptied: tuple[float, list[Paper]] = (0.0, [])

    @property
    def place(self) -> DeltaGenerator:
        """What views draw into."""
        return cast(DeltaGenerator, self)

    def anew(self) -> None:
        """Let another script draw over everything that is here."""
        self._next, self._emptied = 0, (0.0, [])
        for child in self.children:
            child.anew()

    def seen(self) -> Iterator[Paper]:
        """Everything that is seen, from top to bottom."""
        for child in self.children:
            if child.kind not in ("container", "empty", "grid"):
                yield child
            yield from child.seen()

    def texts(self) -> list[str]:
        """What is written on it, from top to bottom: without what fills no place."""
        return [each.text for each in self.seen() if each.text.strip()]

    def grids(self) -> list[list[str]]:
        """What is written in each grid."""
        inside = [grid for child in self.children for grid in child.grids()]
        return [self.texts(), *inside] if self.kind == "grid" else inside

    def box(self, label: str) -> Paper:
        """The box whose label holds this."""
        return next(each for each in self.seen() if each.kind == "box" and label in each.text)

    # What views call

    def container(self, **_: Any) -> Paper:
        return self._put("container")

    def grid(self, *_: Any, **__: Any) -> Paper:
        return self._put("grid")

    def cell(self) -> Paper:
        return self._put("container")

    def empty(self) -> Paper:
        if self.kind != "empty":
            return self._put("empty")
        self._emptied = (time.monotonic(), self.children)
        self.children = []
        self.log.append("empty")
        return self

    def status(self, label: str, *, expanded: bool = False, **_: Any) -> Paper:
        return self._put("box", f"running {label}", expanded)

    def expander(self, label: str, *, expanded: bool = False, icon: str = "", **_: Any) -> Paper:
        return self._put("box", f"{icon} {label}", expanded)

    def update(self, *, label: str, state: str, expanded: bool = False) -> None:
        """A new label folds a box, unless it is told otherwise."""
        assert self.kind == "box"
        self.text, self.expanded = f"{state} {label}", expanded
        self.log.append(self.text)

    def markdown(self, text: str) -> Paper:
        return self._put("markdown", text)

    def progress(self, share: float, text: str | None) -> Paper:
        return self._put("progress", f"{share:.0%} {text or ''}")

    def dataframe(self, columns: Mapping[str, Sequence[Any]], **_: Any) -> Paper:
        assert len({len(values) for values in columns.values()}) == 1
        return self._put("dataframe", str({name: list(values) for name, values in columns.items()}))

    def vega_lite_chart(self, data: Mapping[str, Sequence[Any]], spec: Mapping[str, Any], **_: Any) -> Paper:
        assert {axis["field"] for axis in spec["encoding"].values()} <= set(data)
        return self._put("chart", str(dict(data)))

    def image(self, image: str, caption: str | None, *, alt: str) -> Paper:
        assert image.startswith("data:image/")
        return self._put("image", f"{alt} {caption or ''}")

    def audio(self, data: bytes, format_: str) -> Paper:
        return self._put("audio", f"{format_} {len(data)}")

    def download_button(self, label: str, data: bytes, name: str, mime: str, **_: Any) -> Paper:
        return self._put("download", f"{label} {name} {mime} {len(data)}")

    def code(self, text: str, language: str | None, **_: Any) -> Paper:
        return self._put("code", text)

    def caption(self, text: str) -> Paper:
        return self._put("caption", text)

    def metric(self, label: str, value: str, delta: str | None, **_: Any) -> Paper:
        return self._put("metric", f"{label} {value} {delta or ''}")

    def mermaid_chart(self, source: str, *, alt: str) -> Paper:
        assert alt
        return self._put("mermaid", source)

    def _put(self, kind: str, text: str = "", expanded: bool = True) -> Paper:
        node = Paper(kind, text, self.log)
        node.expanded = expanded
        if kind not in ("container", "grid", "empty"):
            self.log.append(text)
        index = 0 if self.kind == "empty" else self._next
        at, before = self._emptied
        if self.kind == "empty" and before and time.monotonic() - at < FLUSH:
            self.children = before
        if index < len(self.children):
            here = self.children[index]
            if here.kind == kind != "empty":
                node.children = here.children
            elif kind == "empty":
                node._emptied = time.monotonic(), [here] if here.kind == "container" else here.children
            self.children[index] = node
        else:
            self.children.append(node)
        self._next += 1
        return node
