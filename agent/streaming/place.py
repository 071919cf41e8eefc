"""Where a graph's state is kept: the checkpoint that a run waits or has ended in, and the next one starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

NOWHERE = "00000000-0000-0000-0000-000000000000"
"""The id of no checkpoint: a run starting there knows nothing of what else is in its thread."""


@dataclass(frozen=True, slots=True)
class Place:
    """A LangGraph checkpoint, or the head of a thread; as text, it is what an event says of it."""

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
        """The entries of a config that name it."""
        return {"thread_id": self.thread, **({"checkpoint_id": self.checkpoint} if self.checkpoint else {})}


async def head(graph: object, thread: str) -> Place | None:
    """The newest checkpoint of a thread, where a run has just been; None if the graph keeps none."""
    saver = getattr(graph, "checkpointer", None)
    if not isinstance(saver, BaseCheckpointSaver):
        return None
    config: RunnableConfig = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    found = await saver.aget_tuple(config)
    return Place(thread, found.checkpoint["id"]) if found else None
