"""A person's own graphs: the layouts that public templates have, and everything that can be wrong with them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

import agent
from agent.graphs.loading import GraphNotLoaded, OwnGraph, loaded, references

T = TypeVar("T")

ECHO = """
from langgraph.graph import START, MessagesState, StateGraph

def answer(state):
    return {"messages": [("ai", "heard " + state["messages"][-1].text)]}

builder = StateGraph(MessagesState).add_node(answer).add_edge(START, "answer")
graph = builder.compile()
"""
COUNTING = """
from typing import TypedDict
from langgraph.graph import START, StateGraph

class State(TypedDict):
    topic: str
    count: int

graph = StateGraph(State).add_node("count", lambda state: {"count": len(state["topic"])}).add_edge(START, "count")
"""


def use(folder: Path, text: str, do: Callable[[OwnGraph], Any] = lambda own: own) -> Any:
    async def main() -> Any:
        (reference,) = references([text], folder)
        async with loaded(reference) as own:
            result = do(own)
            return await result if asyncio.iscoroutine(result) else result

    return asyncio.run(main())


def asked(own: OwnGraph) -> Any:
    async def ask() -> str:
        result = await own.graph.ainvoke({"messages": [("user", "you")]})
        return str(result["messages"][-1].text)

    return ask()


def write(folder: Path, **files: str) -> None:
    """Write modules; `a__b` is a/b.py, and `a__init` is a/__init__.py."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path = path.with_name("__init__.py") if path.name == "init.py" else path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_graph_in_a_file(tmp_path: Path) -> None:
    write(tmp_path, mine=ECHO)
    own = use(tmp_path, "mine.py:graph")
    assert (own.takes_messages, own.keeps_threads, own.context_schema) == (True, False, None)
    assert use(tmp_path, "mine.py:graph", asked) == "heard you"


def test_a_graph_that_is_not_compiled_is_compiled(tmp_path: Path) -> None:
    write(tmp_path, mine=ECHO)
    assert use(tmp_path, "mine.py:builder", asked) == "heard you"


@pytest.mark.parametrize(
    "maker",
    [
        "def make():\n    return graph",
        "def make(config):\n    assert 'configurable' in config\n    return builder",
        "async def make(config):\n    return graph",
        "import contextlib\n@contextlib.asynccontextmanager\nasync def make(config):\n    yield graph",
        "import contextlib\n@contextlib.contextmanager\ndef make():\n    yield graph",
        "make = lambda: graph",
    ],
)
def test_a_function_that_makes_a_graph(tmp_path: Path, maker: str) -> None:
    write(tmp_path, mine=f"{ECHO}\n{maker}\n")
    assert use(tmp_path, "mine.py:make", asked) == "heard you"


def test_a_project_whose_package_is_named_as_ours(tmp_path: Path) -> None:
    """The layout of LangGraph's own template: src/agent/graph.py, with absolute imports, also in a function."""
    write(
        tmp_path,
        src__agent__init='from agent.graph import graph\n__all__ = ["graph"]\n',
        src__agent__words="HEARD = 'heard '\n",
        src__agent__late="LATE = 'late '\n",
        src__agent__graph=ECHO.replace(
            "    return", "    import agent.late\n    from agent.late import LATE\n    return"
        )
        .replace('"heard " +', "words.HEARD + LATE + agent.late.LATE +")
        .replace("\nfrom langgraph", "\nfrom agent import words\nfrom langgraph", 1),
    )
    configuration = {"dependencies": ["."], "graphs": {"agent": "./src/agent/graph.py:graph"}, "env": ".env"}
    (tmp_path / "langgraph.json").write_text(json.dumps(configuration))
    (tmp_path / ".env").write_text("# a comment\nexport OWN_GRAPH_WORD='a b'  # said\n")
    assert use(tmp_path, ".", asked) == "heard late late you"
    assert use(tmp_path, "src/agent/graph.py:graph", asked) == "heard late late you"
    assert os.environ.pop("OWN_GRAPH_WORD") == "a b"
    assert sys.modules["agent"] is agent
    assert not [name for name in sys.modules if name.startswith("own_graphs_")]


def test_a_folder_without_init_files_and_relative_imports(tmp_path: Path) -> None:
    write(
        tmp_path,
        multi__agent=ECHO.replace("\nfrom", "\nfrom multi.words import HEARD\nfrom . import more\nfrom", 1).replace(
            '"heard " +', "HEARD + more.MORE +"
        ),
        multi__words="HEARD = 'heard '\n",
        multi__more="MORE = 'more '\n",
    )
    (tmp_path / "langgraph.json").write_text(
        json.dumps({"dependencies": ["./"], "graphs": {"a": "./multi/agent.py:graph"}})
    )
    assert use(tmp_path, "langgraph.json", asked) == "heard more you"


def test_several_of_one_name_are_told_apart_and_descriptions_kept(tmp_path: Path) -> None:
    graphs = {"graph": {"path": "./a.py:graph", "description": "Echoes"}, "other": "./b.py:graph"}
    (tmp_path / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
    found = references(["a/graph.py:agent", "langgraph.json", "my.research:app", "b.py:search"], tmp_path)
    assert [reference.name for reference in found] == ["graph", "graph-2", "other", "research", "search"]
    assert found[1].description == "Echoes"


def test_what_a_graph_takes(tmp_path: Path) -> None:
    write(
        tmp_path,
        count=COUNTING,
        keeps="from langgraph.checkpoint.memory import InMemorySaver\n"
        f"{ECHO}\ngraph = builder.compile(checkpointer=InMemorySaver())",
        context="from dataclasses import dataclass\nfrom langgraph.graph import START, MessagesState, StateGraph\n"
        "@dataclass\nclass Context:\n    model: str = 'small'\n"
        "graph = StateGraph(MessagesState, context_schema=Context)"
        ".add_node('a', lambda state: {}).add_edge(START, 'a')",
        entry="from langgraph.func import entrypoint\n"
        "@entrypoint()\nasync def flow(topic: str) -> str:\n    return topic",
    )
    counting = use(tmp_path, "count.py:graph")
    assert not counting.takes_messages
    if sys.version_info >= (3, 12):
        assert set(counting.input_schema["properties"]) == {"topic", "count"}
    else:
        assert counting.input_schema is None, "Pydantic refuses typing.TypedDict before Python 3.12"
    assert use(tmp_path, "keeps.py:graph").keeps_threads
    assert use(tmp_path, "context.py:graph").context_schema["properties"]["model"]["default"] == "small"
    entry = use(tmp_path, "entry.py:flow")
    assert (entry.takes_messages, entry.input_schema["type"]) == (False, "string")


def test_saved_source_makes_a_graph_stale_and_loads_anew(tmp_path: Path) -> None:
    write(tmp_path, mine=ECHO.replace("\nfrom", "\nfrom words import HEARD\nfrom", 1).replace('"heard "', "HEARD"))
    write(tmp_path, words="HEARD = 'heard '\n")

    def save(own: OwnGraph) -> bool:
        assert not own.is_stale
        write(tmp_path, words="HEARD = 'heart '\n")
        os.utime(tmp_path / "words.py", (time.time() + 10,) * 2)
        return own.is_stale

    assert use(tmp_path, "mine.py:graph", save)
    assert use(tmp_path, "mine.py:graph", asked) == "heart you"


@pytest.mark.parametrize(
    ("text", "source", "said"),
    [
        ("gone.py:graph", "", "There is no file"),
        ("mine.py:graph", "def (:", "could not be imported: invalid syntax in line 1 of mine.py."),
        ("mine.py:app", ECHO, "There is no 'app' in mine.py. It has: builder, graph."),
        ("mine.py:answer", ECHO, "(line 5 of mine.py). KeyError"),
        ("mine.py:x", "x = 5", "mine.py:x is not a graph: it is of type int."),
        ("mine.py:x", "def x():\n    return 'words'", "mine.py:x is not a graph: it is of type str."),
        ("mine.py:graph", "import no_such_package.deep", "needs the module no_such_package, which is not installed"),
        ("mine.py:graph", "raise SystemExit('no')", "SystemExit"),
        (
            "mine.py:graph",
            "\nraise ValueError('key sk-abcdefghijklmnopqrstuvwxyz')",
            "(line 2 of mine.py). ValueError: key …",
        ),
        ("mine.py:graph", "from mine import nothing", "ImportError"),
        ("mine.py", ECHO, "names no graph: write file.py:name"),
        ("mine.ts:graph", "", "is JavaScript"),
        ("no_such_package.module:graph", "", "needs the module no_such_package"),
        ("", "", "no file"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_a_sentence(tmp_path: Path, text: str, source: str, said: str) -> None:
    write(tmp_path, mine=source)
    with pytest.raises(GraphNotLoaded) as refused:
        use(tmp_path, text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"graphs": ["a.py:g"]}', '{"graphs": {"a": {"nothing": 1}}}'])
def test_a_configuration_that_names_no_graphs(tmp_path: Path, content: str) -> None:
    (tmp_path / "langgraph.json").write_text(content)
    with pytest.raises(GraphNotLoaded, match="names no graphs"):
        references(["langgraph.json"], tmp_path)


def test_two_projects_with_modules_of_one_name_stay_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, words=f"HEARD = '{name} '\n")
        write(
            tmp_path / name,
            mine=ECHO.replace("\nfrom", "\nfrom words import HEARD\nfrom", 1).replace('"heard "', "HEARD"),
        )

    async def both() -> list[str]:
        first, second = references(["one/mine.py:graph", "two/mine.py:graph"], tmp_path)
        async with loaded(first) as one, loaded(second) as two:
            return [await asked(one), await asked(two)]

    assert asyncio.run(both()) == ["one you", "two you"]
