"""An Agent Server that asks for a key, and one that knows fewer modes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.demo_model import DemoServer
from agent.engine import server_job
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.streaming.events import Noted, RunRequest
from agent.streaming.modes import RUN_MODES
from tests.agent_servers import MISSING, PROGRAMS, AgentServer, langgraph_dev
from tests.conftest import missing
from tests.runs import finish, started
from tests.server.client import Visitor
from tests.server.steps import complete
from tests.serving import ROOT, app_server, free_port, pointed_at

AUTH = """
from langgraph_sdk import Auth

auth = Auth()


@auth.authenticate
async def authenticate(headers: dict) -> str:
    if headers.get(b"x-api-key") != b"right":
        raise Auth.exceptions.HTTPException(status_code=401, detail="the key is not sk-secret")
    return "somebody"
"""


@pytest.fixture(scope="module")
def locked(model: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentServer]:
    """A `langgraph dev` that lets in who has the key."""
    if not PROGRAMS.exists():
        missing(MISSING)
    folder: Path = tmp_path_factory.mktemp("locked")
    (folder / "auth.py").write_text(AUTH)
    graphs = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
    config = {"dependencies": [str(ROOT)], "auth": {"path": "./auth.py:auth"}}
    config["graphs"] = {name: path.replace("./", f"{ROOT}/") for name, path in graphs.items()}
    (folder / "langgraph.json").write_text(json.dumps(config))
    with langgraph_dev(pointed_at(model) | {"PYTHONPATH": str(ROOT)}, folder / "langgraph.json") as server:
        yield server


def _asked(model: DemoServer, server: AgentServer, key: str) -> Run:
    settings = Settings(
        base_url=model.base_url,
        openai_models=("demo-fast",),
        agent_server=(server.url,),
        agent_server_header=f"x-api-key: {key}",
        limits=Limits(server_seconds=5),
    )
    with InProcessBackend(settings) as backend:
        run = started(backend.start(RunRequest("what is in the office?", model="demo-fast"), session="somebody"))
        finish(run)
        return run


def test_a_key_that_the_server_does_not_accept_is_told_and_the_right_one_opens(
    locked: AgentServer, model: DemoServer
) -> None:
    run = _asked(model, locked, "wrong")
    assert run.state == "failed"
    told = fold(run.read()[0], RUN_MODES).message
    assert told.startswith("The Agent Server did not accept this app's key (401).")
    assert "sk-secret" not in str(run.read()[0])
    assert _asked(model, locked, "right").state == "finished"


@pytest.mark.parametrize(
    ("is_there", "told"),
    [(True, "did not accept this app's key (401)"), (False, "The Agent Server that works on runs does not answer.")],
    ids=["wrong key", "no answer"],
)
def test_a_page_says_so_with_each_question_and_lives(
    locked: AgentServer, model: DemoServer, is_there: bool, told: str
) -> None:
    env = pointed_at(model) | {
        "TOOLSTREAM_AGENT_SERVER": locked.url if is_there else f"http://127.0.0.1:{free_port()}",
        "TOOLSTREAM_AGENT_SERVER_HEADER": "x-api-key: wr0ng",
        "TOOLSTREAM_SERVER_SECONDS": "1",
    }
    with app_server(env) as app, Visitor(app.url, tool_choice="none") as visitor:
        visitor.wait_idle(60)
        for turns in (1, 2):
            visitor.ask("count to 3")
            complete(visitor, turns, timeout=60)
            assert told in visitor.turns[-1].notes[0]
        with Visitor(app.url, "Your_agent") as owner:
            owner.wait_until(lambda: told.removeprefix("did ") in owner.text, "the page for one's own says so too", 60)
            for page in (visitor, owner):
                assert "wr0ng" not in page.text
                assert "sk-secret" not in page.text
        assert "Traceback" not in app.log()


def test_a_server_that_refuses_a_mode_is_asked_without_it(
    locked: AgentServer, model: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_job, "_MODES", {"messages": "messages-tuple"})  # so that it is asked for `tools`
    run = _asked(model, locked, "right")
    assert run.state == "finished"
    assert [event.payload.message for event in run.read()[0] if isinstance(event.payload, Noted)] == [
        "The Agent Server does not stream tasks, tools; that was left out of this run."
    ]
    kinds = {event.payload.kind for event in run.read()[0]}
    assert {"token", "update", "state", "tool_started"} <= kinds
    assert "task_started" not in kinds, "with `tools` it has left out `tasks`, which not every server knows"
