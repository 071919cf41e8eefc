"""The moment a run has reached for a reader: what there is to point at."""

from __future__ import annotations

from typing import Literal, TypeAlias

from agent.projections.items import Answer, ToolCall, is_readable, walk
from agent.projections.transcript import Transcript

Moment: TypeAlias = Literal["asked", "works", "answers", "finished", "broken"]
"""Nothing to read yet; a tool's output; the answer; the end, good or not."""


def moment_of(transcript: Transcript) -> Moment:
    """The latest thing that a reader sees of a run, with the modes that are shown."""
    if transcript.ended_at is not None:
        return "finished" if transcript.state == "finished" else "broken"
    shown, at_work = transcript.shown, any(call.state == "running" for call in transcript.calls)
    if shown and isinstance(shown[-1], Answer) and is_readable(shown[-1]) and not at_work:
        return "answers"
    calls = [item for item in shown if isinstance(item, ToolCall)]
    return "works" if any(map(is_readable, walk(calls))) else "asked"
