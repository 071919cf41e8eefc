"""What a run is asked and what it reports: frozen values, one class per happening, that convert to JSON and back.

Everything here has been parsed already, by the adapter or from a recording; its readers need not guess. The ids of tool
calls are unique within a run, whatever a server sent: a second `call_0` is `call_0#2`.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, JsonValue, TypeAdapter

from agent.streaming.modes import StreamMode
from texts import Sentence, Spoken

JSON: TypeAlias = JsonValue
"""Any value that JSON can hold."""

RunState = Literal["queued", "running", "waiting", "finished", "stopped", "failed"]
"""`waiting` is for a person: nothing works on the run, and it goes on when its questions are answered."""
END_STATES: tuple[RunState, ...] = ("finished", "stopped", "failed")

_IF_ANY = Field(exclude_if=operator.not_)
"""A field omitted from the JSON if empty."""
_IF_GIVEN = Field(exclude_if=lambda value: value is None)
"""A field omitted from the JSON if None."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One question put to one graph."""

    question: str
    graph: str = "react"
    """The name of a GraphSpec."""
    tools: tuple[str, ...] = ("get_items",)
    """Names of the ToolSpecs offered to the model, in the registry's order."""
    tool_choice: str = "auto"
    """`auto`, `required`, `none` or the name of one offered tool; it holds for the first model call."""
    model: str = "demo"
    page: str = ""
    """The page that asked, so that a link can lead back to it."""
    all_modes: bool = False
    """Also ask for `checkpoints` and `debug`."""
    inputs: Annotated[JSON, _IF_GIVEN] = None
    """The input of a graph without messages in its state, in place of the question."""
    context: Annotated[JSON, _IF_GIVEN] = None
    """The run's context, if the graph declares one."""

    def to_json(self) -> dict[str, JSON]:
        """As a JSON object; from_json restores it."""
        plain: dict[str, JSON] = _REQUEST.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, data: object) -> RunRequest:
        """The request written by to_json; raises pydantic's ValidationError, which is a ValueError."""
        return _REQUEST.validate_python(data)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written by one model call, as its server counted them."""

    read: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A tool call requested by a model."""

    id: str
    name: str = ""
    args: JSON = None
    """As a JSON value; text if the model wrote something that is not JSON."""


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A piece of a tool call still being written; pieces of one call share its id."""

    id: str
    name: Annotated[str, _IF_ANY] = ""
    """The tool's name, in the first piece that gives it."""
    args: Annotated[str, _IF_ANY] = ""
    """Characters of its arguments as JSON text, to be appended to those before."""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message of a conversation, in whatever form a graph keeps it."""

    role: Literal["ai", "human", "tool", "system", "other"]
    text: str = ""
    id: Annotated[str, _IF_ANY] = ""
    reasoning: Annotated[str, _IF_ANY] = ""
    other: Annotated[tuple[JSON, ...], _IF_ANY] = ()
    """Content that is neither text nor reasoning: images, files, citations."""
    calls: Annotated[tuple[AskedCall, ...], _IF_ANY] = ()
    call: Annotated[str, _IF_ANY] = ""
    """For a tool's message: the call that it answers."""
    name: Annotated[str, _IF_ANY] = ""
    """For a tool's message, the tool; otherwise the speaker, if named."""
    failed: Annotated[bool, _IF_ANY] = False
    """For a tool's message: whether it reports a failure."""
    finish_reason: Annotated[str, _IF_ANY] = ""
    usage: Annotated[Usage | None, _IF_ANY] = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The run was asked for."""

    request: RunRequest
    kind: Literal["queued"] = "queued"
    mode: ClassVar[Literal["run"]] = "run"


@dataclass(frozen=True, slots=True)
class Started:
    """Its turn has come."""

    kind: Literal["started"] = "started"
    mode: ClassVar[Literal["run"]] = "run"


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A question that the graph asks a person."""

    id: str
    """Unique in the run."""
    value: JSON = None
    schema: Annotated[JSON, _IF_GIVEN] = None
    """The JSON Schema of its answer, if the graph gives one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The graph works no more until a person has answered all of these; those answered already are among them."""

    interrupts: tuple[Interrupt, ...]
    checkpoint: Annotated[str, _IF_ANY] = ""
    """The place of its state, to go on from; empty if nothing keeps it, so that it cannot go on."""
    kind: Literal["waiting"] = "waiting"
    mode: ClassVar[Literal["run"]] = "run"


@dataclass(frozen=True, slots=True)
class Answered:
    """A person has answered one question."""

    interrupt: str
    """Its id."""
    answer: JSON
    """What the graph gets for it."""
    kind: Literal["answered"] = "answered"
    mode: ClassVar[Literal["run"]] = "run"


@dataclass(frozen=True, slots=True)
class Resumed:
    """Everything it waited for has been answered, and its turn has come again."""

    kind: Literal["resumed"] = "resumed"
    mode: ClassVar[Literal["run"]] = "run"


@dataclass(frozen=True, slots=True)
class Retried:
    """The Agent Server has lost the process at work, and goes on from the last step: what had not ended begins anew."""

    anew: Annotated[bool, _IF_ANY] = False
    """Whether the server had given up, and was asked to start once more: what follows is another run of it."""
    kind: Literal["retried"] = "retried"
    mode: ClassVar[Literal["run"]] = "run"


@dataclass(frozen=True, slots=True)
class Noted:
    """What is lacking in this log, and why: an Agent Server leaves something out, or cannot say where it belongs."""

    message: str
    """In English, for the person who reads the run."""
    sentence: Annotated[Sentence | None, _IF_GIVEN] = None
    """The message in no language yet: a key of the text files and its values."""
    kind: Literal["noted"] = "noted"
    mode: ClassVar[Literal["run"]] = "run"

    @classmethod
    def saying(cls, said: Sentence) -> Noted:
        """What to know of the run: in English, and where it can be said in other languages, for these."""
        return cls(str(said), said)


@dataclass(frozen=True, slots=True)
class Ended:
    """The run's last event."""

    state: Literal["finished", "stopped", "failed"]
    message: Annotated[str, _IF_ANY] = ""
    """Why it was stopped or failed, in a sentence for the person who asked."""
    answer: Annotated[str, _IF_ANY] = ""
    """Its answer as text: the graph's last words, or its last value."""
    checkpoint: Annotated[str, _IF_ANY] = ""
    """The place of the state it ended in, for the next question; empty if nothing keeps it."""
    sentence: Annotated[Sentence | None, _IF_GIVEN] = None
    """The message in no language yet: a key of the text files and its values."""
    kind: Literal["ended"] = "ended"
    mode: ClassVar[Literal["run"]] = "run"

    @classmethod
    def saying(
        cls, state: Literal["finished", "stopped", "failed"], said: Spoken, answer: str = "", checkpoint: str = ""
    ) -> Ended:
        """The end of a run, and why: in English, and where it can be said in other languages, for these."""
        return cls(state, str(said), answer, checkpoint, None if isinstance(said, str) else said)


@dataclass(frozen=True, slots=True)
class Custom:
    """Whatever a tool or a node wrote."""

    data: JSON
    kind: Literal["custom"] = "custom"
    mode: ClassVar[StreamMode] = "custom"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a model's output."""

    message: str
    """Id of the message it is a piece of."""
    text: Annotated[str, _IF_ANY] = ""
    reasoning: Annotated[str, _IF_ANY] = ""
    other: Annotated[tuple[JSON, ...], _IF_ANY] = ()
    """Content that is neither text nor reasoning."""
    calls: Annotated[tuple[CallPiece, ...], _IF_ANY] = ()
    finish_reason: Annotated[str, _IF_ANY] = ""
    usage: Annotated[Usage | None, _IF_ANY] = None
    kind: Literal["token"] = "token"
    mode: ClassVar[StreamMode] = "messages"


@dataclass(frozen=True, slots=True)
class Said:
    """A whole message in mode `messages`: usually a tool's answer."""

    message: Message
    kind: Literal["said"] = "said"
    mode: ClassVar[StreamMode] = "messages"


@dataclass(frozen=True, slots=True)
class Update:
    """What a node added to the state."""

    messages: Annotated[tuple[Message, ...], _IF_ANY] = ()
    rest: Annotated[JSON, _IF_GIVEN] = None
    """Everything else in the update, as data."""
    usage: Annotated[Usage | None, _IF_ANY] = None
    """The node's own report of its model's usage, if messages cannot carry it."""
    cached: Annotated[bool, _IF_ANY] = False
    """Whether it happened in an earlier attempt, and is only reported again."""
    kind: Literal["update"] = "update"
    mode: ClassVar[StreamMode] = "updates"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The graph asks a person; whatever works beside it goes on."""

    interrupts: tuple[Interrupt, ...]
    kind: Literal["interrupted"] = "interrupted"
    mode: ClassVar[StreamMode] = "updates"


@dataclass(frozen=True, slots=True)
class State:
    """The whole state after a step."""

    messages: Annotated[tuple[Message, ...], _IF_ANY] = ()
    rest: Annotated[JSON, _IF_GIVEN] = None
    kind: Literal["state"] = "state"
    mode: ClassVar[StreamMode] = "values"


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A node starts working."""

    id: str
    name: str
    input: Annotated[JSON, _IF_GIVEN] = None
    asked: Annotated[AskedCall | None, _IF_ANY] = None
    """The tool call that the node was started for, if for just one."""
    kind: Literal["task_started"] = "task_started"
    mode: ClassVar[StreamMode] = "tasks"


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A node has done its work, has failed, or waits for a person."""

    id: str
    name: str
    result: Annotated[JSON, _IF_GIVEN] = None
    failed: Annotated[bool, _IF_ANY] = False
    interrupts: Annotated[tuple[Interrupt, ...], _IF_ANY] = ()
    kind: Literal["task_ended"] = "task_ended"
    mode: ClassVar[StreamMode] = "tasks"


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool starts working on the last of `calls`; again for the same call means a new attempt."""

    name: str
    input: Annotated[JSON, _IF_GIVEN] = None
    kind: Literal["tool_started"] = "tool_started"
    mode: ClassVar[StreamMode] = "tools"


@dataclass(frozen=True, slots=True)
class ToolDelta:
    """What a tool sent with `emit_output_delta`."""

    delta: JSON
    kind: Literal["tool_delta"] = "tool_delta"
    mode: ClassVar[StreamMode] = "tools"


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has returned."""

    output: JSON = None
    """What it returned; a message as text."""
    kind: Literal["tool_finished"] = "tool_finished"
    mode: ClassVar[StreamMode] = "tools"


@dataclass(frozen=True, slots=True)
class ToolFailed:
    """A tool has raised; the exception's text may hold a key and is not passed on."""

    kind: Literal["tool_failed"] = "tool_failed"
    mode: ClassVar[StreamMode] = "tools"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state as it was saved after a step."""

    data: JSON
    kind: Literal["checkpoint"] = "checkpoint"
    mode: ClassVar[StreamMode] = "checkpoints"


@dataclass(frozen=True, slots=True)
class Debug:
    """A part of the mode `debug`."""

    data: JSON
    kind: Literal["debug"] = "debug"
    mode: ClassVar[StreamMode] = "debug"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A part that nothing here understands, kept as data so that it does not vanish."""

    data: JSON
    of: StreamMode = "custom"
    """The mode that it came in."""
    kind: Literal["unknown"] = "unknown"

    @property
    def mode(self) -> StreamMode:
        """The mode that it came in."""
        return self.of


RunPayload = Queued | Started | Waiting | Answered | Resumed | Retried | Noted | Ended
MessagesPayload = Token | Said
UpdatesPayload = Update | Interrupted
TasksPayload = TaskStarted | TaskEnded
ToolsPayload = ToolStarted | ToolDelta | ToolFinished | ToolFailed
Payload = (
    RunPayload | Custom | MessagesPayload | UpdatesPayload | State | TasksPayload | ToolsPayload | Checkpoint | Debug
    | Unknown
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One thing that happened in a run."""

    seq: Annotated[int, Field(ge=0)]
    """Place in the run's log, from 0, without gaps."""
    at: Annotated[float, Field(ge=0, lt=1e7)]
    """Seconds since the run was asked for."""
    payload: Annotated[Payload, Field(discriminator="kind")]
    node: Annotated[str | None, _IF_ANY] = None
    """The graph's node it comes from."""
    agent: Annotated[str | None, _IF_ANY] = None
    """The agent that the node belongs to, if agents have names."""
    calls: Annotated[tuple[str, ...], _IF_ANY] = ()
    """The tool call it belongs to, after those that call works inside; parallel calls never mix."""
    namespace: Annotated[tuple[str, ...], _IF_ANY] = ()
    """Path of subgraphs."""
    source: Annotated[str, _IF_ANY] = ""
    """Place in the stream of the Agent Server that it came from, if it came from one."""

    @property
    def mode(self) -> StreamMode | Literal["run"]:
        """How LangGraph delivered it; `run` is the run's own life cycle."""
        return self.payload.mode

    @property
    def call(self) -> str | None:
        """The innermost tool call it belongs to."""
        return self.calls[-1] if self.calls else None

    def to_json(self) -> dict[str, JSON]:
        """As a JSON object."""
        plain: dict[str, JSON] = EVENTS.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, line: str) -> StreamEvent:
        """The event from to_json's JSON text; raises pydantic's ValidationError, which is a ValueError."""
        return EVENTS.validate_json(line, strict=True)


EVENTS: TypeAdapter[StreamEvent] = TypeAdapter(StreamEvent)
"""Reads and writes events as JSON, and prints their schema."""
_REQUEST: TypeAdapter[RunRequest] = TypeAdapter(RunRequest)
