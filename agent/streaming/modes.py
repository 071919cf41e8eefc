"""The stream modes of LangGraph, and what is said of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

StreamMode = Literal["custom", "messages", "updates", "values", "tasks", "tools", "checkpoints", "debug"]
"""The stream modes of LangGraph."""
STREAM_MODES: tuple[StreamMode, ...] = get_args(StreamMode)


@dataclass(frozen=True, slots=True)
class ModeSpec:
    """A stream mode: what it is called, what it delivers, and how a program prints it."""

    name: StreamMode
    title: str
    """For everyone."""
    help: str
    """What it shows, as the end of a sentence."""
    delivers: str
    """What comes in it, in a sentence for developers."""
    noun: str
    """What its parts are counted in."""
    prints: tuple[str, ...]
    """The lines of a program that print `part`."""
    always: bool = True
    """Whether every run asks for it; the others copy the whole state at each step."""


MODES: dict[StreamMode, ModeSpec] = {}
RUN_MODES: tuple[StreamMode, ...] = STREAM_MODES[:6]
"""What a run always asks for."""
