"""People's own graphs: found through `TOOLSTREAM_GRAPHS`, imported, and prepared for watching.

References are those of LangGraph's own configuration: `folder/file.py:graph`, `package.module:graph`, or a
`langgraph.json` (or its folder), which names several.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import json
import os
import re
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from dotenv import dotenv_values
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel

from agent.errors import AgentError
from agent.graphs.imports import Project
from texts import Sentence, sentence

CONFIGURATION = "langgraph.json"
T = TypeVar("T")


class GraphNotLoaded(AgentError):
    """A graph that could not be loaded; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where one graph is."""

    name: str
    """Its name here, unique."""
    target: str
    """`file.py:name` or `package.module:name`, as it was written."""
    folder: Path
    """The folder that the target's path is relative to."""
    roots: tuple[Path, ...] = ()
    """Folders its project imports from, besides the file's own."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class OwnGraph:
    """A loaded graph, and what it takes."""

    reference: Reference
    graph: Any = field(repr=False)
    project: Project | None = field(repr=False)
    """None for an installed module."""
    takes_messages: bool
    """Whether its input has `messages`, so that it can be asked a question."""
    input_schema: Mapping[str, Any] | None
    """JSON Schema of its input; None if it cannot be determined."""
    context_schema: Mapping[str, Any] | None
    """JSON Schema of its context; None if it has none."""
    keeps_threads: bool
    """Whether it has its own checkpointer, and so remembers earlier turns."""
    saved_at: float
    """When its newest source file was saved, in seconds since the epoch."""

    @property
    def is_stale(self) -> bool:
        """Whether a source file has been saved since the graph was loaded."""
        return self.project is not None and _newest(self.project) > self.saved_at


def references(texts: Sequence[str], folder: Path) -> list[Reference]:
    """The graphs that these texts name, in order; paths are relative to `folder`.

    Raises GraphNotLoaded for a configuration that cannot be read.
    """
    found: list[Reference] = []
    for text in texts:
        path = folder / os.path.expanduser(text)
        if path.is_dir() or path.suffix == ".json":
            found += _configured(path / CONFIGURATION if path.is_dir() else path)
        else:
            target, _, name = text.rpartition(":")
            found.append(Reference(_called(target, name) or text, text, folder))
    names: dict[str, int] = {}
    for number, reference in enumerate(found):
        names[reference.name] = names.get(reference.name, 0) + 1
        if (count := names[reference.name]) > 1:
            found[number] = Reference(
                f"{reference.name}-{count}", reference.target, reference.folder, reference.roots, reference.description
            )
    return found


@contextlib.asynccontextmanager
async def loaded(reference: Reference) -> AsyncIterator[OwnGraph]:
    """The graph of a reference, for as long as it is used; raises GraphNotLoaded with the cause in a sentence.

    Its source is imported on a thread, where it may take its time; a function that makes the graph is called on this
    loop, where the graph will run.
    """
    async with contextlib.AsyncExitStack() as stack:
        project: Project | None = None
        try:
            module, name, project = await _in_thread(_imported, reference)
            if project:
                stack.callback(project.close)
            graph = await _made(_named(module, name, reference), stack, reference)
            found = await _in_thread(_described, reference, graph, project)
        except GraphNotLoaded:
            raise
        except (Exception, SystemExit) as error:
            raise GraphNotLoaded(_why(reference, error)) from error
        yield found


def _called(target: str, name: str) -> str:
    """The name of a graph: its variable's, or its module's if the variable's says nothing."""
    module = re.split(r"[./\\]", target.removesuffix(".py"))[-1]
    return module if name in _EVERYBODYS and module else name


_EVERYBODYS = ("graph", "agent", "app", "workflow", "main", "make_graph")


def _configured(file: Path) -> list[Reference]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        graphs, dependencies = data["graphs"], data.get("dependencies") or []
        items = [(str(name), value if isinstance(value, dict) else {"path": value}) for name, value in graphs.items()]
        targets = [(name, str(item["path"]), str(item.get("description") or "")) for name, item in items]
    except FileNotFoundError:
        raise GraphNotLoaded(sentence("own-no-file", file=str(file))) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GraphNotLoaded(sentence("own-no-graphs", file=str(file))) from error
    folder = file.parent
    local = [folder / str(entry) for entry in dependencies if str(entry).startswith((".", "/"))]
    roots = [root for entry in (folder, *local) for root in (entry, entry / "src") if root.is_dir()]
    _set_environment(data.get("env"), folder)
    return [Reference(name, target, folder, tuple(roots), about) for name, target, about in targets]


def _set_environment(env: object, folder: Path) -> None:
    """Apply a configuration's environment, except where the host has set a variable."""
    found: Mapping[str, Any] = {}
    if isinstance(env, Mapping):
        found = env
    elif isinstance(env, str) and (folder / env).is_file():
        found = dotenv_values(folder / env)
    for name, value in found.items():
        os.environ.setdefault(str(name), "" if value is None else str(value))


async def _in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Do work on a thread that does not keep the process alive: an import may take its time."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(say: Callable[[Any], None], what: object) -> None:
        if not done.done():
            say(what)

    def run() -> None:
        try:
            said: tuple[Callable[[Any], None], object] = done.set_result, work(*arguments)
        except BaseException as error:
            said = done.set_exception, error if not isinstance(error, StopIteration) else RuntimeError("it stopped")
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, *said)

    threading.Thread(target=run, name="import", daemon=True).start()
    return await done


def _imported(reference: Reference) -> tuple[ModuleType, str, Project | None]:
    target, _, name = reference.target.rpartition(":")
    if not target or not name.isidentifier():
        raise GraphNotLoaded(sentence("own-no-reference", text=repr(reference.target)))
    path = (reference.folder / os.path.expanduser(target)).resolve()
    if path.suffix in (".ts", ".js", ".mts", ".mjs"):
        raise GraphNotLoaded(sentence("own-javascript", file=target))
    if path.suffix != ".py" and "/" not in target:
        return importlib.import_module(target), name, None
    if not path.is_file():
        raise GraphNotLoaded(sentence("own-no-file", file=str(path)))
    project = Project([*reference.roots, *_roots_of(path)], f"{reference.name} {path}")
    try:
        return project.load(path), name, project
    except BaseException:
        project.close()
        raise


def _roots_of(file: Path) -> list[Path]:
    """Where a file's imports start: the folder above its packages, its project's folder, and `src`."""
    root = file.parent
    while (root / "__init__.py").is_file():
        root = root.parent
    marks = ("pyproject.toml", CONFIGURATION)
    above = [folder for folder in root.parents if any((folder / mark).is_file() for mark in marks)][:1]
    return [root, *above, *(folder / "src" for folder in above if (folder / "src").is_dir())]


def _named(module: ModuleType, name: str, reference: Reference) -> Any:
    if hasattr(module, name):
        return getattr(module, name)
    others = [other for other, value in vars(module).items() if isinstance(value, (Pregel, StateGraph))]
    file = reference.target.rpartition(":")[0]
    if others:
        raise GraphNotLoaded(sentence("own-no-name.others", name=repr(name), file=file, others=", ".join(others)))
    raise GraphNotLoaded(sentence("own-no-name", name=repr(name), file=file))


async def _made(found: Any, stack: contextlib.AsyncExitStack, reference: Reference) -> Any:
    """The compiled graph, found as it is or made by the function that was found."""
    if callable(found) and not isinstance(found, (Pregel, StateGraph)):
        needed = [
            parameter
            for parameter in inspect.signature(found).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        ]
        found = found(*({"configurable": {}} for _ in needed[:1]))
    if inspect.isawaitable(found):
        found = await found
    if isinstance(found, contextlib.AbstractAsyncContextManager):
        found = await stack.enter_async_context(found)
    elif isinstance(found, contextlib.AbstractContextManager):
        found = stack.enter_context(found)
    if isinstance(found, StateGraph):
        found = found.compile()
    if isinstance(found, Pregel):
        return found
    raise GraphNotLoaded(sentence("own-other-type", source=reference.target, kind=type(found).__name__))


def _described(reference: Reference, graph: Any, project: Project | None) -> OwnGraph:
    inputs = _schema(graph.get_input_jsonschema)
    keys = graph.input_channels if isinstance(graph.input_channels, (list, tuple)) else [graph.input_channels]
    properties = inputs.get("properties", {}) if inputs else {}
    return OwnGraph(
        reference,
        graph,
        project,
        takes_messages="messages" in properties or ("__start__" in keys and "messages" in graph.channels),
        input_schema=inputs,
        context_schema=_schema(graph.get_context_jsonschema) if graph.context_schema is not None else None,
        keeps_threads=graph.checkpointer not in (None, False),
        saved_at=_newest(project) if project else 0.0,
    )


def _schema(read: Any) -> Mapping[str, Any] | None:
    """A schema, or None: Pydantic rejects some states, such as typing.TypedDict before Python 3.12."""
    with contextlib.suppress(Exception):
        found = read()
        if isinstance(found, Mapping):
            return found
    return None


def _newest(project: Project) -> float:
    times = [0.0]
    for file in project.files():
        with contextlib.suppress(OSError):
            times.append(file.stat().st_mtime)
    return max(times)


def _why(reference: Reference, error: BaseException) -> Sentence:
    """The cause in a sentence, without anything that could be a key."""
    source = reference.target
    if isinstance(error, SyntaxError):
        file = Path(error.filename or "").name
        return sentence("own-syntax", source=source, error=error.msg, line=str(error.lineno), file=file)
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = re.sub(r"^own_graphs_[0-9a-f]+\.", "", error.name)
        return sentence("own-no-module", source=source, package=package)
    places = [place for place in traceback.extract_tb(error.__traceback__) if place.filename.endswith(".py")]
    own = [
        place for place in places if "/site-packages/" not in place.filename and "/agent/graphs/" not in place.filename
    ]
    text = re.sub(r"[\w/+=.-]{20,}", "…", " ".join(str(error).split()))[:200]
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if not own:
        return sentence("own-broken", source=source, error=said)
    line, file = str(own[-1].lineno), Path(own[-1].filename).name
    return sentence("own-broken.line", source=source, error=said, line=line, file=file)
