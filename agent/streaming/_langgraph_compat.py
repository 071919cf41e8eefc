"""The private names of LangGraph in use, and nothing else; tests/unit/streaming/test_langgraph_compat.py holds them.

- `configurable["__pregel_runtime"]`, merged with each run's own runtime: without it custom chunks come without their
  call and their node.
- `langgraph_node`, `langgraph_checkpoint_ns` and `langgraph_path` in a config's metadata: without them custom chunks
  come without node and namespace.
- `langgraph._internal._serde`: which types a graph's schema names; without it, values of other types than messages
  and plain data come back from a checkpoint as plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from langgraph._internal import _serde
from langgraph.runtime import Runtime

RUNTIME_KEY = "__pregel_runtime"
Write = Callable[[Any], None]


class Place(NamedTuple):
    """Where in a graph something happens."""

    namespace: tuple[str, ...] = ()
    """Path of subgraphs."""
    task: str = ""
    """Id of the task: one execution of a node."""
    node: str | None = None
    agent: str | None = None


@dataclass(frozen=True, kw_only=True)
class InterceptingRuntime(Runtime[Any]):  # type: ignore[misc]  # Runtime is frozen, by keywords that mypy does not read
    """A runtime that replaces the stream writer of the run it is handed to, and of no other."""

    intercept: Callable[[Write], Write]

    def merge(self, other: Runtime[Any]) -> Runtime[Any]:
        """LangGraph's merge of the runtime in a config with that of a new run."""
        merged = super().merge(other)
        return merged.override(stream_writer=self.intercept(merged.stream_writer))


def intercepting(inherited: object, store: Any, intercept: Callable[[Write], Write]) -> Runtime[Any]:
    """A runtime for a config: like the one there, but with a store, since LangGraph asks for no other beside it."""
    known = inherited if isinstance(inherited, Runtime) else Runtime(context=getattr(inherited, "context", None))
    as_it_is = {field.name: getattr(known, field.name) for field in fields(Runtime)}
    return InterceptingRuntime(**{**as_it_is, "store": known.store or store}, intercept=intercept)


def place_of(metadata: Mapping[str, Any] | None) -> Place:
    """Where something happens, according to its config's metadata."""
    metadata = metadata or {}
    steps = str(metadata.get("langgraph_checkpoint_ns") or "").split("|")
    path: Any = metadata.get("langgraph_path") or ()
    own = 1
    while len(path) == 4 and path[-1] is True:  # a task that another task has called works in the same graph
        own, path = own + 1, path[1]
    return Place(
        tuple(steps[:-own]),
        steps[-1].partition(":")[2],
        metadata.get("langgraph_node"),
        metadata.get("lc_agent_name"),
    )


def declared_types(graph: Any) -> set[tuple[str, ...]]:
    """Module and name of every type named in the schemas of a graph and its subgraphs."""
    found: set[tuple[str, ...]] = set()
    for one in (graph, *(inner for _, inner in graph.get_subgraphs(recurse=True))):
        builder = getattr(one, "builder", None)
        schemas: list[Any] = [
            getattr(builder, f"{name}_schema", None) for name in ("state", "input", "output", "context")
        ]
        schemas += [node.input_schema for node in getattr(builder, "nodes", {}).values()]
        found |= _serde.build_serde_allowlist(schemas=schemas, channels=getattr(one, "channels", {}))
    return found
