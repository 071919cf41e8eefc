"""The stream modes of LangGraph, one entry each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StreamMode = Literal["custom", "messages", "updates", "values", "tasks", "tools", "checkpoints", "debug"]
"""The stream modes of LangGraph."""


@dataclass(frozen=True, slots=True)
class ModeSpec:
    """A stream mode, and how a program prints it; what is said of it is in the text files, as `mode-` and its name."""

    name: StreamMode
    noun: str
    """The noun for counting its parts."""
    prints: tuple[str, ...]
    """The lines of a program that print `part`."""
    always: bool = True
    """Whether every run asks for it; the others need a checkpointer and copy the whole state at each step."""


MODES: dict[StreamMode, ModeSpec] = {
    spec.name: spec
    for spec in (
        ModeSpec(
            "custom",
            "chunks",
            ('print(part["data"])',),
        ),
        ModeSpec(
            "messages",
            "chunks",
            ('message, metadata = part["data"]', 'print(metadata["langgraph_node"], repr(message.text))'),
        ),
        ModeSpec(
            "updates",
            "updates",
            ('for node, update in part["data"].items():', "    print(node, update)"),
        ),
        ModeSpec(
            "values",
            "states",
            ('print(len(part["data"]["messages"]), "messages, the last one:", part["data"]["messages"][-1])',),
        ),
        ModeSpec(
            "tasks",
            "signs",
            ('task = part["data"]', 'print("ends" if "result" in task else "begins", task["name"], task["id"])'),
        ),
        ModeSpec(
            "tools",
            "events",
            ('print(part["data"]["event"], part["data"]["tool_call_id"])',),
        ),
        ModeSpec(
            "checkpoints",
            "checkpoints",
            ('print(part["data"]["metadata"]["step"], "then", part["data"]["next"])',),
            always=False,
        ),
        ModeSpec(
            "debug",
            "entries",
            ('print(part["data"]["step"], part["data"]["type"], part["data"]["payload"])',),
            always=False,
        ),
    )
}
"""All modes by name, in the order of listing."""

STREAM_MODES: tuple[StreamMode, ...] = tuple(MODES)
RUN_MODES: tuple[StreamMode, ...] = tuple(name for name, spec in MODES.items() if spec.always)
"""The modes that every run asks for."""
