"""No unit test waits for more than a tenth of the time that something takes."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _quick(quick_loops: None) -> None:
    pass
