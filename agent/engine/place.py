"""Where a graph's state is kept: the checkpoint that a run waits in, or has ended in, and the next one starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A checkpoint of LangGraph's, or the head of a thread; as text, what an event says of it."""

    thread: str
    checkpoint: str = ""

    @classmethod
    def of(cls, text: str) -> Place | None:
        """The place that a text means; None for an empty one."""
        thread, _, checkpoint = text.rpartition("@")
        return cls(thread, checkpoint) if thread and checkpoint else None

    def __str__(self) -> str:
        return f"{self.thread}@{self.checkpoint}"

    @property
    def configurable(self) -> dict[str, Any]:
        """What a config says of it."""
        return {"thread_id": self.thread, **({"checkpoint_id": self.checkpoint} if self.checkpoint else {})}
