"""The ways that the app is measured beside work themselves: Streamlit looks for modules in their folder first."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bench.servers import ROOT, WAYS


@pytest.mark.parametrize("script", [way.script for name, way in WAYS.items() if name != "toolstream"])
def test_an_obvious_way_asks_for_a_question(script: str) -> None:
    page = AppTest.from_file(str(ROOT / script), default_timeout=30).run()
    assert not page.exception
    assert len(page.chat_input) == 1
