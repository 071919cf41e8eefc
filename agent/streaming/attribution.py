"""Which tool call does a chunk belong to? Noted from the root of a run, so that graphs and tools stay as they are.

LangGraph delivers a custom chunk without saying who wrote it, and a model's tokens from inside a tool without the
call's id. Both are known at the source: a callback keeps the path of tool calls in a context variable, which carries
over into subgraphs, sub-agents, tasks and threads. What is written gets wrapped in a mark, a plain dict that any server
can pass on; `adapter.Adapter` unwraps it. What is written in one go shares a mark: LangGraph takes longer to hand on a
chunk than it takes to read it from a model.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID, uuid4

from langchain_core.callbacks import BaseCallbackHandler, BaseCallbackManager
from langchain_core.runnables import RunnableConfig, ensure_config
from langgraph.config import get_config
from langgraph.pregel import Pregel

from agent.streaming._langgraph_compat import RUNTIME_KEY, Place, Write, intercepting, place_of

MARK = "@calls"
"""Key of the path, in a mark and in the metadata of a model's tokens."""
RUN = "@run"
"""Key of the model run in the metadata of its tokens."""

MOST_AT_ONCE = 64
"""Chunks under one mark: an Agent Server sends them in one message."""

Path: TypeAlias = tuple[tuple[str, str], ...]
"""From the outermost call to the innermost: each one's id as sent, and the run of its tool."""

_PATH: ContextVar[Path] = ContextVar("path", default=())


@dataclass(frozen=True, slots=True)
class Mark:
    """A note on chunks; or, without any, on a tool or a node that begins or ends."""

    path: Path
    place: Place
    chunks: Sequence[object] = ()
    event: str = ""
    """`tool-started`, `tool-ended`, `node-started`, or empty for chunks."""
    tool: str = ""

    def to_plain(self) -> dict[str, Any]:
        """As a dict that passes through any server."""
        namespace, task, node, agent = self.place
        plain = {MARK: [list(step) for step in self.path], "namespace": list(namespace), "task": task}
        plain |= {"node": node, "agent": agent}
        return plain | ({"event": self.event, "tool": self.tool} if self.event else {"chunks": self.chunks})

    @classmethod
    def of(cls, data: object) -> Mark | None:
        """The mark in a custom chunk; None for an unmarked one."""
        if not isinstance(data, Mapping) or MARK not in data:
            return None
        path, chunks = path_of(data), data.get("chunks", ())
        if not isinstance(chunks, (list, tuple)) or not (chunks or "event" in data):
            return None
        namespace, node, agent = data.get("namespace"), data.get("node"), data.get("agent")
        if path is None or not isinstance(namespace, (list, tuple)):
            return None
        place = Place(
            tuple(map(str, namespace)),
            str(data.get("task", "")),
            node if node and isinstance(node, str) else None,
            agent if agent and isinstance(agent, str) else None,
        )
        return cls(path, place, chunks, str(data.get("event", "")), str(data.get("tool", "")))


def path_of(plain: Mapping[Any, Any]) -> Path | None:
    """The path in a mark or in metadata; None if there is none."""
    steps = plain.get(MARK)
    if not isinstance(steps, (list, tuple)):
        return None
    return tuple((str(step[0]), str(step[1])) for step in steps if isinstance(step, (list, tuple)) and len(step) == 2)


@contextlib.contextmanager
def tool_call(call_id: str) -> Iterator[None]:
    """Assign what is written in this block to this call: for a node that runs several plain functions itself.

    LangChain's tools need no such thing, nor does a node started for a single call. Harmless when nobody watches.
    """
    token = _PATH.set((*_PATH.get(), (call_id, uuid4().hex)))
    try:
        yield
    finally:
        _PATH.reset(token)


class _Lot(NamedTuple):
    """Chunks that are written one after the other, and what they have in common."""

    write: Write
    config: RunnableConfig
    path: Path
    chunks: list[object]


class Attribution(BaseCallbackHandler):
    """Notes the origin of everything that one run streams. A callback, and the interceptor of its stream writer."""

    run_inline = True  # in the tool's own context, not beside it

    def __init__(self) -> None:
        self._depth = len(_PATH.get())
        self._loop: asyncio.AbstractEventLoop | None = None
        """What the run works on; tools in threads write beside it."""
        self._lot: _Lot | None = None
        """What the next chunk may join, until anything else is streamed and before LangGraph hands it on."""
        self._write: Write = lambda _: None
        self._tools: dict[UUID, tuple[Token[Path] | None, Mark]] = {}
        self._announced: set[tuple[str, ...]] = set()

    @classmethod
    def is_in(cls, config: RunnableConfig | None) -> bool:
        """Whether a run with this config is attributed already."""
        callbacks = ensure_config(config).get("callbacks")
        handlers = callbacks.handlers if isinstance(callbacks, BaseCallbackManager) else callbacks or ()
        return any(isinstance(handler, cls) for handler in handlers)

    def config(self, graph: object, config: RunnableConfig | None) -> RunnableConfig:
        """The config to run `graph` with, in place of `config`; unchanged if the graph runs on another machine."""
        config = {**config} if config else {}
        if not isinstance(graph, Pregel):
            return config
        self._loop = _running_loop()
        configurable = config.get("configurable") or {}
        known = configurable if "thread_id" in configurable else ensure_config(config)["configurable"]
        if graph.checkpointer and not known and not (graph.config or {}).get("configurable"):
            return config  # it lacks a thread, which LangGraph says only where nothing is configured
        runtime = intercepting(known.get(RUNTIME_KEY), graph.store, self._intercept)
        config["configurable"] = {**configurable, RUNTIME_KEY: runtime}
        callbacks = config.get("callbacks")
        if isinstance(callbacks, BaseCallbackManager):
            config["callbacks"] = callbacks = callbacks.copy()
            callbacks.add_handler(self, inherit=True)
        else:
            config["callbacks"] = [*(callbacks or ()), self]
        return config

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        tool_call_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        """A tool begins: whatever comes next in this context belongs to it."""
        path, token = _PATH.get(), None
        if not path or path[-1][1] != str(run_id):  # else another run that this one is inside of has noted it
            path = (*path, (str(tool_call_id or ""), str(run_id)))
            token = _PATH.set(path)
        name = (serialized or {}).get("name") or kwargs.get("name") or ""
        mark = Mark(path[self._depth :], place_of(metadata), event="tool-started", tool=name)
        self._tools[run_id] = token, mark
        self._announce(mark)

    def on_tool_end(self, output: object, *, run_id: UUID, **kwargs: Any) -> None:
        """A tool has returned."""
        self._leave(run_id)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A tool has raised, or waits for a person."""
        self._leave(run_id)

    def on_chat_model_start(
        self, serialized: dict[str, Any], messages: object, *, run_id: UUID, metadata: Any = None, **kwargs: Any
    ) -> None:
        """A model begins: its tokens are delivered with this metadata."""
        if metadata is not None:
            metadata[MARK] = [list(step) for step in _PATH.get()[self._depth :]]
            metadata[RUN] = "" if RUN in metadata else str(run_id)  # one dict for several is no help

    def on_chain_start(
        self, serialized: object, inputs: object, *, run_id: UUID, metadata: Any = None, **kwargs: Any
    ) -> None:
        """A node begins: the first one of a graph inside a tool reveals whose graph it is."""
        path = _PATH.get()[self._depth :]
        if not path or not metadata or kwargs.get("name") != metadata.get("langgraph_node"):
            return
        place = place_of(metadata)
        if place.namespace not in self._announced:
            self._announced.add(place.namespace)
            self._announce(Mark(path, place, event="node-started"))

    def on_llm_new_token(self, token: object, **kwargs: Any) -> None:
        """A token is streamed: what is written next comes after it."""
        self._close_lot()

    def on_llm_end(self, response: object, **kwargs: Any) -> None:
        """A whole message may be streamed."""
        self._close_lot()

    def on_chain_end(self, outputs: object, **kwargs: Any) -> None:
        """The messages of a node may be streamed."""
        self._close_lot()

    def _intercept(self, write: Write) -> Write:
        self._write = write

        def write_marked(data: object) -> None:
            config, path, lot, loop = get_config(), _PATH.get(), self._lot, _running_loop()
            if loop is None or loop is not self._loop:
                write(self._mark(config, path, [data]))
            elif lot and lot.config is config and lot.path is path and lot.write is write:
                lot.chunks.append(data)
                if len(lot.chunks) >= MOST_AT_ONCE:
                    self._lot = None
            else:
                chunks = [data]
                loop.call_soon(self._close_lot)  # before LangGraph puts it into its queue, which is soon as well
                write(self._mark(config, path, chunks))
                self._lot = _Lot(write, config, path, chunks)

        return write_marked

    def _mark(self, config: RunnableConfig, path: Path, chunks: list[object]) -> dict[str, Any]:
        return Mark(path[self._depth :], place_of(config.get("metadata")), chunks).to_plain()

    def _close_lot(self) -> None:
        self._lot = None

    def _announce(self, mark: Mark) -> None:
        self._close_lot()
        with contextlib.suppress(RuntimeError):  # called where there is no graph
            self._write(mark.to_plain())

    def _leave(self, run_id: UUID) -> None:
        token, mark = self._tools.pop(run_id, (None, None))
        if token:
            with contextlib.suppress(ValueError):  # it ends in another context than it began in
                _PATH.reset(token)
        if mark:
            self._announce(Mark(mark.path, mark.place, event="tool-ended", tool=mark.tool))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop of this thread; None in a thread without."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
