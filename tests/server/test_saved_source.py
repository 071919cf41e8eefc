"""A source file saved in the middle of a run: Streamlit forgets all modules, the run and its loop stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.client import Visitor
from tests.server.servers import edited_app, listening_ports, requests_at
from tests.server.steps import NUMBERS, QUESTION, arrived, complete, numbers, redrawn

pytestmark = pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="looks at the process by /proc")


def test_a_source_saved_in_mid_run_starts_no_second_loop_and_loses_no_token() -> None:
    with edited_app({"TOOLSTREAM_DEMO_RATE": "60"}) as (app, folder), Visitor(app.url, tool_choice="none") as visitor:
        visitor.wait_idle()
        ports = listening_ports(app.process.pid)
        assert len(ports) == 2, "the app, and the demo model on the background loop"
        (demo,) = [port for port in ports if not app.url.endswith(f":{port}")]
        visitor.ask(QUESTION)
        for count, name in ((20, "ui/run/view.py"), (140, "agent/errors.py")):
            arrived(visitor, count)
            scripts = visitor.scripts
            with (folder / name).open("a") as source:
                source.write("\n# saved\n")
            redrawn(visitor, scripts)
        complete(visitor)
        assert numbers(visitor) == NUMBERS
        visitor.ask("count to 5")
        complete(visitor, turns=2)
        assert numbers(visitor) == NUMBERS[:5]
        visitor.ask(" ")
        visitor.wait_until(lambda: "Type a question first." in visitor.text, "the refusal is a sentence")
        assert listening_ports(app.process.pid) == ports
        assert requests_at(demo) == 2
        assert "Traceback" not in app.log()
