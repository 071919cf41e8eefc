"""No unit test waits for more than a tenth of the time that something takes."""

import pytest

from tests.unit import examples


@pytest.fixture(scope="module", autouse=True)
def _quick(quick_loops: None) -> None:
    pass


__all__ = ["examples"]  # its profile has to be known at the start
