"""Events of a run in few words: what happened, where, and a second after what was before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from agent.streaming import events as ev
from agent.streaming.events import JSON, RunRequest, StreamEvent

STARTED = ev.Started()
FINISHED = ev.Ended("finished")


@dataclass(frozen=True)
class Happened:
    """A payload with the place that it comes from."""

    payload: ev.Payload
    calls: tuple[str, ...] = ()
    node: str | None = None
    agent: str | None = None
    namespace: tuple[str, ...] = ()
    at: float | None = None

    def of(self, agent: str, *namespace: str) -> Happened:
        """The same from this agent, in these subgraphs."""
        return replace(self, agent=agent or None, namespace=namespace)

    def below(self, *namespace: str) -> Happened:
        """The same from these subgraphs."""
        return replace(self, namespace=namespace)

    def on(self, node: str) -> Happened:
        """The same from this node."""
        return replace(self, node=node)

    def when(self, at: float) -> Happened:
        """The same at this moment, in seconds."""
        return replace(self, at=at)


Event = Happened | ev.Payload


def log(*happened: Event) -> list[StreamEvent]:
    """Events a second apart, from 0 on, where they do not say when; its turn comes at once."""
    events: list[StreamEvent] = []
    for seq, each in enumerate(happened):
        each = each if isinstance(each, Happened) else Happened(each)
        at = float(seq) if each.at is None else each.at
        if each.payload == STARTED and each.at is None and seq == 1:
            at = 0.0
        events.append(StreamEvent(seq, at, each.payload, each.node, each.agent, each.calls, each.namespace))
    return events


def queued(*tools: str, graph: str = "react", question: str = "?") -> Happened:
    return Happened(ev.Queued(RunRequest(question, graph, tools or ("get_items",))))


def token(text: str, *calls: str, message: str = "m", node: str = "agent", reasoning: str = "") -> Happened:
    """Words of a model, in these calls or of the agent itself."""
    return Happened(ev.Token(message, text, reasoning), calls, "tools" if calls and node == "agent" else node)


def piece(call: str, args: str = "", name: str = "", *calls: str, message: str = "m", node: str = "agent") -> Happened:
    """A piece of a call that a model is writing."""
    return Happened(ev.Token(message, calls=(ev.CallPiece(call, name, args),)), calls, node)


def usage(read: int, written: int, message: str = "m", node: str = "agent") -> Happened:
    return Happened(ev.Token(message, usage=ev.Usage(read, written)), node=node)


def asks(
    *calls: tuple[str, Any], name: str = "get_items", text: str = "", message: str = "", node: str = "agent"
) -> Happened:
    """A node's update with a message that asks for these calls, from their ids and arguments."""
    asked = tuple(ev.AskedCall(call, name, args) for call, args in calls)
    return Happened(ev.Update((ev.Message("ai", text, message, calls=asked),)), node=node)


def says(text: str, *calls: str, message: str = "", node: str = "agent", reasoning: str = "") -> Happened:
    """A node's update with a message of these words."""
    return Happened(ev.Update((ev.Message("ai", text, message, reasoning),)), calls, node)


def updates(*messages: ev.Message, calls: tuple[str, ...] = (), node: str = "agent") -> Happened:
    return Happened(ev.Update(messages), calls, node)


def whole(text: str, *calls: str, message: str = "m", node: str = "agent") -> Happened:
    """A whole message of a model that does not stream."""
    return Happened(ev.Said(ev.Message("ai", text, message)), calls, node)


def began(*calls: str, name: str = "get_items", args: JSON = None) -> Happened:
    """The last of these calls begins, inside of the others."""
    return Happened(ev.ToolStarted(name, args), calls, "tools")


def sent(data: Any, *calls: str, node: str = "tools") -> Happened:
    return Happened(ev.Custom(data), calls, node)


def returned(output: JSON, *calls: str) -> Happened:
    return Happened(ev.ToolFinished(output), calls, "tools")


def answered(*calls: str, text: str = "fine", failed: bool = False, message: str = "") -> Happened:
    """A tool's message, in the update of its node."""
    said = ev.Message("tool", text, message, call=calls[-1], name="get_items", failed=failed)
    return Happened(ev.Update((said,)), calls, "tools")


def task(node: str, *calls: str, id: str = "", ended: bool = False) -> Happened:
    """A node begins to work, or has."""
    name = id or f"{node} {calls}"
    return Happened(ev.TaskEnded(name, node) if ended else ev.TaskStarted(name, node), calls, node)
