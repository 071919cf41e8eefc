"""One app and one model server for most tests; and after each test, no traceback in the app's log."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from agent.demo_model import DemoServer
from tests.agent_servers import MISSING, OTHERS, PROGRAMS, AgentServer, aegra, langgraph_dev
from tests.conftest import missing
from tests.postgres import Server
from tests.server.client import Visitor
from tests.serving import ROOT, App, app_server, model_server, pointed_at

Visit = Callable[..., Visitor]


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pages that run in this process answered by the demo model, whatever the environment says."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOOLSTREAM_RECORDINGS", "off")


@pytest.fixture(scope="session")
def model() -> Iterator[DemoServer]:
    with model_server(rate=150) as server:
        yield server


@pytest.fixture(scope="session")
def app(model: DemoServer) -> Iterator[App]:
    models = "demo,demo-fast,demo-flaky,demo-flaky:no_head"
    env = {
        **pointed_at(model),
        "OPENAI_MODEL": models,
        "TOOLSTREAM_RUNS_PER_MINUTE": "1000",
        "TOOLSTREAM_OUTPUT_EVENTS": "1000000",
        "TOOLSTREAM_OUTPUT_BYTES": "100000000",
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "60",
        "STREAMLIT_RUNNER_FAST_RERUNS": "true",  # as Community Cloud has it, whatever an app would have
    }
    with app_server(env) as server:
        yield server


@pytest.fixture(scope="module")
def others(database: Server, model: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentServer]:
    """Somebody's aegra, with agents that know nothing of Toolstream."""
    config = _others("aegra.json", tmp_path_factory)
    name = f"others_{secrets.token_hex(4)}"
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    env = pointed_at(model) | {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "none"}
    with aegra(database.tcp_url.replace("/postgres", f"/{name}"), env, config) as server:
        yield server


@pytest.fixture(scope="module")
def others_in_dev(model: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentServer]:
    """Somebody's `langgraph dev` with the same agents."""
    config = _others("langgraph.json", tmp_path_factory)
    with langgraph_dev(pointed_at(model) | {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "none"}, config) as server:
        yield server


def _others(name: str, folders: pytest.TempPathFactory) -> Path:
    if not PROGRAMS.exists():
        missing(MISSING)
    file, config = Path(__file__).with_name("served_by_others.py"), folders.mktemp("others") / name
    graphs = {name: f"{file}:{name}" for name in OTHERS}
    config.write_text(json.dumps({"dependencies": [str(ROOT)], "graphs": graphs}))
    return config


@pytest.fixture
def visit(app: App) -> Iterator[Visit]:
    """Open a tab of the shared app, drawn to its end; all are closed in the end, and the log is clean."""
    visitors: list[Visitor] = []
    start = len(app.log())

    def visit(
        page: str = "LLM_tokens", *, receive_buffer: int = 0, headers: dict[str, str] | None = None, **query: str
    ) -> Visitor:
        visitors.append(Visitor(app.url, page, receive_buffer=receive_buffer, headers=headers, **query))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.close()
    written = app.log()[start:]
    assert "Traceback" not in written, written
