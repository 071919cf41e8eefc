import asyncio
import logging

import pytest

from agent.engine.warmup import warm_up
from agent.settings import Limits


def test_both_kinds_of_agent_answer_without_a_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asyncio.run(warm_up(Limits()))
    assert [record for record in caplog.records if record.name == "agent.engine.warmup"] == []
    assert "200 OK" in caplog.text  # the ready-made answer, twice
    assert caplog.text.count("127.0.0.1") == 2
