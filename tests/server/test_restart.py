"""The host ends the process in the middle of a run."""

from __future__ import annotations

import re
import signal
import time

from agent.demo_model import DemoServer
from tests.server.client import Visitor
from tests.server.steps import QUESTION, arrived, complete, numbers
from tests.serving import app_server, pointed_at, wait_until


def test_sigterm_ends_a_working_app_soon_and_its_run_is_said_to_be_gone(model: DemoServer) -> None:
    before = model.stats.hung_up
    with app_server(pointed_at(model)) as app, Visitor(app.url, tool_choice="none") as visitor:
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
        assert "The run in this link is not here any more" in visitor.text
        assert not visitor.turns
        visitor.ask("count to 5")
        complete(visitor)
        assert numbers(visitor) == ["1", "2", "3", "4", "5"]
        assert "not here any more" not in visitor.text
