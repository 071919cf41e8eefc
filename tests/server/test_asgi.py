"""The app in its form for servers of one's own: `asgi.py`."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.server.client import Visitor
from tests.serving import app_server, model_server, pointed_at, wait_until


@pytest.mark.parametrize("script", ["asgi.py", "asgi:app"])
def test_it_is_open_before_anybody_visits(tmp_path: Path, script: str) -> None:
    with app_server({"TOOLSTREAM_RECORDINGS": str(tmp_path)}, script=script) as app:
        wait_until(lambda: any(tmp_path.iterdir()), 30, "its store is there")
        assert "Traceback" not in app.log()


def test_what_is_wrong_with_its_settings_is_said_on_its_pages() -> None:
    with app_server({"TOOLSTREAM_RUN_SECONDS": "soon"}, script="asgi.py") as app, Visitor(app.url) as visitor:
        visitor.wait_until(lambda: "TOOLSTREAM_RUN_SECONDS" in visitor.text, "it is said")
        assert "Traceback" not in app.log()


def test_a_link_to_a_shared_run_says_in_a_chat_what_it_leads_to() -> None:
    with model_server(150) as model, app_server(pointed_at(model), script="asgi.py") as app:
        with Visitor(app.url, tool_choice="none") as visitor:
            visitor.wait_idle()
            visitor.ask('count to 300 <script> & "more"')
            visitor.wait_until(lambda: visitor.turns and visitor.turns[0].figures, "it is answered")
            run = visitor.run_id
            visitor.goto("Runs")
            visitor.wait_until(lambda: visitor.has("button", f"open_{run}"), "it is listed")
            visitor.click(f"open_{run}")
            visitor.wait_until(lambda: visitor.has("button", "share"), "it can be shared")
            visitor.click("share")
            visitor.wait_until(lambda: "share=" in visitor.text, "there is a link")
            token = visitor.text.partition("share=")[2][:22]
        page = _fetched(f"{app.url}/Runs?share={token}")
        assert '<meta property="og:title" content="count to 300 &lt;script&gt; &amp; &quot;more&quot;">' in page
        assert 'property="og:description" content="First words after' in page
        assert run not in page
        assert f'property="og:image" content="{app.url}/runs/{token}/picture.png?lang=en"' in page
        assert _status(f"{app.url}/runs/{token}/picture.png") == (200, "image/png")
        for nobodys in (run, "x", "A" * 22, "sample-home"):
            assert _status(f"{app.url}/runs/{nobodys}/picture.png")[0] == 404
        behind_a_proxy = _fetched(f"{app.url}/Runs?share={token}", {"X-Forwarded-Proto": "https", "Host": "demo.test"})
        assert f'content="https://demo.test/runs/{token}/picture.png' in behind_a_proxy
        for query in ("", "?share=", f"?share={run}", "?share=x", f"?share={'A' * 22}"):
            page = _fetched(f"{app.url}/Runs{query}")
            assert "og:title" not in page
            assert '<div id="root"' in page


@pytest.mark.parametrize(("query", "words"), [("", "instead of"), ("?lang=ko", "첫"), ("?lang=xx", "instead of")])
def test_a_link_to_home_says_in_a_chat_what_it_leads_to(query: str, words: str) -> None:
    with app_server(script="asgi.py") as app:
        page = _fetched(f"{app.url}/{query}")
        found = re.search('"og:description" content="([^"]*)"', page)
        assert found
        assert words in found[1]
        image = re.search('"og:image" content="([^"]*)"', page)
        assert image
        assert _status(image[1]) == (200, "image/png")


def _fetched(url: str, headers: Mapping[str, str] | None = None) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers or {})), timeout=10) as answer:
        return str(answer.read().decode())


def _status(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"]
