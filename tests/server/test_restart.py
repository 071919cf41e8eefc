"""The host ends the process in the middle of a run."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

from agent.demo_model import DemoServer
from tests.server.client import Visitor
from tests.server.steps import QUESTION, arrived, complete, numbers
from tests.serving import app_server, model_server, pointed_at, wait_until

AT_WORK = "badge[:material/play_circle:"
INTERRUPTED = "badge[:material/power_off:"
STOPPED = "badge[:material/stop_circle:"
ME = {"Cookie": "toolstream_visitor=" + "v" * 22}


def test_sigterm_ends_a_working_app_soon_and_its_run_is_said_to_be_gone(model: DemoServer) -> None:
    before = model.stats.hung_up
    with app_server(pointed_at(model), fresh=True) as app, Visitor(app.url, tool_choice="none") as visitor:
        visitor.wait_idle()
        visitor.ask(QUESTION)
        arrived(visitor, 20)
        run_id, sent = visitor.run_id, time.monotonic()
        app.process.send_signal(signal.SIGTERM)
        app.process.wait(10)
        assert time.monotonic() - sent < 4
        wait_until(lambda: model.stats.hung_up == before + 1, 2, "the model server has lost its client")
        assert model.stats.active == 0
        assert not re.search("Traceback|warning|error|never awaited|destroyed", app.log(), re.IGNORECASE), app.log()
    with app_server(pointed_at(model)) as app, Visitor(app.url, tool_choice="none", run=run_id) as visitor:
        visitor.wait_idle()
        assert "The run behind this link is gone" in visitor.text
        assert not visitor.turns
        visitor.ask("count to 5")
        complete(visitor)
        assert numbers(visitor) == ["1", "2", "3", "4", "5"]
        assert "behind this link is gone" not in visitor.text


def test_after_kill_the_list_says_at_once_that_a_run_was_interrupted(model: DemoServer, tmp_path: Path) -> None:
    env = pointed_at(model) | {"TOOLSTREAM_RECORDINGS": str(tmp_path)}
    with app_server(env) as app, Visitor(app.url, tool_choice="none", headers=ME) as visitor:
        visitor.wait_idle()
        visitor.ask(QUESTION)
        arrived(visitor, 20)
        app.process.kill()
        app.process.wait(10)
    with app_server(env) as app, Visitor(app.url, "Runs", headers=ME) as visitor:
        visitor.wait_idle()
        assert INTERRUPTED in visitor.text
        assert AT_WORK not in visitor.text


def test_the_list_corrects_itself_when_a_run_has_ended(tmp_path: Path) -> None:
    env = {"TOOLSTREAM_RECORDINGS": str(tmp_path)}
    with (
        model_server(rate=5) as slow,
        app_server(env | pointed_at(slow)) as one,
        app_server(env | pointed_at(slow)) as two,
        Visitor(one.url, tool_choice="none", headers=ME) as asks,
        Visitor(two.url, "Runs", headers=ME) as looks,
    ):
        asks.wait_idle(60)
        asks.ask(QUESTION)
        arrived(asks, 3)
        looks.wait_idle(60)
        looks.rerun()
        looks.wait_until(lambda: looks.idle and AT_WORK in looks.text, "the run is in the list")
        scripts = looks.scripts
        looks.tick()
        looks.wait_until(lambda: looks.scripts > scripts and looks.idle, "it is looked for news")
        assert AT_WORK in looks.text, "nothing has changed"
        asks.click("stop")
        complete(asks)
        wait_until(lambda: _ticked(looks) and STOPPED in looks.text, 20, "the list has heard of it")
        looks.wait_idle(60)
        scripts = looks.scripts
        looks.tick()
        assert looks.scripts == scripts, "nothing is looked for any more"


def _ticked(visitor: Visitor) -> bool:
    visitor.tick()
    visitor.wait_idle()
    return visitor.idle
