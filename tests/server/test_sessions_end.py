"""Who has left is gone: no handle, no state and no typed key of a session outlives it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.server.client import Visitor
from tests.server.conftest import Visit
from tests.serving import App, app_server, model_server, pointed_at, wait_until

KEY = "sk-left-behind-0123456789"
OVERWRITES_WHAT_IS_FREED = {
    "PYTHONMALLOC": "debug",
    "MALLOC_PERTURB_": "90",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}
"""So that only what is still held is found in the process's memory."""


def test_fifty_visitors_come_and_go_and_leave_neither_handles_nor_keys() -> None:
    env = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1", **OVERWRITES_WHAT_IS_FREED}
    with model_server(150) as model, app_server(pointed_at(model) | env, fresh=True) as app:
        _visits(app, 2)  # what the first ones open for all
        before = _handles(app)
        _visits(app, 47)
        for question in ("", "count to 5", "count to 400"):
            with Visitor(app.url, tool_choice="none") as visitor:
                visitor.wait_idle()
                visitor.type("typed_key_0", KEY)
                visitor.wait_until(lambda: visitor.has("button", "forget_key"), "the key is taken")
                if question:
                    visitor.wait_idle()
                    visitor.ask(question)
                    visitor.wait_until(lambda: visitor.turns and visitor.turns[0].answer, "the answer begins")
                assert _is_in_memory(app, KEY), "it would not be found where it is"
        wait_until(lambda: _handles(app) <= before, 60, lambda: f"of {_handles(app)} handles {before} are left")
        wait_until(lambda: not _is_in_memory(app, KEY), 60, "the key is gone")
        assert "Traceback" not in app.log()


def test_a_visitor_who_is_back_in_time_finds_everything_as_it_was(app: App, visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.type("typed_key_0", KEY)
    visitor.wait_until(lambda: visitor.has("button", "forget_key"), "the key is taken")
    visitor.cut()
    _visits(app, 1)  # another one's end is no reason
    visitor.reconnect()
    visitor.wait_idle()
    assert visitor.has("button", "forget_key")


def _visits(app: App, count: int) -> None:
    for start in range(0, count, 10):
        visitors = [Visitor(app.url) for _ in range(start, min(start + 10, count))]
        for visitor in visitors:
            visitor.wait_idle(60)
            visitor.close()


def _handles(app: App) -> int:
    return len(os.listdir(f"/proc/{app.process.pid}/fd"))


def _is_in_memory(app: App, text: str) -> bool:
    """Whether a process has this anywhere in memory that it can write to."""
    process = Path(f"/proc/{app.process.pid}")
    with (process / "mem").open("rb", buffering=0) as memory:
        for line in (process / "maps").read_text().splitlines():
            span, rights = line.split()[:2]
            start, end = (int(address, 16) for address in span.split("-"))
            if not rights.startswith("rw"):
                continue
            try:
                memory.seek(start)
                if text.encode() in memory.read(end - start):
                    return True
            except (OSError, OverflowError):  # unmapped in the meantime
                continue
    return False
