"""A run told in plain sentences: a pure fold over its events, for a reader who knows nothing of graphs.

A sentence appears when what it tells begins, and grows while that goes on: "3 items so far" becomes "4 items so
far", and in the end "done after 2.1 s, with 5 items". All of it is plain text, with what models and tools wrote in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.projections.output import Output
from agent.projections.transcript import ToolCall, Transcript
from agent.streaming.events import RUN_MODES, StreamEvent
from agent.tools.catalog import TOOLS

SentenceState = Literal["now", "done", "failed", "stopped"]
MAX_SUBJECT = 60
"""Characters of a call's arguments that are told."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened, or is happening."""

    at: float
    """Seconds since the run was asked for: when it began."""
    text: str
    state: SentenceState = "done"


@dataclass(slots=True)
class Narration:
    """A run in sentences. `narrate` tells a whole one; `add` lets it grow with the run."""

    _run: Transcript = field(default_factory=lambda: Transcript(frozenset(RUN_MODES)))
    _tools: tuple[str, ...] = ()
    """Ids of the tools that were offered."""
    _has_assistant: bool = True
    _began: dict[str, float] = field(default_factory=dict)
    """When each sentence began, in order: by what it tells."""
    _beside: set[str] = field(default_factory=set)
    """Calls that began while another one had not ended."""
    _steps: dict[str, list[str]] = field(default_factory=dict)
    """Steps of the graph inside a tool, by call."""

    def add(self, event: StreamEvent) -> None:
        """Take in the next event of the run."""
        data: Any = event.data
        if event.mode == "run" and (request := data.get("request")):
            self._tools, self._has_assistant = tuple(request["tools"]), request["graph"] != "tool_node"
        self._run.add(event)
        if event.mode == "tasks" and event.namespace and event.tool_call_id and "input" in data:
            self._steps.setdefault(event.tool_call_id, []).append(data["name"])
        for key in self._told():
            if key not in self._began:
                kind, _, call_id = key.partition(" ")
                if kind == "asked" and any(c.ended_at is None and f"asked {c.id}" in self._began for c in self._calls):
                    self._beside.add(call_id)
                self._began[key] = event.at

    @property
    def sentences(self) -> list[Sentence]:
        """What has been told so far."""
        told = []
        for place, (key, at) in enumerate(self._began.items()):
            kind, _, rest = key.partition(" ")
            goes_on = place == len(self._began) - 1
            match kind:
                case "asked":
                    told.append(Sentence(at, self._ask(self._run.call(rest))))
                case "works":
                    told.append(self._work(self._run.call(rest), at))
                case "text":
                    kind = "says" if self._is_before_a_call(int(rest)) else "writes"
                    told.append(_happening(kind, at, goes_on))
                case "ended":
                    told.append(self._end(at))
                case _ if goes_on or kind not in _PASSING:
                    told.append(_happening(kind, at, goes_on))
        return told

    @property
    def _calls(self) -> list[ToolCall]:
        return [item for item in self._run.items if isinstance(item, ToolCall)]

    def _told(self) -> Iterator[str]:
        """What there is to tell by now: a key for each sentence."""
        run = self._run
        if run.state == "queued":
            yield "queued"
        elif run.state == "running" and self._has_assistant:
            yield "reads"
        for place, item in enumerate(run.items):
            if isinstance(item, ToolCall):
                if item.state != "asked" or subject_of(item) is not None:
                    yield f"asked {item.id}"
                if item.started_at is not None:
                    yield f"works {item.id}"
            elif item.output.text:
                yield f"text {place}"
        if run.state == "running" and self._has_assistant and self._waits_for_assistant():
            yield f"considers {len(self._calls)}"
        if run.ended_at is not None:
            yield "ended"

    def _waits_for_assistant(self) -> bool:
        calls = self._calls
        return bool(calls) and isinstance(self._run.items[-1], ToolCall) and all(c.ended_at is not None for c in calls)

    def _is_before_a_call(self, place: int) -> bool:
        return any(isinstance(item, ToolCall) for item in self._run.items[place + 1 :])

    def _ask(self, call: ToolCall) -> str:
        tool, about = f"“{tool_title(call.name, self._tools)}”", subject_of(call)
        what = f" about “{about}”" if about else ""
        if not self._has_assistant:
            return f"The tool {tool} is asked{what}."
        who = "At the same time it asks" if call.id in self._beside else "The assistant asks"
        return f"{who} the tool {tool}{what}."

    def _work(self, call: ToolCall, began: float) -> Sentence:
        about = subject_of(call)
        name = tool_title(call.name, self._tools) + (f" · {about}" if about else "")
        amount = amount_of(call.output)
        steps = self._steps.get(call.id, [])
        if call.ended_at is None:
            doing = " · ".join(part for part in (_progress(call.output), steps and spoken(steps[-1])) if part)
            so_far = f"{amount} so far" if amount else ""
            return Sentence(began, f"{name}: {', '.join(filter(None, (doing, so_far))) or 'at work'}…", "now")
        took = f"{call.ended_at - (call.started_at or 0.0):.1f} s"
        with_what = f", with {amount}" if amount else f", in {len(steps)} steps" if len(steps) > 1 else ""
        match call.state:
            case "failed":
                reason = (call.result or "").removeprefix("Error: ").strip()
                return Sentence(
                    call.ended_at, f"{name} failed after {took}" + (f": {reason}" if reason else "."), "failed"
                )
            case "stopped":
                return Sentence(call.ended_at, f"{name} was stopped after {took}{with_what}.", "stopped")
        return Sentence(call.ended_at, f"{name} is done after {took}{with_what}.")

    def _end(self, at: float) -> Sentence:
        match self._run.state:
            case "failed":
                return Sentence(
                    at, f"It broke off: {self._run.message}" if self._run.message else "It broke off.", "failed"
                )
            case "stopped":
                return Sentence(at, "It was stopped. What had arrived is kept.", "stopped")
        return Sentence(at, "All done.")


def narrate(events: Iterable[StreamEvent]) -> list[Sentence]:
    """These events in sentences."""
    narration = Narration()
    for event in events:
        narration.add(event)
    return narration.sentences


def tool_title(name: str, offered: Sequence[str] = ()) -> str:
    """What a tool is called in words; `offered` are the ids to look among first, as two tools may share a name."""
    for tool_id in (*offered, *TOOLS):
        if tool_id in TOOLS and TOOLS[tool_id].name == name:
            return TOOLS[tool_id].title
    return spoken(name) or "A tool"


def spoken(name: str) -> str:
    """A function's name as words: "look_around" is "Look around"."""
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def amount_of(output: Output) -> str:
    """How much there is of what a tool has sent: "3 items", "1 row and 20 words"; nothing if it cannot be counted."""
    counts = (
        (len(output.others), "item"),
        (len(output.rows), "row"),
        (len(output.points), "measurement"),
        (len(output.text.text.split()), "word"),
    )
    return " and ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def _happening(kind: str, at: float, goes_on: bool) -> Sentence:
    return Sentence(at, _WORDS[kind][not goes_on], "now" if goes_on else "done")


_PASSING = ("queued", "considers")
"""Told while they last, and not afterwards."""

_WORDS = {
    "queued": ("Waiting for its turn…", ""),
    "reads": ("The assistant reads the question…", "The assistant read the question."),
    "considers": ("The assistant reads what came back…", ""),
    "says": ("The assistant says what it is about to do…", "The assistant said what it is about to do."),
    "writes": ("Now it writes the answer…", "It wrote the answer."),
}
"""What is said while it goes on, and when something else has begun."""


def _progress(output: Output) -> str:
    done = "" if output.progress is None else f"{output.progress:.0%} done"
    return " · ".join(part for part in (done, output.status) if part)


def subject_of(call: ToolCall) -> str | None:
    """What a call is about, in words: the values of its arguments; None while they are still being written."""
    try:
        values = json.loads(call.arguments or "")
    except (ValueError, RecursionError):
        return None
    text = ", ".join(_words(value) for value in values.values()) if isinstance(values, dict) else _words(values)
    return text if len(text) <= MAX_SUBJECT else text[: MAX_SUBJECT - 1] + "…"


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return " ".join((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).split())
