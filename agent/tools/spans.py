"""Spans of tool calls, for a host that traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any


class ToolSpans:
    """For calls that no library sees because they are plain function calls."""

    begin: Callable[[str], AbstractContextManager[Any]] | None = None
    """The spans of the tool with this name; None if nobody traces."""

    @classmethod
    @contextmanager
    def of(cls, name: str, call_id: str) -> Iterator[None]:
        """The span of one call, which fails with what is raised in it."""
        with cls.begin(name) if cls.begin else nullcontext() as span:
            if span:
                span.tool_call_id = call_id
            yield
