"""Imports people's own source files beside ours, whatever they are called.

Projects in LangGraph's usual layout have a package named `agent`, as we do. So the modules of each project live under a
package name of their own in `sys.modules`: there `import agent.tools` means the project's, even when it runs much
later, inside a function. Forgetting that name forgets the project, which is how saved source is reloaded.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib
import importlib.util
import itertools
import sys
import threading
from collections.abc import Sequence
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_PREFIX = "own_graphs_"


class Project:
    """The modules in some folders, imported under a name that nothing else has.

    It is the same one each time that a project of this `name` is imported: what was kept of a graph's state says by it
    which types it is made of.
    """

    def __init__(self, roots: Sequence[Path], name: str = "") -> None:
        self.roots = tuple(dict.fromkeys(root.resolve() for root in roots))
        digest = hashlib.sha256("\0".join([name, *map(str, self.roots)]).encode()).hexdigest()[:12]
        with _lock:
            names = (f"{_PREFIX}{digest}{number or ''}" for number in itertools.count())
            self.package = next(package for package in names if package not in _projects)
            _projects[self.package] = self
        package = ModuleType(self.package)
        package.__path__ = [str(root) for root in self.roots]
        sys.modules[self.package] = package
        with _lock:
            if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
                sys.meta_path.insert(0, _Finder())

    def load(self, file: Path) -> ModuleType:
        """Import a file inside one of the folders; raises whatever its code raises."""
        path = file.resolve().with_suffix("")
        names = [path.relative_to(root).parts for root in self.roots if path.is_relative_to(root)]
        return importlib.import_module(".".join((self.package, *min(names, key=len))))

    def files(self) -> list[Path]:
        """The source files imported so far."""
        names = [name for name in list(sys.modules) if name.startswith(f"{self.package}.")]
        files = (getattr(sys.modules.get(name), "__file__", None) for name in names)
        return [Path(file) for file in files if file]

    def close(self) -> None:
        """Forget the modules; objects made from them live on as long as somebody holds them."""
        for name in [name for name in list(sys.modules) if name == self.package or name.startswith(f"{self.package}.")]:
            sys.modules.pop(name, None)
        _projects.pop(self.package, None)

    def owns(self, name: str) -> bool:
        """Whether a top-level module of this name belongs to the project; the standard library's never do."""
        return name not in sys.stdlib_module_names and importlib.util.find_spec(f"{self.package}.{name}") is not None


_projects: dict[str, Project] = {}
_lock = threading.Lock()


class _Finder:
    """Finds the modules of projects."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package = fullname.partition(".")[0]
        if package not in _projects or path is None:
            return None
        namespace: list[str] = []
        for folder in path:
            spec = FileFinder(folder, (_Loader, [".py"])).find_spec(fullname)
            if spec is not None and spec.loader is not None:
                return spec
            namespace += (spec and spec.submodule_search_locations) or []
        if not namespace:
            return None
        found = ModuleSpec(fullname, None, is_package=True)
        found.submodule_search_locations = namespace
        return found


class _Loader(SourceFileLoader):
    """Gives a module an `import` that searches its own project first."""

    def exec_module(self, module: ModuleType) -> None:
        project = _projects[module.__name__.partition(".")[0]]
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _importer(project)}
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType | None:
        """Always from source: a file just saved may have the time and size of the one compiled before."""
        return compile(self.get_data(self.path), self.path, "exec", dont_inherit=True)


def _importer(project: Project) -> Any:
    def import_(
        name: str,
        globals: dict[str, Any] | None = None,
        locals: dict[str, Any] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> ModuleType:
        top = name.partition(".")[0]
        if level or not project.owns(top):
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = importlib.import_module(f"{project.package}.{name}")
        if not fromlist:
            return sys.modules[f"{project.package}.{top}"]
        for item in fromlist:
            if item != "*" and not hasattr(module, item) and hasattr(module, "__path__"):
                submodule = f"{module.__name__}.{item}"
                if importlib.util.find_spec(submodule):
                    importlib.import_module(submodule)
        return module

    return import_
