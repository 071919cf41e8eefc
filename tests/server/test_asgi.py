"""The app in its form for servers of one's own: `asgi.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.client import Visitor
from tests.serving import app_server, wait_until


@pytest.mark.parametrize("script", ["asgi.py", "asgi:app"])
def test_it_is_open_before_anybody_visits(tmp_path: Path, script: str) -> None:
    with app_server({"TOOLSTREAM_RECORDINGS": str(tmp_path)}, script=script) as app:
        wait_until(lambda: any(tmp_path.iterdir()), 30, "its store is there")
        assert "Traceback" not in app.log()


def test_what_is_wrong_with_its_settings_is_said_on_its_pages() -> None:
    with app_server({"TOOLSTREAM_RUN_SECONDS": "soon"}, script="asgi.py") as app, Visitor(app.url) as visitor:
        visitor.wait_until(lambda: "TOOLSTREAM_RUN_SECONDS" in visitor.text, "it is said")
        assert "Traceback" not in app.log()
