"""An Agent Server whose schemas are none, or huge, or turn in circles, and whose answers are none: over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agent.engine.in_process import InProcessBackend
from agent.graphs.inputs import fields_of
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.streaming.events import RunRequest
from agent.streaming.modes import RUN_MODES
from tests.runs import finish, refused, started
from tests.server.client import Visitor
from tests.serving import app_server, wait_until

TREE = {"$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}}, "$ref": "#/$defs/Node"}
SCHEMAS: dict[str, Any] = {
    "null": None,
    "a list": [],
    "a number in its place": {"input_schema": 5, "context_schema": "x"},
    "no schema": {"input_schema": {"type": 5, "properties": "a"}},
    "true": {"input_schema": {"properties": {"a": True, "b": None, "c": 3}}},
    "itself": {"input_schema": {"$ref": "#"}, "context_schema": {"properties": {"x": {"$ref": "#"}}}},
    "a tree": {"input_schema": {"properties": {"root": TREE}}, "context_schema": TREE},
    "elsewhere": {"input_schema": {"properties": {"a": {"$ref": "http://127.0.0.1:9/x.json"}}}},
    "huge": {"input_schema": {"properties": {f"field {number}": {"type": "string"} for number in range(40_000)}}},
    "deep": {"input_schema": json.loads('{"properties": {"a": ' * 300 + "{}" + "}}" * 300)},
    "a pattern": {"input_schema": {"properties": {"a": {"type": "string", "pattern": "(a+)+$"}}}},
    "good": {"input_schema": {"properties": {"topic": {"type": "string"}}}},
}


class _Answers(BaseHTTPRequestHandler):
    """Knows assistants, and answers null to everything else."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        found: Any = None
        if self.path.endswith("/assistants/search"):
            found = [{"assistant_id": str(at), "graph_id": name, "name": name} for at, name in enumerate(SCHEMAS)]
            found += [None, 3, {"assistant_id": 4}]
        elif self.path.endswith("/schemas"):
            found = [*SCHEMAS.values()][int(self.path.split("/")[2])]
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_each_has_a_form_or_none_and_what_it_is_asked_ends_with_a_sentence(url: str) -> None:
    settings = Settings(agent_server=(url,), agent_server_runs=True, limits=Limits(server_seconds=20))
    with InProcessBackend(settings) as backend:
        wait_until(lambda: all(state.state != "loading" for state in backend.own_graphs()), 30, "it has answered")
        states = {state.name: state for state in backend.own_graphs()}
        assert list(states) == list(SCHEMAS)
        for state in states.values():
            assert state.own
            assert len(fields_of(state.own.input_schema)) <= 40
            fields_of(state.own.context_schema)
        good = states["good"].own
        assert good
        assert [field.name for field in fields_of(good.input_schema)] == ["topic"]
        asked = RunRequest("bees", "own:good", (), model="", inputs={"topic": "bees"})
        run = started(backend.start(asked, session="somebody"))
        told = fold(finish(run), RUN_MODES)
        assert (run.state, told.message) == (
            "failed",
            "What answers at the Agent Server's address is not an Agent Server. Its host has to correct the address.",
        )
        assert backend.others_at_work() == []
        assert refused(backend.watch("0f3c1a9e-7b52-4d0e-9a61-2f8c5d7e4b13")) == "The Agent Server knows no such run."


@pytest.mark.parametrize("name", ["itself", "huge"])
def test_a_page_draws_it(url: str, name: str) -> None:
    with app_server({"TOOLSTREAM_AGENT_SERVER": url}) as app:
        with Visitor(app.url, "Your_agent", graph=f"own:{name}") as visitor:
            visitor.wait_until(lambda: visitor.idle and f"The graph {name}" in visitor.text, "it is shown", 40)
        assert "Traceback" not in app.log()
