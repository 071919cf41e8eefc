"""No unit test waits for more than a tenth of the time that something takes."""

import contextlib
import functools
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.store.database import Sqlite
from tests.unit import examples


@pytest.fixture(scope="module", autouse=True)
def _quick(quick_loops: None) -> None:
    pass


@pytest.fixture(scope="session", autouse=True)
def _certificates_read_once() -> Iterator[None]:
    """Every backend makes HTTP clients, and every client reads the certificates of all authorities."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


@pytest.fixture
def sqlite() -> Iterator[Callable[..., Sqlite]]:
    """Open a database, of a file or in memory, as another process would; it is closed with the test."""
    with contextlib.ExitStack() as stack:

        def opened(path: Path | None = None) -> Sqlite:
            return stack.enter_context(contextlib.closing(Sqlite(path)))

        yield opened


__all__ = ["examples"]  # its profile has to be known at the start
