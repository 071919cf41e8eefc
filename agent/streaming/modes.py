"""The stream modes of LangGraph, and all that is said of each: one entry a mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StreamMode = Literal["custom", "messages", "updates", "values", "tasks", "tools", "checkpoints", "debug"]
"""The stream modes of LangGraph."""


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
    """Whether every run asks for it; the others need a checkpointer, and copy the whole state at each step."""


MODES: dict[StreamMode, ModeSpec] = {
    spec.name: spec
    for spec in (
        ModeSpec(
            "custom",
            "Tool data",
            "what a tool sends while it works",
            "Whatever a tool or a node writes by itself, the moment it writes it.",
            "chunks",
            ('print(part["data"])',),
        ),
        ModeSpec(
            "messages",
            "Words",
            "the words of language models, one by one",
            "The tokens of LangChain models, one by one, and each tool's whole answer.",
            "chunks",
            ('message, metadata = part["data"]', 'print(metadata["langgraph_node"], repr(message.text))'),
        ),
        ModeSpec(
            "updates",
            "Steps",
            "each step's result, when the step is done",
            "What each node added to the state, when it is done.",
            "updates",
            ('for node, update in part["data"].items():', "    print(node, update)"),
        ),
        ModeSpec(
            "values",
            "State",
            "the whole conversation, after each step",
            "The whole state after each step: the last one is the result.",
            "states",
            ('print(len(part["data"]["messages"]), "messages, the last one:", part["data"]["messages"][-1])',),
        ),
        ModeSpec(
            "tasks",
            "Tasks",
            "when a step begins and ends",
            "When each node begins, with its input, and when it ends.",
            "signs",
            ('task = part["data"]', 'print("ends" if "result" in task else "begins", task["name"], task["id"])'),
        ),
        ModeSpec(
            "tools",
            "Tool events",
            "when a tool begins and ends",
            "When each LangChain tool begins and ends.",
            "events",
            ('print(part["data"]["event"], part["data"]["tool_call_id"])',),
        ),
        ModeSpec(
            "checkpoints",
            "Checkpoints",
            "the saved state after each step",
            "The state as it is saved after each step, to go on from later.",
            "checkpoints",
            ('print(part["data"]["metadata"]["step"], "then", part["data"]["next"])',),
            always=False,
        ),
        ModeSpec(
            "debug",
            "Debug",
            "checkpoints and tasks, with all details",
            "Checkpoints and tasks once more, with step numbers and clock times.",
            "entries",
            ('print(part["data"]["step"], part["data"]["type"], part["data"]["payload"])',),
            always=False,
        ),
    )
}
"""All modes by name, in the order in which they are listed."""

STREAM_MODES: tuple[StreamMode, ...] = tuple(MODES)
RUN_MODES: tuple[StreamMode, ...] = tuple(name for name, spec in MODES.items() if spec.always)
"""What a run always asks for."""
