"""Growing text, and places that are written to only when their contents change."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from agent.projections.blocks import Blocks
from ui.markdown import safe_blocks, safe_label
from ui.markdown.tail import SafeTail
from ui.shell.browser import wait_for_browser, wait_until_sent

GROUP = 16
"""Blocks per container."""


class TextView:
    """Growing text: each finished block is written once, and only the tail again.

    The browser's work for an update grows with the number of neighbours, so blocks are grouped. A group that is already
    full when first drawn, as after a rerun, is written in one go.
    """

    def __init__(self, place: DeltaGenerator, *, own: bool = False) -> None:
        self._safe = "\n\n".join if own else safe_blocks
        self._safe_tail = (lambda text: text.tail) if own else SafeTail().markdown
        self._blocks = place.container()
        self._tail = Slot(place)
        self._group: DeltaGenerator | None = None
        self._written = 0

    def draw(self, text: Blocks) -> None:
        """Write the blocks that are new, and the tail."""
        while self._written < len(text.done):
            new = text.done[self._written :]
            at_start = self._written % GROUP == 0
            if at_start or self._group is None:
                self._group = self._blocks.container()
            count = GROUP if at_start and len(new) >= GROUP else 1
            self._group.markdown(self._safe(new[:count]))
            self._written += count
            wait_for_browser()
        self._tail.markdown(self._safe_tail(text))


class Slot:
    """A placeholder that is created on first use, and written to only when its contents change."""

    def __init__(self, parent: DeltaGenerator, place: DeltaGenerator | None = None) -> None:
        self._parent, self._place = parent, place
        self._shown = ""

    def markdown(self, text: str) -> None:
        """Show this text; None empties the place."""
        if place := self._changed(text):
            if text:
                place.markdown(text)
            else:
                place.empty()

    def leave(self) -> None:
        """Leave the place empty, which is there all the same: by its number, Streamlit finds what comes next."""
        self._place = self._place or self._parent.empty()
        self.markdown("")

    def progress(self, share: float, text: str) -> None:
        """Show a bar, from 0 to 1, with plain text."""
        if place := self._changed(f"{share} {text}"):
            place.progress(share, safe_label(text) or None)

    def _changed(self, shown: str) -> DeltaGenerator | None:
        if shown == self._shown:
            return None
        self._shown = shown
        if self._place is None:
            self._place = self._parent.empty()
        return self._place


def clear(*places: DeltaGenerator) -> None:
    """Empty places for something else: sent first, or their old contents would stay."""
    for place in places:
        place.empty()
    wait_until_sent()
