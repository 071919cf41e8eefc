"""No unit test waits for more than a tenth of the time that something takes."""

import functools
import ssl
from collections.abc import Iterator

import pytest

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


__all__ = ["examples"]  # its profile has to be known at the start
