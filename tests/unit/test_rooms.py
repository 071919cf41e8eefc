"""The rooms of the house: who imports whom, and what is touched only in one place, drawn from the sources."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ORDER = """
texts
agent.errors agent.mcp agent.settings agent._asyncio_compat agent.loop agent.pace agent.offload agent.markdown
agent.llm agent.tools agent.streaming agent.graphs agent.projections
agent.demo_model agent.store agent.engine agent.export agent.snippets agent.pitfalls agent
ui.markdown ui.shell ui.serving ui.run ui.chat ui.today ui.mcp_servers ui.pitfalls ui.lab ui.runs
ui.home ui.your_agent
pages
""".split()
"""Every room, lowest first: a room imports only from those before it. A new one needs a place here.

`agent` by itself is the door for other programs; nothing inside goes through it.
"""

OWN_PARTS = ("streamlit.runtime", "streamlit.web", "streamlit.proto")
"""Packages whose names have no underscore, and are no more public for that."""
HOOKS = {"_generate", "_agenerate", "_stream", "_astream"}
"""Methods that LangChain asks a chat model to define."""
COMPAT = r"/_(\w+_compat)(?:\.py|/(\w+)\.py)$"
"""A file that knows a library's private parts, or one of several in a room of them."""


@cache
def sources() -> dict[str, ast.Module]:
    """The syntax tree of every file, by its path."""
    files = [
        ROOT / "app.py",
        ROOT / "asgi.py",
        *(path for folder in ("texts", "agent", "ui", "pages") for path in (ROOT / folder).rglob("*.py")),
    ]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in sorted(files)}


def room(module: str) -> str:
    first, *rest = module.split(".")
    return f"{first}.{rest[0]}" if first in ("agent", "ui") and rest else "pages" if first in ("app", "asgi") else first


def room_of(path: str) -> str:
    return room(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def imports(tree: ast.Module) -> Iterator[str]:
    """The full name of everything a file imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def arrows() -> dict[tuple[str, str], list[str]]:
    """Which room imports from which, and in which files."""
    found: dict[tuple[str, str], list[str]] = {}
    for path, tree in sources().items():
        for name in imports(tree):
            if name.split(".")[0] in ("texts", "agent", "ui", "pages", "app", "asgi") and room(name) != room_of(path):
                found.setdefault((room_of(path), room(name)), []).append(f"{path} imports {name}")
    return found


def test_every_room_has_its_place() -> None:
    assert {room_of(path) for path in sources()} - {"ui"} == set(ORDER)


def test_no_arrow_goes_up() -> None:
    up = {(a, b): files for (a, b), files in arrows().items() if ORDER.index(a) < ORDER.index(b)}
    assert up == {}


def test_the_agent_needs_no_streamlit() -> None:
    pages = ("streamlit", "ui", "pages", "app")
    agent = {path: tree for path, tree in sources().items() if path.startswith("agent/")}
    assert [(p, name) for p, tree in agent.items() for name in imports(tree) if name.split(".")[0] in pages] == []


def test_pages_know_only_the_ui() -> None:
    pages = {path: tree for path, tree in sources().items() if room_of(path) == "pages"}
    assert len(pages) > 1
    assert {name.split(".")[0] for tree in pages.values() for name in imports(tree)} == {"streamlit", "ui"}


def test_of_the_rest_the_demo_model_knows_only_the_book_of_places_the_scenario_and_the_texts() -> None:
    known = re.compile(r" imports (?:agent\.tools\.(?:places|scenario)|texts)\b")
    rooms = {names for (a, _), files in arrows().items() if a == "agent.demo_model" for names in files}
    assert [line for line in rooms if not known.search(line)] == []


def test_the_environment_is_read_in_one_place() -> None:
    readers = {path: found for path, tree in sources().items() if (found := readings(tree))}
    handed_over = {path for path, lines in readers.items() if lines == ["Settings.from_env"]}
    assert handed_over == {"ui/shell/pin.py", "agent/engine/served.py"}, "one for each kind of process"
    others = {
        "agent/offload.py": "picks what a process of its own gets",
        "agent/graphs/loading.py": "sets what a langgraph.json says of it",
    }
    assert set(readers) - handed_over == set(others)
    assert [path for path, tree in sources().items() if {"os.environ", "os.getenv"} & set(imports(tree))] == []


def readings(tree: ast.AST, inside: str = "") -> list[str]:
    """Where a file reads the environment: each time, the Settings.from_env that it is handed to, or nothing."""
    found: list[str] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv"):
            found.append(inside)
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="Settings"), attr="from_env")):
                found += readings(node, "Settings.from_env")
            case _:
                found += readings(node, inside)
    return found


def private_names(tree: ast.Module) -> Iterator[str]:
    """What a file uses of the private parts of others: imported, as an attribute, or named in a string."""
    nodes = list(ast.walk(tree))
    own = {node.attr for node in nodes if isinstance(node, ast.Attribute) and is_self(node.value)}
    own |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    own |= {node.target.id for node in nodes if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    for name in imports(tree):
        first, *_ = parts = name.split(".")
        if first in sys.stdlib_module_names:
            continue
        if any(part.startswith("_") and "_compat" not in part for part in parts) or name.startswith(OWN_PARTS):
            yield name
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=attr) if module in sys.stdlib_module_names:
                pass
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=attr):
                if attr.startswith("_") and not attr.startswith("__") and attr not in HOOKS:
                    yield f"super().{attr}"
            case ast.Attribute(attr=attr) if attr.startswith("_") and not attr.startswith("__"):
                if not is_self(node.value) and attr not in own:
                    yield ast.unparse(node)
            case ast.Constant(value=str(text)) if text.startswith("__pregel_"):
                yield repr(text)
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(str(text)), *_]):
                if text.startswith("_") and not text.startswith("__") and text not in own:
                    yield ast.unparse(node)


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def test_private_names_of_libraries_are_used_only_in_the_compat_files() -> None:
    used = {path: list(private_names(tree)) for path, tree in sources().items() if not re.search(COMPAT, path)}
    assert {path: names for path, names in used.items() if names} == {}


def test_every_compat_file_is_held_by_a_contract_test() -> None:
    compat = [found for path in sources() if (found := re.search(COMPAT, path)) and found[2] != "__init__"]
    assert compat
    held = [f"{found[1]}/test_{found[2]}.py" if found[2] else f"/test_{found[1]}.py" for found in compat]
    tests = [path.as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    assert [name for name in held if not any(test.endswith(name) for test in tests)] == []


@pytest.mark.parametrize(
    "code",
    [
        "from streamlit.runtime import get_instance",
        "from langgraph._internal import x",
        "from langchain_core.load import _y",
        "import uvicorn\nuvicorn.Server(c)._serve()",
        "key = '__pregel_runtime'",
        "getattr(session, '_send_queue', None)",
        "class A(B):\n def f(self):\n  super()._get_request_payload()",
    ],
)
def test_a_private_name_is_seen(code: str) -> None:
    assert list(private_names(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(1)",
        "class A:\n def __init__(self):\n  self._x = 1\n def f(self, other):\n  return other._x",
        "class A(B):\n def f(self):\n  super()._stream()",
        "from ui.shell._streamlit_compat.queues import messages_on_the_way",
    ],
)
def test_what_is_ones_own_or_public_is_not(code: str) -> None:
    assert list(private_names(ast.parse(code))) == []
