"""What a run is asked and what it tells: frozen values that go to JSON and back."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args

JSON = Union[None, bool, int, float, str, list["JSON"], dict[str, "JSON"]]  # noqa: UP007 - evaluated on 3.10

StreamMode = Literal["custom", "messages", "updates", "values", "tasks", "tools", "checkpoints", "debug"]
"""The stream modes of LangGraph."""
STREAM_MODES: tuple[StreamMode, ...] = get_args(StreamMode)
RUN_MODES: tuple[StreamMode, ...] = STREAM_MODES[:6]
"""What a run always asks for; the other two copy the whole state at every step."""

GraphName = Literal["react", "prebuilt", "without_langchain", "tool_node"]
"""The graphs: two ReAct agents, the same without LangChain, and a lone tool node."""
GRAPHS: tuple[GraphName, ...] = get_args(GraphName)

RunState = Literal["queued", "running", "finished", "stopped", "failed"]
END_STATES: tuple[RunState, ...] = ("finished", "stopped", "failed")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One question put to one graph."""

    question: str
    graph: GraphName = "react"
    tools: tuple[str, ...] = ("get_items",)
    """Ids of the tools offered to the model, in the order of the registry."""
    tool_choice: str = "auto"
    """`auto`, `required`, `none` or the name of one offered tool; it holds for the first model call."""
    model: str = "demo"
    page: str = ""
    """The page that asked, so that a link can lead back to it."""
    all_modes: bool = False
    """Also ask for `checkpoints` and `debug`."""

    def to_json(self) -> dict[str, JSON]:
        """As a JSON object; from_json gives the same request back."""
        return {**dataclasses.asdict(self), "tools": list(self.tools)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RunRequest:
        """The request that to_json wrote."""
        return cls(**{**data, "tools": tuple(data["tools"])})


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One thing that happened in a run."""

    seq: int
    """Place in the run's log, from 0, without gaps."""
    at: float
    """Seconds since the run was asked for."""
    mode: StreamMode | Literal["run"]
    """How LangGraph delivered it; `run` is the run's own life: queued, running, finished, stopped, failed."""
    data: JSON
    node: str | None = None
    """The graph's node that it comes from."""
    tool_call_id: str | None = None
    """The tool call that it belongs to; parallel calls never mix."""
    namespace: tuple[str, ...] = ()
    """Path of subgraphs."""

    def to_json(self) -> dict[str, JSON]:
        """As a JSON object with seven keys; from_json gives the same event back."""
        return {
            "seq": self.seq,
            "at": self.at,
            "mode": self.mode,
            "node": self.node,
            "tool_call_id": self.tool_call_id,
            "namespace": list(self.namespace),
            "data": self.data,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StreamEvent:
        """The event that to_json wrote."""
        return cls(**{**data, "namespace": tuple(data["namespace"])})


def json_safe(
    value: object,
    *,
    convert: Callable[[object], object] = lambda value: value,
    max_chars: int = 262_144,
    max_depth: int = 16,
) -> JSON:
    """A JSON value that says what `value` was, however odd it is; never raises.

    `convert` may replace any value on the way. Longer text is cut and says so; numbers that JSON cannot hold,
    bytes, cycles and unknown objects become text.
    """
    return _Plain(convert, max_chars, max_depth).of(value, ())


class _Plain:
    def __init__(self, convert: Callable[[object], object], max_chars: int, max_depth: int) -> None:
        self.convert = convert
        self.chars_left = max_chars
        self.max_depth = max_depth

    def of(self, value: object, parents: tuple[int, ...]) -> JSON:
        value = self.convert(value)
        if value is None or isinstance(value, bool):
            return value
        if type(value) is str:
            return self._cut(value)
        if isinstance(value, int):
            return int(value) if abs(value) < 2**53 else self._cut(_shown(value))
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else str(float(value))
        if isinstance(value, (str, bytes, bytearray)):
            return self._cut(str(value))
        if id(value) in parents:
            return "(a cycle)"
        if len(parents) >= self.max_depth:
            return "(nested too deep)"
        below = (*parents, id(value))
        try:
            if isinstance(value, Mapping):
                return self._object(value, below)
            if isinstance(value, (list, tuple, set, frozenset)):
                return self._array(value, below)
            if dataclasses.is_dataclass(value) and not isinstance(value, type):
                return self._object({f.name: getattr(value, f.name) for f in dataclasses.fields(value)}, below)
            if callable(dump := getattr(value, "model_dump", None)) and not isinstance(value, type):
                return self.of(dump(), below)
        except Exception as error:
            return self._cut(f"(a {type(value).__name__} that cannot be read: {type(error).__name__})")
        return self._cut(_shown(value))

    def _object(self, value: Mapping[Any, Any], below: tuple[int, ...]) -> JSON:
        plain: dict[str, JSON] = {}
        for key, item in value.items():
            if self.chars_left <= 0:
                plain["(cut)"] = "too long to show whole"
                break
            name = self._key(key)
            plain[name] = self.of(item, below)
        return plain

    def _array(self, value: Any, below: tuple[int, ...]) -> JSON:
        plain: list[JSON] = []
        for item in value:
            if self.chars_left <= 0:
                plain.append("(cut: too long to show whole)")
                break
            self.chars_left -= 1
            plain.append(self.of(item, below))
        return plain

    def _key(self, key: object) -> str:
        return str(self._cut(key if isinstance(key, str) else _shown(key)))

    def _cut(self, text: str) -> str:
        text = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate is no JSON text
        if len(text) <= self.chars_left:
            self.chars_left -= len(text)
            return text
        kept, self.chars_left = max(self.chars_left, 0), 0
        return f"{text[:kept]}… ({len(text) - kept:,} more characters)"


def _shown(value: object) -> str:
    try:
        return str(value)
    except Exception as error:
        return f"(a {type(value).__name__} that cannot be shown: {type(error).__name__})"
